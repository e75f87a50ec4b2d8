"""Recipes: one function a class; a random generator goes in, the parts of one object come out.

The generator given is the INSTANCE's: shape, colour, texture and content of one physical object
come from it. The order of the draws is the object, so change a recipe's draws and its shipped
objects change. Never draw inside a comprehension over the parts of one object: it comes apart.
"""

import zlib
from collections.abc import Callable

import numpy as np

from tools.demo_pool.materials import Parts
from tools.demo_pool.recipes import (
    balls,
    decor,
    dressing,
    drinks,
    electronics,
    food,
    fruit,
    furniture,
    hand_tools,
    paper,
    tableware,
    vessels,
)

MODULES = (
    balls,
    decor,
    dressing,
    drinks,
    electronics,
    food,
    fruit,
    furniture,
    hand_tools,
    paper,
    tableware,
    vessels,
)


def recipe(name: str) -> Callable[[np.random.Generator], Parts]:
    """The function that builds objects of class `name`: "wine glass" is `drinks.wine_glass`."""
    function_name = name.replace(" ", "_")
    for module in MODULES:
        if hasattr(module, function_name):
            found: Callable[[np.random.Generator], Parts] = getattr(module, function_name)
            return found
    raise ValueError(f"there is no recipe for {name!r}")


def build(name: str, instance: int) -> Parts:
    """Object number `instance` of class `name`: the same every time."""
    return recipe(name)(np.random.default_rng([zlib.crc32(name.encode()), instance]))
