"""Recipes of things to wear or carry: sunglasses, perfume, lipstick, umbrella, hat."""

from collections.abc import Callable
from math import pi

import numpy as np

from tools.demo_pool.materials import (
    BRASS,
    CLEAR_GLASS,
    Material,
    Part,
    Parts,
    chance,
    lying,
    metal,
    pick,
    plastic,
    varnished_wood,
)
from tools.demo_pool.mesh import (
    Array,
    Mesh,
    ball,
    lathe,
    rectangle,
    rotation,
    rounded,
    rounded_box,
    spline,
    sweep,
)
from tools.demo_pool.recipes.shared import from_axis, leg
from tools.demo_pool.textures import as_bytes, hsv, label, noise

LENSES = ((0.02, 0.02, 0.02), (0.05, 0.04, 0.02), (0.03, 0.05, 0.1))
PERFUMES = ((0.97, 0.8, 0.6), (0.95, 0.75, 0.8), (0.75, 0.85, 0.95), (0.9, 0.9, 0.7))
LIPSTICKS = ((0.6, 0.02, 0.06), (0.75, 0.15, 0.25), (0.45, 0.02, 0.12), (0.85, 0.3, 0.3))
HATS = ((0.35, 0.22, 0.12), (0.06, 0.05, 0.05), (0.75, 0.62, 0.42), (0.55, 0.5, 0.45))


def sunglasses(rng: np.random.Generator) -> Parts:
    """Two dark lenses of any roundness, bridge and temples, seen opened."""
    frames = [Material((0.02, 0.02, 0.025), 0.25), metal(rng)]
    frames += [Material((0.25, 0.12, 0.05), 0.3, coat=0.5), plastic(rng)]
    frame = pick(rng, frames)
    lens = Material(pick(rng, LENSES), 0.05, coat=1.0, specular=0.8)
    width = rng.uniform(0.27, 0.31)
    height = width * rng.uniform(0.75, 0.95)
    thick = rng.uniform(0.018, 0.04)
    angle = np.linspace(0, 2 * pi, 40)
    power = 2 / rng.uniform(2, 3.5)  # of a superellipse: 1 is an ellipse, less is boxier
    x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power * width
    z = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power * height
    z = np.where(z < 0, z * 1.05, z * 0.9)
    parts: Parts = []
    for side in (-1, 1):
        across = x + side * (width + 0.08)
        ring = np.stack([across, 0.08 * (across / 0.7) ** 2, z + height], 1)
        parts.append(Part(sweep(ring, thick, 8, caps=False), frame))
        pane = np.vstack([ring.mean(0) - [0, 0.02, 0], ring])
        fan = np.array([[0, i, i % 40 + 1] for i in range(1, 41)])
        parts.append(Part(Mesh(pane, fan, None), lens))
        parts.append(Part(_temple(side, width, height, thick), frame))
    bridge = spline(
        [[-0.1, 0, height * 1.3], [0, -0.03, height * 1.42], [0.1, 0, height * 1.3]], 10
    )
    parts.append(Part(sweep(bridge, thick, 8), frame))
    return lying(parts, "x", -4)


def _temple(side: int, width: float, height: float, thick: float) -> Mesh:
    """The arm from a lens over the ear."""
    out = 2 * width
    line = [
        [side * (out + 0.08), 0.05, height * 1.5],
        [side * (out + 0.13), 0.12, height * 1.5],
        [side * (out + 0.12), 0.8, height * 1.5],
        [side * (out + 0.07), 1.3, height * 1.35],
        [side * (out + 0.04), 1.55, height * 0.7],
    ]
    return sweep(spline(line, 26), (thick * 0.7, thick * 1.3), 8)


def perfume(rng: np.random.Generator) -> Parts:
    """A flask of clear glass, a bellied or a solid one, with collar, cap and mostly a label."""
    kind = rng.integers(3)
    size = rng.uniform(0.5, 0.8), rng.uniform(0.25, 0.4), rng.uniform(0.6, 0.95)
    width, depth, height = size
    colour = np.array(pick(rng, PERFUMES))
    parts = _flask(kind, size, colour)
    material = Material(BRASS, 0.15, 1.0) if chance(rng, 0.5) else metal(rng)
    collar = lathe(rounded([[0, 0], [0.13, 0], [0.13, 0.14], [0, 0.14]], 0.02), 32)
    parts.append(Part(collar.moved(by=(0, 0, height)), material))
    caps = [
        rounded_box(0.3, 0.25, 0.3, 0.03),
        lathe(rounded([[0, 0], [0.17, 0], [0.17, 0.32], [0, 0.32]], 0.03), 32),
        ball(0.19, 24, 16).moved(by=(0, 0, 0.17)),
    ]
    cap = pick(rng, caps).moved(by=(0, 0, height + 0.12))
    black = Material((0.02, 0.02, 0.02), 0.15, coat=1.0)
    parts.append(Part(cap, material if chance(rng, 0.5) else black))
    if kind != 1:
        x, y, low, high = width * 0.28, -depth / 2 - 0.004, height * 0.3, height * 0.6
        sticker = rectangle([[-x, y, low], [x, y, low], [x, y, high], [-x, y, high]])
        printed = label(rng, ["EAU", "FLEUR", "NUIT", "ROSE"], base=(0.95, 0.93, 0.88))
        parts.append(Part(sticker, Material(roughness=0.5, texture=printed[::-1].copy())))
    return parts


def _flask(kind: int, size: tuple[float, float, float], colour: Array) -> Parts:
    """0: clear with the liquid inside, 1: bellied and opaque, 2: a tinted block."""
    width, depth, height = size
    if kind == 0:
        inside = rounded_box(width * 0.84, depth * 0.7, height * 0.7, 0.05).moved(by=(0, 0, 0.06))
        return [
            Part(rounded_box(width, depth, height, 0.06), CLEAR_GLASS),
            Part(inside, Material(colour * 0.9, 0.05)),
        ]
    if kind == 1:
        belly = [[width * 0.25, 0], [width * 0.55, height * 0.3], [width * 0.4, height * 0.8]]
        body = lathe(from_axis(spline([*belly, [0.1, height]], 24)))
        return [Part(body.moved(scale=(1, 0.6, 1)), Material(colour * 0.85, 0.05, coat=1.0))]
    block = rounded_box(width, depth, height, 0.1)
    return [Part(block, Material(colour * 0.8, 0.05, coat=1.0, specular=0.8))]


def lipstick(rng: np.random.Generator) -> Parts:
    """Turned out, its end cut aslant; half of them with the cap beside."""
    colour = pick(rng, LIPSTICKS)
    cases = [Material((0.02, 0.02, 0.02), 0.12, coat=1.0), Material((0.85, 0.68, 0.35), 0.15, 1.0)]
    case = pick(rng, [*cases, metal(rng)])
    stick = lathe(rounded([[0, 0.78], [0.1, 0.78], [0.1, 1.22], [0.06, 1.3], [0, 1.31]], 0.03), 32)
    vertices = stick.vertices.copy()
    slant = np.minimum(vertices[:, 2], 1.12 + vertices[:, 0] * 1.4)
    vertices[:, 2] = np.where(vertices[:, 2] > 1.0, slant, vertices[:, 2])
    base = lathe(rounded([[0, 0], [0.15, 0], [0.15, 0.5], [0, 0.5]], 0.02), 32)
    collar = lathe(rounded([[0, 0.5], [0.125, 0.5], [0.125, 0.82], [0.1, 0.82]], 0.02), 32)
    parts = [
        Part(base, case),
        Part(collar, Material(BRASS, 0.15, 1.0)),
        Part(Mesh(vertices, stick.faces, stick.uv), Material(colour, 0.3, coat=0.3)),
    ]
    if chance(rng, 0.5):
        cap = lathe(rounded([[0, 0], [0.15, 0], [0.15, 0.75], [0, 0.75]], 0.02), 32)
        parts.append(Part(cap.moved(rotation("x", 90), (0.45, 0.2, 0.15)), case))
    return parts


def umbrella(rng: np.random.Generator) -> Parts:
    """Opened, eight panels of one or two colours, upright or laid on its rim."""
    panels = 8
    radius = rng.uniform(4.6, 5.4)
    first = hsv(rng.uniform(), rng.uniform(0.3, 0.95), rng.uniform(0.15, 0.85))
    second = first if chance(rng, 0.6) else hsv(rng.uniform(), 0.7, 0.9)
    profile = spline([[0.05, 2.1], [radius * 0.5, 1.55], [radius * 0.85, 0.6], [radius, 0]], 16)
    steel = Material((0.5, 0.5, 0.5), 0.3, 1.0)
    parts: Parts = []
    for number in range(panels):
        start, end = number * 2 * pi / panels, (number + 1) * 2 * pi / panels
        cloth = lathe(profile, 8, warp=_sagging(start, panels), start=start, end=end)
        parts.append(Part(cloth, Material(first if number % 2 else second, 0.8)))
    for number in range(panels):
        c, s = np.cos(number * 2 * pi / panels), np.sin(number * 2 * pi / panels)
        rib = np.stack([profile[:, 0] * c, profile[:, 0] * s, profile[:, 1] - 0.05], 1)
        parts.append(Part(sweep(rib, 0.04, 5), steel))
    parts.append(leg((0, 0, -5.2), (0, 0, 2.5), 0.07, Material((0.6, 0.6, 0.62), 0.3, 1.0)))
    angle = np.linspace(0, pi, 16)
    crook = np.stack([0.5 - 0.5 * np.cos(angle), 0 * angle, -5.4 - 0.5 * np.sin(angle)], 1)
    handle = sweep(np.vstack([[[0, 0, -4.6]], crook]), 0.14, 8)
    parts.append(Part(handle, varnished_wood(rng)))
    laid = chance(rng, 0.5)
    return lying(parts, "y", rng.uniform(100, 118) if laid else rng.uniform(0, 12))


def _sagging(
    start: float, panels: int
) -> Callable[[Array, Array, Array, Array], tuple[Array, Array]]:
    """The cloth between two ribs: drawn in and hanging at the rim."""

    def warp(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        between = np.sin((angle - start) * panels / 2)
        return r * (1 - 0.06 * between * along), z + 0.15 * between * along**3

    return warp


def hat(rng: np.random.Generator) -> Parts:
    """A cowboy hat or a sombrero, with a ribbon."""
    cowboy = rng.integers(2) == 0
    colour = pick(rng, HATS)
    size = 256
    thread = np.sin(np.arange(size) * 1.6)
    woven = (0.15 if cowboy else 0.05) * thread[:, None] * thread[None]
    grain = 1 + woven + 0.04 * noise(rng, size, size, 0.4)
    image = as_bytes(np.ones((size, size, 3)) * np.array(colour) * grain[..., None])
    body = _cowboy_hat() if cowboy else _sombrero(rng.uniform(2.4, 3.0))
    lowest = body.vertices[:, 2].min()
    oval = 0.12 if cowboy else 0
    band = 0.9 if cowboy else 0.85

    def around(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return r * (1.02 + oval * np.cos(2 * angle)), z

    low = 0.12 - lowest
    ribbon = lathe([[band, low], [band * 0.97, low + 0.22]], 64, warp=around)
    return [
        Part(body.moved(by=(0, 0, -lowest)), Material(roughness=0.9, texture=image)),
        Part(ribbon, Material(hsv(rng.uniform(), 0.6, 0.3), 0.7)),
    ]


def _cowboy_hat() -> Mesh:
    """An oval crown with a crease, the brim rolled up at both sides."""
    line = [
        [1.9, 0.25],
        [1.5, 0.05],
        [1.0, 0.02],
        [0.9, 0.15],
        [0.82, 0.8],
        [0.75, 1.1],
        [0.4, 1.2],
    ]

    def shaped(r: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        oval = r * (1 + 0.12 * np.cos(2 * angle) * (r < 1.3) + 0.1 * np.cos(2 * angle) * (r >= 1.3))
        roll = np.where(r > 1.05, 0.45 * (r - 1.05) * (np.abs(np.sin(angle)) ** 2 - 0.35), 0)
        crease = 0.3 * np.exp(-((r * np.sin(angle) / 0.2) ** 2)) * (r < 0.85)
        return oval, z + roll - np.where(z > 0.9, crease, 0)

    return lathe(spline([*line, [0, 1.12]], 50), 64, warp=shaped)


def _sombrero(brim: float) -> Mesh:
    line = [
        [brim, 0.75],
        [brim * 0.97, 0.45],
        [brim * 0.6, 0.1],
        [0.85, 0.05],
        [0.7, 0.5],
        [0.35, 1.3],
    ]
    return lathe(spline([*line, [0, 1.45]], 50), 64)
