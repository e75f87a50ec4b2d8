"""Recipes of food: fruit, vegetables, mushroom and bagel."""

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
    shifted,
    turned,
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

ROUND = 6.28  # a full turn, as the shipped carrots and bagels were made with
APPLE_COLOURS = (
    ((0.42, 0.62, 0.12), (0.55, 0.72, 0.2)),
    ((0.5, 0.03, 0.05), (0.68, 0.1, 0.08)),
    ((0.62, 0.06, 0.06), (0.8, 0.4, 0.15)),
)
PEPPER_COLOURS = ((0.7, 0.03, 0.03), (0.93, 0.72, 0.04), (0.1, 0.4, 0.05), (0.93, 0.4, 0.04))
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
