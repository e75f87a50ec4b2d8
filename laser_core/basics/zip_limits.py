"""What a .zip may claim before it is taken for an attack: for pools and for whole runs alike."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass

DAMAGE = (  # all that zipfile and zlib raised on 3,000 archives with a few wrong bytes
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class Limits:
    """What an archive may claim before it is taken for an attack.

    Args:
        entries: the directory takes about 700 bytes an entry in memory, so 700 MB at most.
        unpacked_bytes: far above 10,000 photographs of 20 MB; nobody waits for so much.
        ratio: unpacked / packed of the whole archive. Photographs hardly shrink and flat bitmaps
            do some 50-fold; the zip bombs of the world lie above 1,000.
        ratio_from_bytes: smaller archives may have any ratio: they can do no harm.
    """

    entries: int = 1_000_000
    unpacked_bytes: int = 500_000_000_000
    ratio: float = 200.0
    ratio_from_bytes: int = 50_000_000


def damage_reason(error: BaseException) -> str:
    """What an error of `DAMAGE` says, in one short line: it may quote all of a damaged header."""
    return " ".join(str(error).split())[:200]


def excess(listed: Collection[zipfile.ZipInfo], limits: Limits) -> str:
    """In what an archive goes beyond the limits, as the end of "it ..."; "" where it does not."""
    unpacked = sum(entry.file_size for entry in listed)
    packed = sum(entry.compress_size for entry in listed)
    if len(listed) > limits.entries:
        return f"has {len(listed):,} entries, more than the {limits.entries:,} allowed"
    if unpacked > limits.unpacked_bytes:
        return (
            f"claims to hold {unpacked / 1e9:,.0f} GB, more than the "
            f"{limits.unpacked_bytes / 1e9:,.0f} GB allowed"
        )
    if unpacked > limits.ratio_from_bytes and unpacked > limits.ratio * packed:
        return (
            f"would unpack to {unpacked / max(packed, 1):,.0f} times its size, as zip bombs do (at "
            f"most {limits.ratio:.0f} times is allowed)"
        )
    return ""
