"""Pieces that several recipes use: vessel walls, handles, legs."""

from collections.abc import Sequence
from math import pi

import numpy as np

from tools.demo_pool.materials import Material, Part
from tools.demo_pool.mesh import Array, Mesh, Points, sweep

SQUARE = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], float)


def vessel_wall(outline: Points, wall: float) -> Array:
    """Closed profile of a vessel from its outer line (bottom to top) and its wall's thickness."""
    outer = np.array(outline, float)
    inner = outer.copy()
    inner[:, 0] -= wall
    inner[0, 1] += wall
    inner = inner[inner[:, 0] > 0.01]
    inner[:, 1] = np.maximum(inner[:, 1], outer[0, 1] + wall)
    lip = [[(outer[-1, 0] + inner[-1, 0]) / 2, outer[-1, 1] + wall * 0.5]]
    bottom, floor = [[0, outer[0, 1]]], [[0, outer[0, 1] + wall]]
    return np.vstack([bottom, outer, lip, inner[::-1], floor])


def from_axis(line: Points) -> Array:
    """`line` with a first point on the axis, so that the turned body has a bottom."""
    return np.vstack([[[0, 0]], line])


def ear_handle(radius: float, low: float, high: float, reach: float, thickness: float) -> Mesh:
    """A handle on the +x side of a round wall, from height `low` to `high`."""
    angle = np.linspace(-pi / 2, pi / 2, 24)
    x = radius - 0.04 + reach * np.cos(angle)
    z = (low + high) / 2 + (high - low) / 2 * np.sin(angle)
    return sweep(np.stack([x, 0 * angle, z], 1), (thickness * 1.4, thickness), 12)


def leg(
    start: Sequence[float],
    end: Sequence[float],
    thickness: float,
    material: Material,
    is_round: bool = True,
) -> Part:
    """A straight round or square bar."""
    path = np.linspace(start, end, 2)
    if is_round:
        return Part(sweep(path, thickness, 12), material)
    return Part(sweep(path, thickness, section=SQUARE), material)
