"""Labeled pictures in folders by class, as most training scripts want them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from laser_core.data.base import EncodedSource, ImageSource
from laser_core.data.file_source import FileSource
from laser_core.io.exports.names import ExportNames
from laser_core.io.exports.new_folder import new_folder
from laser_core.progress import Progress, Steps
from laser_core.store.log.replay import Answer


@dataclass(frozen=True)
class PlacedPicture:
    """A labeled picture's place in the export.

    Args:
        answer: what was said of it.
        path: of its file, relative to the export's folder, with "/".
    """

    answer: Answer
    path: str


def place_pictures(
    answers: Iterable[Answer], source: ImageSource, out: Path, link: bool = False
) -> Steps[list[PlacedPicture]]:
    """Put relevant pictures into `<class>/`, irrelevant ones into `irrelevant/<name>/`.

    Unsure and excluded ones are left out. Files keep their bytes; a picture that was no file of
    its own (a data set's array) becomes a PNG.

    Args:
        answers: those that stand.
        source: the run's pictures.
        out: missing or empty; made here.
        link: link to the files of a folder pool instead of copying them, where the system can;
            the links are no use once the pool is moved.

    Raises:
        StoreError: `out` holds something, or it cannot be written.
        PoolError: a picture is gone.
    """
    with new_folder(out) as half:
        return (yield from write_pictures(answers, source, half, link))


def write_pictures(
    answers: Iterable[Answer], source: ImageSource, folder: Path, link: bool
) -> Steps[list[PlacedPicture]]:
    """As `place_pictures`, into a folder that is there."""
    wanted = [a for a in answers if a.label.state in ("relevant", "irrelevant")]
    placed: list[PlacedPicture] = []
    names, ending = ExportNames(), "" if isinstance(source, EncodedSource) else ".png"
    for n, answer in enumerate(wanted):
        if n % 50 == 0:
            yield Progress("writing pictures", n, len(wanted))
        path = names.place(answer.label, answer.image, ending)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(source, answer.image, target, link)
        placed.append(PlacedPicture(answer, path))
    return placed


def _write(source: ImageSource, id: str, target: Path, link: bool) -> None:
    if link and isinstance(source, FileSource) and _try_link(source.path(id), target):
        return
    if isinstance(source, EncodedSource):
        target.write_bytes(source.file_bytes(id))
    else:
        source.image(id).save(target)


def _try_link(file: Path, target: Path) -> bool:
    """Link `target` to `file`; False where the system or its rules do not allow links."""
    try:
        target.symlink_to(file.resolve())
    except (OSError, NotImplementedError):
        return False
    return True
