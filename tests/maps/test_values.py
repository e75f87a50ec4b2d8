"""What a map is coloured by, held against the run's own records."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.errors import CacheError
from laser_core.maps.values import (
    commonest,
    label_states,
    nearest_pictures,
    next_query,
    next_scores,
    rounds_queried,
    text_classes,
    text_values,
)


def test_every_queried_picture_has_its_round_and_no_other_has_one(read_run) -> None:
    run = read_run("going")
    rounds = dict(zip(run.facts.ids.tolist(), rounds_queried(run).tolist(), strict=True))
    for record in run.records():
        assert {rounds[id] for id in record.ids} == {record.round}
    assert sum(number > 0 for number in rounds.values()) == 40  # two rounds of 20


def test_the_next_query_has_the_highest_scores_among_those_without_a_label(read_run) -> None:
    run = read_run("going")
    scores = next_scores(run)
    assert np.isnan(scores).sum() == 40
    found = next_query(run)
    assert found is not None
    query, waiting = found
    assert not waiting
    np.testing.assert_allclose(scores[np.isin(run.facts.ids, query.ids)].max(), query.scores.max())


def test_a_finished_run_has_no_next_query(read_run) -> None:
    assert next_query(read_run("done")) is None
    assert np.isnan(next_scores(read_run("done"))).all()


def test_labels_have_their_state_and_the_rest_none(read_run) -> None:
    run = read_run("going")
    states = label_states(run.facts.ids, run.pool())
    found = sum(record.relevant for record in run.records())
    assert states.count("relevant") == found
    assert states.count("irrelevant") == 40 - found
    assert states.count(None) == 140


def test_the_best_description_is_the_one_of_highest_cosine(read_run) -> None:
    run = read_run("going")
    values = text_values(run)
    kept = run.descriptions()
    assert values is not None
    assert kept is not None
    cosines = run.cosines(kept[1])
    np.testing.assert_array_equal(cosines.relevant[values.best, np.arange(180)], values.cosine)
    np.testing.assert_allclose(values.s_vlm, cosines.score())
    assert values.names == ("cat", "cat", "dog", "dog")
    classes = text_classes(kept[1])
    assert classes[:4] == [("cat", True), ("cat", True), ("dog", True), ("dog", True)]
    assert {is_relevant for _, is_relevant in classes[4:]} == {False}


def test_pictures_nearest_to_a_sentence_come_nearest_first(read_run) -> None:
    run = read_run("going")
    rows, cosines = nearest_pictures(run, ["cat 0"], 5)
    whole = run.table.rows(["cat 0"])[0]
    assert cosines.tolist() == sorted(whole.tolist(), reverse=True)[:5]
    np.testing.assert_array_equal(whole[rows], cosines)


def test_a_sentence_that_nobody_compared_says_what_to_do(read_run) -> None:
    with pytest.raises(CacheError, match="prepare the run again"):
        nearest_pictures(read_run("going"), ["a sentence that is new"], 5)


def test_the_commonest_come_first() -> None:
    assert commonest(["a", "b", "b", "c", "a", "b"], 2) == [("b", 3), ("a", 2)]
