"""Labeled pictures in folders by class, with the tables that other tools want beside them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from laser_core.data.base import ImageSource
from laser_core.errors import ConfigError
from laser_core.io.exports.new_folder import new_folder
from laser_core.io.exports.pictures import PlacedPicture, write_pictures
from laser_core.io.exports.tables import csv_text, labels_table
from laser_core.io.exports.tools import write_fiftyone, write_hugging_face, write_label_studio
from laser_core.progress import Steps
from laser_core.store.store import StoreView

FORMATS = ("hugging_face", "label_studio", "fiftyone")


def export_pictures(
    store: StoreView,
    source: ImageSource,
    out: Path,
    formats: Collection[str] = FORMATS,
    link: bool = False,
) -> Steps[int]:
    """Write the pictures of `place_pictures`, and the tables in `formats`; returns how many.

    `labels.csv` is always there: names of folders cannot say all that names of classes can, and
    unsure and excluded pictures are in no folder.

    Args:
        store: of the run.
        source: its pictures.
        out: missing or empty; made here.
        formats: some of `FORMATS`; none for the folders alone.
        link: as for `place_pictures`.

    Raises:
        ConfigError: a format is unknown; then nothing is written.
        StoreError: `out` holds something, or cannot be written.
        PoolError: a picture is gone.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ConfigError(f"format {unknown[0]!r} is unknown; choose from {', '.join(FORMATS)}")
    answers, relevant = store.labels.answers(), store.classes.space().relevant
    with new_folder(out) as half:
        placed = yield from write_pictures(answers, source, half, link)
        (half / "labels.csv").write_text(_labels(store, placed), encoding="utf-8", newline="")
        if "hugging_face" in formats:
            write_hugging_face(placed, half)
        if "label_studio" in formats:
            skipped = [answer for answer in answers if answer.label.state == "unsure"]
            write_label_studio(placed, relevant, half, skipped=skipped)
        if "fiftyone" in formats:
            write_fiftyone(placed, relevant, half)
    return len(placed)


def _labels(store: StoreView, placed: Sequence[PlacedPicture]) -> str:
    """The run's table of labels, with the place of each picture here, "" for none."""
    table, paths = labels_table(store), {p.answer.image: p.path for p in placed}
    table.insert(0, "file_name", [paths.get(id, "") for id in table["id"]])
    return csv_text(table)
