"""Decodes one picture's file, whatever is beside the picture in it, at a bounded cost."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from laser_core.data.pictures.file_kinds import FORMATS, advice_for, file_kind
from laser_core.data.pictures.strip import strip_picture
from laser_core.errors import PoolError

MAX_PIXELS = 100_000_000  # a larger picture is skipped: decoded it would take 300 MB and more

# Pillow's own guard reads the size from the header, before it takes any memory for pixels. Its
# manual's way to make one limit of it, and that an error instead of a line on the terminal:
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
# What Pillow finds odd in a file is no line on the terminal for each picture.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\..*")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Numbers that programs write where nothing was measured. Only one that lies farther from all the
# others than those are apart is taken for it: a picture may hold any number.
_NO_VALUES = (-9999.0, -99999.0, -32768.0, -32767.0, -2147483648.0, 9999.0, float(np.float32(1e20)))
_ENORMOUS = 1e30  # the smallest and largest float, and NetCDF's fill value, lie beyond
_ROWS_AT_ONCE = 1024  # of deep grey, so that no second copy of it is made


def decode(data: bytes, name: str, least_side: int = 0) -> Image.Image:
    """The picture in `data`, RGB, turned as its EXIF says; the first one where it holds several.

    Transparent parts become white. 16-bit grey is scaled to 8 bits, not clipped; 32-bit grey and
    floats by the least and the greatest of their values, where there are any. What only describes
    the picture is not read, so it cannot cost it. With a `least_side`, a JPEG is decoded at 1/2,
    1/4 or 1/8 as long as no side falls below twice that.

    Raises:
        PoolError: `data` is no picture, is cut off, or has more than `MAX_PIXELS` pixels.
    """
    try:
        alone = strip_picture(data)
        with Image.open(io.BytesIO(alone.data), formats=FORMATS) as opened:
            if least_side:
                opened.draft(None, (2 * least_side, 2 * least_side))
            turn = _avif_turn(opened) if opened.format == "AVIF" else alone.turn
            picture = _as_rgb(opened, alone.no_data)
        return picture.transpose(_TURNS[turn]) if turn in _TURNS else picture
    except MemoryError:
        raise
    except Exception as error:  # on broken bytes decoders fail in any way: struct, zlib, index
        advice = advice_for(file_kind(data[:64]))
        raise PoolError(f"{name}: {advice or decoding_fault(error)}; leave it out") from error


def decoding_fault(error: Exception) -> str:
    """What an error of Pillow means for a person, without the object addresses in its own text."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return f"more than the {MAX_PIXELS:,} pixels allowed"
    if isinstance(error, UnidentifiedImageError):
        return "what is in it is no picture"
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return f"cannot be decoded as a picture ({reason})"


def _avif_turn(opened: Image.Image) -> int:
    """Pillow gives an AVIF's own turn as EXIF."""
    with suppress(Exception):  # a note that cannot be read turns nothing
        return int(opened.getexif().get(274, 1))
    return 1


def _as_rgb(picture: Image.Image, no_data: float | None) -> Image.Image:
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        picture = _grey_8_bit(picture, no_data)
    if picture.has_transparency_data:  # RGB alone would show whatever lies under it, often black
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def _grey_8_bit(picture: Image.Image, no_data: float | None) -> Image.Image:
    """Deep grey as 8 bits: 16-bit by its full range, 32-bit and floats by their own."""
    grey = np.asarray(picture)
    if picture.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        low, high = _range(grey, no_data)
    span = high - low if high > low else np.inf
    result = np.empty(grey.shape, dtype=np.uint8)
    for start in range(0, len(grey), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        # infinity is as bright as can be, what is no number or no data as dark
        bounded = np.clip(np.nan_to_num(grey[rows].astype(np.float64), nan=low), low, high)
        result[rows] = np.rint((bounded - low) * 255.0 / span)
    return Image.fromarray(result)


def _range(grey: npt.NDArray[np.number[Any]], no_data: float | None) -> tuple[float, float]:
    """(least, greatest) of the values that were measured; (0, 0) if none was."""
    values = grey[(grey > -_ENORMOUS) & (grey < _ENORMOUS)]  # without what is no number, too
    if no_data is not None and abs(no_data) < _ENORMOUS:
        values = values[values != (np.float32(no_data) if grey.dtype.kind == "f" else no_data)]
    for end in (np.min, np.max, np.min):  # again: the greatest may have stood in the least's way
        if values.size == 0:
            return 0.0, 0.0
        extreme = float(end(values))
        others = values[values != extreme]
        if extreme in _NO_VALUES and others.size:
            gap = float(np.abs(others.astype(np.float64) - extreme).min())
            if gap > float(others.max()) - float(others.min()):
                values = others
    return float(values.min()), float(values.max())
