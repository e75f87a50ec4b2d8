"""What surfaces are made of, and the parts that objects consist of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from tools.demo_pool.mesh import Array, Mesh, rotation
from tools.demo_pool.textures import Colour, Picture, ceramic, hsv, wood


@dataclass(frozen=True)
class Material:
    """One surface; the renderer makes a principled material of it, or clear glass.

    Args:
        colour: linear RGB in 0..1, used where there is no texture.
        texture: sRGB picture laid on by uv.
        bump: (H, W) height picture; `bump_height` in decimetres.
        coat: strength of a clear varnish on top.
        glass: light goes through it; colour, roughness and texture are then not used.
        emission: radiance in units of the colour; at most 1 with a texture: the texture shines.
        srgb: the colour is given as sRGB (taken from a texture).
    """

    colour: Colour = (0.7, 0.7, 0.7)
    roughness: float = 0.4
    metallic: float = 0.0
    texture: Picture | None = None
    bump: Picture | None = None
    bump_height: float = 0.02
    coat: float = 0.0
    specular: float = 0.5
    glass: bool = False
    emission: float = 0.0
    srgb: bool = False


@dataclass(frozen=True)
class Part:
    """A mesh of one material; an object is a list of parts."""

    mesh: Mesh
    material: Material

    def moved(
        self,
        turn: Array | None = None,
        by: Sequence[float] = (0, 0, 0),
        scale: float | Sequence[float] = 1.0,
    ) -> "Part":
        """The part scaled, then turned, then shifted."""
        return replace(self, mesh=self.mesh.moved(turn, by, scale))


Parts = list[Part]
T = TypeVar("T")

CLEAR_GLASS = Material((1, 1, 1), 0, glass=True)
METALS = ((0.75, 0.75, 0.76), (0.6, 0.6, 0.62), (0.85, 0.83, 0.8), (0.8, 0.6, 0.4))
STEEL = (0.8, 0.8, 0.82)
BRASS = (0.85, 0.7, 0.4)


def chance(rng: np.random.Generator, share: float) -> bool:
    """True in `share` of all draws."""
    return bool(rng.uniform() < share)


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of the options, each as likely."""
    return options[rng.integers(len(options))]


def metal(rng: np.random.Generator) -> Material:
    """Steel, iron, silver or copper, more or less polished."""
    colour = pick(rng, METALS)
    return Material(colour, rng.uniform(0.12, 0.35), 1.0)


def plastic(rng: np.random.Generator, colour: Colour | None = None) -> Material:
    """Plastic of the given colour, or of any bright one."""
    if colour is None:
        colour = hsv(rng.uniform(), rng.uniform(0.5, 0.9), rng.uniform(0.3, 0.9))
    return Material(colour, rng.uniform(0.2, 0.5))


def glaze(rng: np.random.Generator) -> Material:
    """Glazed and painted pottery."""
    roughness = rng.uniform(0.08, 0.3)
    return Material(roughness=roughness, texture=ceramic(rng), coat=0.6)


def varnished_wood(rng: np.random.Generator) -> Material:
    """Wood, matt to varnished."""
    roughness = rng.uniform(0.35, 0.6)
    return Material(roughness=roughness, texture=wood(rng, 256), coat=rng.uniform(0, 0.4))


def liquid(colour: Colour) -> Material:
    """A liquid in an open vessel, opaque: only its surface is seen."""
    return Material(colour, 0.05, coat=1.0)


def turned(parts: Parts, turn: Array, by: Sequence[float] = (0, 0, 0)) -> Parts:
    """All parts turned, then shifted, as one object."""
    return [part.moved(turn, by) for part in parts]


def shifted(parts: Parts, by: Sequence[float]) -> Parts:
    """All parts shifted as one object."""
    return [part.moved(by=by) for part in parts]


def resting(parts: Parts) -> Parts:
    """The object lifted or lowered so that it touches z = 0."""
    lowest = min(part.mesh.vertices[:, 2].min() for part in parts)
    return shifted(parts, (0, 0, -lowest))


def lying(parts: Parts, axis: str, degrees: float) -> Parts:
    """The object turned over and laid down on z = 0."""
    return resting(turned(parts, rotation(axis, degrees)))
