"""Labeled pictures in folders by class, as most training scripts want them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from laser_core.answers import Answer
from laser_core.data.base import EncodedSource, ImageSource
from laser_core.data.files import FileSource
from laser_core.export.new_folder import new_folder
from laser_core.file_names import safe_name
from laser_core.progress import Progress, Steps

UNNAMED = "unnamed"  # folder of irrelevant pictures that nobody gave a name


@dataclass(frozen=True)
class Placed:
    """A labeled picture's place in the export.

    Args:
        answer: what was said of it.
        path: of its file, relative to the export's folder, with "/".
    """

    answer: Answer
    path: str


def place_pictures(
    answers: Iterable[Answer], source: ImageSource, out: Path, link: bool = False
) -> Steps[list[Placed]]:
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
) -> Steps[list[Placed]]:
    """As `place_pictures`, into a folder that is there."""
    wanted = [a for a in answers if a.label.state in ("relevant", "irrelevant")]
    placed: list[Placed] = []
    taken: set[str] = set()
    for n, answer in enumerate(wanted):
        if n % 50 == 0:
            yield Progress("writing pictures", n, len(wanted))
        path = _free_path(answer, "" if isinstance(source, EncodedSource) else ".png", taken)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(source, answer.image, target, link)
        placed.append(Placed(answer, path))
    return placed


def _write(source: ImageSource, id: str, target: Path, link: bool) -> None:
    if link and isinstance(source, FileSource) and _linked(source.path(id), target):
        return
    if isinstance(source, EncodedSource):
        target.write_bytes(source.encoded(id))
    else:
        source.image(id).save(target)


def _linked(file: Path, target: Path) -> bool:
    """Link `target` to `file`; False where the system or its rules do not allow links."""
    try:
        target.symlink_to(file.resolve())
    except (OSError, NotImplementedError):
        return False
    return True


def _free_path(answer: Answer, suffix: str, taken: set[str]) -> str:
    """Where a picture goes; no two get the same place, also where case does not count."""
    label = answer.label
    folder = safe_name(label.name)
    if label.state == "irrelevant":
        folder = f"irrelevant/{safe_name(label.name or UNNAMED)}"
    elif folder.casefold() == "irrelevant":
        folder = "irrelevant (class)"
    name = PurePosixPath(safe_name(answer.image.replace("/", "__")))
    stem, end = (name.name, suffix) if suffix else (name.stem, name.suffix)
    path, number = f"{folder}/{stem}{end}", 2
    while path.casefold() in taken:
        path, number = f"{folder}/{stem}-{number}{end}", number + 1
    taken.add(path.casefold())
    return path
