"""Recipes of other vessels: bowl, vase, bucket, teapot."""

from math import pi

import numpy as np

from tools.demo_pool.materials import (
    Material,
    Part,
    Parts,
    chance,
    glaze,
    metal,
    plastic,
)
from tools.demo_pool.mesh import (
    Array,
    ball,
    lathe,
    rotation,
    rounded,
    spline,
    sweep,
)
from tools.demo_pool.recipes.shared import from_axis, vessel_wall
from tools.demo_pool.textures import fruit_skin, hsv

VASE_SHAPES = (
    ((0.6, 0), (1, 0.35), (0.75, 0.7), (0.35, 0.85), (0.55, 1)),
    ((0.5, 0), (0.55, 0.2), (1, 0.6), (0.9, 0.8), (0.4, 0.92), (0.5, 1)),
    ((0.75, 0), (0.6, 0.35), (0.45, 0.7), (0.85, 1)),
    ((0.45, 0), (0.9, 0.2), (1, 0.4), (0.3, 0.65), (0.25, 0.85), (0.45, 1)),
)


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
