"""The light and the room around an object: windows, table or floor, wall, clutter."""

from collections.abc import Callable, Sequence

import numpy as np

from tools.demo_pool.materials import Material, Part, chance, pick
from tools.demo_pool.mesh import Array, lathe, rectangle, rotation, rounded, rounded_box
from tools.demo_pool.textures import (
    Picture,
    brick,
    carpet,
    cloth,
    hsv,
    marble,
    noise,
    plaster,
    striped_wallpaper,
    tiles,
    wood,
)

Texture = Callable[[np.random.Generator], Picture]
WALLS: tuple[Texture, ...] = (plaster, plaster, tiles, brick, striped_wallpaper)
TABLES: tuple[Texture, ...] = (wood, wood, marble, cloth, tiles)
FLOORS: tuple[Texture, ...] = (wood, wood, tiles, carpet)
TABLE_HEIGHT = 7.0  # decimetres from a table top down to the floor
WARM, COOL = (1, 0.95, 0.85), (0.85, 0.95, 1.1)


def environment_map(rng: np.random.Generator, height: int = 64, width: int = 128) -> Array:
    """(height, width, 3) float32 radiance from all sides: dim room, 1-3 windows, 3-8 dark blocks.

    The blocks are not seen themselves; they show up in glossy reflections.
    """
    y, x = np.mgrid[:height, :width]
    up = 90 - (y + 0.5) / height * 180
    around = (x + 0.5) / width * 360
    ambient = rng.uniform(0.08, 0.35)
    tint = np.array([1 + rng.uniform(0, 0.15), 1, 1 - rng.uniform(0, 0.2)])
    light = np.ones((height, width, 3)) * ambient * tint * (0.55 + 0.6 * (up[..., None] + 90) / 180)
    light *= np.exp(0.25 * noise(rng, height, width, 2.2))[..., None]
    for _ in range(rng.integers(1, 4)):
        light += _window(rng, up, around)
    for _ in range(rng.integers(3, 9)):
        middle, level = rng.uniform(0, 360), rng.uniform(-30, 25)
        aside = np.abs((around - middle + 180) % 360 - 180)
        block = (aside < rng.uniform(5, 30)) & (np.abs(up - level) < rng.uniform(5, 30))
        light[block] = hsv(rng.uniform(), rng.uniform(0, 0.6), rng.uniform(0.02, 0.8))
    return light.astype(np.float32)


def _window(rng: np.random.Generator, up: Array, around: Array) -> Array:
    """A soft-edged bright field, warm or cool, half of them with bars."""
    middle, level = rng.uniform(0, 360), rng.uniform(10, 70)
    half_width, half_height = rng.uniform(12, 45), rng.uniform(10, 30)
    aside = np.abs((around - middle + 180) % 360 - 180)
    field = 1 / (1 + np.exp((aside - half_width) / 1.5))
    field = field / (1 + np.exp((np.abs(up - level) - half_height) / 1.5))
    bars = (np.abs(aside) < 1.5) | (np.abs(up - level) < 1.5)
    field = field * (1 - 0.8 * bars * chance(rng, 0.5))
    colour = np.array(WARM if chance(rng, 0.5) else COOL)
    return field[..., None] * colour * rng.uniform(3, 11)


def _plane(
    middle: Sequence[float],
    half_x: Sequence[float],
    half_y: Sequence[float],
    repeat: tuple[float, float],
    material: Material,
) -> Part:
    c, a, b = (np.array(v, float) for v in (middle, half_x, half_y))
    return Part(rectangle(np.array([c - a - b, c + a - b, c + a + b, c - a + b]), repeat), material)


def room(rng: np.random.Generator, radius: float, on_table: bool) -> dict[str, Part]:
    """Everything around an object of the given radius: named parts, its ground at z = 0."""
    texture = pick(rng, TABLES if on_table else FLOORS)(rng)
    period = rng.uniform(5, 9) if on_table else rng.uniform(10, 20)  # of the texture
    half_width = max(14.0, radius * 6) if on_table else max(30, radius * 8)
    back = max(radius * rng.uniform(1.2, 4) + rng.uniform(0.3, 3), 1.5)  # y of the ground's edge
    half_depth = (back + half_width) / 2
    surface = Material(roughness=rng.uniform(0.15, 0.6), texture=texture, coat=rng.uniform(0, 0.5))
    repeat = (2 * half_width / period, 2 * half_depth / period)
    middle = (0, back - half_depth, 0)
    parts = {"ground": _plane(middle, (half_width, 0, 0), (0, half_depth, 0), repeat, surface)}
    wall_is_far = chance(rng, 0.45) and on_table
    wall_y = back + rng.uniform(3, 14) if wall_is_far else back
    floor = -TABLE_HEIGHT if wall_is_far else 0
    parts["wall"] = _wall(rng, radius, 2 * half_width, wall_y, floor)
    if wall_is_far:
        wide = 2 * half_width
        ground = Material(roughness=0.5, texture=pick(rng, FLOORS)(rng))
        parts["floor"] = _plane((0, wall_y / 2, floor), (wide, 0, 0), (0, wide, 0), (8, 8), ground)
    for number in range(rng.integers(0, 5)):
        parts[f"clutter{number}"] = _clutter(rng, radius, back, wall_y, wall_is_far)
    if chance(rng, 0.35):
        parts["picture"] = _picture(rng, radius, wall_y)
    return parts


def _wall(
    rng: np.random.Generator, radius: float, half_width: float, y: float, floor: float
) -> Part:
    texture = pick(rng, WALLS)(rng)
    period = rng.uniform(6, 14)
    height = max(20, radius * 5)
    return _plane(
        (0, y, floor + height / 2),
        (half_width, 0, 0),
        (0, 0, height / 2),
        (2 * half_width / period, height / period),
        Material(roughness=0.8, texture=texture),
    )


def _clutter(
    rng: np.random.Generator, radius: float, back: float, wall_y: float, wall_is_far: bool
) -> Part:
    """A neutral block or cylinder behind the object, out of focus; beyond a table, on the floor."""
    x = rng.uniform(-1, 1) * radius * 3.2
    if wall_is_far:
        y = rng.uniform(radius * 1.5, max(wall_y, radius * 2))
    else:
        y = rng.uniform(radius * 1.3, max(back, radius * 1.6))
    height = radius * rng.uniform(0.5, 2.2)
    width = radius * rng.uniform(0.2, 0.8)
    on_floor = wall_is_far and y >= back
    if on_floor:
        height = height * 2 + 5
    colour = hsv(rng.uniform(), rng.uniform(0.05, 0.7), rng.uniform(0.1, 0.85))
    material = Material(colour, rng.uniform(0.3, 0.9))
    if chance(rng, 0.65):
        mesh = rounded_box(width, width * rng.uniform(0.4, 1), height, 0.05 * width)
    else:
        top = width / 2 * rng.uniform(0.7, 1.1)
        line = [[0, 0], [width / 2, 0], [top, height], [0, height]]
        mesh = lathe(rounded(line, 0.05 * width))
    at = (x, min(y, wall_y - width), -TABLE_HEIGHT if on_floor else 0)
    return Part(mesh.moved(rotation("z", rng.uniform(0, 90)), at), material)


def _picture(rng: np.random.Generator, radius: float, wall_y: float) -> Part:
    """A coloured board on the wall."""
    width, height = radius * rng.uniform(0.8, 2.2), radius * rng.uniform(0.8, 2.0)
    colour = hsv(rng.uniform(), 0.4, 0.8)
    at = (rng.uniform(-2.5, 2.5) * radius, wall_y - 0.1, radius * rng.uniform(1.0, 2.5))
    return Part(rounded_box(width, 0.2, height, 0.03).moved(by=at), Material(colour, 0.4))
