"""A map of pictures and descriptions: a canvas that stays smooth with 50,000 points and more.

What is heavy (coordinates, names of thumbnails, sentences) and what changes often (colours) go to
the browser as two messages, so that a new colouring does not send the coordinates again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import streamlit as st

from ui.widgets.map.data import (
    CATEGORY_COLOURS,
    SCORE_COLOURS,
    MapColours,
    MapName,
    MapPoints,
    pack_colours,
    pack_points,
)
from ui.widgets.parts import element
from ui.widgets.selection import Selection

__all__ = ["CATEGORY_COLOURS", "SCORE_COLOURS", "MapColours", "MapName", "MapPoints", "scatter_map"]


_points_widget = element("laser_map_points", __file__, "points.js", shown=False)
_map_widget = element("laser_map", __file__, "geometry.js", "map.js")


@st.cache_resource(show_spinner=False, max_entries=16)
def _packed_points(version: str, _points: MapPoints) -> dict[str, Any]:
    return pack_points(_points)


@st.cache_resource(show_spinner=False, max_entries=64)
def _packed_colours(version: str, _colours: MapColours) -> dict[str, Any]:
    return pack_colours(_colours)


def scatter_map(
    points: MapPoints,
    colours: MapColours,
    key: str,
    *,
    ringed: Collection[str] = (),
    height: int = 520,
    beside: int | None = None,
) -> tuple[str, ...]:
    """Draw the map and return the ids of the chosen pictures, in the order of `points`.

    A click chooses a picture (on a description: the pictures that it describes best), a drag
    draws a lasso, Shift adds and Alt takes away, Escape clears; wheel, right drag and double
    click zoom, move and reset; with the keyboard, arrows walk from point to point. To choose from
    Python call `Selection(key).set(ids)` before. The choice is kept as long as the ids stay the
    same, also under another projection.

    Args:
        ringed: ids drawn with a ring (the next query).
        height: of the canvas in CSS pixels.
        beside: what the rest of the page needs of the window's height, in CSS pixels: a higher
            window gives the map what is left, and `height` is the least. None for `height` always.

    Raises:
        ValueError: `colours` is not for as many pictures or descriptions as `points` has.
    """
    if len(colours.codes) != len(points.ids) or len(colours.text_codes) != len(points.texts):
        raise ValueError(
            f"colours for {len(colours.codes)} pictures and {len(colours.text_codes)} texts, "
            f"points for {len(points.ids)} and {len(points.texts)}"
        )
    selection = Selection(key)
    heavy = _packed_points(points.version, points)
    light = _packed_colours(colours.version, colours)
    _follow_pool(selection, points, heavy["pool"])
    browser = selection.for_browser()
    browser["selected"] = _rows(points, browser["selected"])
    shared = {"memory": browser["memory"], "pool": heavy["pool"]}
    with st.container(gap=None):  # the message with the points takes no room
        _points_widget(key=f"{key}_points", data={**heavy, **shared})
        _map_widget(
            key=key,
            data={
                **light, **browser, **shared, "ringed": _rows(points, ringed), "height": height,
                "beside": beside,
            },
            on_selected_change=lambda: _take(selection, points, heavy["pool"]),
        )  # fmt: skip
    return tuple(points.ids[_rows(points, selection.ids)].tolist())


def _follow_pool(selection: Selection, points: MapPoints, pool: str) -> None:
    """When the pictures have changed since the last run, keep the choice among those still here."""
    name = f"_map_pool_{selection.key}"
    if st.session_state.setdefault(name, pool) != pool:
        st.session_state[name] = pool
        selection.set(points.ids[_rows(points, selection.ids)].tolist())


def _rows(points: MapPoints, ids: Collection[str]) -> list[int]:
    if len(ids) == 0:
        return []
    found: list[int] = np.flatnonzero(np.isin(points.ids, np.array(list(ids)))).tolist()
    return found


def _take(selection: Selection, points: MapPoints, pool: str) -> None:
    """Turn the rows that the browser reports into ids; a report about another pool is old."""
    reported = selection.widget_state("selected") or {}
    if reported.get("pool") == pool:
        selection.take(points.ids[np.array(reported["rows"], dtype=int)].tolist())
