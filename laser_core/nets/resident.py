"""Pictures on the device: sent there once, and cut out there ever after."""

from __future__ import annotations

from threading import Lock
from weakref import ReferenceType, ref

import numpy as np
import torch
from torch import Tensor

from laser_core.basics.arrays import Ids, Ints
from laser_core.nets.base import Pictures
from laser_core.nets.device import Compute

SHARE = 0.25  # of a GPU's memory that pictures may lie in; training wants the rest


class Resident:
    """A run's pictures as uint8 on the device, as far as they were asked for and there is room.

    On a CPU nothing is kept: the pictures lie in a file that the system keeps in memory already.

    Args:
        compute: with the device.
        room: bytes that they may take; None: `SHARE` of a GPU's memory, nothing on a CPU.
    """

    def __init__(self, compute: Compute, room: int | None = None) -> None:
        self._compute = compute
        self._room = _usual_room(compute) if room is None else room
        self._lock = Lock()  # nets that learn side by side share this
        self._pictures: ReferenceType[Pictures] | None = None
        self._forget(None, 0)

    def take(self, pictures: Pictures, ids: Ids, size: int) -> Tensor:
        """(n, size, size, 3) uint8 on the device.

        Pictures of another run, or of another size, take the place of those that lie there.
        """
        with self._lock:
            known = self._pictures() if self._pictures is not None else None
            if known is not pictures or size != self._size:
                self._forget(pictures, size)
            missing = ids[[id not in self._row for id in ids.tolist()]]
            if (len(self._row) + len(missing)) * size * size * 3 > self._room:
                return self._send(pictures, ids)
            if len(missing):
                self._add(pictures, np.unique(missing))
            rows = np.fromiter(map(self._row.__getitem__, ids.tolist()), np.int64, len(ids))
            return self._cut(rows)

    def _forget(self, pictures: Pictures | None, size: int) -> None:
        self._pictures = None if pictures is None else ref(pictures)
        self._size = size
        self._row: dict[str, int] = {}
        self._there = torch.empty(0, size, size, 3, dtype=torch.uint8, device=self._compute.device)

    def _send(self, pictures: Pictures, ids: Ids) -> Tensor:
        # a copy, because PyTorch wants arrays it may write to and these are read-only
        return self._compute.send(torch.from_numpy(pictures.pixels(ids, self._size).copy()))

    def _add(self, pictures: Pictures, ids: Ids) -> None:
        """Send what is missing; there is twice the room afterwards, so that few copies are made."""
        used, needed = len(self._row), len(self._row) + len(ids)
        if needed > len(self._there):
            most = self._room // max(self._size * self._size * 3, 1)
            grown = self._there.new_empty(min(2 * needed, most), self._size, self._size, 3)
            grown[:used] = self._there[:used]
            self._wait()  # others may still read what is left behind
            self._there = grown
        self._there[used:needed] = self._send(pictures, ids)
        self._wait()
        self._row |= {id: used + place for place, id in enumerate(ids.tolist())}

    def _cut(self, rows: Ints) -> Tensor:
        return self._there[self._compute.send(torch.from_numpy(rows))]

    def _wait(self) -> None:
        """Until the device has done what it was given: nets read this from streams of their own."""
        if self._compute.on_gpu:
            torch.cuda.synchronize(self._compute.device)


def _usual_room(compute: Compute) -> int:
    if not compute.on_gpu:
        return 0
    return int(SHARE * torch.cuda.get_device_properties(compute.device).total_memory)
