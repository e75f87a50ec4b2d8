"""Recipes of fruit: apple, orange, lemon, banana, strawberry, pineapple."""

from math import pi

import numpy as np

from tools.demo_pool.materials import (
    Material,
    Part,
    Parts,
    chance,
    lying,
    pick,
    resting,
)
from tools.demo_pool.mesh import (
    Array,
    Mesh,
    ball,
    circle,
    lathe,
    rotation,
    spline,
    sweep,
)
from tools.demo_pool.textures import as_bytes, fruit_skin, mix, pitted

APPLE_COLOURS = (
    ((0.42, 0.62, 0.12), (0.55, 0.72, 0.2)),
    ((0.5, 0.03, 0.05), (0.68, 0.1, 0.08)),
    ((0.62, 0.06, 0.06), (0.8, 0.4, 0.15)),
)
LEAF_GREEN = (0.12, 0.4, 0.06)


def apple(rng: np.random.Generator) -> Parts:
    """Green, red or two-coloured, five-lobed at the bottom; a leaf on a third of them."""
    colours = pick(rng, APPLE_COLOURS)
    radius = rng.uniform(0.36, 0.43)
    line = [[0, 0.13], [0.22, 0.03], [0.75, 0.25], [1, 1.0], [0.78, 1.6], [0.35, 1.72], [0.12, 1.6]]
    profile = spline([*line, [0, 1.42]], 40) * radius * [1, rng.uniform(0.95, 1.08)]
    lobes = rng.uniform(0.02, 0.05)

    def lobed(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r * (1 + lobes * np.cos(5 * angle) * (1 - along)), z

    skin = fruit_skin(rng, *colours, streaks=1)
    stalk = spline([[0, 0, 1.4 * radius], [0.02, 0, 1.7 * radius], [0.07, 0.02, 1.98 * radius]], 8)
    parts = [
        Part(lathe(profile, 48, warp=lobed), Material(roughness=0.25, texture=skin, coat=0.5)),
        Part(sweep(stalk, 0.022, 8), Material((0.2, 0.12, 0.05), 0.8)),
    ]
    if chance(rng, 0.35):
        leaf = ball(1, 12, 8, scale=(0.24, 0.1, 0.015))
        leaf = leaf.moved(rotation("y", -20), (0.25, 0, 1.92 * radius))
        parts.append(Part(leaf, Material((0.12, 0.35, 0.06), 0.5)))
    return parts


def orange(rng: np.random.Generator) -> Parts:
    """A flattened, pitted ball with the stalk's trace."""
    radius = rng.uniform(0.38, 0.45)

    def flattened(v: Array) -> Array:
        return 1 - 0.04 * np.exp(-(((v[:, 2] - 1) / 0.06) ** 2)) - 0.03 * v[:, 2] ** 2

    body = ball(radius, 48, 32, warp=flattened).moved(by=(0, 0, radius * 0.97))
    skin = fruit_skin(rng, (0.95, 0.42, 0.02), (1.0, 0.55, 0.05), spots=0.06)
    peel = Material(roughness=0.4, texture=skin, bump=pitted(rng, 0.5), bump_height=0.012, coat=0.3)
    trace = ball(0.05, 8, 6, scale=(1, 1, 0.4)).moved(by=(0, 0, radius * 1.9))
    return [Part(body, peel), Part(trace, Material((0.2, 0.3, 0.08), 0.8))]


def lemon(rng: np.random.Generator) -> Parts:
    """Lying, with its two tips along x; one in five still greenish."""
    radius = rng.uniform(0.3, 0.36)
    line = [[0, -1.45], [0.16, -1.3], [0.45, -1.05], [1, 0], [0.5, 1.0], [0.18, 1.22], [0.14, 1.4]]
    profile = spline([*line, [0, 1.46]], 40) * radius
    body = lathe(profile).moved(rotation("y", 90)).moved(by=(0, 0, radius))
    second = (0.95, 0.85, 0.2) if chance(rng, 0.8) else (0.6, 0.72, 0.1)
    skin = fruit_skin(rng, (0.98, 0.8, 0.05), second, spots=0.08)
    peel = Material(roughness=0.4, texture=skin, bump=pitted(rng, 0.5), bump_height=0.012, coat=0.3)
    return [Part(body, peel)]


def banana(rng: np.random.Generator) -> Parts:
    """One to four of a hand, five-sided, with dark ends."""
    count = rng.integers(1, 5)
    ripe = rng.uniform() < 0.6
    second = (0.9, 0.72, 0.1) if ripe else (0.75, 0.75, 0.15)
    skin = Material(
        roughness=0.45, texture=fruit_skin(rng, (0.95, 0.78, 0.12), second, spots=0.5), coat=0.15
    )
    bend = np.radians(rng.uniform(75, 105))
    along = np.linspace(0, 1, 26)
    thickness = np.interp(
        along,
        [0, 0.03, 0.12, 0.3, 0.6, 0.8, 0.88, 0.93, 1],
        [0.05, 0.075, 0.12, 0.16, 0.16, 0.115, 0.06, 0.045, 0.05],
    )
    angle = np.linspace(0, 2 * pi, 20, endpoint=False)
    section = circle(1, 20) * (1 + 0.07 * np.cos(5 * angle))[:, None]
    parts = []
    for number in range(count):
        swing = (along - 0.5) * bend * 1.35
        path = np.stack([0.95 * np.sin(swing), 0 * swing, 0.95 * np.cos(swing)], 1)
        path[:, 2] -= path[:, 2].min()
        lean = rng.uniform(60, 100) if count == 1 else 62 + 9 * number
        body = sweep(path, thickness, section=section)
        body = body.moved(rotation("x", lean), (0, -0.24 * number, 0))
        parts.append(Part(body, skin))
        end = ball(0.06, 8, 6).moved(by=body.vertices[:20].mean(0))
        parts.append(Part(end, Material((0.08, 0.05, 0.02), 0.8)))
    return resting(parts)


def strawberry(rng: np.random.Generator) -> Parts:
    """Lying, with seeds in rows and a crown of eight leaves."""
    radius = rng.uniform(0.2, 0.26)
    line = [[0, -1.35], [0.35, -1.0], [0.95, 0.1], [0.9, 0.6], [0.4, 0.85], [0, 0.8]]
    size, rows = 256, 16
    y, x = np.mgrid[:size, :size]
    across = (x * rows / size + ((y * rows // size) % 2) * 0.5) % 1 - 0.5
    upwards = y * rows / size % 1 - 0.5
    distance = across**2 + (upwards * 0.7) ** 2
    image = np.ones((size, size, 3)) * np.array([0.78, 0.05, 0.05])
    image[distance < 0.02] = (0.9, 0.72, 0.3)

    def lobed(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r * (1 + 0.03 * np.cos(4 * angle)), z

    dents = as_bytes(1 - np.exp(-distance * 18) * 0.9)
    flesh = Material(
        roughness=0.25, texture=as_bytes(image), bump=dents, bump_height=0.03, coat=0.6
    )
    parts = [Part(lathe(spline(line, 40) * radius, 48, warp=lobed), flesh)]
    for number in range(8):
        leaf = ball(1, 8, 6, scale=(radius * 0.55, radius * 0.2, 0.012))
        leaf = leaf.moved(rotation("y", rng.uniform(-10, 25)), (radius * 0.45, 0, 0))
        turn = rotation("z", number * 45 + rng.uniform(-9, 9))
        parts.append(Part(leaf.moved(turn, (0, 0, radius * 0.85)), Material(LEAF_GREEN, 0.6)))
    stalk = [[0, 0, radius * 0.8], [0.02, 0, radius * 1.1], [0.05, 0, radius * 1.4]]
    parts.append(Part(sweep(stalk, 0.018, 6), Material((0.2, 0.42, 0.1))))
    return lying(parts, "y", rng.uniform(60, 120))


def pineapple(rng: np.random.Generator) -> Parts:
    """A scaled body with a crown of 34 leaves."""
    height = rng.uniform(1.7, 2.2)
    radius = rng.uniform(0.55, 0.65)
    line = [
        [0, 0],
        [radius * 0.7, 0.05],
        [radius, height * 0.35],
        [radius * 0.95, height * 0.7],
        [radius * 0.55, height * 0.98],
        [0, height],
    ]

    def scaly(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        relief = np.cos(12 * angle + along * 56) * np.cos(12 * angle - along * 56)
        return r * (1 + 0.05 * relief), z

    parts = [Part(lathe(spline(line, 60), 64, warp=scaly), _pineapple_skin())]
    for number in range(34):
        parts.append(Part(_crown_leaf(rng, height, number), Material((0.22, 0.38, 0.14), 0.5)))
    return parts


def _pineapple_skin(size: int = 256) -> Material:
    """Crossing rows of scales, each with a dark eye."""
    y, x = np.mgrid[:size, :size] / size
    u, v = (x * 12 + y * 9) % 1 - 0.5, (x * 12 - y * 9) % 1 - 0.5
    distance = np.maximum(abs(u), abs(v))
    image = mix((0.85, 0.6, 0.15), (0.4, 0.28, 0.08), (distance - 0.28) * 5)
    image[(u**2 + v**2) < 0.008] = (0.35, 0.2, 0.08)
    bump = as_bytes(1 - distance * 1.6)
    return Material(roughness=0.55, texture=as_bytes(image), bump=bump, bump_height=0.1)


def _crown_leaf(rng: np.random.Generator, height: float, number: int) -> Mesh:
    """Leaf 0 (outermost) to 33 of the crown on a pineapple of `height`."""
    angle, inwards = number * 2.4, number / 34
    length = rng.uniform(0.8, 1.1) * (1.0 - 0.15 * inwards)
    spread = (1 - inwards) * 0.75 + 0.05
    c, s = np.cos(angle), np.sin(angle)
    root, middle, tip = 0.16 * (1 - inwards), 0.16 + 0.35 * spread, 0.16 + 0.75 * spread * length
    path = spline(
        [
            [root * c, root * s, height * 0.96],
            [middle * c, middle * s, height + length * 0.5],
            [tip * c, tip * s, height + length * (1.05 - 0.5 * spread)],
        ],
        9,
    )
    return sweep(path, (np.linspace(0.12, 0.01, 9), 0.015), 6, up=(0, 0, 1))
