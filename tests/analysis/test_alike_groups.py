"""Pages of alike pictures: their order, and which of them one key may take."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.analysis.suggestions import (
    SURE,
    Suggestion,
    alike_groups,
    from_cosines,
    from_logits,
)
from laser_core.pool import Label
from tests.fakes import cosines

CAT, DOG, OTHER = Label("relevant", "cat"), Label("relevant", "dog"), Label("irrelevant")


def guess(label: Label, confidence: float) -> Suggestion:
    return Suggestion(label, confidence, "", confidence)


def test_surely_relevant_groups_come_first_and_what_looks_irrelevant_comes_behind_them() -> None:
    """H1: the largest group came first, whatever it was and however unsure."""
    said = {
        **{f"x{i}": guess(OTHER, 0.99) for i in range(9)},
        **{f"c{i}": guess(CAT, 0.3) for i in range(5)},
        **{f"d{i}": guess(DOG, 0.9) for i in range(3)},
        **{f"e{i}": guess(CAT, 0.95) for i in range(2)},
    }
    groups = alike_groups([*said, "nobody knows"], said)
    assert [(g.label, g.bulk, len(g.ids)) for g in groups] == [
        (DOG, True, 3),
        (CAT, True, 2),
        (CAT, False, 5),
        (OTHER, False, 9),
        (None, False, 1),
    ]


@pytest.mark.parametrize("confidence", [0.0, 0.5, SURE - 0.01, SURE, 1.0])
@pytest.mark.parametrize("label", [CAT, OTHER])
def test_only_a_relevant_class_that_is_sure_may_be_taken_at_once(
    label: Label, confidence: float
) -> None:
    """H1: one Enter accepted a page of "looks like irrelevant"."""
    bulk = alike_groups(["a"], {"a": guess(label, confidence)})[0].bulk
    assert bulk == (label == CAT and confidence >= SURE)


def test_a_group_has_its_surest_pictures_first_and_every_picture_is_in_one() -> None:
    """H1: of each group the doubtful ones come last."""
    said = {"a": guess(CAT, 0.82), "b": guess(CAT, 0.97), "c": guess(CAT, 0.9)}
    assert [g.ids for g in alike_groups(["a", "b", "c"], said)] == [("b", "c", "a")]
    assert alike_groups([], {}) == []
    assert [g.ids for g in alike_groups(["a", "z"], {})] == [("a", "z")]


def test_sentences_are_sure_in_the_unit_of_their_model_s_own_spread() -> None:
    """H1: a lead of 0.05 is much for one model and nothing for another."""
    relevant, irrelevant = [[0.9, 0.5], [0.1, 0.45]], [[0.1, 0.48], [0.15, 0.5]]
    wide = from_cosines(cosines(relevant, irrelevant), ["c", "d"], ["cat", "dog"], ["fox", "owl"])
    assert wide[0].label == CAT
    assert wide[0].confidence > 0.8 > wide[1].confidence
    narrow = [[[v / 10 + 0.2 for v in row] for row in side] for side in (relevant, irrelevant)]
    found = from_cosines(cosines(*narrow), ["c", "d"], ["cat", "dog"], ["fox", "owl"])
    assert [g.confidence for g in found] == pytest.approx([g.confidence for g in wide])


def test_a_batch_that_was_picked_is_held_against_the_spread_of_its_pool() -> None:
    """H1: among tennis balls alone every ball looked doubtful, and nothing could be taken."""
    balls = cosines([[0.9, 0.9], [0.1, 0.1]], [[0.1, 0.1], [0.1, 0.1]])
    alone = from_cosines(balls, ["c", "d"], ["cat", "dog"], ["fox", "owl"])
    pool = from_cosines(balls, ["c", "d"], ["cat", "dog"], ["fox", "owl"], spread=0.15)
    # 0.8 / 0.15 * 1.2 = 6.4: each of three rivals has exp(-6.4) = 0.0017 of the winner
    assert pool[0].confidence == pytest.approx(1 / (1 + 3 * np.exp(-6.4)))
    assert alone[0].confidence < pool[0].confidence


def test_sentences_without_a_confuser_are_never_sure() -> None:
    """H1: with nothing to be told from, every picture looks like a class."""
    found = from_cosines(cosines([[0.9], [0.1]], []), ["c", "d"], ["cat", "dog"], [])
    assert (found[0].label, found[0].confidence) == (CAT, 0.0)


def test_the_detector_is_as_sure_as_its_probability() -> None:
    """H1: Eq. (3) at T = 1: 3/4 irrelevant, then 9/10 cat."""
    found = from_logits(np.log(np.array([[1.0, 3.0], [9.0, 1.0]])), ["cat"], temperature=1.0)
    assert [(g.label, round(g.confidence, 6)) for g in found] == [(OTHER, 0.75), (CAT, 0.9)]
