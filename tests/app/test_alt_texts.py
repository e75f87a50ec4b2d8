"""Charts for those who cannot see them: what they show, with the ends of lines and the bars."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from ui.shared.plots import MOST_SAID, alt_text


def test_a_line_is_said_by_its_ends_and_a_band_not_at_all() -> None:
    made = go.Figure()
    made.add_scatter(x=[86, 172, 258], y=[0.5, None, 0.9375], name="R &amp; D")
    made.add_scatter(x=[86, 86], y=[0.4, 0.6], fill="toself")
    assert alt_text(made, "accuracy") == "accuracy; R & D from 0.5 at 86 to 0.938 at 258"


def test_bars_are_said_by_the_words_at_their_place() -> None:
    made = go.Figure()
    made.add_bar(x=[3, 4], y=[0, 1], orientation="h", name="labeled")
    made.add_bar(x=[None, 9], y=[0, 1], orientation="h", name="in the pool")
    made.update_yaxes(tickvals=[0, 1], ticktext=["cat ", "dog "])
    assert (
        alt_text(made, "classes") == "classes; labeled, cat 3; labeled, dog 4; in the pool, dog 9"
    )


def test_a_histogram_is_said_by_where_it_is_highest() -> None:
    made = go.Figure()
    made.add_scatter(x=[0.1, 0.2, 0.3], y=[1, 7, 2], name="relevant", line_shape="hvh")
    assert alt_text(made, "shares") == "shares; relevant most at 0.2"


def test_of_many_lines_the_first_are_said() -> None:
    made = go.Figure()
    for n in range(MOST_SAID + 3):
        made.add_scatter(x=[1, 2], y=[n, n], name=str(n))
    assert alt_text(made, "many").endswith("; and 3 more")


@pytest.mark.parametrize(
    ("page", "run", "said"),
    [
        ("6_Charts", "done", "precision and what else is known, by"),
        ("2_Prompts", "ahead", "share of pictures by S_vlm"),
    ],
)
def test_every_chart_of_a_page_has_a_text(open_page, page: str, run: str, said: str) -> None:
    charts = open_page(page, run).get("plotly_chart")
    assert charts
    assert all(len(chart.proto.alt) > 20 for chart in charts)
    assert any(chart.proto.alt.startswith(said) for chart in charts)
