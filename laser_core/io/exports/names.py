"""Where each labeled picture goes in an export: a pure function on names.

Two pictures never get one place and two classes never one folder, also on systems that take names
for the same which differ in case, in how accents are stored, or in characters that nobody sees.
"""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from laser_core.basics.file_names import safe_name
from laser_core.data.folder_layout import is_litter, is_unlabeled, split_kind
from laser_core.io.label_files.label_text import IRRELEVANT
from laser_core.pool import Label

UNNAMED = "unnamed"  # folder of irrelevant pictures that nobody gave a name
# What else may lie beside the folders, so that no class's folder is called so.
TABLES = ("labels.csv", "metadata.csv", "label_studio.json", "label_studio.xml", "samples.json",
          "metadata.json")  # fmt: skip
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"  # no table in the export may have to guard a path
_LONGEST_ENDING = 16  # bytes; what is longer is no ending of a picture's name


def same_name(name: str) -> str:
    """What all names share that some system takes for one and the same."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    folded = unicodedata.normalize("NFKC", seen).upper().casefold()
    return unicodedata.normalize("NFKC", folded)


class ExportNames:
    """Gives out places, each once."""

    def __init__(self) -> None:
        self._folders: dict[tuple[str, str], str] = {}
        self._taken = {same_name(name) for name in (IRRELEVANT, *TABLES)}

    def place(self, label: Label, id: str, ending: str = "") -> str:
        """The path of a picture relative to the export, with "/"; a new one at each call.

        Args:
            label: relevant or irrelevant.
            id: of the picture.
            ending: ".png" for one that was no file; "" keeps the ending of its id.
        """
        key = (label.state, label.name)
        if key not in self._folders:
            self._folders[key] = self._folder(label)
        stem, kept = _split_ending(_plain(id.replace("/", "__")))
        return self._free(f"{self._folders[key]}/", stem + (kept if ending else ""), ending or kept)

    def _folder(self, label: Label) -> str:
        if label.state == IRRELEVANT:
            return self._free(f"{IRRELEVANT}/", _plain(label.name or UNNAMED))
        folder = _plain(label.name)
        # our own reader, and others', would take these for something else than a class
        odd = split_kind(folder) is not None or is_unlabeled(folder)
        if odd or same_name(folder) == IRRELEVANT:
            folder = f"{folder} (class)"
        return self._free("", folder)

    def _free(self, inside: str, stem: str, ending: str = "") -> str:
        path, number = f"{inside}{stem}{ending}", 2
        while same_name(path) in self._taken:
            path, number = f"{inside}{stem}-{number}{ending}", number + 1
        self._taken.add(same_name(path))
        return path


def _plain(name: str) -> str:
    """A name that every system allows, that no spreadsheet would run, and that no reader skips."""
    safe = safe_name(name)
    return safe_name(f"_{safe}") if safe[0] in _FORMULA or is_litter(safe) else safe


def _split_ending(name: str) -> tuple[str, str]:
    path = PurePosixPath(name)
    if len(path.suffix.encode()) > _LONGEST_ENDING:
        return name, ""
    return path.stem, path.suffix
