import numpy as np
import pytest

from laser_core.metrics.overlap import overlap


def test_overlap_is_the_jaccard_index() -> None:
    assert overlap(np.array(["a", "b"]), np.array(["b", "c"])) == pytest.approx(1 / 3)
    assert overlap(np.array([], dtype=str), np.array([], dtype=str)) == 1.0


def test_rows_and_ids_of_the_same_batches_overlap_alike_in_any_order() -> None:
    ids = np.array([f"picture-{n}" for n in range(9)])
    some, others = np.array([1, 2, 3]), np.array([5, 3, 4])
    assert overlap(some, others) == overlap(ids[some], ids[others]) == 0.2
    assert overlap(some, some[::-1]) == 1.0
    assert overlap(some, np.array([], dtype=int)) == 0.0
