"""Which pictures are folded under which: by their likeness alone, in the order given."""

from __future__ import annotations

import numpy as np
import pytest

from laser_core.analysis.review.near_duplicates import near_duplicates
from laser_core.basics.clusters import ROWS_AT_ONCE, leaders
from laser_core.errors import CacheError
from laser_core.texts.cosine_table import OWN, FileTable


def at(*degrees: float) -> np.ndarray:
    """Unit vectors at angles: cos 20 = 0.94, cos 30 = 0.87, cos 40 = 0.77."""
    turned = np.radians(degrees)
    return np.stack([np.cos(turned), np.sin(turned)], axis=1)


def test_a_picture_goes_under_the_earlier_one_that_it_is_most_like() -> None:
    # 25 is within 30 of 0 and of 50; it is 25 from both, so the first of them
    assert leaders(at(0, 50, 25, 30), 0.86).tolist() == [0, 1, 0, 1]
    assert leaders(at(0, 180), 0.86).tolist() == [0, 1]
    assert leaders(np.zeros((0, 2)), 0.86).tolist() == []


def test_a_chain_of_pictures_does_not_fold_its_ends_together() -> None:
    assert leaders(at(0, 25, 50, 75), 0.86).tolist() == [0, 0, 2, 2]


def test_many_pictures_are_folded_as_few_are() -> None:
    """Blocks of rows are compared at a time; a leader may stand in an earlier block."""
    many = np.tile(at(0, 90, 180, 270), (ROWS_AT_ONCE // 2, 1))
    assert leaders(many, 0.9).tolist() == [n % 4 for n in range(len(many))]


def test_folding_keeps_to_the_groups_and_is_the_same_every_time(read_run) -> None:
    run = read_run("ahead")
    ids = run.facts.ids.tolist()
    own = run.table.vectors()
    own[1], own[2] = own[0], own[0]
    run.table.keep_vectors(run.table.vectors(), own)
    found = near_duplicates(run, [ids[:2], ids[2:6]])
    assert found[ids[1]] == ids[0]
    assert ids[2] not in found
    assert near_duplicates(run, [ids[:2], ids[2:6]]) == found


def test_a_pool_embedded_by_an_earlier_version_says_what_is_missing(tmp_path) -> None:
    table = FileTable(tmp_path / "cosines", 4)
    table.keep_vectors(at(0, 10, 20, 30))
    np.testing.assert_allclose(table.own_vectors(np.array([0])), [[1, 0]])
    (tmp_path / "cosines" / OWN).unlink()
    with pytest.raises(CacheError, match="open the run again"):
        table.own_vectors(np.array([0]))
