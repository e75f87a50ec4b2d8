"""Several processes at work on a study's cells; one that dies is told and replaced."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laser_core.progress import Progress, Steps
from laser_core.studies.processes.threads import thread_limits

WAIT = 0.5  # seconds until somebody who wants to stop is heard


@dataclass(frozen=True)
class News:
    """What a worker says; `content` is None once it is gone."""

    worker: Worker
    content: Mapping[str, Any] | None


class Worker:
    """A process of `laser_core.studies.processes.worker`.

    Args:
        folders: of the embeddings, and of nets that several cells may use.
        number: from 0 on; where there are several GPUs each worker has its own.
        gpus: how many there are.
        news: where what it says is put.

    Attributes:
        key: of the cell it works on, "" for none.
    """

    def __init__(
        self, folders: Sequence[Path], number: int, gpus: int, news: queue.Queue[News]
    ) -> None:
        self.key = ""
        self.number = number
        source = str(Path(__file__).resolve().parents[3])
        search = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**thread_limits(1), "PYTHONPATH": os.pathsep.join(search)}
        if gpus > 1:
            environment["CUDA_VISIBLE_DEVICES"] = str(number % gpus)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "laser_core.studies.processes.worker", *map(str, folders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
            encoding="utf-8",
        )
        threading.Thread(target=self._listen, args=(news,), daemon=True).start()

    def _listen(self, news: queue.Queue[News]) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            news.put(News(self, json.loads(line)))
        self.process.wait()
        news.put(News(self, None))

    def order(self, order: Mapping[str, Any]) -> None:
        """Give it a cell."""
        self.key = str(order["key"])
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """End it at once; what its run has finished is on disk."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def work_off(
    orders: Iterable[Mapping[str, Any]], folders: Sequence[Path], jobs: int, gpus: int = 0
) -> Steps[None]:
    """Have `orders` done by `jobs` processes; yields their news in the figures of `Progress`.

    A worker that dies (killed for memory, say) ends its cell with an error and is replaced. Closed
    half way, all workers are ended.

    Args:
        orders: as `worker` takes them; asked for one when somebody is free.
        folders: of the embeddings, and of nets that several cells may use.
        jobs: at least 1.
        gpus: how many GPUs the workers share.

    Yields:
        `Progress` whose figures are {"ended": key, "error": sentence or ""} when a cell has ended,
        {"say": line, "key": key} for what is said on the way, and empty otherwise.
    """
    waiting = iter(orders)
    news: queue.Queue[News] = queue.Queue()
    workers = [Worker(folders, number, gpus, news) for number in range(jobs)]
    try:
        busy = sum(_next(worker, waiting) for worker in workers)
        while busy:
            try:
                heard = news.get(timeout=WAIT)
            except queue.Empty:
                yield Progress("")
                continue
            worker, said = heard.worker, heard.content
            if said is None:
                said = {"ended": worker.key, "error": _death(worker)}
                workers.remove(worker)
                worker.end()
                worker = Worker(folders, worker.number, gpus, news)
                workers.append(worker)
            elif "ended" not in said:
                yield Progress("", figures={"key": worker.key, **_figures_of(said)})
                continue
            yield Progress("", figures=dict(said))
            busy -= 1
            busy += _next(worker, waiting)
    finally:
        for worker in workers:
            worker.end()


def _figures_of(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"say": said["say"]} if "say" in said else {}


def _next(worker: Worker, waiting: Any) -> bool:
    """Give the worker the next order; False if there is none."""
    order = next(waiting, None)
    if order is None:
        return False
    worker.order(order)
    return True


def _death(worker: Worker) -> str:
    code = worker.process.returncode
    how = f"was ended by signal {-code}" if code and code < 0 else f"ended with code {code}"
    return (
        f"its process {how}, perhaps for lack of memory; the study goes on, and does this run "
        "again when it is started once more (fewer --jobs need less memory)"
    )
