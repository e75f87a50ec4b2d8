"""How long many names take: reading a reply, refusing repeats, planning thousands of classes.

    python -m benchmarks.many_names

Prints one line a size, so that a time that grows faster than the number of names shows.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from laser_core.llm.lexicon.synsets import lexicon
from laser_core.llm.offline.everyday import everyday_synsets
from laser_core.llm.offline.reasoner import OfflineReasoner
from laser_core.llm.refusals import refuse
from laser_core.llm.replies.schema import read_descriptions, read_names
from laser_core.progress import drain
from laser_core.texts.descriptions import describe

READ_SECONDS, READ = 2.0, 10_000  # what must hold
PLAN_SECONDS, PLANNED = 10.0, 2_000


def names(count: int) -> list[str]:
    """`count` different names: everyday words first, then names of the lexicon with a number."""
    known = [
        synset.name
        for field in ("artifact", "animal", "food")
        for synset in everyday_synsets(field)
    ]
    known = list(dict.fromkeys(known))
    more = (f"{known[n % len(known)]} model {n}" for n in range(count))
    return [*known, *more][:count]


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def read(count: int) -> None:
    """Read a reply of `count` names and hold them to the rule for confusers."""
    offered = names(count)
    relevant = ["dog", "cat", "car", "apple"]
    in_json, in_lines = json.dumps({"class_names": offered}), "\n".join(f"- {n}" for n in offered)
    sentences = json.dumps({name: [f"a photo of {name}"] for name in offered})
    print(
        f"{count:>7,} names: JSON {seconds(lambda: read_names(in_json)):.2f} s, lines "
        f"{seconds(lambda: read_names(in_lines)):.2f} s, refusing beside 4 classes "
        f"{seconds(lambda: refuse(offered, relevant)):.2f} s, beside as many known names "
        f"{seconds(lambda: refuse(offered, relevant, offered)):.2f} s, descriptions "
        f"{seconds(lambda: read_descriptions(sentences, offered)):.2f} s"
    )


def plan(count: int, folder: Path) -> float:
    """Confusers and sentences for `count` classes, without a language model."""
    reasoner = OfflineReasoner(folder)
    classes = names(count)
    took = seconds(lambda: drain(describe(reasoner, classes, 2, count)))
    print(f"{count:>7,} classes planned offline: {took:.2f} s")
    return took


def main() -> None:
    """Print all figures."""
    print(f"lexicon {seconds(lexicon):.2f} s")
    for count in (READ // 10, READ, 5 * READ):
        read(count)
    with tempfile.TemporaryDirectory() as folder:
        plan(4, Path(folder))  # the names' vectors are read once for all runs
        for count in (PLANNED // 10, PLANNED, 2 * PLANNED):
            plan(count, Path(folder))
    print(
        f"wanted: {READ:,} names in {READ_SECONDS:g} s, {PLANNED:,} classes in {PLAN_SECONDS:g} s"
    )


if __name__ == "__main__":
    main()
