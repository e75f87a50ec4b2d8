"""What the model thinks a picture shows."""

from __future__ import annotations

import numpy as np

from laser_core.analysis.suggestions import from_cosines, from_logits
from laser_core.pool import Label
from tests.fakes import cosines


def test_the_detector_says_its_likeliest_class_with_the_chance_of_equation_3() -> None:
    # T = 1: chances 1/4, 3/4 and 1/2, 1/2 (the first of equals)
    logits = np.log(np.array([[1.0, 3.0], [1.0, 1.0]]))
    first, second = from_logits(logits, ["cat"], temperature=1.0)
    assert (first.label, round(first.sure, 6)) == (Label("irrelevant"), 0.75)
    assert first.reason == "the detector gives cat 0.25, irrelevant 0.75"
    assert (second.label, round(second.sure, 6)) == (Label("relevant", "cat"), 0.5)


def test_the_nearest_sentence_names_the_class_and_its_lead_says_how_sure() -> None:
    found = from_cosines(
        cosines([[0.5], [0.3]], [[0.4]]), ["a cat", "a dog"], ["cat", "dog"], ["fox"]
    )
    assert found[0].label == Label("relevant", "cat")
    assert round(found[0].sure, 6) == 0.1
    assert found[0].reason == "nearest is “a cat” with cosine 0.500, then fox with 0.400"


def test_nearer_to_a_confuser_counts_as_irrelevant() -> None:
    found = from_cosines(cosines([[0.5]], [[0.7]]), ["a cat"], ["cat"], ["fox"])
    assert found[0].label == Label("irrelevant")
    assert round(found[0].sure, 6) == 0.2


def test_without_confusers_and_with_one_class_the_class_is_all_there_is() -> None:
    found = from_cosines(cosines([[0.2]], []), ["a cat"], ["cat"], [])
    assert found[0].label == Label("relevant", "cat")
    assert found[0].reason == "nearest is “a cat” with cosine 0.200"
