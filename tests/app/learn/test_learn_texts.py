"""The lesson's words: at most ninety a card, each figure from the run, and no hostile name read."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from laser_core.analysis.lesson.detector import DeltaCurve
from laser_core.analysis.lesson.kept import lesson_figures, ways_of
from laser_core.analysis.lesson.labelling import Pace, right_answers
from laser_core.analysis.lesson.pictures import Nearest, RandomDraw
from laser_core.errors import LessonError
from laser_core.pool import Label
from ui.learn.notes import NOTES
from ui.learn.teacher import counts_csv, hands, question
from ui.learn.texts import (
    MOST_WORDS,
    TITLES,
    CardText,
    confuser_text,
    confuser_verdict,
    detector_text,
    duration,
    either,
    label_text,
    parts_text,
    random_text,
    sentence_text,
    spread_text,
    true_order,
    trust_text,
    worse_case,
)
from ui.learn.worksheet import Guesses, worksheet

FIGURES = lesson_figures()


class Round:
    """What `detector_text` and `trust_text` read of a round, from the lesson's figures."""

    labels, irrelevant = FIGURES["detector"]["labels"], FIGURES["detector"]["irrelevant"]

    class ranking:  # noqa: N801 - stands for an attribute
        round, ids = FIGURES["detector"]["round"], range(FIGURES["trust"]["size"])


class Pair:
    wrong, alike = object(), FIGURES["detector"]["alike"]


def curve() -> DeltaCurve:
    t = FIGURES["trust"]
    return DeltaCurve(
        tuple(t["deltas"]), tuple(t["precision"]), t["size"], t["share"], t["schedule"], t["ratio"]
    )


def lesson_texts() -> dict[str, CardText]:
    r, s, c = FIGURES["random"], FIGURES["sentences"][0], FIGURES["confusers"]
    near = Nearest(np.arange(s["shown"]), s["best"], s["median"], s["worst"], s["relevant"], 17)
    ways = ways_of({key: {**way, "ids": []} for key, way in FIGURES["ways"].items()})
    drawn = RandomDraw(np.arange(r["drawn"]), r["relevant"], r["pool"], r["in_pool"])
    return {
        "1": random_text(drawn, FIGURES["relevant"]),
        "2": sentence_text(near, r["pool"], s["first_wrong"]),
        "3": confuser_text(c["batches"]["none"]["relevant"], c["size"]),
        "4": spread_text(ways, 20),
        "5": label_text(3, Pace(2.1, r["pool"], 120, 105, 1400), 4, 5),
        "6": detector_text(Round, Pair, FIGURES["detector"]["wrong"]["shows"]),
        "7": trust_text(Round, curve(), FIGURES["next"]),
        "8": parts_text(FIGURES["parts"]),
    }


@pytest.mark.parametrize("card", TITLES)
def test_a_card_has_at_most_ninety_words(card):
    text = lesson_texts()[card]
    longest = max(
        (confuser_verdict(*n) for n in ((1, 2, 1, 6), (2, 2, 1, 6), (3, 2, 6, 6))), key=len
    )
    extra = CardText("", "", longest).words if card == "3" else 0
    assert 30 < text.words + extra <= MOST_WORDS


def test_words_are_counted_without_formulas_and_signs():
    assert CardText("Two words", "**and** $a = b$ 2,880 :blue-badge[more]", "x.", "it's").words == 7


def test_the_lesson_takes_twelve_minutes():
    assert sum(NOTES[card](FIGURES).minutes for card in TITLES) == 12


def test_every_figure_of_a_card_is_the_lesson_s():
    texts = {card: f"{t.intro} {t.task} {t.answer}" for card, t in lesson_texts().items()}
    assert "**4 of 40.** You look at 10 pictures" in texts["1"]
    assert "0.42, worst −0.14" in texts["2"]
    assert "**50 of the first 60**" in texts["3"]
    assert "20 × bottle: precision 100%, accuracy **33%**" in texts["4"]
    assert "wastes 19 labels and reaches **48%**" in texts["4"]
    assert "All 2,880 would take 1.7 hours" in texts["5"]
    assert "15 examples, **not one like this** (frying pan)" in texts["6"]
    assert "**83%.** δ = 0.05 already gives 78%; the best is 92% at δ = 0.2" in texts["7"]
    assert "69% without confusers, 52% without detector" in texts["8"]


def test_the_failures_stay_in():
    best, chance = FIGURES["ways"]["best 20"], FIGURES["ways"]["random 20"]
    assert best["relevant"] == 1.0 > 10 * chance["relevant"]
    assert best["accuracy"] < chance["accuracy"]
    batches = FIGURES["confusers"]["batches"]
    assert (
        min(batches[n]["relevant"] for n in FIGURES["confusers"]["names"])
        < batches["none"]["relevant"]
    )
    wrong = FIGURES["detector"]["wrong"]
    assert wrong["probabilities"][wrong["likeliest"]] > 0.9
    assert "24 of 24 relevant, 24 of them apple" in worse_case(FIGURES["eight"])


def test_card_8_says_that_the_run_without_confusers_catches_up_only_where_it_does():
    parts = {name: dict(part) for name, part in FIGURES["parts"].items()}
    assert "from round 3 on the run without them catches up" in parts_text(parts).answer
    parts["without confusers"]["rounds"] = [0.8, 0.7, 0.1, 0.1, 0.1]
    assert "catches up" not in parts_text(parts).answer


def test_uncertainty_is_worse_than_random_in_an_open_pile():
    assert true_order(FIGURES["parts"])[-2:] == ["at random", "uncertainty"]


def test_the_task_was_searched_for_and_the_first_one_gains_too_little():
    search = FIGURES["search"]
    assert search["first task"]["relevant"] == ["computer mouse", "keyboard", "hat"]
    assert search["first task"]["gain"] < 0.1 <= FIGURES["confusers"]["gain"]
    assert search["pairs"]["tasks"] == 780
    assert search["pairs"]["hurts"] > 0.3


def test_a_verdict_follows_from_the_counts():
    assert confuser_verdict(50, 50, 0, 6) == ""
    assert "Worse" in confuser_verdict(30, 50, 1, 6)
    assert "Better" in confuser_verdict(55, 50, 1, 6)
    assert "No change" in confuser_verdict(50, 50, 1, 6)
    assert "All" in confuser_verdict(59, 50, 6, 6)


def test_names_from_outside_are_not_read_as_markdown():
    assert either(["![x](http://a)", "b"]).count("\\[") == 1
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"
    assert either(list("abcdef")) == "a, b, c, d and the like"


def test_a_duration_has_one_unit():
    assert duration(2.1 * 2880) == "1.7 hours"
    assert duration(600) == "10 minutes"
    assert duration(0) == "1 minute"


def test_without_a_relevant_picture_the_card_still_makes_sense():
    assert "Not one" in random_text(RandomDraw(np.arange(40), 0, 100, 1), ["cat"]).answer


# ---- the teacher's part


@pytest.mark.parametrize("card", TITLES)
def test_each_question_has_its_true_answer_among_its_choices(card):
    asked = question(card, FIGURES)
    assert len(set(asked.choices)) == len(asked.choices) >= 3
    assert asked.right in asked.choices or (card == "5" and asked.right == "")


def test_the_truth_of_a_range_is_the_one_that_holds_the_figure():
    assert question("1", FIGURES).right == "0 to 4"
    assert question("2", FIGURES).right == "12 to 17"
    assert question("7", FIGURES).right == "75 to 100%"
    assert question("3", FIGURES).right == "computer keyboard"
    assert question("4", FIGURES).right == "Balanced"


@pytest.mark.parametrize("given", [None, "seven", math.nan, -1, 1000, 2.5, True])
def test_a_count_that_is_no_number_is_told_and_counts_as_nothing(given):
    with pytest.raises(LessonError, match=r"“cap” is no whole number from 0 to 999"):
        hands(given, "cap")


def test_a_count_is_taken_as_it_is():
    assert (hands(0, "cap"), hands(7, "cap"), hands(999.0, "cap")) == (0, 7, 999)


def test_the_table_has_every_choice_of_every_card_once():
    rows = list(csv.DictReader(io.StringIO(counts_csv({"3": {"cap": 12}}, FIGURES))))
    assert len(rows) == sum(len(question(card, FIGURES).choices) for card in TITLES)
    (cap,) = [row for row in rows if row["choice"] == "cap"]
    assert (cap["card"], cap["hands"], cap["right"]) == ("3", "12", "no")
    assert sum(row["right"] == "yes" for row in rows) == 7


# ---- the worksheet


def test_the_worksheet_asks_and_the_teacher_s_copy_answers():
    empty, told = (worksheet(FIGURES, Guesses(), answers) for answers in (False, True))
    c, wrong = FIGURES["confusers"], FIGURES["detector"]["wrong"]
    for text in (empty, told):
        assert text.count("<li>") == 8
        assert "http" not in text
        assert "<script" not in text
    assert f"{wrong['score']:.3f}" in told
    assert f"{wrong['score']:.3f}" not in empty
    assert c["picture"] in empty


def test_guesses_of_the_session_are_filled_in_and_never_read_as_html():
    mine = Guesses(drawn=23, sentence="<b>red</b> & round", trust=40, order=("at random",))
    text = worksheet(FIGURES, mine, answers=False)
    assert ">23</b>" in text
    assert "&lt;b&gt;red&lt;/b&gt; &amp; round" in text
    assert "40%" in text
    assert "My order: at random" in text


# ---- card 5


def test_an_answer_is_right_where_the_truth_agrees(read_run):
    run = read_run("going")
    name = dict(zip(run.facts.labels, run.facts.ids.tolist(), strict=True))
    answers = {
        name["cat"]: Label("relevant", "cat"),
        name["dog"]: Label("relevant", "cat"),
        name["lamp"]: Label("irrelevant", ""),
        name["frog"]: Label("unsure", ""),
    }
    assert right_answers(run, answers) == 2


def test_time_is_won_only_where_random_would_need_more_looks():
    assert Pace(2.0, 100, looks=20, found=10, at_random=50).time_won == 60.0
    assert Pace(2.0, 100, looks=20, found=1, at_random=5).time_won == 0.0
    assert Pace(2.0, 100, 20, 10, 50).whole == 200.0
