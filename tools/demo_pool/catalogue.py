"""The 52 classes of the pool in their order, without the recipes that build them.

The order decides which classes are "the first R" of split 0: it takes the kinds in turn and puts
one hard class after every third main one, so that any beginning of it is a mixture.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassEntry:
    """A class of the pool; `hard`: the offline vision-language model knows it less well."""

    name: str
    superclass: str
    setting: str = "table-top"
    hard: bool = False


FLOOR = "floor"

CATALOGUE = (
    ClassEntry("mug", "vessel"),
    ClassEntry("apple", "food"),
    ClassEntry("sunglasses", "dressing"),
    ClassEntry("plate", "cookware", hard=True),
    ClassEntry("laptop", "electronics"),
    ClassEntry("chair", "furniture", FLOOR),
    ClassEntry("hammer", "tool"),
    ClassEntry("fork", "cutlery", hard=True),
    ClassEntry("tennis ball", "ball"),
    ClassEntry("book", "paper"),
    ClassEntry("wine glass", "vessel"),
    ClassEntry("mushroom", "food", hard=True),
    ClassEntry("banana", "food"),
    ClassEntry("hat", "dressing"),
    ClassEntry("keyboard", "electronics"),
    ClassEntry("knife", "cutlery", hard=True),
    ClassEntry("table", "furniture", FLOOR),
    ClassEntry("screwdriver", "tool"),
    ClassEntry("soccer ball", "ball", FLOOR),
    ClassEntry("phone", "electronics", hard=True),
    ClassEntry("clock", "decor"),
    ClassEntry("bottle", "vessel"),
    ClassEntry("strawberry", "food"),
    ClassEntry("spoon", "cutlery", hard=True),
    ClassEntry("lipstick", "dressing"),
    ClassEntry("computer mouse", "electronics"),
    ClassEntry("lamp", "furniture"),
    ClassEntry("padlock", "tool", hard=True),
    ClassEntry("dumbbell", "tool"),
    ClassEntry("basketball", "ball", FLOOR),
    ClassEntry("candle", "decor"),
    ClassEntry("box", "paper", hard=True),
    ClassEntry("glass", "vessel"),
    ClassEntry("pineapple", "food"),
    ClassEntry("perfume", "dressing"),
    ClassEntry("carrot", "food", hard=True),
    ClassEntry("remote control", "electronics"),
    ClassEntry("stool", "furniture", FLOOR),
    ClassEntry("teapot", "vessel"),
    ClassEntry("hourglass", "decor", hard=True),
    ClassEntry("orange", "food"),
    ClassEntry("frying pan", "cookware"),
    ClassEntry("vase", "vessel"),
    ClassEntry("pencil", "paper", hard=True),
    ClassEntry("lemon", "food"),
    ClassEntry("umbrella", "dressing", FLOOR),
    ClassEntry("bucket", "vessel", FLOOR),
    ClassEntry("toilet roll", "paper", hard=True),
    ClassEntry("bell pepper", "food"),
    ClassEntry("bowl", "vessel"),
    ClassEntry("bagel", "food"),
    ClassEntry("can", "vessel"),
)
BY_NAME = {entry.name: entry for entry in CATALOGUE}
