"""Lines with their names at their ends: where the names go, which axis, and what is drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ui.shared.lines.chart import BANDS, DASHES, Drawn, Limit, Plot, line_figure, line_style
from ui.shared.lines.ends import APART, nice_step, share_axis, spread_out


def test_names_that_do_not_touch_stay_where_their_lines_end() -> None:
    assert spread_out([0.2, 0.9, 0.5], 0.0, 1.0) == [0.2, 0.9, 0.5]


def test_names_that_would_touch_are_pushed_apart_by_six_percent_of_the_axis() -> None:
    assert APART == 0.06
    assert spread_out([0.5, 0.5], 0.0, 1.0) == pytest.approx([0.5, 0.56], abs=1e-5)
    assert spread_out([50.0, 50.0], 0.0, 100.0) == pytest.approx([50.0, 56.0], abs=1e-3)


def test_names_at_the_top_are_pushed_down_and_not_out_of_the_plot() -> None:
    assert spread_out([1.0, 0.99, 1.0], 0.0, 1.0) == pytest.approx([0.94, 0.88, 1.0], abs=1e-5)


def test_names_keep_the_order_of_their_lines_ends() -> None:
    heights = spread_out([0.31, 0.30, 0.33, 0.32], 0.0, 1.0)
    assert sorted(range(4), key=heights.__getitem__) == [1, 0, 3, 2]


def test_more_names_than_fit_share_the_axis_evenly() -> None:
    heights = sorted(spread_out([0.9] * 21, 0.0, 1.0))
    assert [b - a for a, b in pairwise(heights)] == pytest.approx([0.05] * 20, abs=1e-5)
    assert (heights[0], heights[-1]) == pytest.approx((0.0, 1.0), abs=1e-5)
    assert 0.0 < heights[0] < heights[-1] < 1.0  # a name on the very end is left out


def test_no_names_need_no_place() -> None:
    assert spread_out([], 0.0, 1.0) == []


@pytest.mark.parametrize(("span", "step"), [(1.0, 0.2), (0.5, 0.1), (0.11, 0.05), (3.0, 1.0)])
def test_steps_are_one_two_or_five_times_a_power_of_ten(span: float, step: float) -> None:
    assert nice_step(span) == pytest.approx(step)


def test_values_over_half_of_the_axis_get_all_of_it() -> None:
    low, high, step = share_axis([0.1, 0.8])
    assert (low, high, step) == pytest.approx((-0.04, 1.04, 0.2))


def test_values_that_lie_close_together_get_an_axis_of_their_own() -> None:
    low, high, step = share_axis([0.91, 0.97])
    assert step == pytest.approx(0.02)
    assert low < 0.91 < 0.97 < high
    assert low > 0.89


def test_values_that_are_all_the_same_still_have_an_axis() -> None:
    low, high, _ = share_axis([1.0, 1.0])
    assert low < 1.0 < high


def test_no_two_of_many_lines_have_both_colour_and_dash_in_common() -> None:
    colours = ["#0072b2", "#b35c00", "#8c1ff9", "#e00673", "#5c2d23", "#1b3098", "#808080"]
    styles = {line_style(number, colours) for number in range(6 * len(DASHES))}
    assert len(styles) == 6 * len(DASHES)
    assert "#808080" not in {colour for colour, _ in styles}


def drawn(count: int, runs: int = 2) -> tuple[Drawn, ...]:
    return tuple(
        Drawn(f"line {i}", i, (20.0, 40.0), (0.2, 0.1 * i), (0.01, 0.02), runs)
        for i in range(count)
    )


def test_each_line_has_its_name_at_its_end_in_its_colour_and_there_is_no_legend() -> None:
    made = line_figure([Plot("Accuracy", drawn(3))], "labels paid", 400)
    named = {note.text: note.font.color for note in made.layout.annotations}
    colours = {line.name: line.line.color for line in made.data if line.name}
    assert {name: named[name] for name in colours} == colours
    assert list(colours) == ["line 0", "line 1", "line 2"]
    assert made.layout.showlegend is False


def test_a_limit_is_dotted_and_named_too() -> None:
    limit = Limit("the most possible", (20.0, 40.0), (1.0, 0.9))
    made = line_figure([Plot("Precision", drawn(2), (limit,))], "labels paid", 400)
    dotted = [line for line in made.data if line.name == limit.name]
    assert [line.line.dash for line in dotted] == ["dot"]
    assert "the most possible" in [note.text for note in made.layout.annotations]


def test_small_multiples_are_plots_of_one_figure_and_a_line_looks_alike_in_all() -> None:
    plots = [Plot(title, drawn(2)) for title in ("Precision", "Recall", "Accuracy")]
    made = line_figure(plots, "labels paid", 400)
    lines = [line for line in made.data if line.name == "line 1"]
    assert [line.xaxis for line in lines] == ["x", "x2", "x3"]
    assert len({(line.line.color, line.line.dash) for line in lines}) == 1
    assert sum(note.text == "line 1" for note in made.layout.annotations) == 1


def test_bands_are_drawn_for_a_few_repeated_lines_and_not_for_many_or_single_ones() -> None:
    def bands(count: int, runs: int) -> int:
        made = line_figure([Plot("Accuracy", drawn(count, runs))], "labels paid", 400)
        return sum(line.fill == "toself" for line in made.data)

    assert (bands(BANDS, 2), bands(BANDS + 1, 2), bands(2, 1)) == (BANDS, 0, 0)


def test_many_names_make_the_figure_higher_and_a_name_is_shown_as_it_is() -> None:
    many = line_figure([Plot("Accuracy", drawn(30))], "labels paid", 400)
    assert many.layout.height > 500
    odd = line_figure([Plot("A", (Drawn("a <b>", 0, (1.0,), (0.5,)),))], "round", 400, rounds=True)
    assert "a &lt;b&gt;" in [note.text for note in odd.layout.annotations]


def test_a_plot_without_a_point_is_an_empty_one() -> None:
    made = line_figure([Plot("Recall", (Drawn("nothing", 0, (), ()),))], "labels paid", 400)
    assert len(made.data) == 0
