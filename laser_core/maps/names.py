"""Where the names of classes stand on a map: at one of their own points, in the midst of them.

Needs NumPy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Floats, Ints


@dataclass(frozen=True)
class NamePlace:
    """A class's name on a map.

    Args:
        name: of the class.
        row: of the point that it stands at.
        relevant: False for confusers.
    """

    name: str
    row: int
    relevant: bool


def name_places(
    classes: Sequence[str | None], xy: Floats, relevant: Sequence[str]
) -> list[NamePlace]:
    """One place a class: its point that lies nearest to the median of all its points.

    A median, since a few strays draw a mean away from where most points lie; one of the points
    itself, since the median of two islands lies in the sea between them.

    Args:
        classes: (N,) the class of each point; None for points without one.
        xy: (N, 2) in any unit.
        relevant: names of the relevant classes, whatever else occurs is a confuser.

    Returns:
        Relevant classes first, in the order of `relevant`; then the others as they come.
    """
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(classes):
        if name is not None:
            rows.setdefault(name, []).append(row)
    first = [name for name in relevant if name in rows]
    others = [name for name in rows if name not in set(relevant)]
    return [
        NamePlace(name, _middle(np.array(rows[name]), xy), name in set(relevant))
        for name in [*first, *others]
    ]


def _middle(rows: Ints, xy: Floats) -> int:
    distances = np.linalg.norm(xy[rows] - np.median(xy[rows], axis=0), axis=1)
    return int(rows[distances.argmin()])
