"""What the browser's rows come to in the run's store: each taken once, in order, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from laser_core.errors import LaserError, PoolError
from laser_core.experiment.oracle import take_answers
from laser_core.pool import Label
from laser_core.store.store import Store

Row = Mapping[str, Any]


@dataclass
class Receipts:
    """What one session has told its browser tab.

    Attributes:
        acks: client -> the last of its rows that is on disk.
        refused: why the last message was not taken; "" when it was.
        stale: whether the page should be drawn again: its copy of the labels, or what it offers,
            no longer fits.
        complete: whether every picture at hand is answered.
    """

    acks: dict[str, int] = field(default_factory=dict)
    refused: str = ""
    stale: bool = False
    complete: bool = False


def take(store: Store, told: Receipts, message: Mapping[str, Any]) -> None:
    """Commit the rows of `message` that are new, and note in `told` how far that went.

    A row that makes no sense (a picture of another pool, a class that is gone) is passed over and
    said so; when the store refuses to write, all rows from there on stay with the browser.

    Args:
        message: "client" and "rows". Each row has "seq", the client's own number; "actor"; and
            "kind": "label" with "id", "state", "name", "seconds", "round" and "step" (rows of one
            step are undone together), or "undo" with "client", "first" and "last" of the rows
            to take back, with "events", numbers in the store, or with "action": all that stands
            of that one.
    """
    client = str(message["client"])
    told.refused = ""
    if client not in told.acks:  # after a restart the store knows
        told.acks[client] = store.events.last_client_seq(client) or 0
    rows: Sequence[Row] = sorted(message["rows"], key=lambda row: row["seq"])
    rows = [row for row in rows if row["seq"] > told.acks[client]]
    while rows:
        batch, rows = _split(rows)
        try:
            if batch[0]["kind"] == "label":
                _label(store, client, batch)
            else:
                _undo(store, told, client, batch[0])
        except PoolError as error:
            told.refused, told.stale = str(error), True
        except LaserError as error:
            told.refused = str(error)
            return
        told.acks[client] = batch[-1]["seq"]


def _split(rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """The rows that are committed together (one undo, or labels given as one), and the rest."""
    first, count = rows[0], 1
    if first["kind"] == "label":
        steps = [(r["step"], r["round"]) if r["kind"] == "label" else None for r in rows]
        count = next((n for n, step in enumerate(steps) if step != steps[0]), len(rows))
    return rows[:count], rows[count:]


def _label(store: Store, client: str, rows: Sequence[Row]) -> None:
    take_answers(
        store,
        {row["id"]: Label(row["state"], row["name"]) for row in rows},
        rows[0]["round"],
        rows[0]["actor"],
        {row["id"]: row["seconds"] for row in rows if row["seconds"] is not None},
        client=client,
        first_seq=rows[0]["seq"],
    )


def _undo(store: Store, told: Receipts, client: str, row: Row) -> None:
    """Take rows back; one that somebody has taken back already, or that came twice, is done."""
    if "action" in row:
        store.events.take_back_action(row["action"], row["actor"])
        told.stale = True
        return
    if "events" in row:
        targets, told.stale = list(row["events"]), True
    else:
        targets = store.events.of_client(row["client"], row["first"], row["last"])
    store.events.take_back(targets, row["actor"], client=client, client_seq=row["seq"])
