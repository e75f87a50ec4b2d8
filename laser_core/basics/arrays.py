"""The array types that signatures share; shapes stand in docstrings."""

from __future__ import annotations

import tokenize
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ids: TypeAlias = npt.NDArray[np.str_]

# All that `np.load` raised on a thousand .npy files with a few wrong bytes: it reads the header as
# Python text.
NPY_DAMAGE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    SyntaxError,
    tokenize.TokenError,
)


def unit_rows(rows: Floats) -> Floats:
    """`rows` (N, D) scaled to unit length; a row of zeros stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms == 0.0, 1.0, norms)
