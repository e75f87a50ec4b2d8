"""Recipes of cookware and cutlery: frying pan, plate, spoon, fork, knife."""

import numpy as np

from tools.demo_pool.materials import (
    STEEL,
    Material,
    Part,
    Parts,
    chance,
    glaze,
    metal,
    pick,
    plastic,
    shifted,
    varnished_wood,
)
from tools.demo_pool.mesh import (
    Array,
    Mesh,
    ball,
    extrude,
    lathe,
    rotation,
    rounded,
    rounded_box,
    spline,
    sweep,
)
from tools.demo_pool.recipes.shared import vessel_wall
from tools.demo_pool.textures import as_bytes, fruit_skin, hsv

BLACK = (0.03, 0.03, 0.03)
ROUND = 6.28  # a full turn, as the shipped plates were made with


def frying_pan(rng: np.random.Generator) -> Parts:
    """Black or steel, with a long handle; an egg in a third of them."""
    radius = rng.uniform(0.95, 1.25)
    height = rng.uniform(0.3, 0.42)
    if chance(rng, 0.65):
        material = Material((0.03, 0.03, 0.035), rng.uniform(0.25, 0.5))
    else:
        material = Material((0.7, 0.7, 0.72), 0.25, 1.0)
    outline = rounded([[radius * 0.8, 0], [radius * 0.84, 0.02], [radius, height]], 0.1)
    z = height * 0.8
    grip = [
        [radius * 0.95, 0, z * 0.8],
        [radius * 1.2, 0, z * 1.1],
        [radius * 1.6, 0, z * 1.35],
        [radius * 2.6, 0, z * 1.5],
    ]
    handle = pick(rng, [Material(BLACK, 0.5), varnished_wood(rng), material])
    parts = [
        Part(lathe(vessel_wall(outline, 0.05), 64), material),
        Part(sweep(grip, (0.13, 0.06), 12), handle),
    ]
    return parts + _fried_egg() if chance(rng, 0.35) else parts


def _fried_egg() -> Parts:
    def uneven(radius: Array, z: Array, angle: Array, along: Array) -> tuple[Array, Array]:
        return radius * (1 + 0.1 * np.cos(3 * angle + 1) + 0.06 * np.cos(5 * angle)), z

    white = lathe(spline([[0, 0.1], [0.42, 0.09], [0.5, 0.06], [0.52, 0.05]], 12), 40, warp=uneven)
    yolk = ball(0.2, 16, 12, scale=(1, 1, 0.5))
    return [
        Part(white.moved(by=(0.1, 0.05, 0)), Material((0.93, 0.92, 0.88), 0.3, coat=0.5)),
        Part(yolk.moved(by=(0.15, 0.05, 0.11)), Material((0.95, 0.55, 0.03), 0.15, coat=0.7)),
    ]


def plate(rng: np.random.Generator) -> Parts:
    """A dinner plate: empty, or with a meal, spaghetti or salad."""
    radius = rng.uniform(1.0, 1.35)
    foot = [[0, 0.03], [radius * 0.55, 0.03], [radius * 0.6, 0], [radius * 0.65, 0.03]]
    rim = [[radius, 0.16], [radius, 0.19], [radius * 0.66, 0.08], [radius * 0.6, 0.06], [0, 0.06]]
    dish = lathe(rounded([*foot, *rim], 0.03), 64)
    parts = [Part(dish, _plate_material(rng))]
    widest = dish.vertices[:, 0].max()
    food = rng.integers(4)
    if food == 0:
        return parts
    return parts + [_meal, _spaghetti, _salad][food - 1](rng, widest)


def _plate_material(rng: np.random.Generator) -> Material:
    """A quarter glazed all over, else white with one or two coloured rings."""
    if chance(rng, 0.25):
        return glaze(rng)
    size = 256
    image = np.ones((size, size, 3)) * np.array([0.95, 0.945, 0.93])
    ring = hsv(rng.uniform(), rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.7))
    image[int(0.55 * size) : int(0.575 * size)] = ring
    if chance(rng, 0.5):
        image[int(0.62 * size) : int(0.66 * size)] = ring
    return Material(roughness=rng.uniform(0.08, 0.2), texture=as_bytes(image), coat=0.7)


FOOD_LEVEL = 0.07  # height of a plate's inside


def _meal(rng: np.random.Generator, radius: float) -> Parts:
    """A steak, 45 peas and four potatoes."""
    z = FOOD_LEVEL
    steak = ball(1, 24, 16, warp=lambda v: 1 + 0.12 * np.sin(3 * v[:, 0] + 2 * v[:, 1]))
    size = (0.36 * radius, 0.25 * radius, 0.09)
    brown = fruit_skin(rng, (0.28, 0.12, 0.06), (0.42, 0.2, 0.1), spots=0.4)
    parts = [
        Part(
            steak.moved(by=(-0.15 * radius, 0.1 * radius, z + 0.07), scale=size),
            Material(roughness=0.5, texture=brown, coat=0.4),
        )
    ]
    for _ in range(45):
        angle, out = rng.uniform(0, ROUND), rng.uniform(0, 0.2) * radius
        x, y = 0.33 * radius + out * np.cos(angle), -0.1 * radius + out * np.sin(angle)
        pea = ball(0.045, 8, 6).moved(by=(x, y, z + 0.04 + 0.05 * (out < 0.1 * radius)))
        parts.append(Part(pea, Material((0.2, 0.5, 0.06), 0.3)))
    for _ in range(4):
        x, y = rng.uniform(-0.2, 0.1) * radius, rng.uniform(-0.42, -0.25) * radius
        potato = ball(1, 14, 10).moved(by=(x, y, z + 0.08), scale=(0.13, 0.1, 0.09))
        parts.append(Part(potato, Material((0.9, 0.75, 0.35), 0.5)))
    return parts


def _spaghetti(rng: np.random.Generator, radius: float) -> Parts:
    """26 strands and a heap of sauce."""
    z = FOOD_LEVEL
    parts = []
    for _ in range(26):
        start = rng.uniform(0, ROUND)
        t = np.linspace(0, rng.uniform(3, 7), 30)
        out = rng.uniform(0.1, 0.42) * radius
        flat = rng.uniform(0.6, 1)
        phase = rng.uniform(0, ROUND)
        x = out * np.cos(t + start) + 0.06 * np.sin(3 * t)
        y = out * flat * np.sin(t + start) + 0.06 * np.cos(2 * t + phase)
        height = z + 0.05 + 0.16 * (1 - out / (0.5 * radius)) + 0.04 * np.sin(4 * t + phase)
        strand = sweep(np.stack([x, y, height], 1), 0.024, 6)
        parts.append(Part(strand, Material((0.9, 0.72, 0.3), 0.35, coat=0.3)))
    heap = ball(1, 24, 14, warp=lambda v: 1 + 0.15 * np.sin(7 * v[:, 0]) * np.sin(6 * v[:, 1]))
    heap = heap.moved(by=(0, 0, z + 0.2), scale=(0.2 * radius, 0.2 * radius, 0.1))
    red = fruit_skin(rng, (0.55, 0.08, 0.03), (0.7, 0.2, 0.06), spots=0.3)
    parts.append(Part(heap, Material(roughness=0.4, texture=red, coat=0.5)))
    return parts


def _salad(rng: np.random.Generator, radius: float) -> Parts:
    """22 leaves and five small tomatoes."""
    z = FOOD_LEVEL
    parts = []
    for _ in range(22):
        angle, out = rng.uniform(0, ROUND), rng.uniform(0, 0.42) * radius
        turn = rotation("x", rng.uniform(-50, 50)) @ rotation("y", rng.uniform(-50, 50))
        turn = turn @ rotation("z", rng.uniform(0, 360))
        leaf = ball(1, 12, 8, scale=(0.26, 0.17, 0.025)).moved(turn)
        leaf = leaf.moved(by=(out * np.cos(angle), out * np.sin(angle), z + 0.12))
        parts.append(Part(leaf, Material((0.2 + 0.2 * rng.uniform(), 0.5, 0.08), 0.45)))
    for _ in range(5):
        angle, out = rng.uniform(0, ROUND), rng.uniform(0, 0.35) * radius
        tomato = ball(0.1, 12, 8).moved(by=(out * np.cos(angle), out * np.sin(angle), z + 0.2))
        parts.append(Part(tomato, Material((0.8, 0.06, 0.03), 0.15, coat=1.0)))
    return parts


def spoon(rng: np.random.Generator) -> Parts:
    """Metal, or a longer one of wood."""
    material = metal(rng) if chance(rng, 0.75) else varnished_wood(rng)
    wooden = material.texture is not None
    length = rng.uniform(1.3, 1.8) * (1.4 if wooden else 1)
    egg = ball(1, 28, 18, scale=(0.32, 0.21, 0.12))
    vertices = egg.vertices.copy()
    upper = vertices[:, 2] > 0
    vertices[upper, 2] *= -0.75  # the upper half folded down into the lower one: a bowl
    vertices[:, 2] += 0.12
    z = 0.11 + 0.07 * np.sin(np.linspace(0, 2.6, 14))
    x = np.linspace(0.27, 0.27 + length, 14)
    width = np.linspace(0.04, 0.06 if wooden else 0.1, 14)
    handle = sweep(np.stack([x, 0 * x, z], 1), (width, 0.05 if wooden else 0.03), 10)
    return [Part(Mesh(vertices, egg.faces, egg.uv), material), Part(handle, material)]


def fork(rng: np.random.Generator) -> Parts:
    """Four tines, a head and a bent handle."""
    material = metal(rng)
    length = rng.uniform(1.2, 1.6)
    half = [[0, -0.2], [0.12, -0.2], [0.2, -0.1], [0.35, -0.04]]
    head = extrude([*half, *([x, -y] for x, y in reversed(half))], 0.03)
    meshes = [head]
    for y in (-0.17, -0.057, 0.057, 0.17):
        x = np.linspace(0.03, -0.55, 8)
        z = 0.015 + 0.08 * np.sin(np.linspace(0, 2, 8))
        tine = np.stack([x, 0 * x + y, z], 1)
        meshes.append(sweep(tine, (np.linspace(0.035, 0.02, 8), 0.015), 8))
    x = np.linspace(0.3, 0.3 + length, 12)
    z = 0.015 + 0.1 * np.sin(np.linspace(0, 2.4, 12))
    meshes.append(sweep(np.stack([x, 0 * x, z], 1), (np.linspace(0.04, 0.1, 12), 0.022), 10))
    return shifted([Part(mesh, material) for mesh in meshes], (0, 0, 0.03))


def knife(rng: np.random.Generator) -> Parts:
    """A kitchen knife with a handle of plastic, wood or metal."""
    length = rng.uniform(1.3, 1.9)
    width = rng.uniform(0.34, 0.52)
    x = np.linspace(0, length, 20)
    edge = -width * 0.5 * (1 - (x / length) ** rng.uniform(3, 6) * 1.9)
    back = np.maximum(width * 0.5 - (x / length) ** 4 * width * 0.3, edge + 0.01)
    blade = extrude(np.r_[np.c_[x, edge], np.c_[x, back][::-1]], 0.02)
    handle = pick(rng, [Material(BLACK, 0.4), varnished_wood(rng), metal(rng), plastic(rng)])
    grip = rounded_box(1.05, width * 0.6, 0.18, 0.07)
    return [
        Part(blade.moved(by=(0, 0, 0.06)), Material(STEEL, 0.15, 1.0)),
        Part(grip.moved(by=(-0.5, 0.03, 0)), handle),
    ]
