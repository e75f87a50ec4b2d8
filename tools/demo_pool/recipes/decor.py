"""Recipes of things that stand about: candle, clock, hourglass."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tools.demo_pool.materials import (
    CLEAR_GLASS,
    Material,
    Part,
    Parts,
    chance,
    metal,
    pick,
    plastic,
    shifted,
    turned,
    varnished_wood,
)
from tools.demo_pool.mesh import Array, Mesh, lathe, rotation, rounded, rounded_box, spline, sweep
from tools.demo_pool.recipes.shared import leg
from tools.demo_pool.textures import Picture, hsv

SANDS = ((0.85, 0.68, 0.42), (0.93, 0.9, 0.85), (0.2, 0.35, 0.75), (0.75, 0.25, 0.3))


def candle(rng: np.random.Generator) -> Parts:
    """Thick or thin, mostly burning, often on a metal dish."""
    radius = rng.uniform(0.16, 0.4)
    height = rng.uniform(0.7, 2.0)
    tint = hsv(rng.uniform(), 0.5, 0.8)
    colour = pick(rng, [(0.93, 0.9, 0.8), (0.7, 0.08, 0.08), (0.9, 0.8, 0.55), tint])
    line = [
        [0, 0],
        [radius, 0],
        [radius, height],
        [radius * 0.8, height - 0.04],
        [0, height - 0.09],
    ]
    wick = sweep(
        [[0, 0, height - 0.1], [0.01, 0, height + 0.05], [0.03, 0, height + 0.16]], 0.018, 6
    )
    parts = [
        Part(lathe(rounded(line, 0.05), 40), Material(colour, 0.35, coat=0.3)),
        Part(wick, Material((0.02, 0.02, 0.02), 0.9)),
    ]
    if chance(rng, 0.9):
        drop = [[0, 0.1], [0.07, 0.2], [0.085, 0.3], [0.04, 0.48], [0, 0.62]]
        flame = lathe(spline([[x, height + z] for x, z in drop], 20), 20)
        parts.append(Part(flame, Material((1.0, 0.72, 0.25), emission=14.0)))
    if chance(rng, 0.6):
        outer = [[0, -0.06], [radius * 2.2, -0.06], [radius * 2.4, 0.1], [radius * 2.2, 0.06]]
        cup = [[radius * 1.1, 0], [radius * 1.1, 0.15], [radius * 1.02, 0.15], [radius * 1.02, 0]]
        dish = Part(lathe(rounded([*outer, *cup, [0, 0]], 0.02), 40), metal(rng))
        parts = shifted([*parts, dish], (0, 0, 0.06))
    return parts


def clock(rng: np.random.Generator) -> Parts:
    """A round clock, or an alarm clock with two bells and feet; it shows any time."""
    radius = rng.uniform(0.8, 1.4)
    face_picture = _clock_face(rng)
    rim = pick(rng, [plastic(rng), metal(rng), varnished_wood(rng)])
    disc = lathe([[0, 0], [radius, 0]], 64)
    uv = 0.5 + disc.vertices[:, :2] / (2 * radius)
    face = Mesh(disc.vertices, disc.faces, uv).moved(by=(0, 0, 0.12))
    ring = [
        [0, 0],
        [radius * 1.08, 0],
        [radius * 1.1, 0.2],
        [radius * 0.98, 0.22],
        [radius * 0.97, 0.12],
    ]
    flat = [
        Part(face, Material(roughness=0.35, texture=face_picture[::-1].copy(), coat=0.5)),
        Part(lathe(rounded(ring, 0.05), 64), rim),
    ]
    minutes = rng.integers(0, 720)
    hands = ((radius * 0.5, 0.05, minutes / 720 * 360), (radius * 0.78, 0.035, minutes % 60 * 6))
    for length, width, angle in hands:
        hand = rounded_box(width * 1.3, length, 0.02, 0.005).moved(by=(0, length / 2 - 0.08, 0))
        hand = hand.moved(rotation("z", -angle), (0, 0, 0.14))
        flat.append(Part(hand, Material((0.02, 0.02, 0.02), 0.5)))
    middle = radius * 1.1
    parts = shifted(turned(flat, rotation("x", 90)), (0, 0, middle))
    if not chance(rng, 0.55):
        return parts
    material = metal(rng)
    for side in (-1, 1):
        bell = lathe(
            spline([[0.38 * radius, 0], [0.34 * radius, 0.15 * radius], [0, 0.26 * radius]], 10), 24
        )
        at = (side * radius * 0.62, -0.1, middle + radius * 0.98)
        parts.append(Part(bell.moved(rotation("y", side * 32), at), material))
        knee = (side * radius * 0.5, -0.1, middle - radius * 0.8)
        parts.append(leg((side * radius * 0.8, -0.1, -0.12), knee, 0.07, material))
    return shifted(parts, (0, 0, 0.12))


def _clock_face(rng: np.random.Generator, size: int = 512) -> Picture:
    """Light or dark, with minute marks and mostly with numbers."""
    dark = chance(rng, 0.2)
    ground = (25, 25, 28) if dark else (245, 243, 235)
    ink = (240, 240, 235) if dark else (20, 20, 20)
    image = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size // 9)
    centre = size / 2
    numbered = chance(rng, 0.8)
    for minute in range(60):
        right, up = np.sin(np.radians(minute * 6)), np.cos(np.radians(minute * 6))
        inner, outer = size * (0.45 if minute % 5 else 0.42), size * 0.47
        ends = [
            centre + inner * right,
            centre - inner * up,
            centre + outer * right,
            centre - outer * up,
        ]
        draw.line(ends, fill=ink, width=3 if minute % 5 else 9)
        if minute % 5 == 0 and numbered:
            figure = str(minute // 5 or 12)
            left = centre + size * 0.35 * right - draw.textlength(figure, font=font) / 2
            top = centre - size * 0.35 * up - size // 16
            draw.text((left, top), figure, font=font, fill=ink)
    return np.array(image)


def hourglass(rng: np.random.Generator) -> Parts:
    """Two bulbs between discs on three posts, with sand in both."""
    material = varnished_wood(rng) if chance(rng, 0.7) else metal(rng)
    height = rng.uniform(1.3, 1.9)
    radius = height * rng.uniform(0.26, 0.32)
    upper = spline(
        [
            [0.04, height * 0.5],
            [radius * 0.5, height * 0.58],
            [radius * 0.9, height * 0.75],
            [radius * 0.8, height * 0.93],
        ],
        18,
    )
    outer = np.vstack([upper[::-1], upper * [1, -1] + [0, height]])
    outer = outer[np.argsort(outer[:, 1])]
    inner = outer * [0.94, 1]
    parts = [Part(lathe(np.vstack([outer, inner[::-1]]), 48), CLEAR_GLASS)]
    edge = radius * 1.3
    disc = lathe(rounded([[0, 0], [edge, 0], [edge, height * 0.07], [0, height * 0.07]], 0.03), 48)
    for z in (0, height * 0.93):
        parts.append(Part(disc.moved(by=(0, 0, z)), material))
    for post in range(3):
        angle = post * 2.094 + 0.3
        x, y = radius * 1.1 * np.cos(angle), radius * 1.1 * np.sin(angle)
        parts.append(leg((x, y, 0.05), (x, y, height * 0.95), 0.06, material))
    sand = Material(pick(rng, SANDS), 0.95)

    def fill(low: float, high: float) -> Array:
        between = (inner[:, 1] > height * low) & (inner[:, 1] < height * high)
        return inner[between] * [0.99, 1]

    lower_heap = np.vstack([[[0, height * 0.075]], fill(0.07, 0.28), [[0, height * 0.36]]])
    upper_heap = np.vstack([fill(0.51, 0.68), [[0, height * 0.66]]])
    return [*parts, Part(lathe(lower_heap, 40), sand), Part(lathe(upper_heap, 40), sand)]
