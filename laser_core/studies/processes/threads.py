"""How many threads the numeric libraries of a process of ours may take."""

from __future__ import annotations

import os

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def thread_limits(threads: int) -> dict[str, str]:
    """The environment variables that hold a process to be started to few threads.

    Args:
        threads: 0 takes half of the cores, at least 1, unless the user has set OMP_NUM_THREADS and
            its like: on two cores a second thread made training with small batches 50 times slower.
    """
    count = threads or max(1, (os.cpu_count() or 2) // 2)
    return {name: str(count) for name in THREAD_VARIABLES if threads or name not in os.environ}
