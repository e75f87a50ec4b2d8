"""Counts what goes from the CPU to a device. PyTorch's "meta" device stands in for a GPU.

A tensor there has a shape and no numbers, so whatever reads one fails: a step that runs on it reads
nothing from the device.
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Counting(TorchDispatchMode):
    """Within it, `sent` is how many tensors of the CPU went to the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        found = operation(*args, **(kwargs or {}))
        given = [each for each in args if isinstance(each, torch.Tensor)]
        if isinstance(found, torch.Tensor) and found.device.type == "meta":
            self.sent += any(each.device.type == "cpu" for each in given)
        return found
