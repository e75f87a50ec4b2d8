"""A file that is a header and zeros costs little, on the way into a pool and when decoded."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable

import pytest
from picture_parts import chunk, exif, left_and_right, picture, with_chunk, with_segment
from PIL import Image

from laser_core.data.pictures.decode import decode
from laser_core.data.pictures.headers import LOOK_BYTES, LOOK_READS, header_fault, pixel_fault
from laser_core.data.pictures.strip import MAX_RUN_PIXELS, strip_picture
from laser_core.errors import PoolError

FEW = 700_000  # steps of Python, a quarter of a second; what they replace takes many millions
ZEROS = bytes(3_000_000)


def steps(work: Callable[[], object]) -> int:
    """Calls made while `work` runs, of Python and of C; a measure that no load changes."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    except PoolError:
        pass
    finally:
        sys.setprofile(None)
    return count


def bitmap_by_runs(width: int, height: int, data: bytes) -> bytes:
    """A BMP packed by run length."""
    start = 54 + 1024
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + bytes(1024) + data


def tags(*entries: tuple[int, int, int, int]) -> bytes:
    """A TIFF of these tags and zeros."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + rows + bytes(4) + ZEROS


GREY = [(256, 4, 1, 1), (257, 4, 1, 700_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
IDAT = chunk(b"IDAT", zlib.compress(bytes(4 * 13)))
SMALL_PNG = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
BOMBS = {
    **{f"{k} cut at {cut}": picture(k)[:cut] + ZEROS
       for k in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF") for cut in (3, 12, 26, 60, 150)},
    "JPEG with fill bytes": picture("JPEG")[:-40] + b"\xff" * 3_000_000,
    "JPEG with a million notes": b"\xff\xd8" + b"\xff\xfe\0\2" * 750_000,
    "JPEG with notes of many tags":
        b"\xff\xd8" + (b"\xff\xe1\xff\xffExif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(65_517)) * 45,
    "GIF with comments":
        b"GIF89a\4\0\4\0\0\0\0!\xfe" + (b"\xff" + b"x" * 255) * 12_000 + b"\0" + ZEROS,
    "GIF with a million comments": b"GIF89a\4\0\4\0\0\0\0!\xfe" + b"\1x" * 1_500_000 + b"\0",
    "BMP by runs, all zeros": bitmap_by_runs(90, 90, ZEROS),
    "BMP by runs, too wide": bitmap_by_runs(9_000, 9_000, b"\1\0" * 1_500_000),
    "PNG with a million chunks": b"\x89PNG\r\n\x1a\n" + chunk(b"abCD", b"") * 250_000,
    "PNG with texts": b"\x89PNG\r\n\x1a\n" + SMALL_PNG
        + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 300 + IDAT,
    "WebP with a million chunks": b"RIFF\xff\xff\xff\0WEBP" + b"EXIF\0\0\0\0" * 375_000,
    "TIFF with a million strips":
        tags(*GREY, (273, 4, 700_000, 200), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 700_000, 200)),
    "TIFF with one place for many tags":
        tags(*GREY, *((40_000 + n, 1, 2_900_000, 300) for n in range(2_000))),
    "TIFF with a huge tile":
        tags((256, 4, 1, 9), (257, 4, 1, 9), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
             (277, 3, 1, 1), (322, 4, 1, 60_000), (323, 4, 1, 60_000), (324, 4, 1, 300),
             (325, 4, 1, 3_000)),
}  # fmt: skip


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS.keys())
def test_a_header_and_zeros_takes_few_steps_to_decode_or_to_refuse(data):
    """F6: one such file of 49 MB took 32 seconds."""
    assert steps(lambda: decode(data, "a")) < FEW


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS.keys())
def test_a_header_and_zeros_takes_few_steps_to_scan(data):
    """F6: and it was looked at twice on its way into the pool."""
    assert steps(lambda: header_fault("a.jpg", len(data), data[:64])) < 1_000
    assert steps(lambda: pixel_fault(len(data), lambda: io.BytesIO(data))) < FEW


class Counted(io.BytesIO):
    """Bytes that count how often and how far they are read."""

    reads = bytes_read = furthest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.reads, self.bytes_read = self.reads + 1, self.bytes_read + len(data)
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.furthest = max(self.furthest, offset)
        return super().seek(offset, whence)


def test_the_scan_reads_little_of_a_large_file_and_jumps_not_far():
    """F6: in an archive each jump unpacks all that lies between."""
    directory = b"II*\0" + struct.pack("<I", 8_000_000) + bytes(8_000_000) + bytes(99)
    for data in (picture("JPEG")[:20] + bytes(9_000_000), directory):
        file = Counted(data)
        pixel_fault(len(data), lambda file=file: file)
        assert file.reads <= LOOK_READS
        assert file.bytes_read <= LOOK_BYTES
        assert file.furthest <= LOOK_BYTES


def test_a_header_that_claims_too_many_pixels_is_told_by_the_scan():
    """F6: what the quick look is for."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bytes(20_000))
    assert "100,000,000 pixels" in pixel_fault(len(data), lambda: io.BytesIO(data))


def test_real_files_stay_within_the_bounds():
    """F6: many notes, a long profile, fill bytes and a picture by runs are no attack."""
    noted = with_segment(picture("JPEG"), 0xE1, b"Exif\0\0" + exif(1))
    for _ in range(40):
        noted = with_segment(noted, 0xE2, b"ICC_PROFILE\0\1\1" + bytes(60_000))
    assert left_and_right(decode(noted, "a")) == ("red", "blue")
    chunks = with_chunk(picture(), *(chunk(b"tEXt", b"a\0b") for _ in range(5_000)))
    assert left_and_right(decode(chunks, "a")) == ("red", "blue")
    assert decode(bitmap_by_runs(3, 2, b"\3\7\0\0\3\7\0\0\0\1"), "a").size == (3, 2)
    assert MAX_RUN_PIXELS >= 2_000 * 2_000


def test_of_an_animation_only_the_first_picture_is_left():
    """F6: ten thousand frames cost no more than one."""
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        frames = [Image.new("RGB", (8, 6), (n * 20, 0, 0)) for n in range(9)]
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
        with Image.open(io.BytesIO(strip_picture(buffer.getvalue()).data)) as left:
            assert left.size == (8, 6)
            if kind != "GIF":  # whose further frames are not looked for
                assert getattr(left, "n_frames", 1) == 1


def test_fill_bytes_are_left_out_and_further_scans_and_strips_are_refused():
    """F6: Pillow copies a run of fill bytes again and again, and goes through each scan."""
    assert len(strip_picture(BOMBS["JPEG with fill bytes"]).data) < 10_000
    jpeg = picture("JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    with pytest.raises(PoolError, match="more than 64 scans"):
        decode(jpeg[:last] + jpeg[last:-2] * 100 + jpeg[-2:], "a")
    with pytest.raises(PoolError, match="more than 100,000 strips"):
        decode(BOMBS["TIFF with a million strips"], "a")
