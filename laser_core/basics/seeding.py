"""Where every random number comes from."""

from __future__ import annotations

import zlib

import numpy as np


def rng_for(seed: int, *path: str | int) -> np.random.Generator:
    """A generator of its own for one use, e.g. rng_for(7, "query", round_index).

    The stream depends on `seed` and `path` alone, so adding a random draw in one place, or
    loading a run at round 6, changes no other place.
    """
    key = [p if isinstance(p, int) else zlib.crc32(p.encode()) for p in path]
    return np.random.default_rng([seed, *key])
