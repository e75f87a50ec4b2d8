"""A round as pages see it: asked, looked at, tried with another delta, and explained."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from laser_core.analysis.explain_run import explain_in, ranking_place, row_of
from laser_core.analysis.known import Known, known_relevance
from laser_core.analysis.ranking import (
    next_ranking,
    ranking_with,
    round_ranking,
    sweep,
)
from laser_core.analysis.yields import matches_of
from laser_core.config import RoundChoice
from laser_core.errors import PoolError
from laser_core.store.store import Store
from laser_core.strategies.helpers.delta import NO_DETECTOR
from tests import fakes

ZERO, ALL = RoundChoice(delta=0.0), RoundChoice(delta=1.0)


def test_the_schedules_own_delta_gives_the_batch_that_was_looked_at(read_run) -> None:
    run = read_run("going")
    ranking = next_ranking(run)
    tried = ranking.with_choice(RoundChoice(delta=0.2), run.pool(), run.config)
    assert tried.ids.tolist() == ranking.ids.tolist()
    assert ranking.round == 3


def test_a_finished_round_can_be_tried_again(read_run) -> None:
    run = read_run("done")
    ranking, before = round_ranking(run, 3), run.pool(2)
    same = ranking.with_choice(RoundChoice(delta=0.2), before, run.config)
    assert same.ids.tolist() == list(run.records()[2].ids)
    other = ranking.with_choice(ALL, before, run.config)
    assert other.ids.tolist() != same.ids.tolist()
    assert len(set(other.ids.tolist())) == 20


def test_a_tried_picture_is_explained_with_the_delta_that_was_tried(read_run) -> None:
    run = read_run("going")
    tried = next_ranking(run).with_choice(ALL, run.pool(), run.config)
    why = explain_in(run, tried, str(tried.ids[0]))
    assert why.delta == 1.0
    assert fakes.rebuilt(why) == pytest.approx(why.score, abs=1e-6)
    assert why.score == pytest.approx(why.s_det, abs=1e-6)


def test_the_sweep_overlaps_fully_at_the_schedules_delta(read_run) -> None:
    run = read_run("going")
    known = Known(run.relevant_rows, np.ones(180, dtype=bool))
    choices = {delta: RoundChoice(delta=delta) for delta in (0.0, 0.2, 1.0)}
    trials = sweep(next_ranking(run), choices, run.pool(), run.config, known)
    assert [trial.value for trial in trials] == [0.0, 0.2, 1.0]
    assert trials[1].overlap == 1.0
    assert trials[0].overlap < 1.0
    assert all(0.0 <= trial.precision <= 1.0 for trial in trials)


def test_a_standing_tells_rank_and_quota(read_run) -> None:
    run = read_run("ahead")
    ranking = next_ranking(run)
    best = ranking_place(ranking, int(ranking.rows[0]))
    assert (best.rank, best.among, best.group_rank, best.picked) == (1, 180, 1, True)
    place = best.of_class
    assert (place.share, place.candidates) == (10, 15)  # 20 pictures, two classes
    assert (place.place, place.decided) == (1, "score")
    assert ranking.class_shares().tolist() == [10, 10]
    quotas = replace(ranking, config=ranking.config.with_changes(selection="quota"))
    by_description = ranking_place(quotas, int(ranking.rows[0]))
    assert by_description.quota == 5  # two classes of two descriptions
    assert by_description.of_class is None
    last = int(ranking.arrays.row[ranking.arrays.score.argmin()])
    assert ranking_place(ranking, last).rank == 180
    assert not ranking_place(ranking, last).picked


def test_a_queried_picture_is_found_in_the_round_that_queried_it(read_run) -> None:
    run = read_run("going")
    queried = run.records()[0].ids[0]
    assert ranking_with(run, queried).round == 1
    assert ranking_with(run, str(next_ranking(run).ids[0])).round == 3
    with pytest.raises(PoolError, match="labeled before"):
        ranking_place(next_ranking(run), row_of(run, queried))


def test_matches_of_a_round_agree_with_its_record(read_run) -> None:
    run = read_run("done")
    record = run.records()[1]
    found = matches_of(run, record)
    assert int(found.relevant.sum()) == record.relevant
    assert int(found.counted.sum()) == record.queried
    assert len(found.best) == 160  # 180 pictures less the first round's 20


def test_nothing_of_the_next_batch_is_known_without_true_labels(read_run) -> None:
    run = read_run("going")
    known = known_relevance(run.facts.ids, run.store.labels.by_id())
    assert known.precision(next_ranking(run).rows) is None


def test_delta_set_to_0_by_hand_is_not_a_missing_detector(read_run) -> None:
    """C4: the page said that a detector was needed and none counted."""
    run = read_run("going")
    ranking = next_ranking(run)
    assert ranking.why_language_alone == ""
    tried = ranking.with_choice(ZERO, run.pool(), run.config)
    assert tried.why_language_alone == "a person set δ to 0 for this round"


def test_a_round_that_was_asked_with_delta_0_by_hand_says_so_ever_after(read_run) -> None:
    """C4: also of a query that waits, and of one that is answered."""
    run = read_run("going")
    query = replace(run.preview(), choice=ZERO, figures={**run.preview().figures, "delta": 0.0})
    with closing(Store.open(run.folder)) as store:
        store.rounds.save_query(3, run.descriptions()[0], query)
    assert "a person set δ to 0" in round_ranking(run, 3).why_language_alone


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"round": 1}, "no detector has been trained yet"),
        ({"note": NO_DETECTOR + "3 irrelevant labels so far"}, "3 irrelevant labels so far"),
        ({"schedule": 0.2}, "no class that the pictures left look like has a label yet"),
        ({"schedule": 0.0, "config": fakes.config(delta="fixed:0")},
         "the run's schedule of δ (fixed:0) has 0 for this round"),
        ({"schedule": 0.2, "by_hand": 0.0}, "a person set δ to 0 for this round"),
        ({"figures": {"delta": 0.3}}, ""),
    ],
)  # fmt: skip
def test_every_reason_for_delta_0_has_a_sentence_of_its_own(read_run, changes, why) -> None:
    """C4: one sentence stood for all of them."""
    ranking = replace(next_ranking(read_run("going")), figures={"delta": 0.0})
    assert replace(ranking, **changes).why_language_alone == why
