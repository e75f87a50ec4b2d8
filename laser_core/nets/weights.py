"""Weights on disk: named arrays and a few words about them in one .safetensors file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from laser_core.errors import StoreError

Tensors: TypeAlias = dict[str, npt.NDArray[Any]]


def write_weights(
    path: Path, learner: str, tensors: Mapping[str, npt.NDArray[Any]], **words: str
) -> None:
    """Write `tensors`, the learner's name and `words` to `path`.

    Raises:
        OSError: the disk is full, or the folder cannot be written.
    """
    from safetensors.numpy import save

    in_order = {name: np.ascontiguousarray(t) for name, t in tensors.items()}  # save() needs it
    path.write_bytes(save(in_order, metadata={"learner": learner, **words}))


def read_weights(path: Path, learner: str) -> tuple[Tensors, dict[str, str]]:
    """The tensors and words that `write_weights` wrote for the same learner.

    Raises:
        StoreError: the file is missing, damaged, or of another learner.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            words = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise unusable(path, learner, error) from error
    if words.pop("learner", None) != learner:
        raise unusable(path, learner, "another kind of net wrote it")
    if any(np.isnan(tensor).any() for tensor in tensors.values()):  # -inf is a class without images
        raise unusable(path, learner, "it holds numbers that are none")
    return tensors, words


def unusable(path: Path, learner: str, reason: object) -> StoreError:
    """The error that says why `path` is no net of `learner`, and what to do."""
    return StoreError(
        f"{path.name} cannot be read as a {learner} ({reason}); delete it and open the run again: "
        "the net is trained again from the labels"
    )
