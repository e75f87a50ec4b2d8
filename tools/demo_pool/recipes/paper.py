"""Recipes of paper and stationery: book, box, toilet roll, pencil."""

import numpy as np

from tools.demo_pool.materials import Material, Part, Parts, chance, turned
from tools.demo_pool.mesh import lathe, rotation, rounded, rounded_box
from tools.demo_pool.textures import Picture, as_bytes, hsv, label, noise, pitted

TITLES = ["ACTIVE", "NOVEL", "ATLAS", "POEMS", "HISTORY", "COOKING"]


def book(rng: np.random.Generator) -> Parts:
    """One book, lying or standing, or a heap of two to four."""
    count = 1 if chance(rng, 0.55) else int(rng.integers(2, 5))
    standing = chance(rng, 0.25)
    parts: Parts = []
    level = 0.0
    for _ in range(count):
        depth, thick, one = _one_book(rng)
        skew = rng.uniform(-12, 12) if count > 1 else 0
        parts += turned(one, rotation("z", skew), (0, 0, level))
        level += thick
    if standing and count == 1:
        upright = [part.moved(by=(0, depth / 2, 0)) for part in parts]
        return turned(upright, rotation("x", 90), (0, thick / 2, 0))
    return parts


def _one_book(rng: np.random.Generator) -> tuple[float, float, Parts]:
    """Depth, thickness and parts of a book lying on its back cover."""
    width, depth, thick = rng.uniform(1.3, 1.7), rng.uniform(2.0, 2.5), rng.uniform(0.2, 0.5)
    colour = hsv(rng.uniform(), rng.uniform(0.3, 0.9), rng.uniform(0.2, 0.8))
    printed = label(rng, TITLES, base=colour, letter_height=44)[::-1].copy()
    cover = Material(colour, 0.4)
    front = Material(roughness=0.4, texture=printed)
    size = 128
    leaves = 1 - 0.12 * (np.sin(np.arange(size) * 2.4) > 0.3)
    edges = as_bytes(np.ones((size, size, 3)) * np.array([0.93, 0.9, 0.82]) * leaves[:, None, None])
    block = rounded_box(width - 0.1, depth - 0.16, thick - 0.1, 0.02).moved(by=(0.02, 0, 0.05))
    board = rounded_box(width, depth, 0.05, 0.015)
    spine = rounded_box(0.06, depth, thick, 0.03).moved(by=(-width / 2 + 0.03, 0, 0))
    parts = [
        Part(block, Material(roughness=0.9, texture=edges)),
        Part(board, cover),
        Part(board.moved(by=(0, 0, thick - 0.05)), front),
        Part(spine, cover),
    ]
    return depth, thick, parts


def box(rng: np.random.Generator) -> Parts:
    """A cardboard box, taped or open with its flaps out; some are printed."""
    width, depth, height = rng.uniform(1.8, 3.2), rng.uniform(1.5, 2.6), rng.uniform(1.0, 2.4)
    colour = np.array([0.62, 0.46, 0.3]) * rng.uniform(0.8, 1.15)
    size = 256
    flutes = 0.03 * np.sin(np.arange(size) * 1.2)[None, :]
    board = 1 + 0.03 * noise(rng, size, size, 0.5) + flutes
    image = np.ones((size, size, 3)) * colour * board[..., None]
    taped = chance(rng, 0.6)
    if chance(rng, 0.3):
        image = label(rng, ["FRAGILE", "TOYS", "PARTS", "SHOES"], base=colour) / 255
    side = Material(roughness=0.8, texture=as_bytes(image))
    if chance(rng, 0.5):
        top = image.copy()
        if taped:
            top[:, int(size * 0.44) : int(size * 0.56)] = np.array([0.72, 0.6, 0.42])
        lid = rounded_box(width * 0.999, depth * 0.999, 0.02, 0.005).moved(
            by=(0, 0, height - 0.012)
        )
        closed = Part(rounded_box(width, depth, height, 0.03), side)
        return [closed, Part(lid, Material(roughness=0.6, texture=as_bytes(top)))]
    return _open_box(rng, (width, depth, height), side)


def _open_box(rng: np.random.Generator, size: tuple[float, float, float], board: Material) -> Parts:
    width, depth, height = size
    wall = 0.05
    front = rounded_box(width, wall, height, 0.01)
    flank = rounded_box(wall, depth, height, 0.01)
    meshes = [front.moved(by=(0, side * depth / 2, 0)) for side in (-1, 1)]
    meshes += [flank.moved(by=(side * width / 2, 0, 0)) for side in (-1, 1)]
    meshes.append(rounded_box(width, depth, wall, 0.01))
    for side in (-1, 1):
        flap = rounded_box(width, depth * 0.45, wall, 0.01).moved(by=(0, -depth * 0.225, 0))
        flap = flap.moved(rotation("x", rng.uniform(15, 70)))
        turn = rotation("z", 0 if side < 0 else 180)
        meshes.append(flap.moved(turn, (0, side * depth / 2, height)))
        flap = rounded_box(width * 0.45, depth, wall, 0.01).moved(by=(width * 0.225, 0, 0))
        flap = flap.moved(rotation("y", rng.uniform(20, 75)))
        turn = rotation("z", 0 if side > 0 else 180)
        meshes.append(flap.moved(turn, (side * width / 2, 0, height)))
    return [Part(mesh, board) for mesh in meshes]


def _tissue(rng: np.random.Generator, size: int = 128) -> Picture:
    grain = 1 + 0.012 * noise(rng, size, size, 0.2)
    return as_bytes(np.ones((size, size, 3)) * np.array([0.95, 0.94, 0.92]) * grain[..., None])


def toilet_roll(rng: np.random.Generator) -> Parts:
    """A roll on a cardboard tube, standing or lying."""
    radius, width = rng.uniform(0.5, 0.6), 1.0
    paper = Material(
        roughness=0.95, texture=_tissue(rng), bump=pitted(rng, 0.3, 128), bump_height=0.01
    )
    roll = rounded([[0.22, 0], [radius, 0], [radius, width], [0.22, width]], 0.02)
    tube = lathe([[0.22, width], [0.21, width], [0.21, 0], [0.22, 0]], 40)
    parts = [Part(lathe(roll, 56), paper), Part(tube, Material((0.6, 0.45, 0.3), 0.9))]
    rng.uniform(size=2)  # not used; drawn so that the shipped rolls stay as they are
    if chance(rng, 0.5):
        return turned(parts, rotation("y", 90), (0, 0, radius))
    return parts


def pencil(rng: np.random.Generator) -> Parts:
    """Six-sided, sharpened, with a rubber in a metal ring, lying along x."""
    colour = hsv(rng.uniform(), 0.9, 0.8) if chance(rng, 0.6) else (0.95, 0.7, 0.05)
    length = rng.uniform(1.3, 1.8)
    rubber = rounded([[0, -0.22], [0.037, -0.22], [0.037, -0.1]], 0.02)
    parts = [
        Part(lathe([[0, 0], [0.038, 0], [0.038, length]], 6), Material(colour, 0.25)),
        Part(lathe([[0.038, length], [0.012, length + 0.12]], 12), Material((0.8, 0.6, 0.4), 0.8)),
        Part(
            lathe([[0.012, length + 0.12], [0, length + 0.17]], 10),
            Material((0.05, 0.05, 0.05), 0.6),
        ),
        Part(lathe([[0.04, -0.1], [0.04, 0]], 12), Material((0.8, 0.8, 0.75), 0.2, 1.0)),
        Part(lathe(rubber, 12), Material((0.85, 0.4, 0.4), 0.8)),
    ]
    return turned(parts, rotation("y", 90), (0, 0, 0.04))
