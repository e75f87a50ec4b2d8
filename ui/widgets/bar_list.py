"""A few bars with names and figures, as HTML: light, and as large as the page's type."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.escape import chart_text

ROW = "display:grid;grid-template-columns:minmax(0,8.5rem) 1fr 3.2rem;gap:.5rem;align-items:center"
CUT = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"


def show_bar_list(
    names: Sequence[str], values: Sequence[float], colours: Sequence[str] | str, digits: int
) -> None:
    """Bars that lie on their side, the first one on top, each with its value; negative ones empty.

    Args:
        colours: of all bars, or of each.
        digits: of the values, after the point.
    """
    st.html(bar_list_html(names, values, colours, digits))


def bar_list_html(
    names: Sequence[str], values: Sequence[float], colours: Sequence[str] | str, digits: int
) -> str:
    """The bars as a list that a screen reader can read."""
    of_each = [colours] * len(names) if isinstance(colours, str) else colours
    widest = max([0.0, *values]) or 1.0
    rows = "".join(
        f'<div role="listitem" style="{ROW}"><span style="{CUT}" title="{_attribute(name)}">'
        f"{chart_text(name)}</span>"
        f'<span aria-hidden="true" style="height:.7em;border-radius:2px;background:{colour};'
        f'width:{100 * max(0.0, value) / widest:.1f}%"></span>'
        f'<span style="text-align:right;font-variant-numeric:tabular-nums">{value:.{digits}f}'
        "</span></div>"
        for name, value, colour in zip(names, values, of_each, strict=True)
    )
    return f'<div role="list" style="font-size:.875rem;line-height:1.4">{rows}</div>'


def _attribute(name: str) -> str:
    return chart_text(name).replace('"', "&quot;")
