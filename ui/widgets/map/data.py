"""What a map shows, and its packed form for the browser. No Streamlit in here."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.data.pictures.thumbnails import thumbnail_digest

UNKNOWN = 65535  # the code of a point without category or score; drawn grey
LEVELS = 1024  # steps of a score between its lowest and highest value
MARGIN = 0.03  # of the canvas, kept free around the points

# Twenty that are told apart on white and on a dark background; the first eight (Okabe and Ito's
# hues) also by the colour-blind. A twenty-first category starts over.
CATEGORY_COLOURS: tuple[str, ...] = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c7ae6", "#b5a642",
    "#e05d5d", "#4f9d4f", "#3d5afe", "#c2185b", "#00a8a8", "#a1662f", "#9ccc65", "#7b5ea7",
    "#ff8a65", "#5c6bc0", "#26a69a", "#d4a5ff",
)  # fmt: skip
# Viridis, turned a little brighter at its dark end so that it shows on a dark background.
SCORE_COLOURS: tuple[str, ...] = (
    "#5b3a9e", "#4f5fb5", "#3e7cb8", "#2e95b0", "#22a89c", "#3fbc7d", "#7ccd55", "#bcd93a",
    "#f5e332",
)  # fmt: skip


def _no_points() -> Floats:
    return np.zeros((0, 2))


@dataclass(frozen=True)
class MapName:
    """A name drawn on the map, beside a point.

    Args:
        label: what is written.
        row: of the point in `ids`, or in `texts` where `of_text` is set.
        of_text: whether the point is a description.
        strong: drawn bold (relevant classes), else in italics (confusers).
    """

    label: str
    row: int
    of_text: bool = False
    strong: bool = True


@dataclass(frozen=True)
class MapPoints:
    """Where pictures and descriptions lie, and what hovering shows.

    Args:
        version: a name that no other layout of any run has; data with the same name is taken to
            be the same and is not sent again.
        ids: (N,) of the pictures.
        xy: (N, 2) coordinates, any unit.
        thumbnail_folder: address of the folder of their small copies (`Thumbnails.base_url`);
            "" while they have not been made.
        captions: (N,) one line each to show on hovering, or () for none.
        texts: (T,) the descriptions.
        text_xy: (T, 2) in the same unit as `xy`.
        best: (N,) row in `texts` of each picture's best description, -1 for none; or None.
        names: drawn where they do not overlap, the first ones first; the rest on zooming in.
    """

    version: str
    ids: Ids
    xy: Floats
    thumbnail_folder: str = ""
    captions: Sequence[str] = ()
    texts: Sequence[str] = ()
    text_xy: Floats = field(default_factory=_no_points)
    best: Ints | None = None
    names: Sequence[MapName] = ()


@dataclass(frozen=True)
class MapColours:
    """The colour of every point: by category or by score; make it with one of the two below.

    Args:
        version: as in `MapPoints`.
        codes: (N,) index in `names`, or level of a score (0 to `LEVELS` - 1), or `UNKNOWN`.
        text_codes: (T,) the same for descriptions.
        colours: one a category, or the stops of a score's scale from low to high, as "#rrggbb".
        low, high: the values at the two ends of a score's scale.
        title: what is coloured by, above the legend.
        unknown: what a grey point is called.
    """

    version: str
    kind: Literal["category", "score"]
    codes: Ints
    text_codes: Ints
    names: tuple[str, ...]
    colours: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0
    title: str = ""
    unknown: str = "not known"

    @staticmethod
    def by_category(
        version: str,
        labels: Sequence[str | None],
        names: Sequence[str],
        text_labels: Sequence[str | None] = (),
        *,
        colours: Sequence[str] = CATEGORY_COLOURS,
        title: str = "",
        unknown: str = "not labeled",
    ) -> MapColours:
        """Colour by category; a label that is None or not among `names` is drawn grey."""
        code = {name: row for row, name in enumerate(names)}
        cycle = tuple(colours[row % len(colours)] for row in range(len(names)))
        return MapColours(
            version,
            "category",
            np.array([code.get(label or "", UNKNOWN) for label in labels], dtype=int),
            np.array([code.get(label or "", UNKNOWN) for label in text_labels], dtype=int),
            tuple(names),
            cycle,
            title=title,
            unknown=unknown,
        )

    @staticmethod
    def by_score(
        version: str,
        values: Floats,
        text_values: Floats | None = None,
        *,
        colours: Sequence[str] = SCORE_COLOURS,
        title: str = "",
        unknown: str = "no score",
    ) -> MapColours:
        """Colour by a number, low to high; NaN is drawn grey."""
        texts = np.zeros(0) if text_values is None else text_values
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        return MapColours(
            version,
            "score",
            _levels(values, low, high),
            _levels(texts, low, high),
            (),
            tuple(colours),
            low,
            high,
            title,
            unknown,
        )


def pack_points(points: MapPoints) -> dict[str, Any]:
    """The points for the browser: coordinates in [0, 1] with y downward, as base64 float32.

    Raises:
        ValueError: lengths that do not fit, or a coordinate that is not a number.
    """
    _check(points)
    everything = np.concatenate([points.xy, points.text_xy.reshape(-1, 2)]).astype(np.float64)
    unit = _unit_square(everything)
    count = len(points.ids)
    ids = points.ids.tolist()
    best = points.best if points.best is not None else np.full(count, -1)
    digests = b"".join(map(thumbnail_digest, ids)) if points.thumbnail_folder else b""
    return {
        "version": points.version,
        "pool": hashlib.sha256("\0".join(ids).encode("utf-8", "surrogatepass")).hexdigest()[:16],
        "xy": _base64(unit[:count], "<f4"),
        "textXy": _base64(unit[count:], "<f4"),
        "best": _base64(best, "<i4"),
        "digests": base64.b64encode(digests).decode(),
        "folder": points.thumbnail_folder,
        "captions": list(points.captions),
        "texts": list(points.texts),
        "names": [[n.label, n.row, n.of_text, n.strong] for n in points.names],
    }


def pack_colours(colours: MapColours) -> dict[str, Any]:
    """The colours for the browser: codes as base64 uint16."""
    return {
        "coloursVersion": colours.version,
        "kind": colours.kind,
        "codes": _base64(colours.codes, "<u2"),
        "textCodes": _base64(colours.text_codes, "<u2"),
        "names": list(colours.names),
        "colours": list(colours.colours),
        "low": colours.low,
        "high": colours.high,
        "title": colours.title,
        "unknown": colours.unknown,
    }


def _check(points: MapPoints) -> None:
    wanted = {
        "xy": (len(points.xy), len(points.ids)),
        "captions": (len(points.captions) or len(points.ids), len(points.ids)),
        "best": (len(points.ids if points.best is None else points.best), len(points.ids)),
        "text_xy": (len(points.text_xy), len(points.texts)),
    }
    for name, (has, needs) in wanted.items():
        if has != needs:
            raise ValueError(f"{name} has {has} rows, {needs} are needed")
    if not (np.isfinite(points.xy).all() and np.isfinite(points.text_xy).all()):
        raise ValueError("a coordinate is not a finite number")


def _unit_square(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(M, 2) stretched to fill the unit square but for a margin, y turned downward."""
    if len(xy) == 0:
        return xy
    low = xy.min(axis=0)
    span = xy.max(axis=0) - low
    unit = np.where(span > 0.0, (xy - low) / np.where(span > 0.0, span, 1.0), 0.5)
    placed = unit * (1.0 - 2.0 * MARGIN) + MARGIN
    return np.stack([placed[:, 0], 1.0 - placed[:, 1]], axis=1)


def _levels(values: Floats, low: float, high: float) -> Ints:
    span = high - low if high > low else 1.0
    finite = np.isfinite(values)
    share = (np.where(finite, values, low) - low) / span
    level = np.clip(np.rint(share * (LEVELS - 1)), 0, LEVELS - 1).astype(int)
    return np.where(finite, level, UNKNOWN)


def _base64(array: npt.NDArray[Any], dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()
