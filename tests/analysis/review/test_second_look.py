"""Labels that everything else speaks against: how far, who says so, and what is left alone."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from laser_core.analysis.review.second_look import (
    Witness,
    contradiction,
    neighbour_shares,
    reason_of,
    second_look,
)
from laser_core.analysis.suggestions import text_chances
from laser_core.pool import Label
from laser_core.store.store import Store
from laser_core.texts.cosines import TextCosines

CAT, DOG, OTHER = Label("relevant", "cat"), Label("relevant", "dog"), Label("irrelevant")
NAN = float("nan")


def test_a_label_is_spoken_against_by_the_mean_of_those_who_can_tell() -> None:
    given = np.array([0, 1, 0])
    text = np.array([[0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [NAN, NAN, NAN]])
    detector = np.array([[0.4, 0.5, 0.1], [NAN, NAN, NAN], [NAN, NAN, NAN]])
    against, instead = contradiction(given, [text, detector])
    # first: class 1 has (0.7 + 0.5) / 2 = 0.6, the label (0.2 + 0.4) / 2 = 0.3
    np.testing.assert_allclose(against, [0.3, 0.1 - 0.8, -1.0])
    assert instead[0] == 1


def test_the_nearest_labeled_pictures_vote_and_none_votes_for_itself() -> None:
    angles = np.radians([0.0, 1.0, 2.0, 90.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    shares = neighbour_shares(vectors, np.array([0, 1, 1, 2]), classes=2, k=2)
    np.testing.assert_allclose(shares[0], [0.0, 1.0, 0.0])
    np.testing.assert_allclose(shares[1], [0.5, 0.5, 0.0])
    assert np.isnan(neighbour_shares(vectors[:1], np.array([0]), 2)).all()


def test_the_sentences_chances_are_those_of_the_nearest_of_each() -> None:
    # spread 1, so exp(1.2 * cosine): cat 0.5, dog 0, wolf 0.25 and fox 0, of which wolf counts
    cosines = TextCosines(
        np.array([[0.5], [0.0]]), np.array([[0.25], [0.0]]), np.arange(2), np.arange(2)
    )
    powers = np.exp(1.2 * np.array([0.5, 0.0, 0.25]))
    np.testing.assert_allclose(text_chances(cosines, 2, 1.0), [powers / powers.sum()])
    nothing = TextCosines(np.array([[0.5]]), np.zeros((0, 1)), np.arange(1), np.arange(0))
    assert np.isnan(text_chances(nothing, 1, 1.0)).all()


def test_the_reason_names_those_who_contradict_and_no_other() -> None:
    against = Witness(np.array([[0.1, 0.9]]), {0: "the sentence nearest to it is “a wolf”"})
    agreeing = Witness(np.array([[0.8, 0.2]]), {0: "the detector was 80% sure of cat"})
    third = Witness(np.array([[0.4, 0.6]]), {0: "5 of the 8 are called irrelevant"})
    assert reason_of(CAT, 0, 0, [against, agreeing, third]) == (
        "Labeled cat, but the sentence nearest to it is “a wolf” and 5 of the 8 are called "
        "irrelevant"
    )


@pytest.fixture
def wrong(read_run):
    """(reader of the run "done", the irrelevant picture least like any sentence, called a cat)."""
    run = read_run("done")
    labels = run.store.labels.by_id()
    likeness = run.cosines(run.descriptions()[1]).score()
    order = run.facts.ids[np.argsort(likeness)].tolist()
    one = next(id for id in order if id in labels and labels[id].state == "irrelevant")
    with closing(Store.open(run.folder)) as store:
        store.labels.append({one: CAT}, 1, "me")
    return run, one


def test_a_label_that_was_made_wrong_is_among_the_first_and_a_second_same_answer_settles_it(
    wrong,
) -> None:
    run, one = wrong
    found = second_look(run, 200)
    labeled = run.store.labels.by_id()
    places = {doubt.image: n for n, doubt in enumerate(found)}
    assert places[one] < len(labeled) / 4
    mine = found[places[one]]
    assert (mine.label, mine.instead) == (CAT, OTHER)
    assert mine.reason.startswith("Labeled cat, but ")
    assert [d.against for d in found] == sorted((d.against for d in found), reverse=True)
    assert all(0 < d.against <= 1 for d in found)
    with closing(Store.open(run.folder)) as store:
        store.labels.append({one: CAT}, 1, "me")
    assert one not in {doubt.image for doubt in second_look(run, 200)}


def test_what_is_unsure_or_excluded_is_no_label_to_doubt(wrong) -> None:
    run, one = wrong
    with closing(Store.open(run.folder)) as store:
        store.labels.append({one: Label("unsure")}, 1, "me")
    assert one not in {doubt.image for doubt in second_look(run, 200)}


def test_a_run_without_labels_has_none_to_doubt(read_run) -> None:
    assert second_look(read_run("ahead"), 10) == []
