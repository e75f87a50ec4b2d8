"""What the labels say where nobody knows the truth: intervals, an audit, and when to stop."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.analysis.stopping import Outlook, outlook, start_audit
from laser_core.errors import LaserError
from laser_core.metrics.intervals import Interval
from ui.look.notes import note
from ui.shared.runs import writable
from ui.widgets.late_button import late_button

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


def show_estimates(run: RunReader, actor: str) -> None:
    """Draw every interval as the stretch it is, and say whether to stop, and why."""
    records, seen = run.records(), outlook(run)
    if seen.batch is not None:
        _bar("Precision of this batch", seen.batch, "can come to {}")
    if records and "accuracy_low" in records[-1].figures:
        figures = records[-1].figures
        held = Interval(figures["accuracy_low"], figures["accuracy_high"])
        count = f"{figures['accuracy_labels']:.0f}"
        _bar("Accuracy, on held-out labels", held, f"{{}} (95%, {count} labels)")
    if seen.recall is not None:
        _bar("Recall, by the audit", seen.recall, "{} (95%)")
    if (sentence := audit_sentence(seen)) is not None:
        note(sentence)
    st.markdown(f"{SIGNS[seen.hint.colour]} {seen.hint.reason}")
    _draw_button(run, actor, seen.next_audit)


def audit_sentence(seen: Outlook) -> str | None:
    """What the audit found, in a sentence; None before its first answer."""
    read = seen.audited
    if read is None or read.left is None:
        return None
    text = (
        f"Audit: {read.found} of {read.answered} answered pictures below the line were "
        f"relevant, so {read.left.low:,} to {read.left.high:,} are still to be found there"
    )
    if not seen.unanswered:
        return f"{text}."
    return (
        f"{text}; of the {seen.unanswered:,} of the query that nobody has answered it says nothing."
    )


def _draw_button(run: RunReader, actor: str, size: int) -> None:
    late_button(
        f"Draw an audit of {size} random pictures", lambda: _draw(run, actor),
        disabled=size == 0, key="label_audit",
        help="From the pictures without a label that no query waits for. Their labels count like "
        "any other, and tell how much is still to be found.",
    )  # fmt: skip


def _draw(run: RunReader, actor: str) -> None:
    try:
        start_audit(run, writable(run), actor)
    except LaserError as error:
        st.session_state["job_notice"] = str(error)


def _bar(name: str, span: Interval, words: str) -> None:
    wide = max(0.5, 100 * (span.high - span.low))
    low = min(100 * span.low, 100 - wide)
    st.html(BAR.format(name=name, low=low, wide=wide, text=words.format(span.text())))
