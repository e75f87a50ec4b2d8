"""Kill -9 while labels are written: 100 times at random moments, 0 lost and 0 doubled.

`python -m benchmarks.label_crashes [KILLS]`
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.machine import ROOT, machine
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.store.store import Store

KILLS = 100
LONGEST = 0.5  # seconds after the first label, at most


def main(kills: int) -> None:
    """Kill a writer `kills` times, open the run after each, and count."""
    rng = rng_for(0, "crashes")
    saved, lost, doubled, opening = -1, 0, 0, []
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "run"
        Store.create(folder, ExperimentConfig(relevant=("cat", "dog"))).close()
        for _ in range(kills):
            saved = max(saved, _killed_writer(folder, float(rng.uniform(0.0, LONGEST))))
            started = time.perf_counter()
            with closing(Store.open(folder)) as store:
                labels = store.labels.by_id()
            opening.append(time.perf_counter() - started)
            lost += sum(f"Ada-{number}" not in labels for number in range(saved + 1))
            doubled += _doubled(folder)
    print(machine())
    print(f"{kills} kills, {saved + 1:,} labels reported as saved; lost {lost}, doubled {doubled}")
    print(f"opened again after a kill in at most {max(opening):.2f} s")


def _killed_writer(folder: Path, seconds: float) -> int:
    command = [sys.executable, "-m", "tests.integration.label_writer", str(folder), "Ada"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()  # it is about to write
        time.sleep(seconds)
        writer.kill()
        said = writer.stdout.read().split("\n")[:-1]
    return max(map(int, said), default=-1)


def _doubled(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "run.db")) as connection:
        sql = "SELECT count(*) - count(DISTINCT image) FROM events WHERE kind = 'label'"
        return int(connection.execute(sql).fetchone()[0])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)
