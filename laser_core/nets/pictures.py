"""The images of one run as the learners take them: vectors in memory, pixels in a file on disk."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from PIL import Image

from laser_core.basics.arrays import NPY_DAMAGE, Floats, Ids, rows_at
from laser_core.basics.files import draft_of
from laser_core.data.base import ImageSource
from laser_core.errors import CacheError
from laser_core.pool import row_by_id
from laser_core.progress import Progress, Steps, drain

Pixels: TypeAlias = npt.NDArray[np.uint8]
Number = TypeVar("Number", bound=np.generic)

DECODED_AT_ONCE = 256  # pictures between two progress lines: under a second for small ones
LOOKED_AT_FOR_SIZE = 25  # pictures that tell how large those of a source are
DECODERS = 4  # threads; Pillow frees the interpreter while it decodes
_LAYOUT = "1"  # changes when the same pictures would be written as other pixels


class RunPictures:
    """Pool and test images of a run, by id: the `Pictures` that nets are trained on.

    Pixels are decoded once for a size and kept as one .npy file that is memory-mapped ever after,
    so that 100,000 pictures of 64 pixels (1.2 GB) need no memory of their own. The files can be
    deleted at any time: they are made again.

    Args:
        source: where the pictures are.
        ids: (N,) the run's images, pool and test alike, each once.
        vectors: (N, D) unit vectors in the order of `ids`, float32 or in half precision; may be
            memory-mapped.
        cache: the cache's folder; pixel files lie in its folder "pixels".

    Raises:
        ValueError: `ids` and `vectors` differ in length, or an id stands twice.
    """

    def __init__(self, source: ImageSource, ids: Ids, vectors: Floats, cache: Path) -> None:
        self._source = source
        self._ids = ids
        self._vectors = _read_only(vectors)
        self._folder = cache / "pixels"
        self._row = row_by_id(ids)
        self._pixels: dict[int, Pixels] = {}
        if not len(ids) == len(vectors) == len(self._row):
            raise ValueError(
                f"{len(ids)} ids ({len(self._row)} different ones) and {len(vectors)} vectors; "
                "each id needs one vector"
            )

    def vectors(self, ids: Ids) -> Floats:
        """(n, D) float32 unit vectors, read-only; no copy where `ids` are neighbours in order.

        Those in half precision, as in a mapped file, are widened, and their pages given back.
        """
        rows = self._rows(ids)
        if self._vectors.dtype != np.float16:
            return _rows_of(self._vectors, rows)
        return _read_only(rows_at(self._vectors, rows))

    def pixels(self, ids: Ids, size: int) -> Pixels:
        """(n, size, size, 3) RGB pictures, read-only; sides of unequal length become equal.

        Raises:
            PoolError: a picture cannot be decoded.
            CacheError: the pixel file cannot be read or written.
        """
        if size not in self._pixels:
            drain(self.prepare_pixels(size))
        return _rows_of(self._pixels[size], self._rows(ids))

    def prepare_pixels(self, size: int) -> Steps[None]:
        """Decode all pictures to `size`, unless that was done before; then `pixels` is quick.

        Stopped half way, it leaves nothing behind. Two processes do not decode the same file twice.

        Raises:
            PoolError: a picture cannot be decoded.
            CacheError: the pixel file cannot be read or written.
        """
        if size in self._pixels:
            return
        path = self._pixel_path(size)
        shape = (len(self._ids), size, size, 3)
        if not _is_whole(path, shape):
            yield from self._write_pixels(path, size)
        try:
            self._pixels[size] = np.load(path, mmap_mode="r")
        except NPY_DAMAGE as error:
            raise CacheError(f"{path} cannot be read ({error}); delete it and try again") from error

    @cached_property
    def side(self) -> int:
        """Median length of the shorter side, in pixels, of a few pictures all over the run."""
        spread = np.linspace(0, len(self._ids) - 1, min(LOOKED_AT_FOR_SIZE, len(self._ids)))
        some = self._ids[np.unique(spread.astype(np.intp))].tolist()
        return int(np.median([min(self._source.image(id).size) for id in some]))

    def _rows(self, ids: Ids) -> npt.NDArray[np.intp]:
        try:
            return np.fromiter(map(self._row.__getitem__, ids.tolist()), np.intp, len(ids))
        except KeyError as error:
            raise ValueError(f"{error.args[0]!r} is no image of this run") from None

    def _pixel_path(self, size: int) -> Path:
        """One file for these very pictures: it is found by what they hold, not by their names."""
        content = hashlib.sha256(_LAYOUT.encode())
        for id in self._ids.tolist():  # a stamp spares reading the file
            content.update((self._source.stamp(id) or self._source.content_key(id)).encode())
            content.update(b"\n")
        return self._folder / f"{content.hexdigest()[:32]}-{size}px.npy"

    def _write_pixels(self, path: Path, size: int) -> Steps[None]:
        """Make `path` under another name first, so that it is whole or not there."""
        lock = FileLock(path.with_suffix(".lock"), thread_local=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield from _acquire(lock)
            try:
                if not _is_whole(path, (len(self._ids), size, size, 3)):
                    with draft_of(path) as draft:
                        yield from self._fill(draft, size)
            finally:
                lock.release()
        except OSError as error:
            raise CacheError(
                f"{path.parent} cannot keep the decoded pictures ({error}); free some space there, "
                "or choose another cache folder"
            ) from error

    def _fill(self, part: Path, size: int) -> Steps[None]:
        """Write to `part` rather than map it: on a full disk a map kills the process."""
        total = len(self._ids)
        start = time.monotonic()
        with part.open("wb") as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (total, size, size, 3)}
            np.lib.format.write_array_header_1_0(file, header)
            done = 0
            yield Progress("decoding pictures", done, total)
            for chunk in self._decode(size):
                file.write(chunk.tobytes())
                done += len(chunk)
                rate = round(done / max(time.monotonic() - start, 1e-9))
                yield Progress("decoding pictures", done, total, {"images/s": rate})

    def _decode(self, size: int) -> Iterator[Pixels]:
        ids = self._ids.tolist()
        with ThreadPoolExecutor(DECODERS) as threads:
            for start in range(0, len(ids), DECODED_AT_ONCE):
                some = ids[start : start + DECODED_AT_ONCE]
                yield np.stack(list(threads.map(lambda id: self._square(id, size), some)))

    def _square(self, id: str, size: int) -> Pixels:
        picture = self._source.image(id)
        if picture.size != (size, size):  # a reducing gap of 3 looks the same and is quicker
            picture = picture.resize((size, size), Image.Resampling.BICUBIC, reducing_gap=3.0)
        return np.asarray(picture)


def _rows_of(whole: npt.NDArray[Number], rows: npt.NDArray[np.intp]) -> npt.NDArray[Number]:
    """`whole[rows]`, read-only, as a view where the rows follow each other."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and bool((np.diff(rows) == 1).all()):
        return whole[rows[0] : rows[-1] + 1]
    return _read_only(whole[rows])


def _read_only(array: npt.NDArray[Number]) -> npt.NDArray[Number]:
    view = array.view()
    view.flags.writeable = False
    return view


def _is_whole(path: Path, shape: tuple[int, ...]) -> bool:
    """Whether `path` holds pixels of this shape; anything else is made again."""
    try:
        return np.load(path, mmap_mode="r").shape == shape
    except NPY_DAMAGE:
        return False


def _acquire(lock: FileLock) -> Steps[None]:
    """Take `lock`, and stay stoppable while another process has it."""
    while True:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield Progress("waiting for another process that decodes the same pictures")
            time.sleep(0.5)
        else:
            return
