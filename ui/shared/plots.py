"""How charts of the app are drawn: colours that all can tell apart, large type, a download."""

from __future__ import annotations

from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

from ui.escape import chart_text

# Okabe and Ito: told apart by the colour-blind, readable on white and on the dark background.
BLUE, ORANGE, GREEN, PINK = "#0072b2", "#e69f00", "#009e73", "#cc79a7"
SKY, RED, VIOLET, GREY = "#56b4e9", "#d55e00", "#8c7ae6", "#7f8c8d"
FONT = 14  # points; readable from the back of a room
TOOLBAR = 48  # CSS pixels for the buttons of a chart and one line of legend

PictureFormat = Literal["svg", "png"]


def figure(height: int, y_title: str = "", x_title: str = "") -> go.Figure:
    """An empty chart in the house's style; `height` in CSS pixels."""
    return go.Figure(
        layout={  # at once: update_layout takes ten times as long, and a page has eight charts
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "font": {"size": FONT},
            "legend": {
                "orientation": "h",
                "y": 1.02,
                "yanchor": "bottom",
                "x": 0,
                "title": "",
                "font": {"size": FONT},
            },
            "hovermode": "x unified",
            "xaxis": {"title": x_title, "automargin": True, "tickfont": {"size": FONT - 1}},
            "yaxis": {"title": y_title, "automargin": True, "tickfont": {"size": FONT - 1}},
        }
    )


def draw(
    made: go.Figure, key: str, name: str, picture: PictureFormat = "png", toolbar: bool = True
) -> None:
    """Put a chart on the page; its camera button saves `name`.png or .svg without a network.

    Args:
        key: of the element, unique on the page.
        toolbar: whether the buttons that save the chart and undo a zoom are there.
    """
    background = st.get_option(f"theme.{st.context.theme.type or 'light'}.backgroundColor")
    made.update_layout(paper_bgcolor=background, plot_bgcolor=background)
    if toolbar:  # above the legend, which stands above the plot
        made.update_layout(margin_t=TOOLBAR, height=made.layout.height + TOOLBAR - 8)
    config: dict[str, Any] = {
        "displaylogo": False,
        "displayModeBar": toolbar,
        "modeBarButtons": [["toImage", "resetScale2d"]],
        "toImageButtonOptions": {"format": picture, "filename": name, "scale": 2},
    }
    st.plotly_chart(made, key=key, config=config, width="stretch", theme="streamlit")


def bars(names: list[str], values: list[float], colours: list[str] | str, digits: int) -> go.Figure:
    """Bars that lie on their side, the first one on top, each with its value."""
    made = figure(16 + 24 * len(names))
    made.add_bar(
        x=values,
        y=[chart_text(short(name)) for name in names],
        orientation="h",
        marker_color=colours,
        text=[f"{value:.{digits}f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        customdata=[chart_text(name) for name in names],
        hovertemplate="%{customdata}: %{x:.4f}<extra></extra>",
    )
    widest = max([abs(value) for value in values], default=1.0) or 1.0
    low = min([0.0, *values])
    made.update_layout(hovermode="closest", showlegend=False, bargap=0.25)
    made.update_xaxes(range=[1.3 * low, 1.25 * widest], visible=False)
    made.update_yaxes(autorange="reversed", showgrid=False)
    return made


def short(text: str, most: int = 24) -> str:
    """`text` cut to `most` characters, so that a label leaves room for its bar."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
