"""Recipes of furniture: chair, stool, table, lamp."""

from math import pi

import numpy as np

from tools.demo_pool.materials import (
    Material,
    Part,
    Parts,
    chance,
    glaze,
    metal,
    pick,
    plastic,
    varnished_wood,
)
from tools.demo_pool.mesh import (
    ball,
    lathe,
    rotation,
    rounded,
    rounded_box,
    spline,
    sweep,
)
from tools.demo_pool.recipes.shared import from_axis, leg
from tools.demo_pool.textures import hsv


def _upholstery(rng: np.random.Generator, value: tuple[float, float], roughness: float) -> Material:
    return Material(hsv(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(*value)), roughness)


def chair(rng: np.random.Generator) -> Parts:
    """Four legs, a seat, and a back of rungs, spindles or one board."""
    width = rng.uniform(4.0, 4.8)
    depth = width * rng.uniform(0.92, 1.05)
    seat = rng.uniform(4.3, 4.7)
    top = rng.uniform(8.2, 10)
    thick = rng.uniform(0.16, 0.26)
    material = varnished_wood(rng) if chance(rng, 0.65) else plastic(rng)
    is_round = chance(rng, 0.4)
    legs = material if chance(rng, 0.7) else metal(rng)
    x, y = width / 2 - thick, depth / 2 - thick
    splay = rng.uniform(0, 0.35)
    parts = []
    for side in (-1, 1):
        foot = side * (x + splay)
        parts.append(leg((foot, -y - splay, 0), (side * x, -y, seat), thick, legs, is_round))
        parts.append(leg((foot, y + splay, 0), (side * x, y, seat), thick, legs, is_round))
        head = (side * x, y + rng.uniform(0.5, 0.9), top)
        parts.append(leg((side * x, y, seat - 0.1), head, thick, material, is_round))
    cover = _upholstery(rng, (0.2, 0.8), 0.9) if chance(rng, 0.35) else material
    cushion = rounded_box(width, depth, 0.35, 0.12).moved(by=(0, 0, seat - 0.2))
    parts.append(Part(cushion, cover))
    parts += _chair_back(rng, (width, y, seat, top), material, cover)
    if chance(rng, 0.5):
        for side in (-1, 1):
            start, end = (side * x, -y, seat * 0.4), (side * x, y, seat * 0.4)
            parts.append(leg(start, end, thick * 0.55, legs))
    return parts


def _chair_back(
    rng: np.random.Generator,
    size: tuple[float, float, float, float],
    material: Material,
    cover: Material,
) -> Parts:
    """Rungs, spindles under a rail, or a board, between seat and top, leaning back from y."""
    width, y, seat, top = size
    kind = rng.integers(3)

    def behind(z: float) -> float:
        return y + 0.65 * (z - seat) / (top - seat)

    parts = []
    if kind == 0:
        for number in range(rng.integers(2, 5)):
            z = top - 0.4 - number * rng.uniform(0.95, 1.1)
            rung = rounded_box(width - 0.2, 0.18, 0.55, 0.06).moved(by=(0, behind(z), z - 0.25))
            parts.append(Part(rung, material))
    elif kind == 1:
        rail = rounded_box(width - 0.1, 0.22, 0.6, 0.08).moved(by=(0, behind(top - 0.3), top - 0.6))
        parts.append(Part(rail, material))
        count = rng.integers(4, 8)
        for number in range(count):
            x = (number / (count - 1) - 0.5) * (width - 1)
            parts.append(leg((x, y, seat), (x, behind(top - 0.4), top - 0.4), 0.09, material))
    else:
        board = rounded_box(width - 0.15, 0.2, (top - seat) * 0.75, 0.08)
        at = (0, behind((top + seat) / 2) - 0.05, seat + (top - seat) * 0.2)
        parts.append(Part(board.moved(rotation("x", -6), at), cover))
    return parts


def stool(rng: np.random.Generator) -> Parts:
    """A round seat, perhaps padded, on three or four splayed legs with a ring."""
    height = rng.uniform(4.5, 7.0)
    radius = rng.uniform(1.5, 1.9)
    material = varnished_wood(rng) if chance(rng, 0.7) else metal(rng)
    cover = material if chance(rng, 0.6) else _upholstery(rng, (0.15, 0.7), 0.6)
    bare = cover is material
    edge, middle = (0.35, 0.38) if bare else (0.6, 0.7)
    seat = lathe(rounded([[0, 0], [radius, 0], [radius, edge], [0, middle]], 0.12))
    parts = [Part(seat.moved(by=(0, 0, height - 0.3)), cover)]
    count = rng.integers(3, 5)
    splay = rng.uniform(0.3, 0.8)
    for number in range(count):
        angle = 2 * pi * number / count + 0.4
        c, s = np.cos(angle), np.sin(angle)
        foot = ((radius * 0.8 + splay) * c, (radius * 0.8 + splay) * s, 0)
        head = (radius * 0.7 * c, radius * 0.7 * s, height - 0.2)
        parts.append(leg(foot, head, 0.15, material))
    level = height * rng.uniform(0.25, 0.4)
    out = radius * 0.7 + (radius * 0.1 + splay) * (1 - level / height)
    angle = np.linspace(0, 2 * pi, 40)
    ring = np.stack([out * np.cos(angle), out * np.sin(angle), 0 * angle + level], 1)
    parts.append(Part(sweep(ring, 0.09, 8, caps=False), material))
    return parts


def table(rng: np.random.Generator) -> Parts:
    """A dining table: four square or round legs, or a round top on a pedestal."""
    width, depth, height = rng.uniform(9, 15), rng.uniform(7, 9), rng.uniform(6.8, 7.6)
    material = varnished_wood(rng) if chance(rng, 0.8) else Material((0.9, 0.9, 0.88), 0.3)
    kind = rng.integers(3)
    thick = rng.uniform(0.25, 0.4)
    if kind == 2:
        return _pedestal_table(depth * 0.62, height, material)
    top = rounded_box(width, depth, 0.35, 0.08).moved(by=(0, 0, height - 0.35))
    apron = rounded_box(width - 1, depth - 1, 0.7, 0.05).moved(by=(0, 0, height - 1.0))
    parts = [Part(top, material), Part(apron, material)]
    for x in (-(width / 2 - 0.7), width / 2 - 0.7):
        for y in (-(depth / 2 - 0.7), depth / 2 - 0.7):
            parts.append(leg((x, y, 0), (x, y, height - 0.3), thick, material, kind == 1))
    return parts


def _pedestal_table(radius: float, height: float, material: Material) -> Parts:
    top = lathe(rounded([[0, 0], [radius, 0], [radius, 0.35], [0, 0.36]], 0.1), 64)
    column = [
        [0.9, 0.3],
        [0.35, 1.2],
        [0.6, height * 0.5],
        [0.35, height * 0.8],
        [0.8, height - 0.3],
    ]
    meshes = [top.moved(by=(0, 0, height - 0.35)), lathe(spline(column, 30))]
    for angle in np.arange(4) * pi / 2 + 0.4:
        c, s = np.cos(angle), np.sin(angle)
        foot = spline([[0, 0, 1.1], [1.5 * c, 1.5 * s, 0.7], [2.7 * c, 2.7 * s, 0.15]], 10)
        meshes.append(sweep(foot, 0.22, 8))
    return [Part(mesh, material) for mesh in meshes]


def lamp(rng: np.random.Generator) -> Parts:
    """A table lamp, mostly lit: a turned foot and a conical shade."""
    height = rng.uniform(2.2, 3.2)
    material = pick(rng, [glaze(rng), metal(rng), varnished_wood(rng)])
    kind = rng.integers(3)
    feet = (
        [[0.75, 0], [0.8, 0.1], [0.2, 0.25], [0.12, height]],
        [[0.45, 0], [0.75, height * 0.35], [0.5, height * 0.7], [0.12, height]],
        [
            [0.6, 0],
            [0.62, 0.12],
            [0.3, height * 0.2],
            [0.45, height * 0.5],
            [0.15, height * 0.8],
            [0.1, height],
        ],
    )
    line = rounded(feet[0], 0.08) if kind == 0 else spline(feet[kind], 30)
    lower = rng.uniform(1.1, 1.5)
    upper = lower * rng.uniform(0.5, 0.85)
    shade = rng.uniform(1.2, 1.7)
    tint = hsv(rng.uniform(), 0.4, 0.8)
    colour = pick(rng, [(0.95, 0.88, 0.72), (0.93, 0.92, 0.9), tint])
    glow = rng.uniform(0.6, 1.6) if chance(rng, 0.7) else 0.0
    cone = lathe([[lower, height - 0.2], [upper, height - 0.2 + shade]], 48)
    return [
        Part(lathe(from_axis(line), 40), material),
        Part(cone, Material(colour, 0.9, emission=glow)),
        Part(ball(0.12, 12, 8).moved(by=(0, 0, height + 0.1)), Material((0.9, 0.9, 0.8))),
    ]
