"""Groups of vectors: k-means, and the chains of first neighbours that FINCH is made of.

Nets that learn groups of irrelevant images use them, and strategies that spread a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from warnings import catch_warnings

import numpy as np

from laser_core.basics.arrays import Floats, Ints, unit_rows

ROWS_AT_ONCE = 1024  # 40 MB of products with 10,000 vectors
MANY = (2000, 50)  # vectors and groups from which k-means takes samples of the vectors
STEPS = 25  # of k-means; groups hardly move after that
EXACT = 4096  # vectors up to which first neighbours are looked for in all directions: a second
DIRECTIONS = 64  # enough that 500 groups of CIFAR-10 query as well as in all 1,280


@dataclass(frozen=True)
class Groups:
    """A partition of N vectors.

    Args:
        group: (N,) 0 to k - 1; some may be empty.
        centres: (k, D) means.
    """

    group: Ints
    centres: Floats


def k_means(vectors: Floats, k: int, rng: np.random.Generator) -> Groups:
    """`k` groups of `vectors` (N, D), k at most N, by squared distance (Lloyd, 1982).

    With many vectors and groups the steps look at a sample of the vectors (Sculley, 2010).
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans  # seconds to import
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    seed = int(rng.integers(2**31))
    if len(vectors) > MANY[0] and k > MANY[1]:
        model = MiniBatchKMeans(k, batch_size=2048, n_init=1, max_iter=20, random_state=seed)
    else:
        model = KMeans(k, n_init=1, max_iter=STEPS, random_state=seed)
    # one thread gives the same sums everywhere; fewer different vectors than groups is no error
    with threadpool_limits(1), catch_warnings(action="ignore", category=ConvergenceWarning):
        group = model.fit_predict(vectors)
    return Groups(group.astype(np.intp), model.cluster_centers_)


def main_directions(vectors: Floats, most: int, rng: np.random.Generator) -> Floats:
    """(N, min(most, D)) `vectors` about their mean, along the directions they vary most in.

    Distances shrink a little and their order hardly changes; what is looked for in hundreds of
    groups or among thousands of vectors is found many times faster. Few vectors come as they are.
    """
    if vectors.shape[1] <= most or len(vectors) <= most:
        return vectors
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    seed = int(rng.integers(2**31))
    with threadpool_limits(1):
        model = PCA(most, svd_solver="randomized", iterated_power=2, random_state=seed)
        found: Floats = model.fit_transform(vectors)
    return found.astype(np.float32)


def nearest(vectors: Floats, others: Floats, k: int) -> Ints:
    """(N, min(k, M)) which of `others` (M, D) have the largest products with each of `vectors`
    (N, D), the largest first."""
    k = min(k, len(others))
    found = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        products = vectors[start : start + ROWS_AT_ONCE] @ others.T
        found.append(_largest(products, k))
    return np.concatenate(found) if found else np.empty((0, k), dtype=np.intp)


def _largest(values: Floats, k: int) -> Ints:
    """(N, k) positions of the largest of each row (N, M), the largest first."""
    some = np.argpartition(-values, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(values, some, axis=1), axis=1, kind="stable")
    return np.take_along_axis(some, order, axis=1)


def leaders(vectors: Floats, alike: float) -> Ints:
    """(N,) the row that each of `vectors` (N, D), unit rows, is folded under; its own if none.

    In the order given: a row is folded under the leader that it is most like, the first of equal
    ones, if their product is at least `alike`; else it leads. So no row is ever less like its
    leader than that, however long a chain of pictures there is between others.
    """
    found = np.arange(len(vectors))
    led: list[int] = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        block = vectors[start : start + ROWS_AT_ONCE]
        before = block @ vectors[led].T  # (rows, leaders so far)
        within = block @ block.T
        own = len(led)
        for n, row in enumerate(range(start, start + len(block))):
            near = np.concatenate([before[n], within[n, np.array(led[own:], np.intp) - start]])
            if len(near) and near.max() >= alike:
                found[row] = led[int(near.argmax())]
            else:
                led.append(row)
    return found


def chains(vectors: Floats) -> Ints:
    """(N,) group of each unit vector: linked are those of which one is the other's nearest.

    The first step of FINCH (Sarfraz et al., CVPR 2019).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(vectors)
    if n < 2:
        return np.zeros(n, dtype=np.intp)
    links = (np.ones(n), (np.arange(n), _first_neighbours(vectors)))
    group = connected_components(coo_matrix(links, shape=(n, n)), directed=False)[1]
    return group.astype(np.intp)


def _first_neighbours(vectors: Floats) -> Ints:
    """(N,) the row, not itself, with the largest product."""
    first = np.empty(len(vectors), dtype=np.intp)
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        products = vectors[start : start + ROWS_AT_ONCE] @ vectors.T
        rows = np.arange(len(products))
        products[rows, start + rows] = -np.inf
        first[start : start + ROWS_AT_ONCE] = products.argmax(axis=1)
    return first


def finest(vectors: Floats, most: int, rng: np.random.Generator) -> Ints:
    """(N,) group of each of `vectors` (N, D): the finest FINCH partition of at most `most` groups.

    Groups are linked by the directions of their means until there are few enough. The coarsest
    there is, where even that has more. More than `EXACT` vectors are compared in their main
    directions.
    """
    if len(vectors) > EXACT:
        vectors = main_directions(vectors, DIRECTIONS, rng)
    vectors = unit_rows(vectors)
    group = chains(vectors)
    while (groups := int(group.max(initial=-1)) + 1) > most:
        sums = np.zeros((groups, vectors.shape[1]))
        np.add.at(sums, group, vectors)
        upper = chains(unit_rows(sums))
        if upper.max() + 1 == groups:
            break
        group = upper[group]
    return group
