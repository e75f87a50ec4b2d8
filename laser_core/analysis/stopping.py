"""Audits and the stopping hint of a run, as a page asks for them: the only reading there is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from laser_core.analysis.reader import RunReader
from laser_core.analysis.suggestions import suggestions
from laser_core.basics.arrays import Ids
from laser_core.errors import LaserError, PoolError
from laser_core.metrics.intervals import (
    AUDIT_SIZE,
    AuditReading,
    Count,
    Hint,
    Interval,
    audit_sample,
    batch_precision,
    read_audit,
    recall_interval,
    stopping_hint,
)
from laser_core.store.audits import Audit
from laser_core.store.store import Store


@dataclass(frozen=True)
class Outlook:
    """How far a run is, as far as its labels tell.

    Args:
        hint: whether to stop.
        audit: the last audit; None before the first.
        audited: what it says by now.
        unanswered: pictures of a query that waited when it was drawn and that nobody has answered:
            it says nothing of them.
        left: relevant pictures that may still be found: by that audit, and any of `unanswered`;
            None without an audit that has answers.
        recall: from `left`; None without it.
        batch: what the precision of the query that waits can come to; None without one.
        next_audit: how many pictures another audit would draw; 0 with none to draw from.
    """

    hint: Hint
    audit: Audit | None
    audited: AuditReading | None
    unanswered: int
    left: Count | None
    recall: Interval | None
    batch: Interval | None
    next_audit: int


def start_audit(run: RunReader, store: Store, actor: str, size: int = AUDIT_SIZE) -> Audit:
    """Draw an audit from what lies below the line and keep it with the run, to be labeled next.

    Args:
        store: of the same run, to keep it in.

    Raises:
        PoolError: every unlabeled picture is in the query.
        StoreError: it cannot be written.
    """
    below = unqueried_ids(run)
    if len(below) == 0:
        raise PoolError(
            "no unlabeled picture is left outside the query, so there is nothing to audit"
        )
    number = len(run.store.audits.all()) + 1
    drawn = audit_sample(below, run.config.seed, number, size)
    store.audits.append(drawn.tolist(), len(below), len(run.records()), actor)
    return run.store.audits.all()[-1]


def unqueried_ids(run: RunReader) -> Ids:
    """(B,) unlabeled ids that no query waits for, in the pool's order."""
    unlabeled = run.pool().unlabeled()
    waiting = run.store.rounds.query(len(run.records()) + 1)
    return unlabeled if waiting is None else unlabeled[~np.isin(unlabeled, waiting[1].ids)]


def open_audit(run: RunReader) -> list[str]:
    """The newest audit's ids while some of them wait for an answer; else empty."""
    audits = run.store.audits.all()
    ids = list(audits[-1].ids) if audits else []
    return ids if len(run.store.labels.answers_of(ids)) < len(ids) else []


def outlook(run: RunReader) -> Outlook:
    """Whether to stop, from the run's rounds, its last audit, and the batch that comes next."""
    pool, audits = run.pool(), run.store.audits.all()
    precisions = [r.precision for r in run.records() if r.precision is not None]
    result, unanswered = _read(run, audits[-1]) if audits else (None, 0)
    left = None
    if result is not None and result.left is not None:  # those unanswered: all relevant, or none
        left = replace(result.left, high=result.left.high + unanswered)
    hint = stopping_hint(
        precisions,
        pool.relevant_found(),
        len(pool.unlabeled()),
        left,
        expected=_expected_share(run),
        truly_left=_truly_left(run),
    )
    recall = recall_interval(pool.relevant_found(), left) if left else None
    audit, below = audits[-1] if audits else None, len(unqueried_ids(run))
    return Outlook(
        hint, audit, result, unanswered, left, recall, _batch(run), min(AUDIT_SIZE, below)
    )


def _read(run: RunReader, audit: Audit) -> tuple[AuditReading, int]:
    """An audit under the labels that stand, and how many of the query that waited have none.

    Relevant pictures of its population that were found since are no longer left. The audit says
    nothing of pictures that had a label then, nor of a query that waited.
    """
    labeled = run.store.labels.answered_by(audit.after)
    waited = _waiting_ids(run, audit, labeled)
    outside = {*audit.ids, *labeled, *waited}
    since = sum(
        a.label.state == "relevant" and a.seq > audit.after and a.image not in outside
        for a in run.store.labels.answers()
    )
    result = read_audit(audit.ids, audit.population, run.store.labels.by_id(), since)
    return result, len(waited) - len(run.store.labels.answers_of(waited))


def _waiting_ids(run: RunReader, audit: Audit, labeled: set[str]) -> list[str]:
    """Ids of the query that waited when the audit was drawn, and that had no label then.

    A population smaller than the unlabeled pool tells that one did; clocks may have been set.
    """
    if audit.population == len(run.facts.ids) - len(labeled):
        return []
    asked = run.store.rounds.query(audit.round + 1)
    ids = asked[1].ids.tolist() if asked else []
    return [id for id in ids if id not in labeled]


def _batch(run: RunReader) -> Interval | None:
    """What the precision of the query that waits can come to; skipped pictures do not count."""
    asked = run.store.rounds.query(len(run.records()) + 1)
    if asked is None:
        return None
    ids = asked[1].ids.tolist()
    states = [answer.label.state for answer in run.store.labels.answers_of(ids).values()]
    counted = [state == "relevant" for state in states if state in ("relevant", "irrelevant")]
    size = len(ids) - (len(states) - len(counted))
    return batch_precision(sum(counted), len(counted), size) if size else None


def _expected_share(run: RunReader) -> float | None:
    """Share of the next batch that is relevant, by its answers and for the rest by the model."""
    asked = run.store.rounds.query(len(run.records()) + 1)
    batch = asked[1] if asked else run.preview()
    if batch is None:
        return None
    answers = run.store.labels.answers_of(batch.ids.tolist())
    labels = [answer.label for answer in answers.values()]
    try:
        rest = [id for id in batch.ids.tolist() if id not in answers]
        labels += [guess.label for guess in suggestions(run, rest).values()]
    except LaserError:  # no sentences or cosines yet: nobody can tell
        return None
    counted = [a.state == "relevant" for a in labels if a.state in ("relevant", "irrelevant")]
    return sum(counted) / len(counted) if counted else None


def _truly_left(run: RunReader) -> int | None:
    """Relevant pictures without a label, by the pool's own labels; None where some have none."""
    if run.relevant_rows is None or None in run.facts.labels:
        return None
    labels = run.store.labels.by_id()
    return sum(id not in labels for id in run.facts.ids[run.relevant_rows].tolist())
