"""Recipes of balls; their seams are computed on the sphere and painted into the texture."""

from itertools import combinations
from math import pi

import numpy as np

from tools.demo_pool.materials import Material, Part, Parts, chance
from tools.demo_pool.mesh import Array, ball, rotation
from tools.demo_pool.textures import as_bytes, hsv, noise

SIZE = 512  # pixels of a ball's texture


def _directions() -> Array:
    """(SIZE, SIZE, 3) unit vectors: where each pixel of the texture lies on the ball."""
    latitude = (np.arange(SIZE) / (SIZE - 1) - 0.5) * pi
    longitude = np.arange(SIZE) / SIZE * 2 * pi
    v, u = np.meshgrid(latitude, longitude, indexing="ij")
    return np.stack([np.cos(v) * np.cos(u), np.cos(v) * np.sin(u), np.sin(v)], -1)


def _rolled(rng: np.random.Generator, radius: float, material: Material) -> Parts:
    """A ball on z = 0, rolled any way."""
    roll = rotation("x", rng.uniform(0, 360)) @ rotation("z", rng.uniform(0, 360))
    return [Part(ball(radius, 64, 48).moved(roll).moved(by=(0, 0, radius)), material)]


def tennis_ball(rng: np.random.Generator) -> Parts:
    """Felt with the one closed seam."""
    direction = _directions()
    t, a = np.linspace(0, 2 * pi, 200), 0.44
    x = a * np.cos(t) + (1 - a) * np.cos(3 * t)
    y = a * np.sin(t) - (1 - a) * np.sin(3 * t)
    seam = np.stack([x, y, 2 * np.sqrt(a * (1 - a)) * np.sin(2 * t)], 1)
    seam /= np.linalg.norm(seam, axis=1, keepdims=True)
    nearest = (direction.reshape(-1, 3).astype(np.float32) @ seam.T.astype(np.float32)).max(1)
    felt = noise(rng, SIZE, SIZE, 0.2)
    image = np.array([0.75, 0.85, 0.12]) * (1 + 0.12 * felt)[..., None]
    image[nearest.reshape(SIZE, SIZE) > np.cos(0.055)] = 0.92
    bump = as_bytes(0.5 + 0.25 * felt)
    material = Material(
        roughness=0.95, texture=as_bytes(image), bump=bump, bump_height=0.03, coat=0
    )
    return _rolled(rng, 0.33, material)


def _icosahedron() -> Array:
    """(12, 3) unit vectors to its corners: the centres of a soccer ball's pentagons."""
    golden = (1 + 5**0.5) / 2
    signs = [(a, b) for a in (-1, 1) for b in (-1, 1)]
    corners = [(0, a, b * golden) for a, b in signs]
    corners += [(a, b * golden, 0) for a, b in signs]
    corners += [(b * golden, 0, a) for a, b in signs]
    points = np.array(corners)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def soccer_ball(rng: np.random.Generator) -> Parts:
    """Twelve dark pentagons, twenty white hexagons."""
    direction = _directions()
    pentagons = _icosahedron()
    triples = [
        a + b + c
        for c, b, a in combinations(pentagons, 3)
        if a @ b > 0.4 and b @ c > 0.4 and a @ c > 0.4
    ]
    hexagons = np.array(triples)
    hexagons /= np.linalg.norm(hexagons, axis=1, keepdims=True)
    closeness = np.concatenate([direction @ pentagons.T * 1.025, direction @ hexagons.T], -1)
    best = np.sort(closeness, -1)
    seam = (best[..., -1] - best[..., -2]) < 0.012
    image = np.ones(direction.shape) * 0.95
    dark = (0.03, 0.03, 0.04) if chance(rng, 0.75) else hsv(rng.uniform(), 0.9, 0.5)
    image[closeness.argmax(-1) < 12] = dark
    image[seam] = 0.25
    worn = as_bytes(image * (1 + 0.02 * noise(rng, SIZE, SIZE, 1))[..., None])
    bump = as_bytes(np.where(seam, 0.2, 0.8))
    return _rolled(rng, 1.1, Material(roughness=0.35, texture=worn, bump=bump, coat=0.4))


def basketball(rng: np.random.Generator) -> Parts:
    """Pebbled leather with four black lines."""
    direction = _directions()
    x, y, z = direction[..., 0], direction[..., 1], direction[..., 2]
    pebbles = noise(rng, SIZE, SIZE, 0.1)
    image = np.ones(direction.shape) * np.array([0.75, 0.3, 0.08]) * (1 + 0.1 * pebbles)[..., None]
    curved = np.abs(np.abs(y) - (0.55 + 0.35 * x**2)) < 0.018
    lines = (np.abs(z) < 0.018) | (np.abs(x) < 0.018) | curved
    image[lines] = 0.03
    bump = as_bytes(np.where(lines, 0.1, 0.6 + 0.1 * noise(rng, SIZE, SIZE, 0.1)))
    material = Material(
        roughness=0.55, texture=as_bytes(image), bump=bump, bump_height=0.03, coat=0.1
    )
    return _rolled(rng, 1.2, material)
