"""The points of the map page: pictures with their sentences, or the sentences of Fig. 2 alone."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.maps.layout import Layout, read_layout
from laser_core.maps.names import name_places
from laser_core.maps.values import TextValues, text_classes, text_values
from ui.shared.runs import thumbnails
from ui.widgets.map import MapName, MapPoints


def run_mark(run: RunReader) -> str:
    """Changes with anything in the run that a map shows, the look at the next query included."""
    looked = run.folder / "preview.json"
    at = looked.stat().st_mtime_ns if looked.is_file() else 0
    return f"{run.folder} {run.stamp()} {at}"


def values_of(run: RunReader, version: int) -> TextValues | None:
    """What a version of the sentences says of every picture; None while that is not known."""
    kept = run.descriptions(version or None)
    if kept is None or run.missing_texts(kept[1]):
        return None
    return _values(run, f"{run.folder} {kept[0]}")


@st.cache_resource(show_spinner=False, max_entries=8)
def _values(_run: RunReader, mark: str) -> TextValues | None:
    return text_values(_run, int(mark.rsplit(" ", 1)[1]))


@st.cache_resource(show_spinner=False, max_entries=16)
def _layout(_run: RunReader, mark: str, kind: tuple[str, str, int]) -> Layout:
    return read_layout(_run.store, *kind)  # type: ignore[arg-type]


def kept_layout(run: RunReader, what: str, method: str, version: int) -> Layout:
    """A kept map, read once.

    Raises:
        StoreError: it is damaged.
    """
    return _layout(run, layout_mark(run, what, method, version), (what, method, version))


def layout_mark(run: RunReader, what: str, method: str, version: int) -> str:
    """A name that no other layout of any run has, also when this one is drawn again."""
    folder = run.folder / "arrays" / "maps"
    newest = max((path.stat().st_mtime_ns for path in folder.glob(f"{what}-{method}*")), default=0)
    return f"{run.folder} {what} {method} {version} {newest}"


def picture_points(run: RunReader, layout: Layout, best: TextValues | None) -> MapPoints:
    """Pictures, each tied to its best description where sentences are on the map too."""
    folder = thumbnail_folder(run)
    mark = layout_mark(run, layout.what, layout.method, layout.texts_version)
    return _picture_points(run, f"{mark} {folder} {best is None}", layout, best, folder)


@st.cache_resource(show_spinner=False, max_entries=16)
def _picture_points(
    _run: RunReader, version: str, _layout: Layout, _best: TextValues | None, folder: str
) -> MapPoints:
    facts = _run.facts
    captions = [
        id if label is None else f"{id} · {label}"
        for id, label in zip(facts.ids.tolist(), facts.labels, strict=True)
    ]
    tied = _best.best if _best is not None and _layout.texts else None
    names = _names_by_sentences(_run, _layout) or _names_by_pictures(_run, _layout, _best)
    return MapPoints(
        version, facts.ids, _layout.images, folder, captions, _layout.texts, _layout.text_xy, tied,
        names,
    )  # fmt: skip


def _names_by_sentences(run: RunReader, layout: Layout) -> list[MapName]:
    """A name beside each class's sentences, confusers' too; none where no sentence is drawn."""
    kept = run.descriptions(layout.texts_version) if layout.texts else None
    if kept is None:
        return []
    classes = [name for name, _ in text_classes(kept[1])]
    places = name_places(classes, layout.text_xy, run.config.relevant)
    return [
        MapName(place.name, place.row, of_text=layout.what == "joint", strong=place.relevant)
        for place in places
    ]


def _names_by_pictures(run: RunReader, layout: Layout, best: TextValues | None) -> list[MapName]:
    """A name among the pictures of each relevant class, by their true class or by their words."""
    relevant = run.config.relevant
    classes = list(run.facts.labels)
    if run.relevant_rows is None:
        if best is None:
            return []
        classes = [best.names[row] for row in best.best.tolist()]
    named = [name if name in set(relevant) else None for name in classes]
    return [MapName(at.name, at.row) for at in name_places(named, layout.images, relevant)]


def sentence_points(run: RunReader, mark: str, layout: Layout) -> MapPoints:
    """The sentences as the points themselves; a sentence's id is its row."""
    return _sentence_points(mark, run, layout)


@st.cache_resource(show_spinner=False, max_entries=16)
def _sentence_points(mark: str, _run: RunReader, _layout: Layout) -> MapPoints:
    rows = np.arange(len(_layout.texts)).astype(np.str_)
    names = _names_by_sentences(_run, _layout)
    return MapPoints(mark, rows, _layout.text_xy, captions=_layout.texts, names=names)


def thumbnail_folder(run: RunReader) -> str:
    """Address of the small copies of the whole pool; "" while some have yet to be made."""
    small = thumbnails(run)
    if not small.folder.is_dir():
        return ""
    mark = f"{small.folder} {small.folder.stat().st_mtime_ns} {run.name}"
    return small.base_url if _are_all_made(run, mark) else ""


@st.cache_data(show_spinner=False, max_entries=32)
def _are_all_made(_run: RunReader, mark: str) -> bool:
    return thumbnails(_run).complete(_run.facts.ids.tolist())
