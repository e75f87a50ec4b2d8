"""Suggestions and least-sure pictures where the classifier starts from the text."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from laser_core.analysis.reader import RunReader
from laser_core.analysis.suggestions import (
    SURE,
    alike_groups,
    chances_of,
    class_margin,
    closest_first,
    from_cosines,
    from_logits,
    least_sure,
    named_by_classifier,
    suggestions,
)
from laser_core.experiment.experiment import Experiment
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies.laser import laser_settings
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes
from tests.fakes import cosines

CUP, MUG, OTHER = Label("relevant", "cup"), Label("relevant", "mug"), Label("irrelevant")
CLASSES = ["cup", "mug"]


def chances(*rows: list[float]) -> np.ndarray:
    """Logits whose chances, at T = 1, are the numbers of `rows`."""
    return np.log(np.array(rows))


def test_the_class_s_chance_is_the_classifier_s_times_that_of_being_relevant_at_all() -> None:
    found = chances_of(chances([0.1, 0.5, 0.4]), chances([0.75, 0.25]), temperature=1.0)
    np.testing.assert_allclose(found, [[0.6 * 0.75, 0.6 * 0.25, 0.4]])


def test_without_a_classifier_the_chances_are_those_of_equation_3() -> None:
    # T = 1/2 squares the chances: 1, 9, 16 of 26
    found = chances_of(chances([0.125, 0.375, 0.5]), None, temperature=0.5)
    np.testing.assert_allclose(found, [[1 / 26, 9 / 26, 16 / 26]])


def test_the_detector_says_whether_it_is_relevant_and_the_classifier_says_which_class() -> None:
    detector = chances([0.68, 0.02, 0.3], [0.1, 0.3, 0.6])
    first, second = from_logits(detector, CLASSES, 1.0, chances([0.07, 0.93], [0.07, 0.93]))
    # 0.7 * 0.93 = 0.651 and yet 0.02 by the detector, which speaks against a mug
    assert (first.label, round(first.confidence, 6)) == (MUG, 0.02)
    assert first.reason == (
        "the classifier, which starts from the text, gives mug 0.93; "
        "the detector gives irrelevant 0.30"
    )
    assert (second.label, round(second.confidence, 6)) == (OTHER, 0.6)


def test_what_the_detector_finds_like_nothing_is_not_sure_however_sure_the_class_is() -> None:
    """H1: a thing of no class gets a little of each; the classifier knows classes alone."""
    stray, cup = from_logits(
        chances([0.5, 0.49, 0.01], [0.9, 0.0001, 0.0999]),
        CLASSES,
        1.0,
        chances([0.99, 0.01], [0.95, 0.05]),
    )
    assert (stray.label, round(stray.confidence, 6)) == (CUP, 0.5)
    # the less sure of 0.9001 * 0.95 and 0.9
    assert (cup.label, round(cup.confidence, 6)) == (CUP, 0.855095)


def test_irrelevant_is_what_is_likeliest_so_by_the_detector_as_equation_4_has_it() -> None:
    # S_det = 0.3 - 0.4 is below 0, though the two classes together are likelier
    found = from_logits(chances([0.3, 0.3, 0.4]), CLASSES, 1.0, chances([0.5, 0.5]))[0]
    assert (found.label, round(found.confidence, 6)) == (OTHER, 0.4)


def test_a_class_that_the_detector_has_never_seen_can_be_suggested_and_is_not_sure() -> None:
    detector = np.array([[0.0, -np.inf, np.log(0.25)]])  # 0.8 cup, 0.2 irrelevant
    found = from_logits(detector, CLASSES, 1.0, chances([0.1, 0.9]))[0]
    assert (found.label, found.confidence) == (MUG, 0.0)


def test_without_a_detector_the_sentences_say_whether_and_the_classifier_says_which() -> None:
    near = cosines([[0.5, 0.5, 0.2], [0.3, 0.3, 0.1]], [[0.4, 0.4, 0.6]])
    said = from_cosines(near, ["a cup", "a mug"], CLASSES, ["jar"], spread=0.1)
    logits = chances([0.2, 0.8], [0.9, 0.1], [0.9, 0.1])
    found = named_by_classifier(said, near, CLASSES, logits, spread=0.1)
    assert [guess.label for guess in found] == [MUG, CUP, OTHER]
    assert [round(guess.sure, 6) for guess in found] == [0.6, 0.8, 0.4]
    # 1.2 / 0.1 times 0, 0.2 and 0.1 below the best: 1, exp(-2.4) and exp(-1.2)
    whole = 1 + np.exp(-2.4) + np.exp(-1.2)
    assert found[0].confidence == pytest.approx(np.exp(-2.4) / whole)
    assert found[1].confidence == pytest.approx(1 / whole)
    assert found[2].confidence == said[2].confidence
    assert found[0].reason == (
        "the classifier, which starts from the text, gives mug 0.80; "
        "nearest is “a cup” with cosine 0.500, then jar with 0.400"
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_page_that_enter_takes_holds_what_one_of_the_two_doubts(seed: int) -> None:
    """H1: also where classifier, detector and sentences speak of one picture."""
    rng = np.random.default_rng(seed)
    detector, logits = rng.normal(0, 4, (200, 3)), rng.normal(0, 4, (200, 2))
    both = from_logits(detector, CLASSES, 1.0, logits)
    near = cosines(rng.normal(size=(2, 200)).tolist(), rng.normal(size=(2, 200)).tolist())
    said = from_cosines(near, ["a cup", "a mug"], CLASSES, ["jar", "can"])
    texts = named_by_classifier(said, near, CLASSES, logits)
    for guesses in (both, texts):
        named = {str(n): guess for n, guess in enumerate(guesses)}
        taken = [int(i) for g in alike_groups(list(named), named) if g.bulk for i in g.ids]
        assert taken
        for n in taken:
            assert guesses[n].label.name == CLASSES[int(logits[n].argmax())]
        if guesses is both:
            alone = chances_of(detector, None, 1.0)[taken]
            assert (alone[:, :-1].max(axis=1) >= SURE).all()
        else:
            assert all(said[n].label == texts[n].label for n in taken)


def test_the_closest_two_classes_come_first_of_what_looks_relevant_then_the_rest() -> None:
    # the third is nearer to a confuser; the fifth no classifier has looked at
    near = cosines(
        [[0.9, 0.9, 0.1, 0.9, 0.9], [0.1, 0.1, 0.1, 0.1, 0.6]], [[0.0, 0.0, 0.15, 0.0, 0.0]]
    )
    logits = chances([0.9, 0.1], [0.55, 0.45], [0.5, 0.5], [0.6, 0.4])
    np.testing.assert_allclose(class_margin(logits), [0.8, 0.1, 0.0, 0.2])
    # the rest by the sentences' lead: 0.05, then 0.3
    assert closest_first(near, np.arange(4), logits).tolist() == [1, 3, 0, 2, 4]


def test_with_one_class_the_sentences_tell_the_least_sure() -> None:
    near = cosines([[0.9, 0.5, 0.3]], [[0.1, 0.4, 0.5]])
    assert closest_first(near, np.arange(3), np.zeros((3, 1))).tolist() == [1, 2, 0]


@pytest.fixture
def read(tmp_path):
    """read(rounds, ...) reads a run of so many rounds that has asked for one more."""

    def make(rounds, **settings):
        config = fakes.config(rounds=rounds + 1, **{"anchor": 1.0, **settings})
        made = fakes.materials(config)
        vectors = made.pictures.vectors(made.pool_ids)
        table = FileTable(cosines_folder(tmp_path, "small-world"), len(vectors))
        table.keep_vectors(vectors)
        cosines = Cosines(vectors, fakes.encode, table)
        materials = replace(made, cosines=cosines, cosines_key="small-world")
        with closing(Store.create(tmp_path / "run", config)) as store:
            keep_pool(store, materials)
            run = Experiment(materials, store)
            for _ in range(rounds):
                ids = drain(run.query()).ids.tolist()
                run.annotate(materials.oracle.answer(ids))
                drain(run.train())
            drain(run.query())
            texts = store.texts.read()[1]  # which `random` itself does not compare with the pool
            cosines.add([*texts.relevant_texts(), *texts.confuser_texts()])
        return reader(tmp_path / "run", tmp_path)

    opened: list[RunReader] = []

    def reader(folder, cache):
        opened.append(RunReader(folder, cache))
        return opened[-1]

    yield make
    for run in opened:
        run.close()


def asked(run):
    return run.store.rounds.query(len(run.records()) + 1)[1].arrays


@pytest.mark.parametrize(
    ("rounds", "strategy", "words"),
    [
        (0, "laser", "nearest is"),
        (2, "laser", "the detector gives irrelevant"),
        (2, "random", "nearest is"),
    ],
)
def test_a_run_s_suggestions_name_the_class_that_its_classifier_names(
    read, rounds, strategy, words
) -> None:
    run = read(rounds, strategy=strategy)
    arrays = asked(run)
    ids = run.facts.ids[arrays.row].tolist()
    best = np.asarray(run.config.relevant)[arrays.classifier.logits.argmax(axis=1)]
    guesses = suggestions(run, ids)
    relevant = [n for n, id in enumerate(ids) if guesses[id].label.state == "relevant"]
    assert [guesses[ids[n]].label.name for n in relevant] == best[relevant].tolist()
    for id, name in zip(ids, best, strict=True):
        assert f"the text, gives {name} " in guesses[id].reason
        assert words in guesses[id].reason


def test_a_run_without_an_anchor_is_told_of_as_before(read) -> None:
    run = read(0, anchor=0.0)
    guesses = suggestions(run, run.facts.ids.tolist())
    assert len(guesses) == len(run.facts.ids)
    assert all(guess.reason.startswith("nearest is") for guess in guesses.values())
    assert len(least_sure(run, 7)) == 7


def test_before_a_detector_counts_the_least_sure_is_the_closest_of_two_classes(read) -> None:
    run = read(0)
    arrays = asked(run)
    cosines = run.cosines(run.descriptions()[1], arrays.row)
    relevant = cosines.relevant.max(axis=0) >= cosines.irrelevant.max(axis=0)
    margins = np.where(relevant, class_margin(arrays.classifier.logits), np.inf)
    expected = run.facts.ids[arrays.row[np.argsort(margins)[:3]]].tolist()
    assert least_sure(run, 3) == expected


def test_where_a_detector_counts_the_least_sure_has_the_smallest_likeliest_chance(read) -> None:
    run = read(2)
    arrays = asked(run)
    chances = chances_of(
        arrays.laser.detector_logits,
        arrays.classifier.logits,
        laser_settings(run.config).temperature,
    ).max(axis=1)
    expected = run.facts.ids[arrays.row[np.argsort(chances, kind="stable")[:3]]].tolist()
    assert least_sure(run, 3) == expected
