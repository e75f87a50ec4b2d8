"""Where pictures go in an export, as a pure function on names, and what a full disk is told."""

from __future__ import annotations

import errno
import unicodedata
from pathlib import Path

import pytest

from laser_core.data.folder_layout import is_litter, split_kind
from laser_core.io.exports.names import TABLES, ExportNames, same_name
from laser_core.pool import Label
from laser_core.store.database import unwritable_error

WINDOWS_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
}
CLASSES = [
    "AC/DC", "AC:DC", "AC_DC", "ac_dc", ".NET", "_.NET", "CON", "con", "COM¹", "LPT³.txt", "NUL .x",
    "a.", "a ", "a", "A", "é", "e\u0301", "É", "ß", "ss", "SS", "ſ", "s", "K", "\u212a", "ﬁ", "fi",
    "x" * 255, "x" * 254 + "y", "字" * 100, "字" * 101, "irrelevant", "IRRELEVANT", "irrelevant ",
    "irrelevant (class)", "labels.csv", "Metadata.CSV", "test", "train", "unlabeled", "Thumbs.db",
    "desktop.ini", "..", ".", " ", "=cmd", "-x", "@x", "\u200bcat", "cat", "a\ud800b", "a\x00b",
    "ı", "I", "i", "İ",
]  # fmt: skip


@pytest.fixture
def places():
    names = ExportNames()
    return {name: names.place(Label("relevant", name), "a/b.jpg") for name in CLASSES}


def test_no_two_classes_share_a_folder_on_any_system(places):
    """G7: names that differ in case, in Unicode form or in forbidden signs get two folders."""
    folders = [path.split("/")[0] for path in places.values()]
    for fold in (
        str.casefold, str.upper, str.lower, lambda n: unicodedata.normalize("NFC", n),
        lambda n: unicodedata.normalize("NFD", n).casefold(), same_name,
    ):  # fmt: skip
        assert len({fold(folder) for folder in folders}) == len(CLASSES)
    taken = {same_name(name) for name in ("irrelevant", *TABLES)}
    assert taken.isdisjoint(same_name(folder) for folder in folders)


@pytest.mark.parametrize(
    "id", ["a/b.jpg", "x" * 254 + ".jpg", "字" * 84 + "/a.jpeg", "a." + "b" * 250]
)
def test_every_part_of_a_place_is_a_name_that_every_system_allows(id):
    """G7: at most 255 bytes, no device, no dot or space at the end, nothing hidden."""
    names = ExportNames()
    for state in ("relevant", "irrelevant"):
        for name in CLASSES:
            for part in names.place(Label(state, name), id, ".png").split("/"):
                assert 0 < len(part.encode()) <= 255
                assert len(unicodedata.normalize("NFD", part).encode("utf-16-le")) <= 2 * 255
                assert part.rstrip(". ") == part
                assert not is_litter(part)
                assert part.split(".")[0].rstrip().upper() not in WINDOWS_DEVICES
                assert not set(part) & set('<>:"/\\|?*\x00\ud800')
                assert part[0] not in "=+-@"


def test_two_pictures_of_one_class_never_share_a_file():
    """G7: ids that become one name, also where only their end differs after 255 bytes."""
    ids = [
        "a/b.jpg", "a__b.jpg", "A/B.jpg", "é.jpg", "e\u0301.jpg", "x" * 400 + ".jpg",
        "x" * 401 + ".jpg", "COM1.jpg", "COM¹.jpg", "com1 .jpg", "a:b.jpg", "a?b.jpg",
    ]  # fmt: skip
    names = ExportNames()
    found = [names.place(Label("relevant", "cat"), id) for id in ids]
    assert len({same_name(path) for path in found}) == len(ids)
    assert all(path.endswith(".jpg") for path in found)


def test_a_class_is_no_split_and_nothing_hidden_for_our_own_reader(places):
    """G7: .NET is seen, and a class called test stays a class."""
    assert places[".NET"] == "_.NET/a__b.jpg"
    assert split_kind(places["test"].split("/")[0]) is None


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.ENAMETOOLONG, "longer than this system allows"),
        (errno.ENOTDIR, "a file lies where a folder is needed"),
        (errno.EIO, "check the place"),
    ],
)
def test_space_is_to_be_freed_only_where_space_lacks(number, told):
    """G7: the remedy is that of the error."""
    sentence = str(unwritable_error(Path("out"), OSError(number, "so")))
    assert told in sentence
    assert ("free some space" in sentence) == (number == errno.ENOSPC)
