"""Labels as a table, and the small files of a run in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from laser_core.data.tables.spreadsheet import safe_csv
from laser_core.io.exports.new_folder import new_folder
from laser_core.io.label_files.label_text import name_text
from laser_core.llm.transcript import write_transcript
from laser_core.metrics.summary import rounds_csv
from laser_core.pool import row_by_id
from laser_core.store.log.replay import Answer
from laser_core.store.store import StoreView
from laser_core.view import QueryArrays

LABEL_COLUMNS = (
    "id", "path", "label", "status", "round", "source", "labeller", "seconds", "score_vlm",
    "score_det", "score_final", "delta", "description", "timestamp",
)  # fmt: skip
SCORES = ("score_vlm", "score_det", "score_final", "delta")  # columns that are numbers


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
    store = StoreView.open(folder)
    try:
        with new_folder(out) as half:
            labels = labels_table(store)
            (half / "labels.csv").write_text(csv_text(labels), encoding="utf-8", newline="")
            labels.to_parquet(half / "labels.parquet", index=False)
            config = store.config().to_json()
            texts = {"rounds.csv": rounds_csv(store.rounds.records()), "config.json": config}
            for name, text in texts.items():
                (half / name).write_text(text, encoding="utf-8", newline="")
            write_transcript(half / "transcript.jsonl", store.exchanges.all())
    finally:
        store.close()
    return sorted(out.iterdir())


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV that is safe to open in a spreadsheet; what is not known is an empty cell."""
    known = table.astype(object).where(table.notna(), None)
    return safe_csv(list(table.columns), known.values.tolist())


def labels_table(store: StoreView) -> pd.DataFrame:
    """One row for every labeled image, in the order labeled.

    Columns: id; path, relative to the pool; label (the class, or the irrelevant thing's name as
    `name_text` writes it, empty if nobody gave one); status (relevant, irrelevant, unsure,
    excluded); round, 0 for what was imported; source (oracle, person, import); labeller, who
    answered; seconds the answer took; score_vlm, score_det, score_final and delta, Eq. (1), (4)
    and (5) when the image was queried; description, the sentence that spoke most for it; timestamp
    in UTC. What is not known is empty.
    """
    answers = store.labels.answers()
    scores = _scores(store, answers)
    rows = [
        (
            a.image, a.image, name_text(a.label), a.label.state, a.round, a.source, a.actor,
            a.seconds,
            *(scores.get(a.image, {}).get(name) for name in SCORES),
            scores.get(a.image, {}).get("description", ""), a.at,
        )
        for a in answers
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(LABEL_COLUMNS))
    numbers = ["seconds", *SCORES]
    return table.astype({**dict.fromkeys(numbers, "float64"), "round": "int64"})


def _scores(store: StoreView, answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """id -> scores and description at the query that asked for it, as far as they are kept."""
    kept = store.pool.read()
    place = row_by_id(kept.ids) if kept else {}
    found: dict[str, dict[str, Any]] = {}
    for round in sorted({answer.round for answer in answers}):
        wanted = [a.image for a in answers if a.round == round and a.image in place]
        found.update(_of_round(store, round, wanted, place))
    return found


def _of_round(
    store: StoreView, round: int, wanted: Sequence[str], place: dict[str, int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    kept = store.rounds.query(round)
    if kept is None:
        return
    version, query = kept
    texts = store.texts.read(version) if version is not None else None
    sentences = texts[1].relevant_texts() if texts else []
    asked = set(query.ids.tolist())
    at = {row: n for n, row in enumerate(query.arrays.row.tolist())}
    for id in wanted:
        n = at.get(place[id])
        if n is None or id not in asked:
            continue
        yield id, _scores_of(query.arrays, n, sentences)


def _scores_of(arrays: QueryArrays, n: int, sentences: Sequence[str]) -> dict[str, Any]:
    """What the `n`th image that a query could choose from was ranked by."""
    scores: dict[str, Any] = {"score_final": float(arrays.score[n]), "description": ""}
    laser = arrays.laser
    if laser is None:
        return scores
    scores["score_vlm"], scores["score_det"] = float(laser.s_vlm[n]), float(laser.s_det[n])
    best = int(laser.best[n])
    found = sentences[best] if 0 <= best < len(sentences) else ""
    return {**scores, "delta": float(laser.delta[n]), "description": found}
