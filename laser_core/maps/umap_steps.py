"""UMAP as steps: it tells how far it is and heeds a stop, which umap-learn's own call does not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from laser_core.basics.arrays import Floats
from laser_core.basics.seeding import rng_for
from laser_core.progress import Progress, Steps

if TYPE_CHECKING:
    from umap import UMAP

NEIGHBOURS = 15  # umap-learn's own default
SPREAD = 0.4  # umap-learn's min_dist; its 0.1 packs the pictures of one thing into a dot
SMALL = 10_000  # points up to which umap-learn's default is 500 epochs; 200 above
LOOK_SECONDS = 0.25  # between two looks at how far it is


def umap_layout(rows: Floats, seed: int) -> Steps[Floats]:
    """(N, 2) float32 coordinates of unit rows (N, D), N at least 4; the same for the same seed.

    Closed half way, the work under way ends at its next epoch.
    """
    yield Progress("loading UMAP, which is compiled the first time")
    from umap import UMAP

    epochs = 500 if len(rows) <= SMALL else 200
    written = _Epochs()
    model = UMAP(
        n_neighbors=min(NEIGHBOURS, len(rows) - 1),
        min_dist=SPREAD,
        n_epochs=epochs,
        metric="cosine",
        random_state=int(rng_for(seed, "umap").integers(2**31)),
        n_jobs=1,  # what a fixed seed means anyway
        init="pca",
        low_memory=True,
        tqdm_kwds={"file": written, "disable": False, "bar_format": "{n_fmt}", "mininterval": 0.1},
    )
    yield Progress("UMAP looks for neighbours")
    return (yield from _fit_in_thread(model, rows, written, epochs))


def _fit_in_thread(model: UMAP, rows: Floats, written: _Epochs, epochs: int) -> Steps[Floats]:
    """Fit in a thread, so that its epochs can be told while it runs."""
    done = threading.Event()
    outcome: list[Floats | BaseException] = []

    def fit() -> None:
        try:
            outcome.append(np.asarray(model.fit_transform(rows), dtype=np.float32))
        except BaseException as error:
            outcome.append(error)
        done.set()

    threading.Thread(target=fit, daemon=True).start()
    try:
        while not done.wait(LOOK_SECONDS):
            if written.count:
                yield Progress("UMAP lays the points out", written.count, epochs)
    finally:
        written.stopped = True
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


class _Stopped(Exception):  # noqa: N818 - not a fault: the way out of umap-learn's loop
    """Nobody waits for this map any more."""


class _Epochs:
    """The file that umap-learn's progress bar writes the number of finished epochs to."""

    def __init__(self) -> None:
        self.count = 0
        self.stopped = False

    def write(self, text: str) -> None:
        if self.stopped:
            raise _Stopped
        if text.strip().isdigit():
            self.count = int(text)

    def flush(self) -> None:
        pass
