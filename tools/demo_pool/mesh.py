"""Mesh kit: turned, swept, rounded and extruded bodies as arrays (NumPy and SciPy only).

Lengths are decimetres, z points up, and every object rests on z = 0, so that textures keep their
scale from one object to another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

Array = npt.NDArray[np.float64]
Points = Sequence[Sequence[float]] | Array
Warp = Callable[[Array, Array, Array, Array], tuple[Array, Array]]
AXES = {"x": 0, "y": 1, "z": 2}


@dataclass(frozen=True)
class Mesh:
    """Triangles: vertices (N, 3), faces (M, 3) of vertex numbers, uv (N, 2) in 0..1 or None."""

    vertices: Array
    faces: npt.NDArray[np.int64]
    uv: Array | None

    def moved(
        self,
        turn: Array | None = None,
        by: Sequence[float] = (0, 0, 0),
        scale: float | Sequence[float] = 1.0,
    ) -> "Mesh":
        """The mesh scaled, then turned (a 3 x 3 rotation), then shifted."""
        vertices = self.vertices * np.array(scale)
        if turn is not None:
            vertices = vertices @ turn.T
        return Mesh(vertices + np.array(by, float), self.faces, self.uv)


def rotation(axis: str, degrees: float) -> Array:
    """3 x 3 matrix of a turn about the axis "x", "y" or "z"."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    a, b = (AXES[axis] + 1) % 3, (AXES[axis] + 2) % 3
    matrix = np.eye(3)
    matrix[a, a], matrix[a, b], matrix[b, a], matrix[b, b] = c, -s, s, c
    return matrix


def rounded(points: Points, radius: float = 0.03, steps: int = 4) -> Array:
    """The polyline with each inner corner replaced by a small Bezier arc.

    Rounded edges catch highlights, the cheapest realism there is.
    """
    line = np.array(points, float)
    out = [line[0]]
    for before, corner, after in zip(line[:-2], line[1:-1], line[2:], strict=True):
        to_before = np.linalg.norm(before - corner)
        to_after = np.linalg.norm(after - corner)
        cut = min(radius, 0.45 * to_before, 0.45 * to_after)
        start = corner + (before - corner) / max(to_before, 1e-9) * cut
        end = corner + (after - corner) / max(to_after, 1e-9) * cut
        for t in np.linspace(0, 1, steps + 1):
            out.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t * t * end)
    out.append(line[-1])
    return np.array(out)


def spline(points: Points, count: int = 40) -> Array:
    """(count, D) points of a smooth curve through `points`."""
    line = np.array(points, float)
    steps = np.sqrt(np.linalg.norm(np.diff(line, axis=0), axis=1))  # centripetal: no overshoot
    at = np.r_[0, np.cumsum(steps)]
    curve: Array = CubicSpline(at, line)(np.linspace(0, at[-1], count))
    return curve


def circle(radius: float = 1, count: int = 24) -> Array:
    """(count, 2) points of a circle, the first not repeated."""
    angle = np.linspace(0, 2 * pi, count, endpoint=False)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def grid_faces(rows: int, columns: int) -> npt.NDArray[np.int64]:
    """Triangles of a grid of `rows` x `columns` vertices, numbered row by row."""
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, 1:].ravel(), number[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def lathe(
    profile: Points,
    segments: int = 48,
    warp: Warp | None = None,
    start: float = 0,
    end: float = 2 * pi,
) -> Mesh:
    """The body that `profile`, pairs of (radius, height), makes when turned about z.

    `warp(radius, height, angle, along)` may bend it: arrays (points, segments + 1), `along` in
    0..1 over the profile's length; it returns radius and height.
    """
    line = np.array(profile, float)
    line[:, 0] = np.maximum(line[:, 0], 0)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    angles, alongs = np.meshgrid(np.linspace(start, end, segments + 1), along / along[-1])
    radius = np.repeat(line[:, :1], segments + 1, 1)
    height = np.repeat(line[:, 1:], segments + 1, 1)
    if warp is not None:
        radius, height = warp(radius, height, angles, alongs)
    vertices = np.stack([radius * np.cos(angles), radius * np.sin(angles), height], -1)
    uv = np.stack([angles / (2 * pi), alongs], -1)
    return Mesh(vertices.reshape(-1, 3), grid_faces(len(line), segments + 1), uv.reshape(-1, 2))


def sweep(
    path: Points,
    radius: float | Array | tuple[float | Array, float | Array],
    segments: int = 14,
    section: Array | None = None,
    caps: bool = True,
    up: Sequence[float] | None = None,
) -> Mesh:
    """A tube along `path` (P, 3), its section carried along without twisting.

    Args:
        radius: one number, one a point, or a pair (width, height) of these.
        segments: sides of a round tube.
        section: (S, 2) outline of unit size in place of a circle.
        caps: close the ends.
        up: the height's direction at the start; else z, or x where the path starts upwards.
    """
    line = np.array(path, float)
    forward = np.gradient(line, axis=0)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True) + 1e-12
    if section is None:
        angle = np.linspace(0, 2 * pi, segments + 1)
        section = np.stack([np.cos(angle), np.sin(angle)], 1)
    else:
        section = np.vstack([section, section[:1]])
    pair = radius if isinstance(radius, tuple) else (radius, radius)
    width, height = (np.broadcast_to(side, len(line)) for side in pair)
    if up is None:
        up = (0, 0, 1) if abs(forward[0, 2]) < 0.9 else (1, 0, 0)
    rings = []
    upward = np.array(up, float)
    for point, ahead, w, h in zip(line, forward, width, height, strict=True):
        upward = upward - ahead * (upward @ ahead)
        upward /= np.linalg.norm(upward) + 1e-12
        rings.append(
            point + section[:, :1] * w * np.cross(ahead, upward) + section[:, 1:] * h * upward
        )
    around = len(section)
    if caps:
        rings = [np.repeat(line[:1], around, 0), *rings, np.repeat(line[-1:], around, 0)]
    u, v = np.meshgrid(np.linspace(0, 1, around), np.linspace(0, 1, len(rings)))
    uv = np.stack([u, v], -1).reshape(-1, 2)
    return Mesh(np.concatenate(rings), grid_faces(len(rings), around), uv)


def _box_face(half: Array, radius: float, steps: int, axis: int, sign: int) -> tuple[Array, Array]:
    """Vertices (A, B, 3) and uv (A, B, 2) of one face of a rounded box about the origin."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    if sign < 0:
        a, b = b, a

    def ticks(length: float) -> Array:
        low = np.linspace(-length, -length + radius, steps + 1)
        return np.r_[low, np.linspace(length - radius, length, steps + 1)]

    along_a, along_b = np.meshgrid(ticks(half[a]), ticks(half[b]), indexing="ij")
    vertices = np.zeros((*along_a.shape, 3))
    vertices[..., a], vertices[..., b], vertices[..., axis] = along_a, along_b, sign * half[axis]
    across, upwards = [(1, 2), (0, 2), (0, 1)][axis]
    u = vertices[..., across] / half[across] / 2 + 0.5
    v = vertices[..., upwards] / half[upwards] / 2 + 0.5
    core = np.clip(vertices, -(half - radius), half - radius)
    away = vertices - core
    length = np.linalg.norm(away, axis=-1, keepdims=True)
    if radius > 0:
        vertices = core + away / np.maximum(length, 1e-9) * np.minimum(radius, length)
    return vertices, np.stack([u, v], -1)


def rounded_box(x: float, y: float, z: float, radius: float = 0.03, steps: int = 3) -> Mesh:
    """A box of size x, y, z with rounded edges, standing on z = 0; uv covers each face once."""
    half = np.array([x, y, z], float) / 2
    radius = min(radius, 0.49 * 2 * half.min())
    vertices, faces, uvs = [], [], []
    count = 0
    for axis in range(3):
        for sign in (-1, 1):
            corner, uv = _box_face(half, radius, steps, axis, sign)
            vertices.append(corner.reshape(-1, 3))
            uvs.append(uv.reshape(-1, 2))
            faces.append(grid_faces(*corner.shape[:2]) + count)
            count += corner.shape[0] * corner.shape[1]
    box = Mesh(np.concatenate(vertices), np.concatenate(faces), np.concatenate(uvs))
    return box.moved(by=(0, 0, z / 2))


def ball(
    radius: float = 1,
    around: int = 48,
    upwards: int = 32,
    warp: Callable[[Array], Array] | None = None,
    scale: Sequence[float] = (1, 1, 1),
) -> Mesh:
    """An ellipsoid about the origin; `warp` gives a factor for each unit vector (N, 3)."""
    angle = np.linspace(-pi / 2, pi / 2, upwards)
    mesh = lathe(np.stack([np.cos(angle), np.sin(angle)], 1), around)
    vertices = mesh.vertices
    if warp is not None:
        vertices = vertices * warp(vertices)[:, None]
    return Mesh(vertices * radius * np.array(scale), mesh.faces, mesh.uv)


def extrude(outline: Points, height: float) -> Mesh:
    """A plate of the given outline (N, 2), from z = 0 to `height`; needs mapbox_earcut."""
    import mapbox_earcut  # only fork, knife and screwdriver need it

    flat = np.array(outline, float)
    count = len(flat)
    triangles = mapbox_earcut.triangulate_float64(flat, np.array([count], np.uint32))
    lid = triangles.reshape(-1, 3).astype(int)
    ring = np.vstack([flat, flat[:1]])
    low, high = 2 * count, 2 * count + count + 1  # numbers of the side's first vertices
    vertices = np.concatenate(
        [
            np.c_[flat, np.full(count, height)],
            np.c_[flat, np.zeros(count)],
            np.c_[ring, np.zeros(count + 1)],
            np.c_[ring, np.full(count + 1, height)],
        ]
    )
    i = np.arange(count)
    side = [
        np.stack([low + i, low + i + 1, high + i + 1], 1),
        np.stack([low + i, high + i + 1, high + i], 1),
    ]
    faces = np.concatenate([lid, lid[:, ::-1] + count, *side])
    start, end = flat.min(0), flat.max(0)
    return Mesh(vertices, faces, (vertices[:, :2] - start) / (end - start + 1e-9))


def rectangle(corners: Points, repeat: tuple[float, float] = (1, 1)) -> Mesh:
    """A flat four-cornered face; the texture runs from the first corner, `repeat` times."""
    u, v = repeat
    uv = np.array([[0, 0], [u, 0], [u, v], [0, v]], float)
    return Mesh(np.array(corners, float), np.array([[0, 1, 2], [0, 2, 3]]), uv)


def corner_normals(mesh: Mesh, crease: float = 38) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Each triangle on its own, with normals smooth but across edges sharper than `crease` degrees.

    Returns:
        (3M, 3) vertices, (3M, 3) normals, (M, 3) faces that are left (empty ones are dropped).
    """
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normal, axis=1)
    kept = area > 1e-12
    faces, normal = mesh.faces[kept], normal[kept]
    unit = normal / area[kept][:, None]
    extent = max(np.ptp(mesh.vertices, axis=0).max(), 1e-6)
    cells = np.round(mesh.vertices / extent * 2e5).astype(np.int64)  # welds equal positions
    _, place = np.unique(cells, axis=0, return_inverse=True)
    place = place.ravel()

    corner_place = place[faces].ravel()
    corner_face = np.repeat(np.arange(len(faces)), 3)
    by_place = np.argsort(corner_place, kind="stable")
    count = np.bincount(corner_place, minlength=place.max() + 1)
    first = np.r_[0, np.cumsum(count)][:-1]
    meeting = count[corner_place]  # triangles that meet at each corner
    corner = np.repeat(np.arange(len(corner_place)), meeting)
    step = np.arange(meeting.sum()) - np.repeat(np.cumsum(meeting) - meeting, meeting)
    other = corner_face[by_place[first[corner_place[corner]] + step]]
    smooth = (unit[corner_face[corner]] * unit[other]).sum(1) > np.cos(np.radians(crease))
    normals = np.stack(
        [
            np.bincount(corner[smooth], normal[other[smooth], axis], len(corner_place))
            for axis in range(3)
        ],
        1,
    )
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-20
    return mesh.vertices[faces].reshape(-1, 3), normals, faces
