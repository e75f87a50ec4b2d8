"""The engine of LaSeR Explorer: open-set active learning with language and vision models.

`import laser_core as laser` offers the names of `__all__` (docs/python.md); each is loaded when it
is first used, so that the import itself costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from laser_core.basics.telemetry import silence_libraries

if TYPE_CHECKING:
    from laser_core.api import Experiment, Run, open_pool, open_run, resume, run, study
    from laser_core.errors import LaserError
    from laser_core.pool import Label
    from laser_core.strategies.base import Strategy, register
    from laser_core.view import PoolView, Query, take

__version__ = "0.1.0"
__all__ = [
    "Experiment",
    "Label",
    "LaserError",
    "PoolView",
    "Query",
    "Run",
    "Strategy",
    "__version__",
    "open_pool",
    "open_run",
    "register",
    "resume",
    "run",
    "study",
    "take",
]
_HOMES = {
    "laser_core.api": ("Experiment", "Run", "open_pool", "open_run", "resume", "run", "study"),
    "laser_core.errors": ("LaserError",),
    "laser_core.pool": ("Label",),
    "laser_core.strategies.base": ("Strategy", "register"),
    "laser_core.view": ("PoolView", "Query", "take"),
}

silence_libraries()

if not TYPE_CHECKING:  # else a type checker would take any name for granted

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                value = globals()[name] = getattr(import_module(home), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
