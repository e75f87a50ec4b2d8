"""What the labels say where nobody knows the truth: intervals, an audit, and when to stop."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.arrays import Ids
from laser_core.audits import Audit
from laser_core.errors import LaserError
from laser_core.estimates import (
    AUDIT_SIZE,
    Audited,
    Interval,
    audit_sample,
    audited,
    batch_precision,
    recall_interval,
    stopping_hint,
)
from laser_core.reader import RunReader

SIGNS = {
    "green": ":green-badge[You may stop]",
    "amber": ":orange-badge[Look closer]",
    "red": ":red-badge[Go on]",
}
BAR = """
<div style="display:flex;align-items:center;gap:0.8rem;font-size:0.9rem">
<span style="width:13rem;flex:none">{name}</span>
<span role="img" aria-label="{name}: {text}" style="position:relative;flex:1;max-width:28rem;
 height:12px;border-radius:3px;background:rgba(128,128,128,0.3)"><span style="position:absolute;
 top:0;height:12px;border-radius:3px;background:#0072b2;left:{low:.1f}%;width:{wide:.1f}%">
</span></span><span style="flex:none">{text}</span></div>
"""


def estimates(run: RunReader, actor: str) -> None:
    """Draw every interval as the stretch it is, and say whether to stop, and why."""
    records, labels = run.records(), run.store.labels()
    asked = run.store.query(len(records) + 1)
    if asked is not None:
        answers = [labels[id].state for id in asked[1].ids.tolist() if id in labels]
        counted = [state == "relevant" for state in answers if state in ("relevant", "irrelevant")]
        skipped = len(answers) - len(counted)
        if len(asked[1].ids) > skipped:
            can_be = batch_precision(sum(counted), len(counted), len(asked[1].ids) - skipped)
            _bar("Precision of this batch", can_be, "can come to {}")
    if records and "accuracy_low" in records[-1].figures:
        figures = records[-1].figures
        held = Interval(figures["accuracy_low"], figures["accuracy_high"])
        count = f"{figures['accuracy_labels']:.0f}"
        _bar("Accuracy, on held-out labels", held, f"{{}} (95%, {count} labels)")
    _audit(run, actor)


def _audit(run: RunReader, actor: str) -> None:
    records, labels = run.records(), run.store.labels()
    found = sum(label.state == "relevant" for label in labels.values())
    audits = run.store.audits.all()
    read = _read(run, audits[-1]) if audits else None
    left = read.left if read else None
    if read is not None and left is not None:
        _bar("Recall, by the audit", recall_interval(found, left), "{} (95%)")
        st.caption(
            f"Audit: {read.found} of {read.answered} answered pictures below the line were "
            f"relevant, so {left.low:,} to {left.high:,} are still to be found."
        )
    precisions = [r.precision for r in records if r.precision is not None]
    hint = stopping_hint(precisions, found, len(run.facts.ids) - len(labels), left)
    st.markdown(f"{SIGNS[hint.colour]} {hint.reason}")
    below = below_the_line(run)
    st.button(
        f"Draw an audit of {min(AUDIT_SIZE, len(below))} random pictures", disabled=len(below) == 0,
        key="label_audit", on_click=_draw, args=(run, actor),
        help="From the pictures without a label that no query waits for. Their labels count like "
        "any other, and tell how much is still to be found.",
    )  # fmt: skip


def _bar(name: str, span: Interval, words: str) -> None:
    wide = max(0.5, 100 * (span.high - span.low))
    low = min(100 * span.low, 100 - wide)
    st.html(BAR.format(name=name, low=low, wide=wide, text=words.format(span.text())))


def below_the_line(run: RunReader) -> Ids:
    """Ids without a label that no query waits for, in the pool's order."""
    asked = run.store.query(len(run.records()) + 1)
    unlabeled = run.pool().unlabeled()
    if asked is None:
        return unlabeled
    below: Ids = unlabeled[~np.isin(unlabeled, asked[1].ids)]
    return below


def open_audit(run: RunReader) -> list[str]:
    """The newest audit's ids while some of them wait for an answer; else empty."""
    audits = run.store.audits.all()
    if not audits:
        return []
    ids = list(audits[-1].ids)
    return ids if len(run.store.answers_of(ids)) < len(ids) else []


def _draw(run: RunReader, actor: str) -> None:
    try:
        below, audits = below_the_line(run), run.store.audits
        drawn = audit_sample(below, run.config.seed, len(audits.all()) + 1)
        audits.append(drawn.tolist(), len(below), len(run.records()), actor)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def _read(run: RunReader, audit: Audit) -> Audited:
    """The audit by today's labels; what was found since, outside of it, is no longer left."""
    asked = run.store.query(audit.round + 1)
    outside = {*audit.ids, *(asked[1].ids.tolist() if asked and asked_before(run, audit) else ())}
    since = sum(
        answer.label.state == "relevant" and answer.at > audit.at and answer.image not in outside
        for answer in run.store.standing()
    )
    return audited(audit.ids, audit.population, run.store.labels(), since)


def asked_before(run: RunReader, audit: Audit) -> bool:
    """Whether the query of the round under way waited when the audit was drawn.

    Then its pictures were not in the audit's population: the population was smaller than the pool
    less the labels of that time by that batch.
    """
    labeled = {a.image for a in run.store.standing() if a.at <= audit.at}
    return audit.population < len(run.facts.ids) - len(labeled)
