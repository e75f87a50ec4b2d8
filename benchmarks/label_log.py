"""A run of 100,000 label events: how long it takes to open, to read, to label, to undo.

`python -m benchmarks.label_log [EVENTS]`
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.machine import machine
from laser_core.config import ExperimentConfig
from laser_core.pool import Label
from laser_core.store.store import Store

EVENTS = 100_000
PAGE = 24
LABELS = (Label("relevant", "cat"), Label("irrelevant", "lamp"), Label("irrelevant"))


def main(events: int) -> None:
    """Fill a run, then time what a page does with it."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "run"
        with closing(Store.create(folder, ExperimentConfig(relevant=("cat", "dog")))) as store:
            for start in range(0, events, 1000):
                some = {f"image-{n % 60_000}": LABELS[n % 3] for n in range(start, start + 1000)}
                store.labels.append(some, 1 + start // 10_000, "Ada")
        print(machine())
        started, cpu = time.perf_counter(), time.process_time()
        store = Store.open(folder)
        labels = store.labels.by_id()
        print(
            f"{events:,} events, {len(labels):,} images, "
            f"{(folder / 'run.db').stat().st_size / 1e6:.0f} MB: opened and replayed in "
            f"{time.perf_counter() - started:.2f} s ({time.process_time() - cpu:.2f} s of CPU)"
        )
        with closing(store):
            _time_steps(store)


def _time_steps(store: Store) -> None:
    numbers = iter(range(10_000))
    steps: dict[str, Callable[[], object]] = {
        "a label": lambda: store.labels.append({f"k{next(numbers)}": LABELS[0]}, 1, "Bob"),
        "a page of 24": lambda: store.labels.append(
            {f"p{next(numbers)}": LABELS[1] for _ in range(PAGE)}, 1, "Bob"
        ),
        "an undo": lambda: store.events.undo("Bob"),
        "a redo": lambda: store.events.redo("Bob"),
        "answers of a page of 24": lambda: store.labels.answers_of(
            [f"image-{n}" for n in range(PAGE)]
        ),
        "history of 50": lambda: store.events.history(50),
        "all labels, one is new": lambda: (
            store.labels.append({f"k{next(numbers)}": LABELS[0]}, 1, "Bob"),
            store.labels.by_id(),
        ),
        "a class renamed, all labels": lambda: (
            store.classes.rename("cat", "puma", "Bob"),
            store.labels.by_id(),
            store.events.undo("Bob"),
        ),
    }
    for name, step in steps.items():
        times = sorted(_seconds(step) for _ in range(40 if "class" not in name else 3))
        high = times[int(0.95 * len(times))]
        print(f"{name}: median {statistics.median(times) * 1e3:.1f} ms, p95 {high * 1e3:.1f} ms")


def _seconds(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
