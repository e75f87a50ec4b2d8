"""Groups of vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laser_core.basics import clusters
from laser_core.basics.arrays import unit_rows
from laser_core.basics.clusters import chains, finest, k_means, main_directions, nearest
from laser_core.basics.seeding import rng_for


def blobs(groups, each, dimensions=8, noise=0.05):
    centres = unit_rows(rng_for(7).normal(size=(groups, dimensions)))
    found = np.repeat(centres, each, axis=0)
    return found + rng_for(8).normal(0, noise, found.shape)


def same_partition(first, second):
    """Whether two groupings differ in the numbers of the groups alone."""
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return len(pairs) == len(set(first.tolist())) == len(set(second.tolist()))


def test_k_means_finds_blobs_and_their_means():
    vectors = blobs(4, 10)
    found = k_means(vectors, 4, rng_for(0))
    assert same_partition(found.group, np.repeat(np.arange(4), 10))
    np.testing.assert_allclose(found.centres[found.group[0]], vectors[:10].mean(axis=0))


def test_k_means_of_many_vectors_and_groups_finds_blobs_too():
    vectors = blobs(60, 40, 32)
    found = k_means(vectors, 60, rng_for(0))
    pure = [len(set((np.flatnonzero(found.group == g) // 40).tolist())) == 1 for g in range(60)]
    assert np.mean(pure) > 0.8


def test_fewer_different_vectors_than_groups_are_no_error():
    found = k_means(np.repeat(np.eye(2), 5, axis=0), 4, rng_for(0))
    assert len(set(found.group.tolist())) == 2


def test_links_to_first_neighbours_make_groups():
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1.0]])
    assert chains(unit_rows(vectors)).tolist() == [0, 0, 1, 1]


def test_one_vector_is_one_group_and_none_is_none():
    assert chains(np.ones((1, 3))).tolist() == [0]
    assert finest(np.empty((0, 3)), 5, rng_for(0)).tolist() == []


def test_the_finest_partition_is_taken_that_has_few_enough_groups():
    vectors = blobs(6, 12)
    fine = chains(unit_rows(vectors))
    assert fine.max() + 1 > 6
    found = finest(vectors, 6, rng_for(0))
    assert found.max() + 1 <= 6
    np.testing.assert_array_equal(finest(vectors, 72, rng_for(0)), fine)
    for group in range(fine.max() + 1):  # a coarser partition splits no group of a finer one
        assert len(set(found[fine == group].tolist())) == 1


def test_vectors_that_are_all_the_same_are_one_group():
    assert set(finest(np.ones((9, 4)), 3, rng_for(0)).tolist()) == {0}


def test_many_vectors_are_grouped_in_their_main_directions(monkeypatch):
    vectors = blobs(5, 40, 200, noise=0.01)
    exact = finest(vectors, 5, rng_for(0))
    monkeypatch.setattr(clusters, "EXACT", 100)
    assert same_partition(finest(vectors, 5, rng_for(0)), exact)


def test_main_directions_keep_distances_of_vectors_that_lie_in_few():
    plane = rng_for(1).normal(size=(50, 3)) @ rng_for(2).normal(size=(3, 20))
    found = main_directions(plane, 4, rng_for(0))
    assert found.shape == (50, 4)
    apart = [np.linalg.norm(v[:, None] - v, axis=2) for v in (plane, found)]
    np.testing.assert_allclose(*apart, atol=1e-3)


@pytest.mark.parametrize("shape", [(50, 4), (4, 50)])
def test_few_directions_or_few_vectors_stay_as_they_are(shape):
    vectors = rng_for(1).normal(size=shape)
    assert main_directions(vectors, 4, rng_for(0)) is vectors


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 99))
def test_nearest_are_those_a_full_sort_finds(others, k, seed):
    vectors, many = rng_for(seed).normal(size=(7, 3)), rng_for(seed, "o").normal(size=(others, 3))
    expected = np.argsort(-(vectors @ many.T), axis=1)[:, :k]
    np.testing.assert_array_equal(nearest(vectors, many, k), expected)


def test_vectors_are_compared_in_blocks_without_a_difference(monkeypatch):
    vectors = rng_for(1).normal(size=(50, 6))
    whole = nearest(vectors, vectors, 3), chains(unit_rows(vectors))
    monkeypatch.setattr(clusters, "ROWS_AT_ONCE", 7)
    np.testing.assert_array_equal(nearest(vectors, vectors, 3), whole[0])
    np.testing.assert_array_equal(chains(unit_rows(vectors)), whole[1])
