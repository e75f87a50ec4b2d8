"""Recipes of vessels: mug, glass, wine glass, bottle, bowl, vase, bucket, teapot, can."""

from dataclasses import replace
from math import pi

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
    metal,
    pick,
    plastic,
)
from tools.demo_pool.mesh import (
    Array,
    ball,
    lathe,
    rotation,
    rounded,
    rounded_box,
    spline,
    sweep,
)
from tools.demo_pool.recipes.shared import ear_handle, from_axis, vessel_wall
from tools.demo_pool.textures import fruit_skin, hsv, label

COFFEES = ((0.06, 0.03, 0.015), (0.25, 0.13, 0.06), (0.35, 0.12, 0.02))
WINES = ((0.22, 0.005, 0.02), (0.75, 0.6, 0.2), (0.7, 0.25, 0.2))
JUICES = ((0.95, 0.55, 0.05), (0.93, 0.93, 0.9), (0.75, 0.3, 0.05), (0.75, 0.05, 0.08))
BOTTLE_GLASSES = ((0.06, 0.16, 0.05), (0.16, 0.07, 0.02), (0.05, 0.1, 0.12), (0.3, 0.4, 0.25))
VASE_SHAPES = (
    ((0.6, 0), (1, 0.35), (0.75, 0.7), (0.35, 0.85), (0.55, 1)),
    ((0.5, 0), (0.55, 0.2), (1, 0.6), (0.9, 0.8), (0.4, 0.92), (0.5, 1)),
    ((0.75, 0), (0.6, 0.35), (0.45, 0.7), (0.85, 1)),
    ((0.45, 0), (0.9, 0.2), (1, 0.4), (0.3, 0.65), (0.25, 0.85), (0.45, 1)),
)


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


def bowl(rng: np.random.Generator) -> Parts:
    """Pottery or metal on a small foot; a third of them hold soup with herbs."""
    radius = rng.uniform(0.65, 1.0)
    height = radius * rng.uniform(0.42, 0.6)
    side = spline([[radius * 0.44, 0.05], [radius * 0.8, height * 0.4], [radius, height]], 14)
    outline = rounded(np.vstack([[[radius * 0.42, 0], [radius * 0.42, 0.04]], side]), 0.01)
    material = glaze(rng) if chance(rng, 0.75) else metal(rng)
    wall = lathe(vessel_wall(outline, 0.045))
    parts = [Part(wall, material)]
    if chance(rng, 0.35):
        rng.integers(3)  # unused since the soup below; drawn so that shipped bowls stay the same
    if rng.integers(3) == 0:
        widest, top = wall.vertices[:, 0].max(), wall.vertices[:, 2].max()
        parts += _soup(rng, widest, top)
    return parts


def _soup(rng: np.random.Generator, radius: float, height: float) -> Parts:
    texture = fruit_skin(rng, (0.75, 0.3, 0.06), (0.85, 0.45, 0.12), spots=0.4)
    soup = Material(roughness=0.25, texture=texture, coat=0.6)
    parts = [Part(lathe([[0, height * 0.8], [radius * 0.9, height * 0.8]]), soup)]
    for _ in range(8):
        turn = rotation("z", rng.uniform(0, 360))
        x, y = rng.uniform(-0.4, 0.4) * radius, rng.uniform(-0.4, 0.4) * radius
        herb = ball(1, 8, 6, scale=(0.07, 0.03, 0.01)).moved(turn, (x, y, height * 0.81))
        parts.append(Part(herb, Material((0.15, 0.4, 0.05))))
    return parts


def vase(rng: np.random.Generator) -> Parts:
    """One of four outlines, some ribbed, about half with flowers."""
    height = rng.uniform(1.8, 2.8)
    shape = VASE_SHAPES[rng.integers(4)]
    outline = spline(np.array(shape) * [rng.uniform(0.45, 0.65), height], 40)
    ribs = rng.integers(6, 16)
    depth = rng.uniform(0, 0.05) if chance(rng, 0.4) else 0

    def ribbed(radius: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return radius * (1 + depth * np.cos(ribs * angle)), z

    wall = lathe(vessel_wall(outline, 0.05), 64, warp=ribbed if depth else None)
    parts = [Part(wall, glaze(rng))]
    if chance(rng, 0.55):
        for _ in range(rng.integers(3, 9)):
            parts += _flower(rng, height)
    return parts


def _flower(rng: np.random.Generator, height: float) -> Parts:
    """A stem out of a vase of `height`, one leaf and a blossom of 6 to 11 petals."""
    angle, lean = rng.uniform(0, 2 * pi), rng.uniform(0.2, 0.8)
    c, s = np.cos(angle), np.sin(angle)
    tip = np.array([c * lean, s * lean, height + rng.uniform(0.6, 1.5)])
    bend = tip * [0.8, 0.8, 1] - [0, 0, 0.15]
    stem = spline([[0, 0, height * 0.3], [0.08 * c, 0.08 * s, height], bend, tip], 14)
    parts = [Part(sweep(stem, 0.02, 6), Material((0.1, 0.3, 0.06)))]
    hue = rng.uniform(-0.12, 0.15) if chance(rng, 0.8) else rng.uniform(0.6, 0.9)
    colour = hsv(hue, rng.uniform(0.4, 0.95), 0.85)
    petals = rng.integers(6, 12)
    size = rng.uniform(0.18, 0.3)
    facing = rotation("y", 35 * c) @ rotation("x", -35 * s)
    for petal in range(petals):
        leaf = ball(1, 10, 8, scale=(size * 0.62, size * 0.3, size * 0.1)).moved(
            by=(size * 0.6, 0, 0)
        )
        leaf = leaf.moved(rotation("y", -rng.uniform(0, 35)))
        leaf = leaf.moved(rotation("z", petal * 360 / petals)).moved(facing, tip)
        parts.append(Part(leaf, Material(colour, 0.7)))
    heart = ball(size * 0.3, 10, 8).moved(by=(*tip[:2], tip[2] + 0.03))
    parts.append(Part(heart, Material((0.8, 0.55, 0.05), 0.8)))
    green = ball(1, 10, 8, scale=(0.28, 0.1, 0.02)).moved(rotation("y", -40))
    green = green.moved(rotation("z", rng.uniform(0, 360)), stem[8])
    parts.append(Part(green, Material((0.12, 0.32, 0.07), 0.5)))
    return parts


def bucket(rng: np.random.Generator) -> Parts:
    """Plastic or zinc, the bail up with a grip or hanging down."""
    radius = rng.uniform(1.1, 1.4)
    height = rng.uniform(2.2, 2.8)
    foot = radius * rng.uniform(0.68, 0.8)
    material = (
        plastic(rng)
        if chance(rng, 0.6)
        else Material((0.7, 0.71, 0.72), rng.uniform(0.25, 0.45), 1.0)
    )
    lip = [[radius, height - 0.12], [radius + 0.07, height - 0.1], [radius + 0.07, height]]
    outline = rounded([[foot, 0], [foot + (radius - foot) * 0.5, height * 0.5], *lip], 0.02)
    parts = [Part(lathe(vessel_wall(outline, 0.06), 64), material)]
    bail_up = chance(rng, 0.6)
    angle = np.linspace(0, pi, 30)
    tilt = rng.uniform(20, 75) - 90 if bail_up else 78
    x, z = (radius + 0.09) * np.cos(angle), radius * 1.05 * np.sin(angle)
    bail = np.stack([x, 0 * angle, z], 1) @ rotation("x", tilt).T
    bail[:, 2] += height - 0.12
    parts.append(Part(sweep(bail, 0.035, 8), Material((0.6, 0.6, 0.6), 0.3, 1.0)))
    if bail_up:
        colour = (0.15, 0.15, 0.15) if chance(rng, 0.5) else (0.6, 0.4, 0.2)
        parts.append(Part(sweep(bail[11:19], 0.09, 10), Material(colour, 0.5)))
    for side in (-1, 1):
        ear = ball(0.12, 10, 8, scale=(0.5, 1, 1))
        parts.append(Part(ear.moved(by=(side * (radius + 0.05), 0, height - 0.14)), material))
    return parts


def teapot(rng: np.random.Generator) -> Parts:
    """A round pot with lid, spout on +x, and an ear or a bow for a handle."""
    radius = rng.uniform(0.75, 0.9)
    height = rng.uniform(0.95, 1.2)
    material = glaze(rng) if chance(rng, 0.75) else metal(rng)
    belly = [[radius * 0.55, 0], [radius * 0.98, height * 0.35], [radius * 0.85, height * 0.75]]
    body = from_axis(spline([*belly, [radius * 0.42, height]], 24))
    lid = spline([[radius * 0.44, height], [radius * 0.3, height + 0.1], [0.06, height + 0.17]], 10)
    knob = spline([[0.05, height + 0.18], [0.11, height + 0.26], [0, height + 0.33]], 10)
    spout = spline(
        [
            [radius * 0.7, 0, height * 0.3],
            [radius * 1.15, 0, height * 0.5],
            [radius * 1.35, 0, height * 0.85],
            [radius * 1.62, 0, height * 1.02],
        ],
        18,
    )
    meshes = [
        lathe(body),
        lathe(np.vstack([lid, knob])),
        sweep(spout, np.linspace(0.2, 0.075, 18), 14, caps=False),
    ]
    if chance(rng, 0.7):
        angle = np.linspace(pi * 0.42, pi * 1.55, 26)
        x, z = -radius * 0.82 + 0.52 * np.cos(angle), height * 0.55 + 0.4 * np.sin(angle)
        meshes.append(sweep(np.stack([x, 0 * angle, z], 1), (0.09, 0.055), 12))
    else:
        angle = np.linspace(0.1, pi - 0.1, 26)
        x, z = radius * 0.75 * np.cos(angle), height * 0.8 + 0.95 * np.sin(angle)
        meshes.append(sweep(np.stack([x, 0 * angle, z], 1), 0.05, 12))
    return [Part(mesh, material) for mesh in meshes]


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
