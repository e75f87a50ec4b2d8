"""The array types that signatures share; shapes stand in docstrings."""

from __future__ import annotations

import mmap
import tokenize
from collections.abc import Iterator
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


MAPPED_BYTES = 2**26  # of a mapped file, before its pages are given back
ROWS_AT_ONCE = 8192  # 40 MB of vectors at D = 1280; a multiple of what BLAS takes at a time


def products_in_blocks(left: Floats, rows: Floats) -> Iterator[Floats]:
    """`left @ rows.T` from left to right, `ROWS_AT_ONCE` columns at a time, in float32.

    The same numbers as the whole product, in the memory of one block. Half-precision rows, in a
    mapped file too, are widened block by block.

    Args:
        left: (k, D).
        rows: (N, D).
    """
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield left @ single_precision(rows[start : start + ROWS_AT_ONCE]).T
        release_pages(rows)


def single_precision(rows: Floats) -> Floats:
    """Half-precision `rows` in float32; any others as they are."""
    return rows.astype(np.float32) if rows.dtype == np.float16 else rows


def rows_at(whole: Floats, rows: Ints) -> Floats:
    """(k, D) float32 of half-precision vectors `whole` (N, D) at `rows` (k,), as they lie on disk.

    One stretch of a mapped file after the other: a system may map 2 MB around each row that is
    read, and keeps it mapped.
    """
    found = np.empty((len(rows), whole.shape[1]), dtype=np.float32)
    order = np.argsort(rows, kind="stable")
    stretch = max(1, MAPPED_BYTES // max(1, whole.shape[1] * whole.itemsize))
    ends = np.flatnonzero(np.diff(rows[order] // stretch)) + 1
    for some in np.split(order, ends):
        found[some] = whole[rows[some]]
        release_pages(whole)
    return found


def release_pages(array: Floats) -> None:
    """Give back the memory that holds what was read of a mapped file; other arrays stay as is.

    What was read stays with the system as long as it has room, so reading it again costs little.
    """
    mapped = getattr(array, "_mmap", None) if getattr(array, "mode", "") == "r" else None
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):  # Windows has none
        mapped.madvise(mmap.MADV_DONTNEED)
