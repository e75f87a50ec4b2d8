"""How charts of the app are drawn: colours that all can tell apart, large type, a download."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from ui.look.sizes import font, height
from ui.look.theme import theme_option

MOST_SAID = 12  # lines or bars that a chart's text names
TOOLBAR = 48  # CSS pixels for the buttons of a chart and one line of legend

PictureFormat = Literal["svg", "png"]


@dataclass(frozen=True)
class Palette:
    """The chart colours of a theme, called as they look in the light one.

    They come from .streamlit/config.toml, where a test holds their contrast: told apart by the
    colour-blind, and dark (in the dark theme: pale) enough for a name at a line's end. `grey` is
    for references only.
    """

    blue: str
    orange: str
    violet: str
    pink: str
    brown: str
    navy: str
    grey: str

    @property
    def classes(self) -> tuple[str, ...]:
        """Those that stand for something, in the order in which they are given out."""
        return (self.blue, self.orange, self.violet, self.pink, self.brown, self.navy)


def colours() -> Palette:
    """The palette of the theme that this tab shows."""
    return Palette(*theme_option("chartCategoricalColors"))


def figure(pixels: int, y_title: str = "", x_title: str = "") -> go.Figure:
    """An empty chart in the house's style, larger while a room looks on.

    Args:
        pixels: its height on a desk, in CSS pixels.
    """
    size = font()
    tick = {"size": size - 1, "color": theme_option("grayTextColor")}
    return go.Figure(
        layout={  # at once: update_layout takes ten times as long, and a page has eight charts
            "height": height(pixels),
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "font": {"size": size},
            "legend": {
                "orientation": "h",
                "y": 1.02,
                "yanchor": "bottom",
                "x": 0,
                "title": "",
                "font": {"size": size},
            },
            "hovermode": "x unified",
            "xaxis": {"title": x_title, "automargin": True, "tickfont": tick},
            "yaxis": {"title": y_title, "automargin": True, "tickfont": tick},
        }
    )


def draw(
    made: go.Figure,
    key: str,
    name: str,
    shows: str,
    picture: PictureFormat = "png",
    toolbar: bool = True,
) -> None:
    """Put a chart on the page; its camera button saves `name`.png or .svg without a network.

    Args:
        key: of the element, unique on the page.
        shows: what the chart shows, in a phrase; its text for those who cannot see it begins so.
        toolbar: whether the buttons that save the chart and undo a zoom are there.
    """
    background = theme_option("backgroundColor")
    made.update_layout(paper_bgcolor=background, plot_bgcolor=background)
    if toolbar:  # above the legend, which stands above the plot
        made.update_layout(margin_t=TOOLBAR, height=made.layout.height + TOOLBAR - 8)
    config: dict[str, Any] = {
        "displaylogo": False,
        "displayModeBar": toolbar,
        "modeBarButtons": [["toImage", "resetScale2d"]],
        "toImageButtonOptions": {"format": picture, "filename": name, "scale": 2},
    }
    alt = alt_text(made, shows)
    st.plotly_chart(made, key=key, config=config, width="stretch", theme="streamlit", alt=alt)


def alt_text(made: go.Figure, shows: str) -> str:
    """What a screen reader says of a chart: what it shows, then its lines' ends or its bars."""
    said = [words for trace in made.data if trace.name or trace.type == "bar"
            for words in _trace_words(made, trace)]  # fmt: skip
    more = [f"and {len(said) - MOST_SAID} more"] if len(said) > MOST_SAID else []
    return html.unescape("; ".join([shows, *said[:MOST_SAID], *more]))


def _trace_words(made: go.Figure, trace: Any) -> Iterator[str]:
    """A line's first and last point, or each bar of a trace; nothing of what has no value."""
    if trace.type == "bar":
        across = trace.orientation == "h"
        places, values = (trace.y, trace.x) if across else (trace.x, trace.y)
        names = _tick_names(made.layout.yaxis if across else made.layout.xaxis, places)
        group = f"{trace.name}, " if trace.name else ""
        pairs = zip(names, values, strict=True)
        yield from (f"{group}{name} {value:.3g}" for name, value in pairs if value is not None)
    elif trace.type == "scatter" and trace.fill != "toself":
        points = [(x, y) for x, y in zip(trace.x, trace.y, strict=True) if y is not None]
        if points and trace.line.shape == "hvh":  # a histogram: where it is highest
            yield f"{trace.name} most at {max(points, key=lambda point: point[1])[0]:.3g}"
        elif points:
            (first, low), (last, high) = points[0], points[-1]
            yield f"{trace.name} from {low:.3g} at {first:.3g} to {high:.3g} at {last:.3g}"


def _tick_names(axis: Any, places: Iterable[object]) -> list[str]:
    """What stands at each place of an axis."""
    named = dict(zip(axis.tickvals or (), axis.ticktext or (), strict=True))
    return [str(named.get(place, place)).strip() for place in places]


def short(text: str, most: int = 24) -> str:
    """`text` cut to `most` characters, so that a label leaves room for its bar."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
