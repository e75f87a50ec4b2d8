"""A pool of coloured squares on grey noise: what `Pictures` is, small enough to learn in a test."""

import numpy as np

from laser_core.progress import Progress

COLOURS = np.array([[220, 40, 40], [40, 60, 220], [40, 200, 60]])  # red, blue, green


class Squares:
    """Picture i shows a square of colour i % 3; its vector is that of its colour plus noise."""

    def __init__(self, n: int = 96, side: int = 12) -> None:
        rng = np.random.default_rng(5)
        self.ids = np.array([f"square-{i:03d}" for i in range(n)])
        self.labels = np.arange(n) % 3
        self.side = side
        self.prepared: list[int] = []
        noise = rng.integers(0, 90, (n, side, side, 1))
        self._pixels = np.broadcast_to(noise, (n, side, side, 3)).astype(np.uint8).copy()
        for i, (top, left) in enumerate(rng.integers(0, side // 2, (n, 2))):
            at = (slice(top, top + side // 2), slice(left, left + side // 2))
            self._pixels[i][at] = COLOURS[i % 3]
        self._pixels.flags.writeable = False
        self._vectors = np.eye(3, 8, dtype=np.float32)[self.labels]
        self._vectors += rng.normal(0.0, 0.05, self._vectors.shape).astype(np.float32)

    def prepare_pixels(self, size: int):
        if size not in self.prepared:
            yield Progress("decoding pictures", 0, len(self.ids))
            self.prepared.append(size)

    def pixels(self, ids, size):
        return self._pixels[self._rows(ids)][:, :size, :size]

    def vectors(self, ids):
        return self._vectors[self._rows(ids)]

    def _rows(self, ids):
        return np.searchsorted(self.ids, ids)
