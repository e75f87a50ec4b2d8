"""What a person can do about a file that cannot be written: free space only where space lacks."""

from __future__ import annotations

import errno
import sqlite3

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_WINDOWS = {39: "full", 112: "full", 206: "long"}  # disk full, handle disk full, name too long


def remedy(error: object) -> str:
    """What to do about an error of the disk, as the end of a sentence."""
    number = error.errno if isinstance(error, OSError) else None
    windows = _WINDOWS.get(getattr(error, "winerror", None) or 0, "")
    if number in _FULL or windows == "full":
        return "free some space"
    if isinstance(error, sqlite3.Error) and "full" in str(error):
        return "free some space"
    if number == errno.ENAMETOOLONG or windows == "long":
        return "give a place with a shorter path: a name in it is longer than this system allows"
    if number in _DENIED:
        return "give a place that may be written, or change its permissions"
    if number in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return "give another place: a file lies where a folder is needed"
    if number is not None:
        return "check the place, or give another"
    return "free some space or check the folder's permissions"
