"""How an object is turned and where the camera stands."""

from dataclasses import dataclass

import numpy as np

from tools.demo_pool.materials import Parts, shifted, turned
from tools.demo_pool.mesh import Array, rotation

# Turn about z in degrees, either way, of things that have a front.
FRONTS = {
    "laptop": 55,
    "clock": 50,
    "sunglasses": 60,
    "phone": 60,
    "book": 70,
    "keyboard": 70,
    "mushroom": 80,
}
TWO_SIDED = {"lemon": 55, "teapot": 65}  # the same, but seen from the back as well
MUG_TURN = (-195, 15)  # keeps the handle, on +x, on the camera's side

DEFAULT_ELEVATION = (12, 48)  # degrees above the horizon
# Flat things are seen from above, tall and transparent ones from low down. One number is drawn for
# every row, whatever the class: so a change of one row changes no other class's pictures.
ELEVATIONS = {
    "plate": (25, 60),
    "keyboard": (25, 60),
    "remote control": (25, 65),
    "fork": (30, 70),
    "spoon": (30, 70),
    "knife": (30, 70),
    "pencil": (25, 65),
    "frying pan": (22, 55),
    "table": (8, 28),
    "chair": (5, 30),
    "stool": (5, 30),
    "hammer": (25, 65),
    "screwdriver": (25, 65),
    "mushroom": (4, 25),
    "wine glass": (4, 22),
    "glass": (8, 28),
    "umbrella": (2, 22),
    "candle": (6, 28),
    "bottle": (4, 28),
    "vase": (5, 28),
    "hourglass": (5, 25),
}


@dataclass(frozen=True)
class Camera:
    """A thin lens that looks from `eye` to `target`; lengths in decimetres, angles in degrees."""

    eye: Array
    target: Array
    up: Array
    field_of_view: float
    aperture_radius: float
    focus_distance: float


def azimuth(rng: np.random.Generator, name: str) -> float:
    """Degrees that an object of class `name` is turned about z."""
    anywhere = rng.uniform(0, 360)
    if name in FRONTS:
        return rng.uniform(-FRONTS[name], FRONTS[name])
    if name in TWO_SIDED:
        turn = rng.uniform(-TWO_SIDED[name], TWO_SIDED[name])
        return turn + 180 * (rng.uniform() < 0.5)
    if name == "mug":
        return rng.uniform(*MUG_TURN)
    if name == "umbrella":
        return rng.uniform(0, 360)  # drawn anew, as when the shipped pictures were made
    return anywhere


def elevation(rng: np.random.Generator, name: str) -> float:
    """Degrees above the horizon from which class `name` is seen."""
    usual = rng.uniform(*DEFAULT_ELEVATION)
    special = {row: rng.uniform(*limits) for row, limits in ELEVATIONS.items()}
    return special.get(name, usual)


def posed(rng: np.random.Generator, name: str, parts: Parts) -> Parts:
    """The object turned, with the middle of its outline over the origin."""
    parts = turned(parts, rotation("z", azimuth(rng, name)))
    vertices = all_vertices(parts)
    middle = (vertices.min(0) + vertices.max(0)) / 2
    return shifted(parts, (-middle[0], -middle[1], 0))


def all_vertices(parts: Parts) -> Array:
    """(N, 3) vertices of the whole object."""
    return np.concatenate([part.mesh.vertices for part in parts])


def place_camera(rng: np.random.Generator, name: str, vertices: Array, middle: Array) -> Camera:
    """A camera on the -y side that sees the object at 62-95% of the frame, a little off centre."""
    angle = np.radians(elevation(rng, name))
    field = rng.uniform(24, 42)
    fill = rng.uniform(0.62, 0.95)
    towards = np.array([0, -np.cos(angle), np.sin(angle)])  # from the object to the camera
    right = np.array([1.0, 0, 0])
    up = np.cross(right, -towards)
    offsets = vertices - middle
    half = max(np.abs(offsets @ right).max(), np.abs(offsets @ up).max())
    depth = (offsets @ towards).max()
    distance = half / (np.tan(np.radians(field / 2)) * fill) + depth * 0.6
    target = middle + right * rng.uniform(-0.12, 0.12) * half + up * rng.uniform(-0.08, 0.12) * half
    eye = target + towards * distance
    roll = np.radians(rng.normal(0, 3))
    return Camera(
        eye=eye,
        target=target,
        up=up * np.cos(roll) + right * np.sin(roll),
        field_of_view=float(field),
        aperture_radius=float(distance * rng.uniform(0.004, 0.02)),
        focus_distance=float(np.linalg.norm(eye - middle) - 0.3 * depth),
    )
