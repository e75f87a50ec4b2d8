"""Answers that other runs on the same pictures have got: one label serves every run that asks.

What a person has said of a picture in one run need not be said again where another run, by another
strategy, asks for it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from laser_core.experiment.oracle import take_answers
from laser_core.pool import Label
from laser_core.store.log.replay import Answer
from laser_core.store.store import Store, StoreView

STATES = ("relevant", "irrelevant")


def answers_elsewhere(run: StoreView, others: Sequence[StoreView]) -> dict[str, Answer]:
    """id -> the newest answer of another run, for pictures that the run's query waits for.

    Only runs on the same pictures with the same relevant classes count, and only answers of people
    and of files: those of a simulated oracle are the pool's own labels.

    Raises:
        StoreError: one of the runs is damaged.
    """
    waiting = run.rounds.query(run.rounds.finished_count() + 1)
    kept = run.pool.read()
    if waiting is None or kept is None:
        return {}
    asked = waiting[1].ids.tolist()
    open_ids = set(asked) - run.labels.answers_of(asked).keys()
    relevant = set(run.classes.space().relevant)
    found: dict[str, Answer] = {}
    for other in others:
        theirs = other.pool.read()
        if theirs is None or theirs.ids != kept.ids:
            continue
        if set(other.classes.space().relevant) != relevant:
            continue
        for id, one in other.labels.answers_of(open_ids).items():
            counts = one.source != "oracle" and one.label.state in STATES
            if counts and (id not in found or one.at > found[id].at):
                found[id] = one
    return found


def take_over(store: Store, answers: Mapping[str, Answer]) -> None:
    """Give a run's waiting query the answers of other runs, each by whoever gave it.

    They count as brought in, so Files can take them back as one.

    Raises:
        PoolError, StoreError: as for `take_answers`.
    """
    round = store.rounds.finished_count() + 1
    by_actor: dict[str, dict[str, Label]] = {}
    for id, one in answers.items():
        by_actor.setdefault(one.actor, {})[id] = one.label
    for actor, labels in by_actor.items():
        take_answers(store, labels, round, actor, source="import")
