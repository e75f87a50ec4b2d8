"""Which processor PyTorch works on, and how it computes there: fast, or the same every time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from threading import Lock, RLock

import torch
from torch import Tensor

from laser_core.config import Device, ExperimentConfig, Precision
from laser_core.errors import ConfigError

COMPILER = "inductor"  # what `compiled` asks `torch.compile` for


@dataclass(frozen=True)
class Compute:
    """Where a network is computed, and what is done for speed there.

    Args:
        device: of weights and pictures.
        bf16: whether the trunk multiplies in bfloat16 while it learns; weights, heads, losses and
            all scoring stay float32.
        deterministic: whether a GPU may use only operations that give the same numbers every time.
            A CPU always does, because it costs nothing there.
        compiler: what the trunk is compiled by while it learns, a backend of `torch.compile`; ""
            for none.
    """

    device: torch.device
    bf16: bool = False
    deterministic: bool = False
    compiler: str = ""

    @property
    def on_gpu(self) -> bool:
        """Whether the device is none of the host's own, so that reading from it waits for it."""
        return self.device.type == "cuda"

    def send(self, tensor: Tensor) -> Tensor:
        """A tensor of the CPU on the device, without waiting for it to arrive."""
        pinned = tensor.pin_memory() if self.on_gpu else tensor
        return pinned.to(self.device, non_blocking=True)

    def multiply(self) -> AbstractContextManager[object]:
        """How the trunk multiplies while it learns."""
        if not self.bf16:
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    @contextmanager
    def stream(self) -> Iterator[None]:
        """A queue of its own for what a thread gives a GPU; empty again when it is left."""
        if not self.on_gpu:
            yield
            return
        own = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        own.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(own):
            yield
            own.synchronize()

    def rules(self) -> AbstractContextManager[None]:
        """`repeatable` where that is wanted or free; else the fastest operations.

        Not to be held across a `yield` of progress: other code would run under it.
        """
        return repeatable(self.deterministic or not self.on_gpu)


ON_CPU = Compute(torch.device("cpu"))


def choose_compute(config: ExperimentConfig) -> Compute:
    """How the settings of a run want a network computed, on this machine.

    Raises:
        ConfigError: "cuda" is wanted and PyTorch sees none.
    """
    device = choose_device(config.device)
    bf16 = in_bf16(config.precision, device)
    return Compute(device, bf16, config.deterministic, COMPILER if config.compiled else "")


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


def in_bf16(wanted: Precision, device: torch.device) -> bool:
    """Whether a trunk learns in bfloat16; "auto": on a GPU that multiplies in it."""
    if wanted != "auto":
        return wanted == "bf16"
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


@contextmanager
def repeatable(wanted: bool = True) -> Iterator[None]:
    """Let only operations run that give the same numbers every time; put back what was before.

    PyTorch has one such switch for the whole process, so nets that learn side by side share it: the
    first one in sets it, the last one out puts it back. They are of one run and want the same.

    Args:
        wanted: if not, cuDNN may time its convolutions for each size of batch and take the fastest.
    """
    _SWITCH.enter(wanted)
    try:
        yield
    finally:
        _SWITCH.leave()


class _Switch:
    """The process's settings for repeatable numbers, held by a number of threads at a time."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._before = self._settings()

    def enter(self, wanted: bool) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._before = self._settings()
                self._set(wanted, True, not wanted, wanted)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._set(*self._before)

    def _settings(self) -> tuple[bool, bool, bool, bool]:
        return (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
            torch.backends.cudnn.benchmark,
            torch.backends.cudnn.deterministic,
        )

    def _set(self, strict: bool, warn: bool, benchmark: bool, deterministic: bool) -> None:
        torch.use_deterministic_algorithms(strict, warn_only=warn)
        torch.backends.cudnn.benchmark = benchmark
        torch.backends.cudnn.deterministic = deterministic


_SWITCH = _Switch()


@contextmanager
def torch_seed(seed: int) -> Iterator[None]:
    """PyTorch's global generator from `seed` on; put back afterwards. One thread at a time."""
    with _GENERATOR, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


_GENERATOR = RLock()


@contextmanager
def compiler_explained(compute: Compute) -> Iterator[None]:
    """Turn a compiler that is missing or fails into a sentence."""
    if not compute.compiler:
        yield
        return
    from torch._dynamo.exc import TorchDynamoException

    try:
        yield
    except TorchDynamoException as error:
        reason = " ".join(str(error).split()[:30])
        raise ConfigError(
            f"compiled=True: PyTorch could not compile the network here ({reason:.200}); set "
            "compiled to false, which is slower and needs no compiler"
        ) from error


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
