"""Pictures that lie as files on a disk, and the cheap look at each that a scan takes."""

from __future__ import annotations

import stat
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from laser_core.data.base import EncodedSource, ImageSource, Item, Skipped
from laser_core.data.pictures.file_kinds import HEAD_BYTES
from laser_core.data.pictures.headers import header_fault, pixel_fault
from laser_core.errors import PoolError


class FileSource(EncodedSource):
    """Pictures as files.

    Args:
        folder: what the paths are relative to.
        paths: id -> path as the system spells it, relative to `folder` or absolute; an id that is
            missing here is itself the path.
    """

    def __init__(
        self,
        name: str,
        items: Collection[Item],
        folder: Path,
        paths: Mapping[str, str],
        skipped: Collection[Skipped] = (),
        *,
        class_order: Sequence[str] = (),
        notes: Collection[str] = (),
    ) -> None:
        super().__init__(name, items, skipped, class_order=class_order, notes=notes)
        self._folder = folder
        self._paths = {id: path for id, path in paths.items() if id != path}

    def path(self, id: str) -> Path:
        """Where the picture lies."""
        return self._folder / self._paths.get(id, id)

    def file_bytes(self, id: str) -> bytes:
        """The picture's file, as it lies on disk.

        Raises:
            PoolError: it has gone, or may not be read.
        """
        try:
            return self.path(id).read_bytes()
        except OSError as error:
            raise PoolError(
                f"{id}: {read_fault(error)}; put it back or open the pool anew"
            ) from error

    def stamp(self, id: str) -> str:
        """Path, size and time of change; "" when the file has gone."""
        path = self.path(id)
        try:
            state = path.stat()
        except OSError:
            return ""
        return f"{path}|{state.st_size}|{state.st_mtime_ns}"


def file_fault(path: Path) -> str | None:
    """Why the file at `path` cannot be used as a picture, or None; reads its first bytes only."""
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):  # a pipe, say: to open it might wait for ever
            return "not a regular file"
        with path.open("rb", buffering=0) as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        return "a link that leads nowhere" if path.is_symlink() else "no such file"
    except OSError as error:
        return read_fault(error)
    except ValueError as error:  # a path that no system has, with a zero byte in it
        return f"cannot be read ({error})"
    return header_fault(path.name, state.st_size, head) or pixel_fault(
        state.st_size, lambda: path.open("rb")
    )


def read_fault(error: OSError) -> str:
    """Why a file cannot be read, in words that do not repeat its whole path."""
    return f"cannot be read ({error.strerror or error})"


def require_pictures(source: ImageSource) -> ImageSource:
    """`source` itself.

    Raises:
        PoolError: it has no picture in the pool; the first reasons are listed.
    """
    if any(item.split == "pool" for item in source.items):
        return source
    if not source.skipped:
        raise PoolError(
            f"{source.name}: there is no picture in it; give a folder, .zip or table with "
            f"JPEG, PNG, WebP, BMP, GIF or TIFF pictures"
        )
    shown = "; ".join(f"{skipped.name}: {skipped.reason}" for skipped in source.skipped[:3])
    more = len(source.skipped) - 3
    raise PoolError(
        f"{source.name}: no file in it can be used as a picture ({shown}"
        f"{f'; and {more:,} more' if more > 0 else ''}); mend these or give other pictures"
    )
