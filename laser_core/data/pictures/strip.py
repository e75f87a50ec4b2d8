"""Strips a picture's file down to its first picture: no EXIF, profiles, texts, further pages.

Pillow reads what only describes a picture before the picture itself, and gives the picture up
where that is damaged, out of range or large; and a file that is a header and zeros, or names the
same bytes a million times, keeps it busy for minutes. Here each part is looked at once, by the
lengths that the file gives, and what decoding does not need is left out. The orientation, and the
number that means "no data", are read on the way where they can be.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from laser_core.data.pictures.file_kinds import file_kind, trim

MAX_PARTS = 40_000  # segments, chunks or blocks; the 100 MB that a file may have take 12,000
MAX_STRIPS = 100_000  # that a TIFF is cut into
MAX_SCANS = 64  # of a progressive JPEG; cameras and programs write about 10
MAX_TILE_PIXELS = 100_000_000
MAX_RUN_PIXELS = 4_000_000  # of a BMP packed by run length, which Pillow unpacks in Python
MAX_NOTES = 8  # that are searched for an orientation
MAX_TAGS = 1_000  # of an EXIF note; cameras write about 20
EXIF_BYTES = 1_000_000  # of what a PNG's text may unpack to

_MARKER = re.compile(rb"\xff([^\x00\xff])")
# Fill bytes between scans; no segment is as long, so none is cut. Pillow copies such a run again
# and again until it has all of it.
_FILL = re.compile(rb"\xff{65536,}")
_XMP_TURN = re.compile(rb'tiff:Orientation(?:="|>)([1-8])["<]')
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_PNG_KEPT = frozenset([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"])
_PNG_TEXTS = frozenset([b"tEXt", b"zTXt", b"iTXt"])
_WEBP_KEPT = frozenset([b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF"])
_WEBP_DESCRIBED = 0x20 | 0x08 | 0x04  # flags: a profile, EXIF, XMP
_ORIENTATION, _STRIP_TAGS, _XMP_TAG, _NO_DATA = 274, (273, 279, 324, 325), 700, 42113
# What a TIFF's pixels cannot be read without: size, bits, packing, strips, tiles, colours, JPEG.
_TIFF_KEPT = frozenset(
    [*range(256, 260), 262, 266, 273, *range(277, 280), 284, 292, 293, 317, 320, *range(322, 326)]
).union([332, 338, 339, 347, *range(512, 522), *range(529, 533), 50674])
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_BYTES |= {16: 8, 17: 8, 18: 8}


@dataclass(frozen=True)
class StrippedPicture:
    """What is left of a file.

    Args:
        data: the picture alone, in the format it had.
        turn: its orientation as EXIF counts, 1 to 8; 1 where none can be read.
        no_data: the number that stands for "no value here" in a TIFF, or None.
    """

    data: bytes
    turn: int = 1
    no_data: float | None = None


def strip_picture(data: bytes) -> StrippedPicture:
    """`data` without what decoding does not need; formats not known here stay as they are.

    Raises:
        ValueError: it is cut off before the picture, or made so that decoding would take for ever.
    """
    data = trim(data)
    kind = file_kind(data[:64])
    reduce = {
        "JPEG": _jpeg, "PNG": _png, "GIF": _gif, "WEBP": _webp, "BMP": _bmp, "TIFF": _tiff,
        "AVIF": _avif,
    }  # fmt: skip
    return reduce[kind](data) if kind in reduce else StrippedPicture(data)


def exif_turn(exif: bytes) -> int:
    """The orientation in an EXIF note, 1 to 8; 1 if none can be read."""
    with suppress(ValueError, struct.error):
        note = exif.removeprefix(_EXIF).removeprefix(_EXIF)
        for entry in islice(_Directory(note).entries(), MAX_TAGS):
            if entry.tag == _ORIENTATION:
                return _turn(entry.number())
    return 1


def _turn(number: int) -> int:
    return number if 1 <= number <= 8 else 1


def _xmp_turn(xmp: bytes) -> int:
    found = _XMP_TURN.search(xmp[:EXIF_BYTES])
    return int(found[1]) if found else 1


def _count_parts() -> Iterator[int]:
    """Counts parts of a file.

    Raises:
        ValueError: there are more than any picture has.
    """
    yield from range(MAX_PARTS)
    raise ValueError(f"cut into more than {MAX_PARTS:,} parts")


def _jpeg(data: bytes) -> StrippedPicture:
    """SOI, the tables and the scans; of the notes only those that tell the colours' order."""
    kept, at, turns = [data[:2]], 2, [1]
    for _ in _count_parts():
        marker = _MARKER.search(data, at)  # junk between segments is passed over, as decoders do
        if marker is None or marker[1] == b"\xd9":
            raise ValueError("no picture in it")
        start, code = marker.start(), marker[1][0]
        at = marker.end()
        if code == 0x01 or 0xD0 <= code <= 0xD8:
            continue  # these have no length
        if code == 0xDA:
            _require_few_scans(data, start)
            scans = _FILL.sub(b"\xff", data[start:])
            return StrippedPicture(b"".join([*kept, scans]), _first_turn(turns))
        (length,) = struct.unpack_from(">H", data, at)
        note = data[at + 2 : at + length]
        if code == 0xE1 and len(turns) < MAX_NOTES:
            turns.append(exif_turn(note) if note.startswith(_EXIF) else 1)
            turns.append(_xmp_turn(note) if note.startswith(_XMP) else 1)
        colours = note.startswith((b"JFIF\0", b"Adobe"))
        if not (0xE0 <= code <= 0xEF or code == 0xFE) or (code in (0xE0, 0xEE) and colours):
            kept.append(data[start : at + length])
        at += max(length, 2)
    raise ValueError("no picture in it")


def _first_turn(turns: list[int]) -> int:
    return next((turn for turn in turns if turn != 1), 1)


def _require_few_scans(data: bytes, start: int) -> None:
    """Each scan goes through the whole picture once more."""
    end = data.find(b"\xff\xd9", start)
    if data.count(b"\xff\xda", start, end if end > 0 else len(data)) > MAX_SCANS:
        raise ValueError(f"more than {MAX_SCANS} scans in a JPEG")


def _png(data: bytes) -> StrippedPicture:
    """The chunks that hold the picture; a damaged one that only describes it is left out too."""
    kept, at, turns = [data[:8]], 8, [1]
    for _ in _count_parts():
        if at + 8 > len(data):
            break  # cut off: the decoder says what is missing
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if not name.isalpha():
            break
        if name in _PNG_KEPT and not (name == b"tRNS" and not _has_right_checksum(data, at, end)):
            kept.append(data[at:end])
        elif name == b"eXIf" and len(turns) < MAX_NOTES:
            turns.append(exif_turn(data[at + 8 : end - 4]))
        elif name in _PNG_TEXTS and len(turns) < MAX_NOTES:
            turns += _text_turns(name, data[at + 8 : end - 4])
        if name == b"IEND":
            break
        at = end
    return StrippedPicture(b"".join(kept), _first_turn(turns))


def _has_right_checksum(data: bytes, at: int, end: int) -> bool:
    return zlib.crc32(data[at + 4 : end - 4]).to_bytes(4, "big") == data[end - 4 : end]


def _text_turns(name: bytes, text: bytes) -> list[int]:
    """The orientation in a PNG's text, EXIF as hexadecimal digits or XMP; [] in any other text."""
    keyword, _, rest = text[:EXIF_BYTES].partition(b"\0")
    if keyword not in (b"Raw profile type exif", b"XML:com.adobe.xmp"):
        return []
    packed = name == b"zTXt" or (name == b"iTXt" and rest[:1] == b"\x01")
    if name == b"iTXt":
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]  # after its two languages
    elif packed:
        rest = rest[1:]
    with suppress(ValueError, zlib.error):
        if packed:
            rest = zlib.decompressobj().decompress(rest, EXIF_BYTES)
        if keyword == b"XML:com.adobe.xmp":
            return [_xmp_turn(rest)]
        digits = b"".join(rest.split()[2:])  # after "exif" and the length
        return [exif_turn(bytes.fromhex(digits.decode("ascii")))]
    return [1]


def _gif(data: bytes) -> StrippedPicture:
    """The header, what tells how the first picture is shown, and what follows from there."""
    at = 13 + _colours(data, 10)
    head, control = data[:at], b""
    parts = _count_parts()
    for _ in parts:
        block = data[at : at + 2]
        if block[:1] == b"\x2c":
            return StrippedPicture(head + control + data[at:])
        if block[:1] == b"\x21":
            start, at = at, at + 2
            while size := data[at] if at < len(data) else 0:
                at += 1 + size
                next(parts)
            at += 1
            control = data[start:at] if block == b"\x21\xf9" else control
        elif not block or block[:1] == b"\x3b":
            break
        else:
            at = _after_junk(data, at)
    raise ValueError("no picture in it")


def _colours(data: bytes, at: int) -> int:
    """Bytes of the colour table that the flags at `at` announce."""
    return 3 << ((data[at] & 7) + 1) if len(data) > at and data[at] & 0x80 else 0


def _after_junk(data: bytes, at: int) -> int:
    found = [place for mark in (b"\x2c", b"\x21") if (place := data.find(mark, at)) >= 0]
    return min(found, default=len(data))


def _webp(data: bytes) -> StrippedPicture:
    """The chunks that hold the first picture, with the flags of what is left out cleared."""
    kept: list[bytes] = []
    at, turns = 12, [1]
    for _ in _count_parts():
        if at + 8 > len(data):
            break
        name, length = struct.unpack_from("<4sI", data, at)
        if not name.isascii() or not name.strip(b"\0"):
            break
        chunk, at = data[at : at + 8 + length + length % 2], at + 8 + length + length % 2
        if name == b"VP8X" and len(chunk) > 8:
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_DESCRIBED]) + chunk[9:]
        if name == b"EXIF" and len(turns) < MAX_NOTES:
            turns.append(exif_turn(chunk[8:]))
        elif name == b"XMP " and len(turns) < MAX_NOTES:
            turns.append(_xmp_turn(chunk[8:]))
        elif name in _WEBP_KEPT and not (name == b"ANMF" and b"ANMF" in {c[:4] for c in kept[:9]}):
            kept.append(chunk)
    body = b"WEBP" + b"".join(kept)
    return StrippedPicture(b"RIFF" + struct.pack("<I", len(body)) + body, _first_turn(turns))


def _avif(data: bytes) -> StrippedPicture:
    """As it is, with its EXIF called something that nobody reads; its turn is no part of that."""
    at = 0
    for _ in _count_parts():
        if at + 8 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"meta":
            listed = data[at : at + length].replace(b"Exif", b"skip")
            return StrippedPicture(data[:at] + listed + data[at + length :])
        at += max(length, 8)
    return StrippedPicture(data)


def _bmp(data: bytes) -> StrippedPicture:
    """As it is; one packed by run length no longer than its pixels can need."""
    if len(data) < 54 or struct.unpack_from("<I", data, 14)[0] < 40:
        return StrippedPicture(data)
    start, width, height, packing = struct.unpack_from("<10xI4xii4xI", data)
    if packing not in (1, 2):
        return StrippedPicture(data)
    pixels = abs(width * height)
    if pixels > MAX_RUN_PIXELS:
        raise ValueError(
            f"a BMP packed by run length may have {MAX_RUN_PIXELS:,} pixels; save it as PNG"
        )
    # a pixel takes two bytes at most, the end of a row two, a jump four
    return StrippedPicture(data[: start + 2 * pixels + 4 * abs(height) + 1024])


def _tiff(data: bytes) -> StrippedPicture:
    """The first page with the tags that its pixels need."""
    directory = _Directory(data)
    kept: dict[int, _Entry] = {}
    turn, no_data = 1, None
    for entry in directory.entries():
        if entry.tag == _ORIENTATION:
            turn = _turn(entry.number())
        elif entry.tag == _XMP_TAG and turn == 1:
            turn = _xmp_turn(entry.content(EXIF_BYTES))
        elif entry.tag == _NO_DATA:
            with suppress(ValueError):
                no_data = float(entry.content(64).split(b"\0")[0])
        elif entry.tag in _TIFF_KEPT and entry.type in _TYPE_BYTES:
            kept.setdefault(entry.tag, entry)
    for entry in kept.values():
        if entry.count > MAX_STRIPS:
            what = "strips" if entry.tag in _STRIP_TAGS else f"numbers in the tag {entry.tag}"
            raise ValueError(f"a TIFF with more than {MAX_STRIPS:,} {what}")
    if 322 in kept and 323 in kept and kept[322].number() * kept[323].number() > MAX_TILE_PIXELS:
        raise ValueError(f"a TIFF with tiles of more than {MAX_TILE_PIXELS:,} pixels")
    return StrippedPicture(
        directory.with_only(sorted(kept.values(), key=lambda e: e.tag)), turn, no_data
    )


@dataclass(frozen=True)
class _Entry:
    """One tag of a TIFF's directory.

    Args:
        raw: the entry's own bytes.
        at: where its values lie.
    """

    data: bytes
    order: str
    raw: bytes
    tag: int
    type: int
    count: int
    at: int

    def content(self, most: int) -> bytes:
        """The first bytes of its values."""
        size = self.count * _TYPE_BYTES.get(self.type, 1)
        return self.data[self.at : self.at + min(size, most)]

    def number(self) -> int:
        """Its first value as a whole number; 0 where it is none."""
        letters = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 16: "Q"}
        letter = letters.get(self.type)
        if letter is None or self.count < 1 or len(self.content(8)) < struct.calcsize(letter):
            return 0
        return int(struct.unpack_from(self.order + letter, self.content(8))[0])


class _Directory:
    """The first directory of a TIFF, or of an EXIF note, which is built alike.

    Args:
        data: from the byte order on.

    Raises:
        ValueError: there is none.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = {b"II": "<", b"MM": ">"}.get(data[:2], "")
        if not self._order or len(data) < 8:
            raise ValueError("no TIFF header")
        self._big = data[2:4] in (b"+\0", b"\0+")
        # of the count, of an entry, of the values in it; 64-bit files have wider ones
        self._count, self._value = ("Q", "Q") if self._big else ("H", "I")
        self._at = self._number("Q" if self._big else "I", 8 if self._big else 4)

    def entries(self) -> Iterator[_Entry]:
        """Its entries in order, as many as are there."""
        count = self._number(self._count, self._at)
        width = struct.calcsize(self._value)
        size = 4 + 2 * width
        start = self._at + struct.calcsize(self._count)
        for at in range(start, start + size * min(count, 65_536), size):
            raw = self._data[at : at + size]
            if len(raw) < size:
                return
            tag, type, many = struct.unpack_from(f"{self._order}HH{self._value}", raw)
            inside = many * _TYPE_BYTES.get(type, 1) <= width
            place = at + 4 + width
            values = place if inside else self._number(self._value, place)
            yield _Entry(self._data, self._order, raw, tag, type, many, values)

    def with_only(self, entries: list[_Entry]) -> bytes:
        """The data with a directory of these, and no page after it."""
        count = struct.pack(self._order + self._count, len(entries))
        end = struct.pack(self._order + self._value, 0)
        fresh = b"".join([count, *(entry.raw for entry in entries), end])
        return self._data[: self._at] + fresh + self._data[self._at + len(fresh) :]

    def _number(self, letter: str, at: int) -> int:
        if at + struct.calcsize(letter) > len(self._data):
            raise ValueError("cut off before its directory")
        return int(struct.unpack_from(self._order + letter, self._data, at)[0])
