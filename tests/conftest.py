"""Marks the slow tests: those that start an app, a browser, other programs or whole runs, or load
the weights of a model.

`python -m pytest -m "not slow"` leaves them out; `python -m pytest` runs all. A single test of a
fast file is marked where it stands, by `@pytest.mark.slow`. Files may be tested side by side (`-n
2`): the tests of one file run in one process, in their order.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import Any

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:  # side by side, each with one core, else all wait for all
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("no clock", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("no clock")

HERE = Path(__file__).parent
SLOW = (
    "app",
    "browser",
    "fuzz",
    "integration",
    "llm/test_offline.py",
    "maps/test_projection.py",
    "nets/test_resnet.py",
    "privacy",
    "strategies/test_registering.py",
    "test_api.py",
    "test_jobs.py",
    "test_mutations.py",
    "vlm/test_offline_vlm.py",
    "vlm/test_sentences.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and is_slow(item.path.relative_to(HERE)):
            item.add_marker(pytest.mark.slow)


def is_slow(file: PurePath) -> bool:
    """Whether a file's tests, its path told from tests/, are slow as a whole."""
    return any(file.is_relative_to(place) for place in SLOW)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist, which need not be installed
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out whole groups of tests; by its own group marks it cannot with pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Groups(config, log)


def group_of(nodeid: str) -> str:
    """What is tested in one process, in its order: a file, and all that drive a browser together.

    Those share this checkout's folder of small pictures, and two browsers starve each other.
    """
    return "browser" if nodeid.startswith("tests/browser/") else nodeid.partition("::")[0]
