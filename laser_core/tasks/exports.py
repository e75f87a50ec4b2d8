"""Tasks that write files for other tools; those that need the pictures themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from laser_core.errors import ConfigError
from laser_core.export import (
    place_pictures,
    write_fiftyone,
    write_hugging_face,
    write_label_studio,
)
from laser_core.progress import Steps
from laser_core.store import Store
from laser_core.tasks.warm import open_source
from laser_core.worker import JobContext, Result

FORMATS = ("hugging_face", "label_studio", "fiftyone")


def export_pictures(params: dict[str, Any], context: JobContext) -> Steps[Result]:
    """Put a run's labeled pictures into folders by class, with tables for other tools beside them.

    Parameters: "folder"; "out", missing or empty; "link", true to link instead of copying;
    "formats", some of `FORMATS`, or left out for all. Result: "pictures", how many; "out".
    """
    formats = params.get("formats", FORMATS)
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ConfigError(f"format {unknown[0]!r} is unknown; choose from {', '.join(FORMATS)}")
    out = Path(params["out"])
    store = Store.open(Path(params["folder"]))
    try:
        config, answers, relevant = store.config(), store.standing(), store.space().relevant
    finally:
        store.close()
    source = open_source({"pool": config.pool, "data_root": config.data_root}, context)
    placed = yield from place_pictures(answers, source, out, link=params.get("link", False))
    if "hugging_face" in formats:
        write_hugging_face(placed, out)
    if "label_studio" in formats:
        skipped = [answer for answer in answers if answer.label.state == "unsure"]
        write_label_studio(placed, relevant, out, skipped=skipped)
    if "fiftyone" in formats:
        write_fiftyone(placed, relevant, out)
    return {"pictures": len(placed), "out": str(out)}
