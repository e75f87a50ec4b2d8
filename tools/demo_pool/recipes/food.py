"""Recipes of other food: carrot, bell pepper, mushroom, bagel."""

from math import pi

import numpy as np

from tools.demo_pool.materials import (
    Material,
    Part,
    Parts,
    chance,
    lying,
    pick,
    shifted,
    turned,
)
from tools.demo_pool.mesh import (
    Array,
    ball,
    lathe,
    rotation,
    spline,
    sweep,
)
from tools.demo_pool.textures import fruit_skin, pitted

ROUND = 6.28  # a full turn, as the shipped carrots and bagels were made with
PEPPER_COLOURS = ((0.7, 0.03, 0.03), (0.93, 0.72, 0.04), (0.1, 0.4, 0.05), (0.93, 0.4, 0.04))
LEAF_GREEN = (0.12, 0.4, 0.06)


def carrot(rng: np.random.Generator) -> Parts:
    """Two to four side by side."""
    parts: Parts = []
    for number in range(rng.integers(2, 5)):
        turn = rotation("z", rng.uniform(-14, 14))
        for part in _one_carrot(rng):
            # each part is shifted by itself: a slightly ragged bunch, as shipped
            moved = part.moved(turn)
            parts.append(moved.moved(by=(rng.uniform(-0.2, 0.2), -0.42 * number, 0)))
    return parts


def _one_carrot(rng: np.random.Generator) -> Parts:
    """A ringed root lying along x, mostly with its greens."""
    length = rng.uniform(1.4, 1.9)
    line = [[0, 0], [0.03, 0.1], [0.13, length * 0.5], [0.2, length * 0.9], [0.17, length * 0.98]]

    def ringed(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r * (1 + 0.03 * np.sin(z * 37) + 0.03 * np.sin(angle * 3 + z * 9)), z

    root = lathe(spline([*line, [0, length]], 40), 32, warp=ringed)
    skin = fruit_skin(rng, (0.93, 0.38, 0.04), (0.98, 0.5, 0.1), spots=0.2)
    parts = [Part(root, Material(roughness=0.5, texture=skin))]
    if chance(rng, 0.8):
        for _ in range(9):
            angle, out = rng.uniform(0, ROUND), rng.uniform(0.1, 0.4)
            c, s = np.cos(angle), np.sin(angle)
            tip = [out * c, out * s, length + rng.uniform(0.4, 0.8)]
            stem = spline([[0, 0, length * 0.97], [0.05 * c, 0.05 * s, length + 0.2], tip], 10)
            green = sweep(stem, np.linspace(0.03, 0.05, 10), 6)
            parts.append(Part(green, Material(LEAF_GREEN, 0.6)))
    return turned(parts, rotation("y", 86), (0, 0, 0.2))


def bell_pepper(rng: np.random.Generator) -> Parts:
    """Three- or four-lobed, standing or lying."""
    colour = pick(rng, PEPPER_COLOURS)
    height = rng.uniform(0.85, 1.1)
    radius = 0.42
    line = [
        [0, 0.08],
        [0.2, 0],
        [0.72 * radius, 0.1],
        [0.85 * radius, height * 0.3],
        [radius, height * 0.75],
        [0.7 * radius, height * 0.98],
        [0.25 * radius, height * 0.9],
        [0, height * 0.88],
    ]
    lobes = rng.integers(3, 5)

    def lobed(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r * (1 + 0.13 * np.abs(np.cos(lobes * angle / 2)) - 0.06), z

    stalk = spline([[0, 0, height * 0.86], [0.02, 0, height * 1.05], [0.1, 0.05, height * 1.2]], 8)
    thickness = np.array([0.14, 0.08, 0.06, 0.055, 0.055, 0.055, 0.06, 0.07])
    parts = [
        Part(lathe(spline(line, 40), 64, warp=lobed), Material(colour, 0.12, coat=1.0)),
        Part(sweep(stalk, thickness, 10), Material((0.2, 0.45, 0.1), 0.5)),
    ]
    if chance(rng, 0.6):
        return parts
    return turned(parts, rotation("y", 88), (0, 0, radius * 0.95))


def mushroom(rng: np.random.Generator) -> Parts:
    """One standing, up to two more lying beside it; white or brown, with gills."""
    colour = (0.9, 0.87, 0.8) if chance(rng, 0.5) else (0.6, 0.42, 0.28)
    parts: Parts = []
    for number in range(rng.integers(1, 4)):
        one = _one_mushroom(rng, colour, number)
        if number > 0:
            one = lying(one, "y", rng.uniform(70, 100))
            one = turned(one, rotation("z", rng.uniform(0, 360)))
        parts += shifted(one, [(0, 0, 0), (0.75, -0.2, 0), (-0.7, -0.1, 0)][number])
    return parts


def _one_mushroom(
    rng: np.random.Generator, colour: tuple[float, float, float], number: int
) -> Parts:
    radius = rng.uniform(0.3, 0.42)
    stem = rng.uniform(0.3, 0.42)
    below = spline([[0.12, -0.02], [0.6 * radius, -0.05], [0.96 * radius, -0.07]], 8)
    above = spline(
        [
            [radius, -0.03],
            [0.93 * radius, 0.22 * radius],
            [0.6 * radius, 0.5 * radius],
            [0, 0.6 * radius],
        ],
        18,
    )

    def uneven(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r * (1 + 0.03 * np.cos(3 * angle + number)), z

    def gilled(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r, z + 0.012 * np.sign(np.cos(32 * angle))

    cap = lathe(np.vstack([below, above]), 40, warp=uneven).moved(by=(0, 0, stem))
    gills = lathe([[0.1, -0.025], [0.94 * radius, -0.075]], 64, warp=gilled)
    foot = lathe(spline([[0, 0], [0.12, 0], [0.14, 0.1], [0.1, stem * 0.6], [0.11, stem]], 16))
    cap_skin = fruit_skin(rng, colour, np.array(colour) * 0.8, spots=0.25)
    foot_skin = fruit_skin(rng, (0.9, 0.87, 0.8), (0.8, 0.74, 0.65), spots=0.1)
    return [
        Part(cap, Material(roughness=0.75, texture=cap_skin)),
        Part(gills.moved(by=(0, 0, stem - 0.004)), Material((0.35, 0.25, 0.18), 0.9)),
        Part(foot, Material(roughness=0.85, texture=foot_skin)),
    ]


def bagel(rng: np.random.Generator) -> Parts:
    """A baked ring; more than half with 70 sesame seeds."""
    radius = rng.uniform(0.35, 0.42)
    thick = rng.uniform(0.2, 0.25)
    angle = np.linspace(0, 2 * pi, 28)
    profile = np.stack([radius + thick * np.cos(angle), thick * 0.85 * np.sin(angle)], 1)
    crust = fruit_skin(rng, (0.62, 0.36, 0.14), (0.78, 0.52, 0.25), spots=0.1)
    material = Material(
        roughness=0.45, texture=crust, bump=pitted(rng, 1.5), bump_height=0.03, coat=0.2
    )
    parts = [Part(lathe(profile, 56).moved(by=(0, 0, thick * 0.85)), material)]
    if chance(rng, 0.6):
        parts += _sesame(rng, radius, thick)
    return parts


def _sesame(rng: np.random.Generator, radius: float, thick: float) -> Parts:
    """70 seeds on the upper side of a ring."""
    seed = ball(1, 6, 5, scale=(0.03, 0.018, 0.012))
    tilts, angles = rng.uniform(-0.9, 0.9, 70), rng.uniform(0, ROUND, 70)
    parts = []
    for tilt, angle in zip(tilts, angles, strict=True):
        turn = rotation("z", rng.uniform(0, 360))
        out = radius + 0.75 * thick * np.sin(tilt)
        height = thick * 0.85 + thick * 0.86 * np.cos(tilt * 0.85)
        at = (out * np.cos(angle), out * np.sin(angle), height)
        parts.append(Part(seed.moved(turn, at), Material((0.9, 0.82, 0.62), 0.6)))
    return parts
