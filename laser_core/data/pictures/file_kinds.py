"""What a file is, told from its first bytes, and what to do with one that cannot be used."""

from __future__ import annotations

from PIL import features

HEAD_BYTES = 64  # as many first bytes as `file_kind` looks at
# The formats a pool may hold; Pillow knows more, and some of those start other programs (EPS).
# AVIF is read where the installed Pillow was built with it.
_OPTIONAL = ("AVIF",) if features.check("avif") else ()
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", *_OPTIONAL)
_JPEG_SUFFIXES = frozenset([".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp"])
SUFFIXES = _JPEG_SUFFIXES.union([".png", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".avif"])
_AS_JPEG = "cannot be read; save it as JPEG or PNG"
ADVICE = {
    "HEIC": "a HEIC picture, which cannot be read; save it as JPEG "
    "(on an iPhone: Settings > Camera > Formats > Most Compatible)",
    "AVIF": f"an AVIF picture, which this Pillow {_AS_JPEG}, or install a Pillow with AVIF",
    "JPEG 2000": f"a JPEG 2000 picture, which {_AS_JPEG}",
    "JPEG XL": f"a JPEG XL picture, which {_AS_JPEG}",
    "camera raw": "a camera raw file, which cannot be read; develop it and save it as JPEG",
    "PSD": f"a Photoshop file, which {_AS_JPEG}",
    "SVG": f"a drawing (SVG), which {_AS_JPEG}",
    "PDF": f"a PDF document, which {_AS_JPEG}",
    "web page": "a web page, often one that says that the picture was not found; fetch it anew",
    "Git LFS pointer": "a Git LFS pointer in place of the picture; run `git lfs pull` beside it",
}
OTHER_SUFFIXES = {
    **dict.fromkeys((".heic", ".heif", ".hif"), "HEIC"),
    **dict.fromkeys((".jp2", ".j2k", ".jpf", ".jpx", ".jpc"), "JPEG 2000"),
    **dict.fromkeys(
        (".cr2", ".cr3", ".crw", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf"), "camera raw"
    ),
    ".jxl": "JPEG XL",
    ".svg": "SVG",
    ".psd": "PSD",
}
_BEGINNINGS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"8BPS", "PSD"),
    (b"%PDF-", "PDF"),
    (b"version https://git-lfs", "Git LFS pointer"),
)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIC_BRANDS = frozenset(
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"]
)


def file_kind(head: bytes) -> str:
    """ "JPEG", "PNG", ... "HEIC", "web page", or "" for what is not known.

    Args:
        head: the file's first `HEAD_BYTES` bytes, or all if it has fewer; spaces before a picture
            are passed over.
    """
    head = trim(head)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(_TIFF):
        return "camera raw" if head[8:10] == b"CR" else "TIFF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    start = head.lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "web page"
    return "SVG" if start.startswith(b"<svg") or b"<svg" in start else ""


def trim(data: bytes) -> bytes:
    """`data` without the blanks and the byte order mark that careless scripts write before it."""
    if data[:1] not in (b"\xef", b" ", b"\t", b"\r", b"\n"):
        return data  # and no second copy of it
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")


def advice_for(kind: str) -> str | None:
    """Why a file of this kind cannot be used and what to do; None where nothing is known."""
    return None if kind in FORMATS else ADVICE.get(kind)


def _of_brands(head: bytes) -> str:
    """HEIC and AVIF are one container: the major brand tells, or the ones it goes along with."""
    length = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, min(length, len(head) - 3), 4))]
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    if brands[0] == b"crx ":
        return "camera raw"
    return "HEIC" if _HEIC_BRANDS.intersection(brands) else ""
