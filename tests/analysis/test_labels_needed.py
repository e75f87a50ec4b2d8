"""What good enough costs: labels to an accuracy, a person's time, and the result in a sentence."""

from __future__ import annotations

import pytest

from laser_core.analysis.comparison import Group, KeptRun, line_title
from laser_core.analysis.labels_needed import (
    PACE,
    labels_saved,
    minutes,
    own_pace,
    reaches,
    result_sentence,
    usual_target,
)
from laser_core.pool import Label
from laser_core.store.log.replay import Answer
from tests import fakes


def run(strategy: str, *accuracies: float | None, seed: int = 0, relevant: int = 5) -> KeptRun:
    """A run whose rounds of ten labels end at these accuracies."""
    records = tuple(
        fakes.record(round=i, queried=10, relevant=relevant, precision=relevant / 10, accuracy=a)
        for i, a in enumerate(accuracies, 1)
    )
    return KeptRun(f"{strategy}-{seed}", fakes.config(strategy=strategy, seed=seed), records)


def line(strategy: str, *runs: KeptRun) -> Group:
    return Group(strategy, runs)


GATED = line("gated", run("gated", 0.8, 0.91, 0.95), run("gated", 0.8, 0.85, 0.92, seed=1))
RANDOM = line("random", run("random", 0.6, 0.7, 0.9), run("random", 0.6, 0.7, 0.91, seed=1))
BUAL = line("bual", run("bual", 0.5, 0.95, 0.96), run("bual", 0.5, 0.6, 0.7, seed=1))


def test_labels_are_counted_to_the_end_of_the_first_round_that_is_good_enough() -> None:
    first, second, third = reaches([RANDOM, BUAL, GATED], 0.9)
    assert (first.name, first.labels, first.reached, first.runs) == ("Gated (ours)", 25.0, 2, 2)
    assert first.spread == pytest.approx(7.071, abs=1e-3)  # of 20 and 30
    assert (second.name, second.labels) == ("Random", 30.0)
    assert (third.name, third.labels, third.reached) == ("BUAL (released code, port)", 20.0, 1)


def test_a_line_that_gets_there_in_some_runs_only_comes_after_those_that_always_do() -> None:
    assert [one.sure for one in reaches([BUAL, RANDOM], 0.9)] == [True, False]


def test_labels_saved_are_means_over_the_runs_in_which_both_get_there() -> None:
    random, gated, bual = (reaches([each], 0.9)[0] for each in (RANDOM, GATED, BUAL))
    assert labels_saved(gated, random) == 5.0  # 30 - 20 and 30 - 30
    assert labels_saved(random, gated) == -5.0
    assert labels_saved(bual, random) == 10.0  # of its first run alone
    assert labels_saved(gated, reaches([RANDOM], 0.99)[0]) is None


def test_runs_without_a_common_split_and_seed_are_held_against_each_other_by_their_means() -> None:
    late = reaches([line("random", run("random", 0.1, 0.2, 0.95, seed=7))], 0.9)[0]
    assert labels_saved(reaches([GATED], 0.9)[0], late) == 5.0  # 30 - 25


def test_the_usual_target_is_one_that_half_of_the_lines_reach() -> None:
    assert usual_target([GATED, RANDOM, BUAL]) == 0.9
    assert usual_target([GATED, RANDOM]) == 0.9
    assert usual_target([BUAL]) == 0.7
    assert usual_target([line("random", run("random", 0.1))]) == 0.5


def test_there_is_no_target_where_nobody_knows_the_accuracy() -> None:
    assert usual_target([line("random", run("random", None))]) is None


def test_the_result_is_said_in_one_sentence_beside_random() -> None:
    said = "Gated (ours) reaches 90% accuracy with 25 labels, Random needs 30."
    assert result_sentence([RANDOM, GATED], 0.9) == said


def test_without_random_the_line_that_needs_most_stands_beside_it() -> None:
    late = line("margin", run("margin", 0.1, 0.2, 0.95))
    assert result_sentence([late, GATED], 0.9).endswith("Margin needs 30.")


def test_lines_that_are_equally_good_are_named_together() -> None:
    others = [line(name, run(name, 0.95, 0.96)) for name in ("margin", "badge", "laser", "coreset")]
    assert result_sentence([*others[:2], RANDOM], 0.9) == (
        "Margin and BADGE reach 90% accuracy with 10 labels, Random needs 30."
    )
    assert result_sentence(others, 0.9) == (
        "Margin, BADGE and 2 others reach 90% accuracy with 10 labels each."
    )


def test_a_line_that_does_not_get_there_is_said_so() -> None:
    never = line("random", run("random", 0.1, 0.2))
    assert result_sentence([GATED, never], 0.9).endswith("Random does not get there at all.")
    assert result_sentence([GATED, BUAL], 0.9).endswith("surely: in 1 of 2 runs.")
    assert "No line reaches 99% accuracy" in result_sentence([GATED, RANDOM], 0.99)
    assert "Gated (ours) ends highest, at 93.5%" in result_sentence([GATED, RANDOM], 0.99)


def test_without_a_test_split_the_sentence_speaks_of_precision() -> None:
    good = line("laser", run("laser", None, relevant=9))
    bad = line("random", run("random", None, relevant=2))
    assert result_sentence([bad, good], usual_target([bad, good])) == (
        "LaSeR asks best: 90% of its pictures are relevant, of Random's 20%."
    )


def test_one_line_alone_has_no_result() -> None:
    assert result_sentence([GATED], 0.9) == ""


def test_a_persons_minutes_are_labels_times_seconds() -> None:
    assert minutes(120, 2.5) == pytest.approx(5.0)


def answer(seconds: float | None, source: str = "person") -> Answer:
    return Answer("a", Label("relevant", "cat"), 1, "kim", seconds, "", source=source)  # type: ignore[arg-type]


def test_the_pace_is_the_mean_of_a_persons_last_answers() -> None:
    assert own_pace([answer(100.0), *[answer(2.0)] * (PACE - 1), answer(4.0)]) == pytest.approx(
        2.0 + 2.0 / PACE
    )


def test_nobodys_pace_is_unknown() -> None:
    assert own_pace([]) is None
    assert own_pace([answer(None), answer(9.0, "oracle"), answer(9.0, "import")]) is None


@pytest.mark.parametrize(
    ("strategy", "name", "shown"),
    [
        ("bual", "bual", "BUAL (released code, port)"),
        ("bual", "BUAL", "BUAL (released code, port)"),
        ("bual", "BUAL, random start", "BUAL (released code, port), random start"),
        ("bual", "bual (first)", "BUAL (released code, port) (first)"),
        ("bual", "BUAL (released code, port)", "BUAL (released code, port)"),
        ("laser", "laser, delta=linear", "LaSeR, delta=linear"),
        ("laser", "LaSeR as printed", "LaSeR as printed"),
        ("laser", "without detector", "without detector"),
    ],
)
def test_a_line_says_on_screen_what_is_a_port(strategy: str, name: str, shown: str) -> None:
    assert line_title(Group(name, (run(strategy, 0.5),))) == shown


def test_a_strategy_that_is_not_installed_here_keeps_its_name() -> None:
    assert line_title(Group("elsewhere", (run("elsewhere", 0.5),))) == "elsewhere"
