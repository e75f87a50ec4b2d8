"""Which processor PyTorch works on, and how the same work gives the same numbers there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from laser_core.config import Device
from laser_core.errors import ConfigError


def choose_device(wanted: Device) -> torch.device:
    """The device to train and score on; "auto" takes a CUDA device where there is one.

    Raises:
        ConfigError: "cuda" is wanted and PyTorch sees none.
    """
    # cuBLAS reads this when it is first used; without it its results may differ from run to run
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise ConfigError(
            "device='cuda': PyTorch sees no CUDA device here; choose auto or cpu, or install a "
            "PyTorch built for this computer's graphics driver"
        )
    return torch.device("cuda")


@contextmanager
def repeatable() -> Iterator[None]:
    """Let only operations run that give the same numbers every time; put back what was before.

    Not to be held across a `yield` of progress: other code would run under it.
    """
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
            yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warned)


@contextmanager
def memory_explained(device: torch.device) -> Iterator[None]:
    """Turn a full graphics memory into a sentence."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ConfigError(
            f"device={device.type!r}: its memory is too small for resnet18 beside what else uses "
            "it; free some, or choose device cpu or the learner head"
        ) from error
