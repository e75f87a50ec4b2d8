"""Which class a written name means: one rule for `--relevant` and for imported labels."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from laser_core.data.base import bare_name


class ClassNames:
    """Classes that are found by any spelling that differs in case, "_", "-" and spaces alone.

    Args:
        names: of the classes.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(names)
        self._alike: dict[str, list[str]] = {}
        for name in self._names:
            self._alike.setdefault(spelling_key(name), []).append(name)

    def find(self, name: str) -> list[str]:
        """The classes that `name` may mean: itself, or all that differ in spelling alone."""
        if name in self._names:
            return [name]
        return list(self._alike.get(spelling_key(name), ())) if spelling_key(name) else []


def spelling_key(name: str) -> str:
    """What all spellings of a name share."""
    return bare_name(name if name.isascii() else unicodedata.normalize("NFC", name))
