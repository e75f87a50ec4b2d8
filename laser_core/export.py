"""A run's results as files that other tools read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from laser_core.errors import StoreError
from laser_core.llm.replay import write_transcript
from laser_core.report import rounds_csv
from laser_core.store import Store

LABEL_COLUMNS = ("id", "status", "label", "round", "source", "seconds", "timestamp")


def export_run(folder: Path, out: Path) -> list[Path]:
    """Write labels, rounds, settings and the language model's transcript to a new folder.

    Args:
        folder: of the run.
        out: missing or empty; made here.

    Returns:
        The files written: labels.csv, labels.parquet, rounds.csv, config.json, transcript.jsonl.

    Raises:
        StoreError: `folder` is no run, `out` holds something, or it cannot be written.
    """
    store = Store.open(folder)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise StoreError(f"{out} holds something already; give a new folder with --out")
    labels = labels_table(store)
    fresh = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        labels.to_csv(out / "labels.csv", index=False, lineterminator="\n")
        labels.to_parquet(out / "labels.parquet", index=False)
        texts = {"rounds.csv": rounds_csv(store.records()), "config.json": store.config().to_json()}
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8", newline="")
        write_transcript(out / "transcript.jsonl", store.exchanges())
    except OSError as error:
        if fresh:
            shutil.rmtree(out, ignore_errors=True)
        raise StoreError(f"{out} cannot be written ({error}); free some space") from error
    finally:
        store.close()
    return sorted(out.iterdir())


def labels_table(store: Store) -> pd.DataFrame:
    """One row for every labeled image, in the order labeled.

    Columns: id; status (relevant, irrelevant, unsure, excluded); label (the class, or the
    irrelevant thing's name, empty if nobody gave one); round; source (who answered); seconds the
    answer took, empty if unknown; timestamp in UTC.
    """
    rows = [
        (e.image, e.label.state, e.label.name, e.round, e.actor, e.seconds, e.at)
        for e in store.standing()
    ]
    return pd.DataFrame(rows, columns=list(LABEL_COLUMNS))
