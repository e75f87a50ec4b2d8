"""What descriptions and classes brought in, on numbers that can be checked by hand."""

import numpy as np
import pytest

from laser_core.analysis.yields import RoundMatches, class_counts, description_yields
from laser_core.pool import Label
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.lint import sentence_facts, sentence_remarks

CAT, CAR = Label("relevant", "cat"), Label("irrelevant", "car")


def matches(best, queried, relevant, texts=("one", "two", "three")):
    return RoundMatches(
        texts=texts,
        classes=("cat", "cat", "dog"),
        best=np.array(best),
        queried=np.array(queried),
        relevant=np.array(relevant, dtype=bool),
        counted=np.ones(len(queried), dtype=bool),
    )


def test_a_description_is_credited_with_what_it_matched_best():
    rounds = [matches([0, 0, 1, 1], [0, 1], [True, False]), matches([0, 1], [0], [True])]
    found = {each.text: each for each in description_yields(rounds)}
    assert (found["one"].queried, found["one"].relevant) == (2, 2)
    assert (found["two"].queried, found["two"].relevant) == (1, 0)
    assert (found["one"].matches, found["one"].share) == (1, 0.5)  # of the last round's pool


def test_a_description_that_matches_no_picture_is_dead():
    verdicts = {y.text: y.verdict for y in description_yields([matches([0, 1], [0], [True])])}
    assert verdicts == {"one": "", "two": "", "three": "dead"}


def test_a_description_that_draws_the_pool_and_brings_little_is_a_magnet():
    barren = matches([0] * 8, [0, 0, 0], [True, False, False])
    fruitful = matches([0] * 8, [0, 0, 0], [True, True, False])
    assert description_yields([barren])[0].verdict == "magnet"
    assert description_yields([fruitful])[0].verdict == ""


@pytest.mark.parametrize(
    ("drawn", "answers"), [(3, ()), (3, (False,)), (4, (True, False, False)), (3, (True,)), (2, ())]
)
def test_charts_and_prompts_call_the_same_description_a_magnet(drawn, answers):
    """Twice: five times its share on Prompts, three times on Charts, where answers counted too."""
    sentences = tuple(f"a thing of kind {n}" for n in range(8))
    texts = Descriptions((ClassText("thing", sentences),))
    best = np.array([0] * (drawn * 10) + [1 + n % 7 for n in range((8 - drawn) * 10)])
    told = np.arange(len(best)) < len(answers)
    right = np.zeros(len(best), dtype=bool)
    right[: len(answers)] = answers
    matches = RoundMatches(sentences, ("thing",) * 8, best, best[told], right[told], told[told])
    facts = sentence_facts(texts, best, dict.fromkeys(sentences, 0.3), told, right)
    on_prompts = {text: each[0].kind for (_, text), each in sentence_remarks(texts, facts).items()}
    on_charts = {each.text: each.verdict for each in description_yields([matches]) if each.verdict}
    magnet = drawn >= 3 and (not answers or 2 * sum(answers) < len(answers))
    assert on_prompts == on_charts == ({sentences[0]: "magnet"} if magnet else {})


def test_descriptions_are_known_by_their_sentences_when_lists_change():
    edited = matches([0, 1], [0], [True], texts=("new", "one", "three"))
    found = {y.text: y for y in description_yields([matches([0], [0], [True]), edited])}
    assert found["new"].relevant == 1
    assert found["one"].relevant == 1
    assert found["one"].matches == 1


def test_classes_are_counted_beside_what_the_pool_holds():
    counts = class_counts(("cat", "dog"), {"a": CAT, "b": CAR}, ["cat", "car", "cat", "car"])
    assert [(c.name, c.relevant, c.found, c.in_pool) for c in counts] == [
        ("cat", True, 1, 2),
        ("dog", True, 0, 0),
        ("car", False, 1, 2),
    ]


def test_a_pool_with_unlabeled_pictures_does_not_say_how_many_it_holds():
    counts = class_counts(("cat",), {}, ["cat", None])
    assert counts[0].in_pool is None
