"""Audits and the stopping hint of a run, as a page asks for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from laser_core.arrays import Ids
from laser_core.audits import Audit
from laser_core.errors import PoolError
from laser_core.estimates import (
    AUDIT_SIZE,
    Audited,
    Count,
    Hint,
    Interval,
    audit_sample,
    audited,
    recall_interval,
    stopping_hint,
)
from laser_core.reader import RunReader


@dataclass(frozen=True)
class Outlook:
    """How far a run is, as far as its labels tell.

    Args:
        hint: whether to stop.
        audit: the last audit; None before the first.
        audited: what it says by now.
        recall: from that audit; None without one that has answers.
    """

    hint: Hint
    audit: Audit | None
    audited: Audited | None
    recall: Interval | None


def start_audit(run: RunReader, actor: str, size: int = AUDIT_SIZE) -> Audit:
    """Draw an audit from what lies below the line and keep it with the run, to be labeled next.

    Raises:
        PoolError: nothing lies below the line.
        StoreError: it cannot be written.
    """
    below = below_the_line(run)
    if len(below) == 0:
        raise PoolError("no picture is left below the line, so there is nothing to audit")
    number = len(run.store.audits.all()) + 1
    drawn = audit_sample(below, run.config.seed, number, size)
    run.store.audits.append(drawn.tolist(), len(below), len(run.records()), actor)
    return run.store.audits.all()[-1]


def below_the_line(run: RunReader) -> Ids:
    """(B,) unlabeled ids that no query waits for, in the pool's order."""
    unlabeled = run.pool().unlabeled()
    waiting = run.store.query(len(run.records()) + 1)
    return unlabeled if waiting is None else unlabeled[~np.isin(unlabeled, waiting[1].ids)]


def outlook(run: RunReader) -> Outlook:
    """Whether to stop, from the run's rounds and its last audit."""
    pool, audits = run.pool(), run.store.audits.all()
    precisions = [r.precision for r in run.records() if r.precision is not None]
    result = _read(run, audits[-1]) if audits else None
    left = _with_waiting(run, result.left) if result and result.left else None
    hint = stopping_hint(precisions, pool.found(), len(pool.unlabeled()), left)
    recall = recall_interval(pool.found(), left) if left else None
    return Outlook(hint, audits[-1] if audits else None, result, recall)


def _with_waiting(run: RunReader, left: Count) -> Count:
    """`left` and the pictures that wait for an answer, all or none of which may be relevant."""
    waiting = run.store.query(len(run.records()) + 1)
    ids = waiting[1].ids.tolist() if waiting else []
    unanswered = len(ids) - len(run.store.answers_of(ids))
    return Count(left.low, left.high + unanswered, left.confidence)


def _read(run: RunReader, audit: Audit) -> Audited:
    """An audit under the labels that stand; what was found in its population since counts too."""
    asked = run.store.query(audit.round + 1)
    outside = {*audit.ids, *(asked[1].ids.tolist() if asked and _before(run, audit) else ())}
    since = sum(
        a.label.state == "relevant" and a.seq > audit.after and a.image not in outside
        for a in run.store.standing()
    )
    return audited(audit.ids, audit.population, run.store.labels(), since)


def _before(run: RunReader, audit: Audit) -> bool:
    """Whether the query after the audit's round was asked before the audit."""
    at = run.store.query_time(audit.round + 1)
    return at is not None and at < audit.at
