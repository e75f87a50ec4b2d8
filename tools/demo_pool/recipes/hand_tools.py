"""Recipes of tools: hammer, screwdriver, padlock, dumbbell."""

from math import pi

import numpy as np

from tools.demo_pool.materials import (
    STEEL,
    Material,
    Part,
    Parts,
    chance,
    metal,
    plastic,
    shifted,
    turned,
    varnished_wood,
)
from tools.demo_pool.mesh import (
    Array,
    extrude,
    lathe,
    rotation,
    rounded,
    rounded_box,
    spline,
    sweep,
)


def hammer(rng: np.random.Generator) -> Parts:
    """A claw hammer lying along x, the handle of wood or plastic."""
    length = rng.uniform(2.6, 3.3)
    grip = varnished_wood(rng) if chance(rng, 0.6) else plastic(rng)
    along, knots = np.linspace(0, 1, 20), [0, 0.15, 0.4, 0.8, 1]
    width = np.interp(along, knots, [0.14, 0.16, 0.12, 0.1, 0.11])
    thick = np.interp(along, knots, [0.11, 0.12, 0.1, 0.09, 0.1])
    handle = sweep(np.linspace([0, 0, 0], [length, 0, 0], 20), (width, thick), 14)
    steel = Material((0.35, 0.35, 0.37), rng.uniform(0.2, 0.4), 1.0)
    x = length - 0.05
    face = rounded([[0, 0], [0.2, 0], [0.2, 0.2], [0.13, 0.28], [0.15, 0.62], [0, 0.62]], 0.03)
    head = lathe(face, 24).moved(rotation("x", -90)).moved(by=(x, -0.62, 0))
    block = rounded_box(0.3, 0.36, 0.3, 0.05).moved(by=(x, 0.1, -0.15))
    parts = [Part(handle, grip), Part(head, steel), Part(block, steel)]
    for side in (-1, 1):
        claw = spline(
            [
                [x, 0.15, side * 0.06],
                [x - 0.02, 0.45, side * 0.08],
                [x - 0.15, 0.75, side * 0.11],
                [x - 0.35, 0.95, side * 0.13],
            ],
            14,
        )
        taper = (np.linspace(0.14, 0.03, 14), np.linspace(0.09, 0.05, 14))
        parts.append(Part(sweep(claw, taper, 10), steel))
    return shifted(parts, (0, 0, 0.2))


def screwdriver(rng: np.random.Generator) -> Parts:
    """A grooved plastic handle, a shaft and a flat tip, lying along x."""
    length = rng.uniform(0.9, 1.8)
    material = plastic(rng)
    line = [[0, 0], [0.13, 0.03], [0.17, 0.2], [0.15, 0.6], [0.17, 0.85], [0.11, 1.0], [0.12, 1.05]]

    def grooved(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        held = (z > 0.1) & (z < 0.85)
        return r * (1 - 0.1 * (np.cos(6 * angle) > 0.3) * held), z

    handle = lathe(spline([*line, [0.06, 1.08]], 50), 48, warp=grooved)
    shaft = lathe([[0.045, 1.0], [0.045, 1.0 + length], [0, 1.02 + length]], 16)
    half = [[0.05, 0], [0.065, 0.12], [0.06, 0.2]]
    tip = extrude([[-0.05, 0], *half, *([-x, y] for x, y in reversed(half[1:]))], 0.03)
    tip = tip.moved(rotation("x", 90), (0, 0.015, 0.95 + length))
    parts = [
        Part(handle, material),
        Part(shaft, Material((0.75, 0.75, 0.77), 0.2, 1.0)),
        Part(tip, Material((0.6, 0.6, 0.6), 0.25, 1.0)),
    ]
    return turned(parts, rotation("y", 90), (0, 0, 0.17))


def padlock(rng: np.random.Generator) -> Parts:
    """Brass or another metal, closed, with a keyhole; a quarter lie on their back."""
    width = rng.uniform(0.42, 0.55)
    height = width * rng.uniform(0.8, 1.0)
    if chance(rng, 0.7):
        body = Material((0.78, 0.58, 0.25), rng.uniform(0.2, 0.35), 1.0)
    else:
        body = metal(rng)
    angle = np.linspace(0, pi, 24)
    out = width * 0.32
    arc = np.stack([out * np.cos(angle), 0 * angle, height + width * 0.35 + out * np.sin(angle)], 1)
    shackle = np.vstack([[[out, 0, height - 0.05]], arc, [[-out, 0, height - 0.05]]])
    barrel = lathe([[0.07, 0], [0.07, 0.01], [0, 0.01]], 20)
    barrel = barrel.moved(rotation("x", 90)).moved(by=(0, -0.11, height * 0.35))
    slot = rounded_box(0.02, 0.02, 0.09, 0.003).moved(by=(0, -0.12, height * 0.3))
    parts = [
        Part(rounded_box(width, 0.22, height, 0.06), body),
        Part(sweep(shackle, 0.055, 12), Material(STEEL, 0.12, 1.0)),
        Part(barrel, Material((0.3, 0.25, 0.15), 0.3, 1.0)),
        Part(slot, Material((0.01, 0.01, 0.01), 0.8)),
    ]
    return parts if chance(rng, 0.75) else turned(parts, rotation("x", -90), (0, 0, 0.11))


def dumbbell(rng: np.random.Generator) -> Parts:
    """A bar with two heads: six-sided and coloured, or round and black."""
    hexagonal = bool(rng.integers(2))
    material = plastic(rng) if hexagonal else Material((0.06, 0.06, 0.065), 0.5)
    radius = rng.uniform(0.4, 0.55)
    bar = lathe(rounded([[0, 0], [0.14, 0], [0.14, 1.3], [0, 1.3]], 0.02), 20)
    parts = [Part(bar.moved(by=(0, 0, -0.65)), Material((0.7, 0.7, 0.72), 0.2, 1.0))]
    half = [[0, -0.28], [radius * 0.8, -0.28], [radius, -0.2]]
    outline = rounded([*half, *([x, -z] for x, z in reversed(half))], 0.05)
    for side in (-1, 1):
        head = lathe(outline, 6 if hexagonal else 48).moved(by=(0, 0, side * 0.85))
        parts.append(Part(head, material))
    flat = rotation("y", 90) @ rotation("z", 30 if hexagonal else 0)
    return turned(parts, flat, (0, 0, radius * (0.87 if hexagonal else 1)))
