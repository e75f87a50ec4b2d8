"""Ways to spoil an input: bytes, text, JSON and single values, all from a seeded generator."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

Rng = np.random.Generator

# Values that a reader did not ask for: of another type, out of range, or hard on a screen.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, -(2**63), 10**30, 0.5, -0.0, float("nan"),
    float("inf"), float("-inf"), 1e308, "", " ", "0", "nan", "x", "relevant", "\x00", "\ud800",
    "\u202e", "=cmd|' /C calc'!A0", "../../etc/passwd", "/etc/passwd", "C:\\Windows", "a" * 300,
    "<img src=x>", "![i](http://evil.example)", "\x1b[31m", [], {}, [[]], [None], {"": None},
    ["x", 1, None], {"x": {"y": []}},
)  # fmt: skip
TEXTS: tuple[str, ...] = tuple(v for v in VALUES if isinstance(v, str))


def pick(rng: Rng, options: Any) -> Any:
    """One of `options`, as it is (NumPy's own choice would turn it into an array's type)."""
    options = list(options)
    return options[int(rng.integers(len(options)))]


def spoiled_bytes(data: bytes, rng: Rng, start: int = 0) -> tuple[str, bytes]:
    """(what was done, `data` with it): flipped bits, a cut, zeros, noise, a doubled or lost part.

    Args:
        start: nothing before this place is touched.
    """
    ways = (flipped_bits, cut_off, zeroed, noisy, doubled, shortened)
    way = pick(rng, ways)
    return way.__name__, data[:start] + way(data[start:], rng)


def flipped_bits(data: bytes, rng: Rng) -> bytes:
    """1 to 8 bits the other way round."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 9)) if data else 0):
        changed[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def cut_off(data: bytes, rng: Rng) -> bytes:
    """The end is missing."""
    return data[: int(rng.integers(len(data) + 1))]


def zeroed(data: bytes, rng: Rng) -> bytes:
    """A stretch of zeros, as a torn write leaves it."""
    start, end = _stretch(data, rng)
    return data[:start] + bytes(end - start) + data[end:]


def noisy(data: bytes, rng: Rng) -> bytes:
    """A stretch of random bytes."""
    start, end = _stretch(data, rng)
    return data[:start] + rng.bytes(end - start) + data[end:]


def doubled(data: bytes, rng: Rng) -> bytes:
    """A stretch that stands there twice."""
    start, end = _stretch(data, rng)
    return data[:end] + data[start:]


def shortened(data: bytes, rng: Rng) -> bytes:
    """A stretch is missing."""
    start, end = _stretch(data, rng)
    return data[:start] + data[end:]


def _stretch(data: bytes, rng: Rng) -> tuple[int, int]:
    start = int(rng.integers(len(data) + 1))
    return start, min(len(data), start + int(rng.integers(1, 5000)))


def spoiled_json(text: str, rng: Rng) -> str:
    """`text`, which is JSON, with one thing in it replaced, lost, renamed or badly written."""
    if rng.random() < 0.2:
        return spoiled_bytes(text.encode(), rng)[1].decode("utf-8", "replace")
    return json.dumps(spoiled_tree(json.loads(text), rng))


def spoiled_tree(tree: Any, rng: Rng) -> Any:
    """A copy of a tree of dicts and lists in which one node is another value, or is missing."""
    places = list(_places(tree, ()))
    place = pick(rng, places)
    if not place or (len(place) > 1 and rng.random() < 0.1):
        return pick(rng, VALUES) if not place else _with(tree, place[:-1], pick(rng, VALUES))
    if rng.random() < 0.3:
        return _without(tree, place)
    return _with(tree, place, pick(rng, VALUES))


def _places(tree: Any, before: tuple[Any, ...]) -> Any:
    yield before
    nodes = enumerate(tree) if isinstance(tree, list) else ()
    for key, node in tree.items() if isinstance(tree, dict) else nodes:
        yield from _places(node, (*before, key))


def _with(tree: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[place[0]] = _with(copy[place[0]], place[1:], value)
    return copy


def _without(tree: Any, place: tuple[Any, ...]) -> Any:
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(place) == 1:
        del copy[place[0]]
    else:
        copy[place[0]] = _without(copy[place[0]], place[1:])
    return copy
