"""The lesson's cards on the small world: what each says can be checked by hand or by the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from laser_core.analysis.lesson.confusers import (
    confuser_names,
    first_batch,
    lost_picture,
    with_confusers_on,
)
from laser_core.analysis.lesson.detector import (
    DeltaCurve,
    deck_rows,
    delta_curve,
    detector_round,
    sure_pictures,
)
from laser_core.analysis.lesson.pictures import (
    RandomDraw,
    checked_sentence,
    first_texts,
    nearest,
    offered_sentences,
    random_draw,
    truth_of,
)
from laser_core.errors import LessonError
from laser_core.texts.descriptions import ClassText, Descriptions

NOWHERE = "the lesson's own run"


# ---- cards 1 and 2


def test_the_same_pictures_are_drawn_for_everybody(read_run):
    first, second = random_draw(read_run("ahead")), random_draw(read_run("going"))
    assert first.rows.tolist() == second.rows.tolist()
    assert len(set(first.rows.tolist())) == 40
    assert first.pool == 180
    assert first.in_pool == 60


def test_ten_of_forty_make_four_looks_for_each_relevant_picture():
    assert RandomDraw(np.arange(40), 10, 180, 60).looks == 4.0
    assert RandomDraw(np.arange(40), 0, 180, 60).looks is None


def test_a_pool_without_labels_has_nothing_to_hold_a_guess_against(read_run):
    with pytest.raises(LessonError, match=f"no true labels.*{NOWHERE}"):
        random_draw(read_run("unlabeled"))


def test_the_nearest_pictures_come_by_their_cosine():
    found = nearest(np.array([0.1, 0.5, -0.2, 0.3]), np.array([True, True, True, False]), 3)
    assert found.rows.tolist() == [1, 3, 0]
    assert (found.best, found.worst, found.relevant, found.first_wrong) == (0.5, -0.2, 2, 1)
    assert found.median == pytest.approx(0.2)


def test_a_sentence_whose_pictures_are_all_relevant_has_no_first_wrong_one():
    assert nearest(np.array([0.1, 0.5]), np.array([True, True])).first_wrong is None


def test_each_class_offers_its_first_sentence_and_the_last_one_its_second():
    texts = Descriptions((ClassText("cat", ("a cat", "b")), ClassText("dog", ("a dog", "wet dog"))))
    assert offered_sentences(texts) == ["a cat", "a dog", "wet dog"]


def test_a_class_that_is_switched_off_offers_no_sentence():
    texts = Descriptions((ClassText("cat", ("a cat",)), ClassText("dog", ("d",), enabled=False)))
    assert offered_sentences(texts) == ["a cat"]


def test_an_own_sentence_comes_with_single_blanks():
    assert checked_sentence("  something   round\nto sit on ") == "something round to sit on"
    assert checked_sentence("   ") == ""


def test_a_sentence_of_2_000_characters_is_told_what_is_allowed():
    with pytest.raises(LessonError, match=r"2,000 characters.*at most 300"):
        checked_sentence("x" * 2000)


@pytest.mark.parametrize("text", ["круглый стул", "圆凳", "كرسي", "☃☃ ☃ 椅"])
def test_another_script_is_told_to_write_english(text):
    with pytest.raises(LessonError, match="Latin letters alone"):
        checked_sentence(text)


@pytest.mark.parametrize("text", ["a café chair", "a chair 椅", "42 chairs"])
def test_accents_numbers_and_one_foreign_letter_are_no_other_script(text):
    assert checked_sentence(text) == text


# ---- card 3


def test_with_all_confusers_the_batch_is_the_run_s_first_one(read_run):
    run = read_run("going")
    batch = first_batch(run, confuser_names(run))
    assert run.facts.ids[batch.start.rows].tolist() == list(run.records()[0].ids)
    assert batch.relevant == run.records()[0].relevant


def test_without_confusers_eq_1_is_the_closest_sentence_alone(read_run):
    bare = first_batch(read_run("going"), ())
    np.testing.assert_allclose(bare.start.s_vlm, bare.closest, atol=1e-6)


def test_one_confuser_takes_its_own_mean_cosine_off(read_run):
    run = read_run("going")
    name = confuser_names(run)[0]
    sentences = next(c.sentences for c in first_texts(run).confusers if c.name == name)
    batch = first_batch(run, [name])
    taken = run.table.rows(list(sentences)).mean(axis=0)
    np.testing.assert_allclose(batch.closest - batch.start.s_vlm, taken, atol=1e-6)


def test_the_picture_explained_is_the_irrelevant_one_that_words_put_highest(read_run):
    run = read_run("going")
    bare, true = first_batch(run, ()), truth_of(run)
    row = lost_picture(bare, true)
    wrong = [r for r in bare.start.rows.tolist() if not true[r]]
    assert row in wrong
    assert bare.start.s_vlm[row] == max(bare.start.s_vlm[wrong])
    assert bare.place(row) == 1 + int((bare.start.s_vlm > bare.start.s_vlm[row]).sum())


def test_switching_confusers_leaves_the_classes_as_they_are():
    texts = Descriptions((ClassText("cat", ("c",)),), (ClassText("fox", ("f",)),))
    off = with_confusers_on(texts, ())
    assert off.relevant == texts.relevant
    assert off.confuser_texts() == []
    assert with_confusers_on(off, ["fox"]) == texts


def test_a_run_without_confusers_says_so(make_run, read_run):
    make_run("bare", 0, confusers=0)
    with pytest.raises(LessonError, match=f"without confusers.*{NOWHERE}"):
        confuser_names(read_run("bare"))


def test_a_run_of_one_class_shows_the_first_three_cards(make_run, read_run):
    make_run("one", 0, relevant=("cat",))
    run = read_run("one")
    assert random_draw(run).in_pool == 30
    assert len(offered_sentences(first_texts(run))) == 2
    assert first_batch(run, confuser_names(run)).size == 20


# ---- cards 5, 6 and 7


def test_the_detector_s_round_is_the_first_in_which_it_counts(read_run):
    found = detector_round(read_run("done"))
    deltas = [r.figures["delta"] for r in read_run("done").records()]
    assert found.ranking.round == 1 + next(n for n, delta in enumerate(deltas) if delta > 0)
    assert found.labels == 20 * (found.ranking.round - 1)
    assert found.irrelevant >= 10


@pytest.mark.parametrize("name", ["ahead", "unlabeled"])
def test_a_run_without_a_round_says_what_the_detector_needs(read_run, name):
    with pytest.raises(LessonError, match=f"No detector counts.*{NOWHERE}"):
        detector_round(read_run(name))


def test_a_run_of_another_strategy_has_no_detector_to_show(make_run, read_run):
    make_run("chance", 3, strategy="random")
    with pytest.raises(LessonError, match="No detector counts"):
        detector_round(read_run("chance"))


def test_the_deck_has_five_pictures_of_the_batch_and_at_most_three_wrong_ones(read_run):
    run = read_run("done")
    found, true = detector_round(run), truth_of(run)
    rows = deck_rows(found, true)
    assert len(set(rows.tolist())) == 5
    assert 1 <= int((~true[rows]).sum()) <= 3
    places = [found.ranking.rows.tolist().index(row) for row in rows.tolist()]
    assert places == sorted(places)


def test_where_nobody_knows_the_truth_the_deck_is_the_start_of_the_batch(read_run):
    found = detector_round(read_run("done"))
    assert deck_rows(found, None).tolist() == found.ranking.rows[:5].tolist()


def test_a_batch_of_wrong_pictures_still_fills_the_deck(read_run):
    found = detector_round(read_run("done"))
    nothing = np.zeros(180, dtype=bool)
    assert len(deck_rows(found, nothing)) == 5


def test_the_sure_pictures_are_the_highest_of_their_kind_by_eq_4(read_run):
    run = read_run("done")
    found, true = detector_round(run), truth_of(run)
    pair = sure_pictures(run, found)
    arrays, rows = found.ranking.arrays, found.ranking.rows
    score = dict(zip(rows.tolist(), found.laser.s_det[arrays.places(rows)].tolist(), strict=True))
    assert true[pair.right.row]
    assert pair.right.score == pytest.approx(max(s for row, s in score.items() if true[row]))
    assert pair.wrong is not None
    assert not true[pair.wrong.row]
    assert pair.wrong.score == pytest.approx(max(s for row, s in score.items() if not true[row]))


def test_a_picture_s_numbers_follow_from_its_activations_by_eq_3_and_4(read_run):
    view = sure_pictures(read_run("done"), detector_round(read_run("done"))).right
    powers = {name: np.exp(a / 0.5) for name, a in view.activations.items()}
    total = sum(powers.values())
    for name, power in powers.items():
        assert view.probabilities[name] == pytest.approx(power / total)
    best = view.probabilities[view.likeliest]
    assert view.score == pytest.approx(best - view.probabilities["irrelevant"])
    assert view.final_score(0.5) == pytest.approx((view.s_vlm + view.score) / 2)


def test_alike_counts_irrelevant_labels_of_the_same_kind(read_run):
    run = read_run("done")
    found = detector_round(run)
    pair = sure_pictures(run, found)
    assert pair.wrong is not None
    names = dict(zip(run.facts.ids.tolist(), run.facts.labels, strict=True))
    ids, labels = found.before.training_labels()
    shown = [names[id] for id in ids[labels == 2].tolist()]
    assert pair.alike == shown.count(names[str(run.facts.ids[pair.wrong.row])])


def test_the_curve_at_the_schedule_s_delta_is_the_batch_that_was_asked(read_run):
    run = read_run("done")
    found = detector_round(run)
    curve = delta_curve(run, found.ranking, found.before)
    assert curve.schedule in curve.deltas
    assert curve.at(curve.schedule) == pytest.approx(
        run.records()[found.ranking.round - 1].precision
    )


def test_the_best_delta_is_the_smallest_of_the_highest():
    curve = DeltaCurve((0.0, 0.1, 0.2), (0.4, 0.9, 0.9), 10, 0.5, 0.1, 7.0)
    assert curve.best == 0.1
    assert replace(curve, precision=(0.4, 0.4, 0.4)).best == 0.0
