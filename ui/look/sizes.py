"""Sizes for a desk, and larger ones for a room that looks on from ten metres."""

from __future__ import annotations

from ui.look.address import memory_of, remember

LARGER = 1.5  # 24 px for 16 px: at 1920 x 1080 what 16 px are at 1280 x 720
PRESENT = "present"


def presenting() -> bool:
    """Whether this tab is shown to a room: larger letters and charts, the menu on top."""
    return memory_of(PRESENT) == "1"


def switch_presenting() -> None:
    """A button's callback: show this tab to a room, or to one person again."""
    remember(PRESENT, "" if presenting() else "1")


def height(pixels: int) -> int:
    """A height in CSS pixels as a page asks for it: heights do not follow the size of letters."""
    return round(LARGER * pixels) if presenting() else pixels


def font() -> int:
    """The size of letters in charts, in CSS pixels."""
    return 18 if presenting() else 14
