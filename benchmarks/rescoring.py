"""Claim: after one confuser is switched, 65,000 images x 360 texts have new scores within 50 ms.

    python -m benchmarks.rescoring

Two times are taken on cosines in a memory-mapped table, as pages have them: `LiveScores` alone
(what is reduced stays as it is), and the way of an edited description (`CosineMemory` looks up
every class, then scores). The rival computes Eq. (1) anew from all 360 rows. Promised: at most
50 ms.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.machine import Stopwatch, machine, spread, verdict
from laser_core.basics.arrays import Floats
from laser_core.basics.seeding import rng_for
from laser_core.texts.cosine_table import FileTable
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.live_scores import CosineMemory, LiveScores

RELEVANT, CONFUSERS, SENTENCES = 8, 16, 15  # 360 sentences


def main() -> None:
    """Fill a table, switch each confuser off in turn, compare with computing anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=65_000)
    options = parser.parse_args()
    print(machine())
    texts = Descriptions(_classes("class", RELEVANT), _classes("confuser", CONFUSERS))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        table = filled_table(Path(folder), texts, options.images)
        memory = CosineMemory(table)
        live = LiveScores(memory.reduce(texts))
        switches = [_without(texts, place) for place in range(CONFUSERS)]
        flags = ~np.eye(CONFUSERS, dtype=bool)
        watch = Stopwatch()
        by_switch = _milliseconds([lambda f=f: live.score(confusers_on=f) for f in flags])
        by_edit = _milliseconds(
            [lambda d=d: LiveScores(memory.reduce(d)).score() for d in switches]
        )
        anew = _milliseconds([lambda d=d: _anew(table, d) for d in switches[:5]])
        off = max(
            float(np.abs(live.score(confusers_on=flags[n]) - _anew(table, switches[n])).max())
            for n in range(3)
        )
        print(f"{options.images:,} images x {len(texts.relevant_texts()) + 240} texts")
        for name, (wall, cpu) in {
            "switch": by_switch,
            "edit": by_edit,
            "anew (rival)": anew,
        }.items():
            print(f"{name}, ms: {spread(wall, 1)}; CPU ms: {spread(cpu, 1)}")
        print("{:.1f} s, {:.1f} CPU s in all".format(*watch.read()))
        print(verdict("ms after one switch, median", float(np.median(by_switch[0])), most=50))
        print(verdict("ms after one edit, median", float(np.median(by_edit[0])), most=50))
        print(verdict("largest difference to computing anew", off, most=1e-6))


def filled_table(folder: Path, texts: Descriptions, images: int) -> FileTable:
    """Cosines of all sentences of `texts`, even numbers from -0.2 to 0.6."""
    sentences = [*texts.relevant_texts(), *texts.confuser_texts()]
    table = FileTable(folder, images)
    rng = rng_for(0, "rescoring")
    table.append(sentences, rng.uniform(-0.2, 0.6, (len(sentences), images)).astype(np.float32))
    return table


def _classes(kind: str, count: int) -> tuple[ClassText, ...]:
    return tuple(
        ClassText(f"{kind} {n}", tuple(f"{kind} {n}, sentence {i}" for i in range(SENTENCES)))
        for n in range(count)
    )


def _without(texts: Descriptions, place: int) -> Descriptions:
    confusers = list(texts.confusers)
    confusers[place] = replace(confusers[place], enabled=False)
    return replace(texts, confusers=tuple(confusers))


def _anew(table: FileTable, texts: Descriptions) -> Floats:
    return TextCosines(
        table.rows(texts.relevant_texts()),
        table.rows(texts.confuser_texts()),
        texts.relevant_owner(),
        texts.confuser_owner(),
    ).score()


def _milliseconds(calls: list[Callable[[], Floats]]) -> tuple[list[float], list[float]]:
    """(wall, CPU) milliseconds of each call."""
    wall, cpu = [], []
    for call in calls:
        watch = Stopwatch()
        call()
        for taken, seconds in zip((wall, cpu), watch.read(), strict=True):
            taken.append(1000 * seconds)
    return wall, cpu


if __name__ == "__main__":
    main()
