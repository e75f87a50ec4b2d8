"""The process that serves pages stays light: what `ui` loads, seen in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = (
    "ui.shared.jobs, ui.widgets.map, ui.widgets.gallery, ui.widgets.selection, ui.shared.pictures"
)
PAGES = "ui.round.view, ui.charts.rounds, ui.charts.texts, ui.shared.explanation"
HEAVY = {"torch", "torchvision", "umap", "open_clip", "transformers", "sklearn", "openvino", "timm"}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_shared_page_code_loads_no_heavy_library() -> None:
    assert not HEAVY & loaded_by(f"import {MODULES}, {PAGES}")


@pytest.mark.parametrize(
    "module",
    ["laser_core.jobs.client", "laser_core.jobs.worker", "laser_core.data.pictures.thumbnails"],
)
def test_jobs_and_thumbnails_load_no_user_interface(module: str) -> None:
    assert not {"streamlit", "ui"} & loaded_by(f"import {module}")


def test_this_test_would_notice() -> None:
    assert "streamlit" in loaded_by("import laser_core.jobs.client, ui.shared.jobs")
