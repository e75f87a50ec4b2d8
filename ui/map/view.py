"""The map itself with what was chosen on it beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.maps.layout import Layout
from laser_core.maps.values import TextValues, next_query
from ui.look.notes import note_markdown
from ui.look.sizes import height
from ui.map.choices import MapChoice, choose_colour
from ui.map.chosen_points import show_chosen_pictures, show_pictures_of_sentences
from ui.map.colours import EVERY, KIND, NOTES, colour_options, picture_colours, sentence_colours
from ui.map.points import (
    kept_layout,
    layout_mark,
    picture_points,
    run_mark,
    sentence_points,
    values_of,
)
from ui.shared.explanation import show_explanation
from ui.widgets.map import scatter_map

HEIGHT = 380  # CSS pixels: with the switches above, the page fits 720
BESIDE = 340  # of the window, for what stands above and below the map
READING = {
    "joint": "What lies together is alike. Dots are pictures, ◆ descriptions; names of confusers "
    "are in italics.",
    "image": "Pictures that lie together look alike.",
    "text": "Sentences that lie together mean much the same; names of confusers are in italics.",
}


@dataclass(frozen=True)
class MapStyle:
    """How a map is shown.

    Args:
        colour: what it is coloured by.
        ringed: ids of the pictures that are ringed, those of the next query.
        values: what the sentences say of the pictures; None while that is not known.
    """

    colour: str
    ringed: tuple[str, ...]
    values: TextValues | None


def choose_style(run: RunReader, choice: MapChoice) -> MapStyle:
    """The switches for colours and rings, beside those for the map."""
    values = values_of(run, choice.kept or choice.newest)
    if choice.what == "text":
        return MapStyle(choose_colour([KIND, EVERY], "sentences"), (), values)
    return MapStyle(
        choose_colour(colour_options(run, values), "pictures"), _ids_to_ring(run), values
    )


def _ids_to_ring(run: RunReader) -> tuple[str, ...]:
    """The pictures of the next query, if they are to be ringed."""
    found = next_query(run)
    if found is None:
        return ()
    query, waiting = found
    label = "Ring the query that waits" if waiting else "Ring the next query"
    on = st.toggle(label, value=True, key="map_ring", persist_state="session")
    return tuple(query.ids.tolist()) if on else ()


def show_map(run: RunReader, choice: MapChoice, look: MapStyle) -> None:
    """Draw a kept map, the chosen pictures beside it, and the explanation of one below.

    Raises:
        LaserError: something of the run cannot be read.
    """
    layout = kept_layout(run, choice.what, choice.method, choice.kept or 0)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        draw = _sentences if choice.what == "text" else _pictures
        chosen = draw(run, layout, look)
        note_markdown(f"{READING[choice.what]} {NOTES[look.colour]}")
    with right:
        if choice.what == "text":
            wanted = show_pictures_of_sentences(run, chosen)
        else:
            wanted = show_chosen_pictures(run, np.array(chosen, dtype=np.str_), look.values)
    if wanted:
        with st.container(border=True):
            show_explanation(run, wanted, "map_explained", truth=True)


def _pictures(run: RunReader, layout: Layout, look: MapStyle) -> tuple[str, ...]:
    """The map of pictures; returns the ids chosen on it."""
    texts = run.descriptions(layout.texts_version) if layout.texts else None
    mark = f"{run_mark(run)} {layout.name} {look.values is None} {st.context.theme.type}"
    return scatter_map(
        picture_points(run, layout, look.values),
        picture_colours(mark, look.colour, run, look.values, texts[1] if texts else None),
        "map_pictures",
        ringed=look.ringed,
        height=height(HEIGHT),
        beside=height(BESIDE),
    )


def _sentences(run: RunReader, layout: Layout, look: MapStyle) -> tuple[str, ...]:
    """The map of sentences; returns those chosen on it."""
    texts = run.descriptions(layout.texts_version)
    if texts is None:
        return ()
    mark = layout_mark(run, layout.what, layout.method, layout.texts_version)
    chosen = scatter_map(
        sentence_points(run, mark, layout),
        sentence_colours(f"{mark} {look.colour} {st.context.theme.type}", look.colour, texts[1]),
        "map_sentences",
        height=height(HEIGHT),
        beside=height(BESIDE),
    )
    return tuple(layout.texts[int(row)] for row in chosen)
