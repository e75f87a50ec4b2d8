"""The built-in pool of rendered household pictures, and the tasks a newcomer can start with."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from laser_core.data.base import EncodedSource, Item
from laser_core.errors import ConfigError, PoolError

DEMO_FOLDER = Path(str(resources.files("laser_core.data") / "demo_pool"))
DEMO_POOLS = ("demo", "demo-hard")
_REMEDY = (
    "run `git checkout -- laser_core/data/demo_pool` in the project's folder, or install it anew"
)


@dataclass(frozen=True)
class DemoClass:
    """One class of the demo, as the manifest lists it.

    Args:
        name: the label of its pictures.
        superclass: its kind ("vessel", "food", "tool", ...).
        setting: "table-top" or "floor", where the object was photographed.
        hard: True when only "demo-hard" has it: together the offline vision-language model knows
            these less well than the others (66% against 82% named right among all 52, without a
            label), fork, phone and spoon hardly at all.
    """

    name: str
    superclass: str
    setting: str
    hard: bool


@dataclass(frozen=True)
class DemoView:
    """Which picture of which object: instances are single objects, each seen from many sides.

    Args:
        of: the class shown.
        instance: 0 to 9; instances 8 and 9 of every class are the test split.
        view: number of the photograph: pose, camera, light and room depend on it.
    """

    of: DemoClass
    instance: int
    view: int


@dataclass(frozen=True)
class Preset:
    """A task in the manner of Section 4.5: the user names some classes, the others are proposed.

    Args:
        key: what is typed on the command line.
        title: the same for a person, short.
        task: the sentence given to the language model.
        known: classes the user names at the start.
        relevant: all classes that truly serve the task, the known ones first.
        pool: one of `DEMO_POOLS`.
        note: what to expect, one sentence.
    """

    key: str
    title: str
    task: str
    known: tuple[str, ...]
    relevant: tuple[str, ...]
    pool: str
    note: str


PRESETS = (
    Preset(
        key="dress",
        title="Get dressed",
        task="Help a person get dressed",
        known=("sunglasses", "perfume"),
        relevant=("sunglasses", "perfume", "lipstick", "hat"),
        pool="demo",
        note="Mirrors Section 4.5: lipstick and hat are left to be proposed.",
    ),
    Preset(
        key="drink",
        title="Serve a drink",
        task="Serve a drink",
        known=("mug", "glass"),
        relevant=("mug", "glass", "wine glass", "bottle"),
        pool="demo",
        note="Bowl, vase, bucket and teapot look alike and are not asked for.",
    ),
    Preset(
        key="fruit",
        title="Make a fruit salad",
        task="Make a fruit salad",
        known=("apple", "banana"),
        relevant=("apple", "banana", "strawberry", "pineapple"),
        pool="demo",
        note="Orange and lemon are in the pool as close neighbours that are not asked for.",
    ),
    Preset(
        key="desk",
        title="Set up an office desk",
        task="Set up an office desk",
        known=("laptop", "keyboard"),
        relevant=("laptop", "keyboard", "computer mouse", "book"),
        pool="demo",
        note="A remote control and a lamp may stand on a desk too, but are not asked for.",
    ),
    Preset(
        key="bag",
        title="Pack a work bag",
        task="Pack a work bag",
        known=("computer mouse", "hat"),
        relevant=("computer mouse", "hat", "bottle"),
        pool="demo",
        note="The lesson's task: without confusers a sixth of the first batch is wrong.",
    ),
    Preset(
        key="table",
        title="Set the table (harder)",
        task="Set the table",
        known=("plate", "fork"),
        relevant=("plate", "fork", "knife", "spoon"),
        pool="demo-hard",
        note="The offline model hardly knows fork and spoon: the detector has to learn them.",
    ),
)


def preset(key: str) -> Preset:
    """The preset called `key`.

    Raises:
        ConfigError: there is none of that name; the message lists those there are.
    """
    for candidate in PRESETS:
        if candidate.key == key:
            return candidate
    allowed = ", ".join(p.key for p in PRESETS)
    raise ConfigError(
        f"there is no preset {key!r}; choose one of: {allowed} (tasks on the demo), section-3.2, "
        "algorithm-1 (settings as printed in the paper)"
    )


class DemoSource(EncodedSource):
    """The built-in pool: pictures of 128 x 128 pixels, several objects a class, many views each.

    The file is read whole (under 10 MB) and compared with the checksum in its manifest.
    `classes()` keeps the manifest's order, which takes the kinds in turn (vessel, food, dressing,
    electronics, ...) and spreads the hard classes: so the first R classes are always a mixture.

    Args:
        name: "demo", the main classes, or "demo-hard", which adds twelve that the offline
            vision-language model knows less well.
        folder: where `manifest.json` and the file it names lie.

    Raises:
        ConfigError: `name` is not one of `DEMO_POOLS`.
        PoolError: the files are missing or damaged.
    """

    def __init__(self, name: str = "demo", folder: Path = DEMO_FOLDER) -> None:
        if name not in DEMO_POOLS:
            raise ConfigError(f"there is no pool {name!r}; choose one of: {', '.join(DEMO_POOLS)}")
        manifest = _read_manifest(folder / "manifest.json")
        wanted = {c.name: c for c in _classes(manifest) if name == "demo-hard" or not c.hard}
        rows = [r for r in _read_rows(folder, manifest) if r["label"] in wanted]
        super().__init__(name, [Item(r["id"], r["label"], r["split"]) for r in rows])
        self._sha256: str = manifest["sha256"]
        self._class_names = list(wanted)
        self._encoded: dict[str, bytes] = {r["id"]: r["image"] for r in rows}
        self._views = {
            r["id"]: DemoView(wanted[r["label"]], r["instance"], r["view"]) for r in rows
        }

    def file_bytes(self, id: str) -> bytes:
        """The WebP bytes of one picture."""
        return self._encoded[id]

    def stamp(self, id: str) -> str:
        """The file's checksum and the id: the picture cannot change without it."""
        return f"{self._sha256}/{id}"

    def classes(self) -> list[str]:
        """Class names in the manifest's order."""
        return list(self._class_names)

    def view(self, id: str) -> DemoView:
        """Which object the picture shows, and from which of its views."""
        return self._views[id]


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _classes(manifest)
        for key in ("file", "bytes", "sha256"):
            manifest[key]
    except FileNotFoundError:
        raise PoolError(f"the built-in pool's {path} is missing; {_REMEDY}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PoolError(
            f"the built-in pool's {path} cannot be read ({error!r}); {_REMEDY}"
        ) from error
    return manifest


def _classes(manifest: dict[str, Any]) -> list[DemoClass]:
    return [
        DemoClass(c["name"], c["superclass"], c["setting"], c["set"] == "hard")
        for c in manifest["classes"]
    ]


def _read_rows(folder: Path, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    import pyarrow.parquet  # 0.25 s: not for those who only read PRESETS

    path = folder / str(manifest["file"])
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise PoolError(f"the built-in pool's {path} is missing; {_REMEDY}") from None
    except OSError as error:
        raise PoolError(f"the built-in pool's {path} cannot be read ({error})") from error
    _check(data, path, manifest)
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()
    return rows


def _check(data: bytes, path: Path, manifest: dict[str, Any]) -> None:
    """Raise PoolError unless `data` is the file that the manifest describes."""
    if data.startswith(b"version https://git-lfs"):
        raise PoolError(
            f"{path} holds a Git LFS pointer in place of the built-in pool's pictures; "
            f"run `git lfs pull` in the project's folder"
        )
    if len(data) != manifest["bytes"]:
        raise PoolError(
            f"{path} has {len(data):,} bytes where {manifest['bytes']:,} belong, so the built-in "
            f"pool is cut off or changed; {_REMEDY}"
        )
    found = hashlib.sha256(data).hexdigest()
    if found != manifest["sha256"]:
        raise PoolError(
            f"{path} is damaged: its SHA-256 starts with {found[:12]}, not with "
            f"{manifest['sha256'][:12]}; {_REMEDY}"
        )
