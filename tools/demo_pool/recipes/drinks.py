"""Recipes of what one drinks from: mug, glass, wine glass, bottle, can."""

from dataclasses import replace

import numpy as np

from tools.demo_pool.materials import (
    CLEAR_GLASS,
    STEEL,
    Material,
    Part,
    Parts,
    chance,
    glaze,
    liquid,
    pick,
    plastic,
)
from tools.demo_pool.mesh import (
    Array,
    lathe,
    rounded,
    rounded_box,
    spline,
)
from tools.demo_pool.recipes.shared import ear_handle, from_axis, vessel_wall
from tools.demo_pool.textures import hsv, label

COFFEES = ((0.06, 0.03, 0.015), (0.25, 0.13, 0.06), (0.35, 0.12, 0.02))
WINES = ((0.22, 0.005, 0.02), (0.75, 0.6, 0.2), (0.7, 0.25, 0.2))
JUICES = ((0.95, 0.55, 0.05), (0.93, 0.93, 0.9), (0.75, 0.3, 0.05), (0.75, 0.05, 0.08))
BOTTLE_GLASSES = ((0.06, 0.16, 0.05), (0.16, 0.07, 0.02), (0.05, 0.1, 0.12), (0.3, 0.4, 0.25))


def mug(rng: np.random.Generator) -> Parts:
    """Straight, conical or bellied, with one ear handle; often filled."""
    radius = rng.uniform(0.38, 0.45)
    height = rng.uniform(0.85, 1.05)
    shape = rng.integers(3)
    taper = rng.uniform(0.88, 1.05)
    if shape < 2:
        waist = radius * (1 if shape else 0.96)
        line = [[radius * 0.9 * taper, 0], [radius * taper, 0.06], [waist, height * 0.5]]
        outline = rounded([*line, [radius, height]], 0.08)
    else:
        line = [[radius * 0.7, 0], [radius * 0.8, 0.05], [radius * 1.04, height * 0.45]]
        outline = spline([*line, [radius * 0.95, height]], 14)
    wall = glaze(rng)
    reach = rng.uniform(0.26, 0.34)
    handle = ear_handle(radius * 0.97, height * 0.2, height * 0.8, reach, 0.055)
    plain = tuple(np.median(wall.texture.reshape(-1, 3), 0) / 255 * 0.9)
    parts = [
        Part(lathe(vessel_wall(rounded(outline, 0.01), 0.04)), wall),
        Part(handle, Material(plain, wall.roughness, coat=0.6, srgb=True)),
    ]
    if chance(rng, 0.6):
        level = lathe([[0, height * 0.82], [radius * 0.93, height * 0.82]])
        parts.append(Part(level, liquid(pick(rng, COFFEES))))
    return parts


def glass(rng: np.random.Generator) -> Parts:
    """A tumbler, straight or conical; often filled with juice or milk."""
    radius = rng.uniform(0.32, 0.42)
    height = rng.uniform(0.9, 1.4)
    foot = radius * rng.uniform(0.75, 1)
    outline = rounded([[foot, 0], [radius, height]], 0.03)
    parts = [Part(lathe(vessel_wall(outline, 0.03), 56), CLEAR_GLASS)]
    if chance(rng, 0.6):
        top = foot + (radius - foot) * 0.7 - 0.035
        fill = [[0, 0.04], [foot * 0.93, 0.04], [top, height * 0.7], [0, height * 0.7]]
        parts.append(Part(lathe(fill, 56), Material(pick(rng, JUICES), 0.05)))
    return parts


def wine_glass(rng: np.random.Generator) -> Parts:
    """A stemmed glass, mostly with wine in it."""
    radius = rng.uniform(0.32, 0.45)
    stem = rng.uniform(0.7, 1.0)
    cup = rng.uniform(0.8, 1.1)
    rim = radius * rng.uniform(0.72, 0.95)
    outer = spline(
        [[0.03, stem], [radius * 0.75, stem + 0.22], [radius, stem + cup * 0.5], [rim, stem + cup]],
        22,
    )
    inner = outer.copy()
    inner[:, 0] -= 0.022
    inner[0] = [0, stem + 0.05]
    inner = inner[inner[:, 0] >= 0]
    foot = rounded(
        [[0, 0], [0.36, 0], [0.36, 0.015], [0.08, 0.06], [0.035, 0.16], [0.03, stem - 0.05]], 0.03
    )
    parts = [Part(lathe(np.vstack([foot, outer, inner[::-1]]), 64), CLEAR_GLASS)]
    if chance(rng, 0.75):
        level = stem + cup * rng.uniform(0.35, 0.65)
        # a little inside the glass: two surfaces in one place would fight
        side = inner[inner[:, 1] < level] * [[0.985, 1]] + [[0, 0.004]]
        wine = np.vstack([side, [[side[-1, 0], level], [0, level]]])
        parts.append(Part(lathe(wine, 64), Material(pick(rng, WINES), 0.05)))
    return parts


def _bottle_outline(kind: int, radius: float, height: float) -> Array:
    shoulders = (
        [
            [radius, height * 0.62],
            [radius * 0.9, height * 0.7],
            [0.14, height * 0.8],
            [0.13, height * 0.97],
        ],
        [
            [radius, height * 0.5],
            [radius * 0.75, height * 0.66],
            [0.14, height * 0.9],
            [0.13, height * 0.97],
        ],
        [
            [radius, height * 0.65],
            [radius * 0.95, height * 0.75],
            [0.19, height * 0.88],
            [0.16, height * 0.95],
        ],
        [
            [radius * 1.02, height * 0.25],
            [radius * 0.85, height * 0.4],
            [radius, height * 0.6],
            [radius * 0.9, height * 0.75],
            [0.17, height * 0.92],
            [0.16, height * 0.97],
        ],
    )
    return rounded([[radius, 0], *shoulders[kind]], 0.14, 6)


def bottle(rng: np.random.Generator) -> Parts:
    """Wine, beer, plastic or clear glass, with a label and a cap."""
    kind = rng.integers(4)
    height = rng.uniform(2.2, 3.0)
    radius = rng.uniform(0.33, 0.4)
    outline = _bottle_outline(kind, radius, height)
    dark = Material(pick(rng, BOTTLE_GLASSES), 0.05, coat=1.0, specular=0.7)
    tint = (0.55, 0.7, 0.8) if chance(rng, 0.5) else hsv(rng.uniform(), 0.6, 0.6)
    tinted = Material(tint, 0.08, coat=1.0, specular=0.6)
    clear = Material((0.93, 0.97, 0.98), 0, glass=True)
    profile = vessel_wall(outline, 0.03) if kind == 3 else from_axis(outline)
    parts = [Part(lathe(profile, 64), [dark, dark, tinted, clear][kind])]
    low, high = height * rng.uniform(0.1, 0.2), height * rng.uniform(0.38, 0.48)
    around = radius * (1.01 if kind < 3 else 1.03)
    words = ["VINO", "ALE", "COLA", "AQUA", "CIDER", "RESERVE"]
    parts.append(_round_label(rng, words, around, low, high, Material(roughness=0.5)))
    if kind > 1:
        seal = plastic(rng)
    elif chance(rng, 0.5):
        seal = Material((0.45, 0.05, 0.07), 0.3)
    else:
        seal = Material((0.8, 0.65, 0.3), 0.3, 1.0)
    top = [[0, height * 0.955], [0.17, height * 0.955], [0.17, height * 1.01], [0, height * 1.01]]
    parts.append(Part(lathe(rounded(top, 0.02)), seal))
    if kind == 0:
        parts.append(Part(lathe([[0.142, height * 0.86], [0.142, height * 0.96]]), seal))
    return parts


def _round_label(
    rng: np.random.Generator,
    words: list[str],
    radius: float,
    low: float,
    high: float,
    paper: Material,
) -> Part:
    """A printed band around a round body, its label twice around."""
    printed = np.tile(label(rng, words), (1, 2, 1))[::-1]
    return Part(lathe([[radius, low], [radius, high]], 64), replace(paper, texture=printed))


def can(rng: np.random.Generator) -> Parts:
    """A drink or food can with a printed band and a ring to pull."""
    radius = rng.uniform(0.32, 0.36) if chance(rng, 0.6) else rng.uniform(0.4, 0.5)
    height = rng.uniform(1.0, 1.3)
    tin = Material(STEEL, 0.2, 1.0)
    bottom = [[0, 0.03], [radius * 0.8, 0], [radius, 0.09]]
    rim = [[radius, height - 0.1], [radius * 0.86, height - 0.02], [radius * 0.86, height]]
    lid = [[radius * 0.8, height], [radius * 0.78, height - 0.05], [0, height - 0.05]]
    words = ["COLA", "BEANS", "SODA", "TOMATO", "LEMON", "CORN", "TUNA"]
    printed = Material(roughness=0.25, metallic=0.3)
    return [
        Part(lathe(rounded([*bottom, *rim, *lid], 0.02)), tin),
        _round_label(rng, words, radius * 1.006, 0.1, height - 0.1, printed),
        Part(rounded_box(0.2, 0.1, 0.02, 0.01).moved(by=(0, 0.05, height - 0.045)), tin),
    ]
