"""Ctrl-C that counts wherever it lands, also inside a library that makes another error of it."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class CtrlC:
    """While it is entered, notes that Ctrl-C was pressed, and raises KeyboardInterrupt as usual.

    A library that is just being imported turns the interrupt into an error of its own: NumPy into
    a RecursionError, a compiled module into an ImportError. `pressed` tells what it really was.
    Outside the main thread, which alone receives signals, it notes nothing.

    Attributes:
        pressed: whether Ctrl-C came since it was entered.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._before: Any = None

    def __enter__(self) -> CtrlC:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, signal_number: int, frame: FrameType | None) -> None:
        self.pressed = True
        raise KeyboardInterrupt
