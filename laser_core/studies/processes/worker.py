"""A process that runs cells for a study: orders come in as lines of JSON, news go out as lines.

    in   {"key", "config", "folder", "lock", "at_most"}
    out  {"say": line}, {"stage", "done", "total"}, {"ended": key, "error": sentence or ""}

It ends when its input ends, which is also when the process that gives the orders has died.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from laser_core.config import ExperimentConfig
from laser_core.errors import LaserError
from laser_core.progress import Progress, drain
from laser_core.studies.processes.bench import Bench


def failure(error: Exception) -> str:
    """What is said of a cell that failed, in one sentence."""
    if isinstance(error, LaserError):
        return str(error)
    return f"{type(error).__name__}: {error}; this is a fault of the program, please report it"


def serve(orders: queue.Queue[str], out: TextIO, cache_dir: Path, nets: Path) -> None:
    """Run what `orders` asks for, one after another, for ever."""
    bench = Bench(cache_dir, nets)

    def put(**news: Any) -> None:
        print(json.dumps(news), file=out, flush=True)

    def report(progress: Progress) -> None:
        put(stage=progress.stage, done=progress.done, total=progress.total)

    while True:
        order = json.loads(orders.get())
        error = ""
        try:
            planned = bench.plan(ExperimentConfig.from_json(order["config"]))
            folder, lock = Path(order["folder"]), Path(order["lock"])
            steps = bench.run(planned, folder, lock, lambda line: put(say=line), order["at_most"])
            drain(steps, report)
        except Exception as raised:  # a cell that fails must not end the others
            error = failure(raised)
        put(ended=order["key"], error=error)


def main() -> None:
    """Read orders from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gives orders
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not stand among the news
    orders: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            orders.put(line)
        os._exit(0)  # nobody is there any more: what is done is on disk

    threading.Thread(target=listen, daemon=True).start()
    serve(orders, out, Path(sys.argv[1]), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
