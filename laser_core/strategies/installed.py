"""Strategies that other packages bring, found by their entry points."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from laser_core.strategies.base import STRATEGIES, UNUSABLE, register

GROUP = "laser_core.strategies"


def register_installed() -> None:
    """Register what installed packages offer in the group `laser_core.strategies`.

    One that cannot be loaded must not keep the others from working: why is kept in `UNUSABLE`, and
    told to whoever asks for it by the name of its entry point.
    """
    for offered in sorted(entry_points(group=GROUP), key=lambda offer: offer.name):
        try:
            register(offered.load())
        except Exception as error:  # a package of somebody else may fail in any way
            if offered.name not in STRATEGIES:
                UNUSABLE[offered.name] = _reason(offered, error)


def _reason(offered: EntryPoint, error: Exception) -> str:
    package = offered.dist.name if offered.dist else offered.module
    return f"{offered.value} of the package {package} fails with {type(error).__name__}: {error}"
