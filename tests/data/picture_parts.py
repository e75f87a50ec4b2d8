"""Pictures with notes beside them, well made and hostile, built byte by byte."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIZE = (60, 40)
_LETTERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}


def picture(kind: str = "PNG", size: tuple[int, int] = SIZE, **save) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    pixels = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    pixels[:, : size[0] // 2] = (220, 30, 30)
    pixels[:, size[0] // 2 :] = (30, 30, 220)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **save)
    return buffer.getvalue()


def exif(turn: int, *others: tuple[int, int, int, bytes], order: str = "<") -> bytes:
    """An EXIF note: the orientation, and further tags (number, type, count, four bytes)."""
    entries = [(274, 3, 1, struct.pack(order + "HH", turn, 0)), *others]
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    rows = b"".join(struct.pack(order + "HHI", *e[:3]) + e[3] for e in sorted(entries))
    return head + struct.pack(order + "H", len(entries)) + rows + bytes(4) + b"\xff" * 40


def with_segment(jpeg: bytes, code: int, content: bytes) -> bytes:
    """A JPEG with one more segment at its start."""
    return jpeg[:2] + bytes([0xFF, code]) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def chunk(name: bytes, content: bytes, crc: int | None = None) -> bytes:
    """A chunk of a PNG, with a checksum of one's own if given."""
    right = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc or right)


def with_chunk(png: bytes, *chunks: bytes) -> bytes:
    """A PNG with further chunks after its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def with_riff_chunk(webp: bytes, name: bytes, content: bytes) -> bytes:
    """A WebP with one more chunk at its end, and a header that says so."""
    size = Image.open(io.BytesIO(webp)).size
    flags = {b"EXIF": 0x08, b"ICCP": 0x20, b"XMP ": 0x04}[name]
    canvas = b"".join((side - 1).to_bytes(3, "little") for side in size)
    header = b"VP8X" + struct.pack("<IB3x", 10, flags) + canvas
    note = name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    parts = [header, note, webp[12:]] if name == b"ICCP" else [header, webp[12:], note]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff(pixels: np.ndarray, *others: tuple[int, int, int, bytes]) -> bytes:
    """A grey TIFF of one strip, and further tags (number, type, count, four bytes)."""
    data = pixels.tobytes()
    kind = {"u": 1, "i": 2, "f": 3}[pixels.dtype.kind]
    height, width = pixels.shape

    def long(number: int) -> bytes:
        return struct.pack("<I", number)

    entries = [
        (256, 4, 1, long(width)), (257, 4, 1, long(height)),
        (258, 3, 1, long(8 * pixels.dtype.itemsize)), (259, 3, 1, long(1)), (262, 3, 1, long(1)),
        (273, 4, 1, long(8)), (277, 3, 1, long(1)), (278, 4, 1, long(height)),
        (279, 4, 1, long(len(data))), (339, 3, 1, long(kind)), *others,
    ]  # fmt: skip
    at = 8 + len(data) + len(data) % 2
    rows = b"".join(struct.pack("<HHI", *e[:3]) + e[3] for e in sorted(entries))
    directory = struct.pack("<H", len(entries)) + rows + bytes(4)
    return b"II*\0" + struct.pack("<I", at) + data + b"\0" * (len(data) % 2) + directory


def left_and_right(image: Image.Image) -> tuple[str, str]:
    """ "red" or "blue" in the middle of the left and of the right edge."""
    names = []
    for x in (2, image.width - 3):
        red, _, blue = image.getpixel((x, image.height // 2))
        names.append("red" if red > blue else "blue")
    return names[0], names[1]
