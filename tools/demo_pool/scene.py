"""Puts object, room, light and camera together as a scene that Mitsuba can load."""

import zlib
from pathlib import Path
from typing import Any

import mitsuba as mi
import numpy as np

from tools.demo_pool.camera import Camera, all_vertices, place_camera, posed
from tools.demo_pool.catalogue import BY_NAME
from tools.demo_pool.materials import Material, Part
from tools.demo_pool.mesh import corner_normals
from tools.demo_pool.recipes import build
from tools.demo_pool.room import environment_map, room
from tools.demo_pool.textures import Picture

GLASS_INDEX = 1.45  # of refraction
PLY_HEADER = """ply
format binary_little_endian 1.0
element vertex {vertices}
property float x
property float y
property float z
property float nx
property float ny
property float nz
property float s
property float t
element face {faces}
property list uchar int vertex_indices
end_header
"""


def view_rng(name: str, instance: int, view: int) -> np.random.Generator:
    """The generator of one photograph: pose, camera, light, room, exposure."""
    return np.random.default_rng([zlib.crc32(name.encode()), instance, view, 7])


def make_scene(
    name: str,
    instance: int,
    rng: np.random.Generator,
    pixels: int,
    samples: int,
    folder: Path,
) -> dict[str, Any]:
    """The dictionary for `mi.load_dict`; meshes are written to `folder` as PLY files."""
    parts = posed(rng, name, build(name, instance))
    vertices = all_vertices(parts)
    middle = np.array([0, 0, (vertices[:, 2].min() + vertices[:, 2].max()) / 2])
    radius = np.linalg.norm(vertices - middle, axis=1).max()
    camera = place_camera(rng, name, vertices, middle)
    light = {"type": "envmap", "bitmap": mi.Bitmap(environment_map(rng))}
    light["to_world"] = mi.ScalarTransform4f().rotate([1, 0, 0], 90)
    surroundings = room(rng, radius, on_table=BY_NAME[name].setting == "table-top")
    has_glass = any(part.material.glass for part in parts)
    scene = {"type": "scene", "integrator": _integrator(depth=11 if has_glass else 5)}
    for number, part in enumerate(parts):
        scene[f"object{number}"] = _shape(part, folder / f"object{number}.ply")
    scene |= {"camera": _sensor(camera, pixels, samples), "light": light}
    for key, part in surroundings.items():
        scene[key] = _shape(part, folder / f"{key}.ply")
    return scene


def _integrator(depth: int) -> dict[str, Any]:
    """A path tracer that also gives albedo and normals, which the denoiser needs."""
    path = {"type": "path", "max_depth": depth, "rr_depth": 4}
    return {"type": "aov", "aovs": "al:albedo,nn:sh_normal", "img": path}


def _sensor(camera: Camera, pixels: int, samples: int) -> dict[str, Any]:
    look = mi.ScalarTransform4f().look_at(
        origin=camera.eye.tolist(), target=camera.target.tolist(), up=camera.up.tolist()
    )
    return {
        "type": "thinlens",
        "fov": camera.field_of_view,
        "to_world": look,
        "near_clip": 0.01,
        "aperture_radius": camera.aperture_radius,
        "focus_distance": camera.focus_distance,
        "film": {
            "type": "hdrfilm",
            "width": pixels,
            "height": pixels,
            # a wider filter correlates the noise, and the denoiser then leaves it in
            "rfilter": {"type": "box"},
        },
        "sampler": {"type": "independent", "sample_count": samples},
    }


def _bitmap(image: Picture, raw: bool = False) -> dict[str, Any]:
    return {"type": "bitmap", "bitmap": mi.Bitmap(np.ascontiguousarray(image)), "raw": raw}


def _rgb(colour: Any) -> dict[str, Any]:
    return {"type": "rgb", "value": [float(channel) for channel in colour]}


def _surface(material: Material) -> dict[str, Any]:
    """The material as a plugin: clear glass, else a two-sided principled one with its bumps."""
    if material.glass:
        tint = _rgb(material.colour)
        return {"type": "dielectric", "int_ior": GLASS_INDEX, "specular_transmittance": tint}
    if material.texture is not None:
        colour = _bitmap(material.texture)
    else:
        power = 2.2 if material.srgb else 1
        colour = _rgb(float(np.clip(c, 0.003, 0.97)) ** power for c in material.colour)
    surface: dict[str, Any] = {
        "type": "principled",
        "base_color": colour,
        "roughness": float(material.roughness),
        "metallic": float(material.metallic),
        "specular": float(material.specular),
        "clearcoat": float(material.coat),
        "clearcoat_gloss": 0.95,
    }
    if material.bump is not None:
        height = float(material.bump_height) * 4
        bump = _bitmap(material.bump, raw=True)
        surface = {"type": "bumpmap", "arbitrary": bump, "scale": height, "b": surface}
    return {"type": "twosided", "b": surface}


def _shape(part: Part, file: Path) -> dict[str, Any]:
    _write_ply(file, part)
    material = part.material
    shape = {"type": "ply", "filename": str(file), "bsdf": _surface(material)}
    if material.emission:
        if material.texture is not None and material.emission <= 1:
            radiance = _bitmap(material.texture)
        else:
            radiance = _rgb(np.array(material.colour) * material.emission)
        shape["emitter"] = {"type": "area", "radiance": radiance}
    return shape


def _write_ply(file: Path, part: Part) -> None:
    vertices, normals, faces = corner_normals(part.mesh)
    count = len(vertices)
    corners = np.zeros((count, 8), "<f4")
    corners[:, :3], corners[:, 3:6] = vertices, normals
    if part.mesh.uv is not None:
        corners[:, 6:] = part.mesh.uv[faces].reshape(-1, 2)
    triangles = np.zeros(count // 3, dtype=[("count", "u1"), ("corners", "<i4", 3)])
    triangles["count"] = 3
    triangles["corners"] = np.arange(count).reshape(-1, 3)
    header = PLY_HEADER.format(vertices=count, faces=count // 3)
    file.write_bytes(header.encode() + corners.tobytes() + triangles.tobytes())
