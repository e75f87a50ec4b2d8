"""Recipes of electronics: laptop, keyboard, computer mouse, remote control, phone."""

import numpy as np

from tools.demo_pool.materials import Material, Part, Parts, chance, pick, plastic
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
from tools.demo_pool.textures import Picture, as_bytes, hsv, mix, noise

LAPTOPS = ((0.7, 0.71, 0.73), (0.06, 0.06, 0.07), (0.3, 0.31, 0.34))
MICE = ((0.04, 0.04, 0.045), (0.85, 0.85, 0.85), (0.05, 0.05, 0.06), (0.3, 0.31, 0.33))
BUTTONS = (
    (0.7, 0.7, 0.7),
    (0.3, 0.3, 0.32),
    (0.6, 0.05, 0.05),
    (0.1, 0.2, 0.6),
    (0.1, 0.45, 0.15),
    (0.8, 0.7, 0.1),
)
BUTTON_SHARES = (0.4, 0.36, 0.06, 0.06, 0.06, 0.06)


def _facing_up(half_width: float, half_depth: float, z: float) -> Mesh:
    """A flat rectangle about the axis, seen from above."""
    x, y = half_width, half_depth
    return rectangle([[-x, -y, z], [x, -y, z], [x, y, z], [-x, y, z]])


def laptop(rng: np.random.Generator) -> Parts:
    """Opened; the screen shows a picture, a page, code or nothing."""
    width = rng.uniform(3.0, 3.6)
    depth = width * 0.68
    colour = pick(rng, LAPTOPS)
    case = Material(colour, 0.35, 0.6 if colour[0] > 0.2 else 0)
    keys = Material(roughness=0.5, texture=_laptop_keys(colour))
    parts = [
        Part(rounded_box(width, depth, 0.16, 0.05), case),
        Part(_facing_up(width / 2 - 0.03, depth / 2 - 0.03, 0.163), keys),
    ]
    kind = rng.integers(4)
    shown = _screen(rng, kind)
    lean = rotation("x", -rng.uniform(8, 28))
    hinge = (0, depth / 2 - 0.02, 0.14)
    screen = Material(roughness=0.15, texture=shown, emission=0.0 if kind == 3 else 1.0)
    lid = [
        Part(rounded_box(width, 0.1, depth, 0.04), case),
        Part(_upright(width, depth, 0.05, -0.056), Material((0.015, 0.015, 0.02), 0.2)),
        Part(_upright(width, depth, 0.17, -0.06), screen),
    ]
    return parts + [part.moved(lean).moved(by=hinge) for part in lid]


def _upright(width: float, height: float, margin: float, y: float) -> Mesh:
    """A flat rectangle facing -y, smaller than width x height by a margin on each side."""
    x, low, high = width / 2 - margin, margin, height - margin
    return rectangle([[-x, y, low], [x, y, low], [x, y, high], [-x, y, high]])


def _laptop_keys(case: tuple[float, float, float], size: int = 384) -> Picture:
    """Five rows of keys with a space bar, and the touch pad below."""
    image = np.ones((size, size, 3)) * np.array(case) ** 0.45 * 0.98
    key = (0.04, 0.04, 0.05) if case[0] > 0.2 else (0.13, 0.13, 0.14)
    for row in range(5):
        for column in range(14):
            left = 0.05 + column * 0.0645
            right = left + 0.054
            if row == 4 and 4 <= column <= 8:
                left, right = 0.05 + 4 * 0.0645, 0.05 + 9 * 0.0645 - 0.008
            top = 0.50 + (4 - row) * 0.088
            rows = slice(int(top * size), int((top + 0.072) * size))
            image[rows, int(left * size) : int(right * size)] = key
    image[int(0.08 * size) : int(0.42 * size), int(0.35 * size) : int(0.65 * size)] *= 0.85
    return as_bytes(image)[::-1]


def _screen(rng: np.random.Generator, kind: int) -> Picture:
    """0 a picture, 1 a page of text, 2 coloured code on black, 3 switched off."""
    height, width = 192, 288
    screen = np.ones((height, width, 3))
    bar = hsv(rng.uniform(), 0.6, 0.7)
    if kind == 0:
        second = hsv(rng.uniform(), 0.6, 0.9)
        y = np.mgrid[:height, :width][0]
        screen = mix(bar, second, y / height + 0.2 * noise(rng, height, width, 2.5))
    elif kind == 1:
        screen[:] = 0.95
        screen[:14] = bar
        for line in range(12):
            screen[26 + line * 13 : 31 + line * 13, 20 : int(rng.uniform(120, 265))] = 0.35
    elif kind == 2:
        screen[:] = 0.1
        for line in range(14):
            ink = hsv(rng.uniform(), 0.5, 0.9)
            indent = 15 + int(rng.uniform(0, 5)) * 10
            end = int(rng.uniform(80, 250))
            screen[12 + line * 12 : 17 + line * 12, indent:end] = ink
    else:
        screen[:] = 0.02
    return as_bytes(screen)[::-1].copy()


def keyboard(rng: np.random.Generator) -> Parts:
    """Six rows of keys on a board, dark or light."""
    width, depth = rng.uniform(3.8, 4.5), rng.uniform(1.3, 1.6)
    dark = chance(rng, 0.55)
    board = Material((0.12, 0.12, 0.13) if dark else (0.4, 0.4, 0.41), 0.4)
    if dark:
        cap = (0.015, 0.015, 0.018)
    else:
        cap = (0.9, 0.9, 0.88) if chance(rng, 0.6) else (0.03, 0.03, 0.035)
    parts = [
        Part(rounded_box(width, depth, 0.14, 0.05), board),
        Part(_key_caps(width, depth), Material(cap, 0.5)),
    ]
    return [part.moved(rotation("x", 3), (0, 0, 0.05)) for part in parts]


def _key_caps(width: float, depth: float, columns: int = 18, rows: int = 6) -> Mesh:
    """All caps as one mesh, with a space bar and double keys at the sides."""
    pitch_x, pitch_y = (width - 0.2) / columns, (depth - 0.2) / rows
    caps, count = [], 0
    for row in range(rows):
        column = 0
        while column < columns:
            if row == 0 and column == 3:
                span = 6
            else:
                span = 2 if row in (1, 2, 3) and column in (0, 12) else 1
            cap = rounded_box(pitch_x * span * 0.84, pitch_y * 0.8, 0.15, 0.035, 2)
            x = -width / 2 + 0.1 + pitch_x * (column + span / 2)
            y = -depth / 2 + 0.1 + pitch_y * (row + 0.5) + (0.05 if row == rows - 1 else 0)
            cap = cap.moved(by=(x, y, 0.12))
            caps.append(Mesh(cap.vertices, cap.faces + count, cap.uv))
            count += len(cap.vertices)
            column += span
    return Mesh(
        np.concatenate([cap.vertices for cap in caps]),
        np.concatenate([cap.faces for cap in caps]),
        np.concatenate([cap.uv for cap in caps]),
    )


def computer_mouse(rng: np.random.Generator) -> Parts:
    """An arched body with wheel and seam; three of four have a cable."""
    material = plastic(rng, pick(rng, MICE))
    egg = ball(1, 40, 28)
    body = egg.vertices * [0.32, 0.56, 0.34]
    flat = np.where(body[:, 2] < 0, body[:, 2] * 0.12, body[:, 2])
    body[:, 2] = flat * (1 - 0.18 * body[:, 1]) + 0.04
    body[:, 0] *= 1 - 0.12 * np.cos(body[:, 1] * 3)
    wheel = lathe(rounded([[0, -0.03], [0.1, -0.03], [0.1, 0.03], [0, 0.03]], 0.02), 20)
    wheel = wheel.moved(rotation("y", 90)).moved(by=(0, 0.33, 0.26))
    y = np.linspace(0.02, 0.53, 14)
    seam = sweep(np.stack([0 * y, y, _ridge(body, y)], 1), 0.005, 6)
    parts = [
        Part(Mesh(body, egg.faces, egg.uv), material),
        Part(wheel, Material((0.02, 0.02, 0.02), 0.7)),
        Part(seam, Material((0.01, 0.01, 0.01), 0.8)),
    ]
    if chance(rng, 0.75):
        aside, end = rng.uniform(-0.5, 0.5), rng.uniform(-0.9, 0.9)
        line = spline([[0, 0.5, 0.08], [0.05, 0.9, 0.03], [aside, 1.5, 0.03], [end, 2.3, 0.03]], 20)
        parts.append(Part(sweep(line, 0.025, 6), Material((0.03, 0.03, 0.03), 0.5)))
    return parts


def _ridge(body: Array, y: Array) -> Array:
    """Height of the body's middle line at each y."""
    at = np.linspace(-0.6, 0.6, 60)
    middle = np.abs(body[:, 0]) < 0.06
    tops = [body[(np.abs(body[:, 1] - place) < 0.05) & middle, 2].max(initial=0.05) for place in at]
    return np.interp(y, at, tops)


def remote_control(rng: np.random.Generator) -> Parts:
    """A dark or silver bar with three columns of buttons and a ring."""
    width, length = rng.uniform(0.42, 0.52), rng.uniform(1.5, 2.0)
    dark = chance(rng, 0.7)
    case = Material((0.05, 0.05, 0.06) if dark else (0.75, 0.75, 0.77), 0.4)
    parts = [Part(rounded_box(width, length, 0.2, 0.09), case)]
    for row in (0, 1, 2, 3, 5, 6, 7):  # the ring takes row 4
        for column in range(3):
            colour = np.array(BUTTONS[rng.choice(6, p=BUTTON_SHARES)])
            at = ((column - 1) * width * 0.28, -length * 0.4 + row * length * 0.095, 0.2)
            button = ball(1, 10, 6, scale=(width * 0.1, width * 0.075, 0.04)).moved(by=at)
            parts.append(Part(button, Material(colour if dark else colour * 0.4, 0.5)))
    outer = [[0, 0], [width * 0.3, 0], [width * 0.3, 0.03]]
    inner = [[width * 0.17, 0.03], [width * 0.15, 0], [0, 0.02]]
    ring = lathe(rounded([*outer, *inner], 0.01), 32)
    ring = ring.moved(by=(0, -length * 0.4 + 4 * length * 0.095, 0.19))
    parts.append(Part(ring, Material((0.35, 0.35, 0.37), 0.4)))
    power = ball(0.04, 10, 6).moved(by=(-width * 0.25, length * 0.43, 0.19))
    parts.append(Part(power, Material((0.7, 0.03, 0.03), 0.3)))
    return parts


def phone(rng: np.random.Generator) -> Parts:
    """A smartphone with lit icons, leaning upright or lying."""
    width = rng.uniform(0.68, 0.78)
    length = width * rng.uniform(1.95, 2.15)
    colour = (0.03, 0.03, 0.035) if chance(rng, 0.6) else hsv(rng.uniform(), 0.3, 0.8)
    size = 256
    first, second = hsv(rng.uniform(), 0.7, 0.5), hsv(rng.uniform(), 0.7, 0.95)
    y = np.mgrid[:size, :size][0]
    image = mix(first, second, y / size + 0.3 * noise(rng, size, size, 3))
    for row in range(5):
        for column in range(4):
            top, left = 26 + row * 38, 20 + column * 58
            image[top : top + 24, left : left + 40] = hsv(rng.uniform(), 0.7, 0.9)
    shown = Material(roughness=0.1, texture=as_bytes(image)[::-1].copy(), emission=0.8)
    parts = [
        Part(rounded_box(width, length, 0.085, 0.04), Material(colour, 0.2, 0.5)),
        Part(_facing_up(width / 2 - 0.03, length / 2 - 0.07, 0.0875), shown),
    ]
    lean = rotation("x", rng.uniform(55, 75))
    if chance(rng, 0.6):
        return [part.moved(by=(0, length / 2, 0)).moved(lean) for part in parts]
    return parts
