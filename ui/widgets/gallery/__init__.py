"""Thumbnails in a grid, to be looked through and chosen from by mouse or keyboard.

It knows pictures by their ids; what a choice means is decided where it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.widgets.parts import element
from ui.widgets.selection import Selection

Tone = Literal["", "good", "bad", "unsure", "accent"]
Mark = Literal["", "in", "out"]


@dataclass(frozen=True)
class Badge:
    """A few characters on a corner of a picture (a rank, a score); `tone` colours them."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Thumb:
    """One picture of a gallery.

    Args:
        url: its address on this server, or a data URI.
        caption: below it; "" for none.
        alt: what is told to those who do not see it; `caption` or the id when "".
        tone: colour of its frame (the label's state).
        mark: "in" or "out" of a preview against what was there before.
        group: heading that it stands under; those of one group come one after another.
    """

    id: str
    url: str
    caption: str = ""
    alt: str = ""
    badges: tuple[Badge, ...] = ()
    tone: Tone = ""
    mark: Mark = ""
    group: str = ""


_widget = element("laser_gallery", __file__, "../fit.js", "gallery.js")


def gallery(
    items: Sequence[Thumb],
    key: str,
    *,
    label: str = "Pictures",
    multiple: bool = False,
    size: int = 112,
    max_height: int = 0,
    fill: int = 0,
    notes: Mapping[str, str] | None = None,
    empty: str = "No pictures here.",
) -> tuple[str, ...]:
    """Draw `items` and return the ids that are chosen among them, in the order of choosing.

    Arrow keys move, Enter or Space choose, Escape clears; with `multiple`, Shift-click takes a
    stretch and Ctrl+A all. To choose from Python call `Selection(key).set(ids)` before.

    Args:
        label: the name of the grid for screen readers.
        size: width of a picture in CSS pixels at the usual type; it grows with the type.
        max_height: of the grid, in the same measure, then it scrolls; 0 shows all of it.
        fill: in place of `max_height`: the grid ends where the window does, and is at least so
            high.
        notes: what stands beside a group's heading.
        empty: what stands there when `items` is empty; say what to do next.
    """
    selection = Selection(key)
    options: dict[str, Any] = {
        "items": [asdict(item) for item in items],
        "label": label,
        "multiple": multiple,
        "size": size,
        "maxHeight": max_height,
        "fill": fill,
        "notes": dict(notes or {}),
        "empty": empty,
        **selection.for_browser(),
    }
    _widget(
        key=key,
        data=options,
        on_selected_change=lambda: selection.take(selection.widget_state("selected") or ()),
    )
    present = {item.id for item in items}
    return tuple(id for id in selection.ids if id in present)


def box_beside_gallery(key: str, least: int) -> DeltaGenerator:
    """A box that is as high as a gallery with `fill=least` on the same page, and scrolls inside.

    Args:
        key: of the box, unique on the page; letters, digits and _.
    """
    box = f"[data-testid=stLayoutWrapper]:has(>.st-key-{key})"
    room = f"var(--laser-room,{least / 16}rem)"  # which the gallery's script measures and sets
    st.html(f"<style>{box}{{flex-basis:{room}!important}}</style>")
    return st.container(border=True, height=least, key=key, gap="small")
