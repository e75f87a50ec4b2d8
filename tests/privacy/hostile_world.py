"""A run in which everything that can have a name has a hostile one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from laser_core.config import ExperimentConfig
from laser_core.data.base import Item
from laser_core.experiment.materials import Materials
from laser_core.io.label_files.imports import import_labels
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.llm.base import CheckedNames
from laser_core.maps.layout import Layout, save_layout
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from laser_core.texts.cosine_table import FileTable, cosines_folder
from laser_core.texts.cosines import Cosines
from tests import fakes
from ui.shared.pictures import Thumbnails

# Each word that begins with "evil" stands behind the signs that would make something of it.
RELEVANT = (
    "**evilbold** [evillink](http://evil.example/l)",
    "![evilimg](http://evil.example/i.png) $evil+tex$",
)
IRRELEVANT = (
    "<u>evilhtml</u> :red[evilred]",
    "`evilcode` :smile: <a href='http://evil.example/a'>evilanchor</a>",
    "<img src=http://evil.example/s.png onerror=alert(1)>",
    "www.evil.example :material/evilicon: -- #evil",
)
CONFUSERS = ("*evilem* ![c](http://evil.example/c.png)", "http://evil.example/conf ~~evildel~~")
ACTORS = ("[me](http://evil.example/me)", "<b>evilactor</b> $x^2$")
RUN = "**evilrun** [r](mailto:r@evil.example) :smile: <u>evilu<u>"
POOL = "pool **evilpool** [p](mailto:p@evil.example) :red[evilcolour]"


class HostileModel(fakes.ListedModel):
    """A language model whose answers are Markdown and HTML."""

    name = "model [m](http://evil.example/m) :smile:"

    def confusers(
        self, relevant: Sequence[str], wanted: int, excluded: Sequence[str] = ()
    ) -> CheckedNames:
        return CheckedNames(CONFUSERS[:wanted])

    def descriptions(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        said = "![d](http://evil.example/d.png) <script>evilscript</script> $a$ :smile:"
        return {name: [f"{name} {said} {i}" for i in range(wanted)] for name in classes}


def source() -> fakes.GreySource:
    """180 pictures of six classes, their ids as hostile as their names."""
    items = [
        Item(f"{split}/![{i}](x.png) <i>{i:03d}</i> :smile:-{c}", name, split)
        for split, count in (("pool", 30), ("test", 5))
        for c, name in enumerate((*RELEVANT, *IRRELEVANT))
        for i in range(count)
    ]
    return fakes.GreySource("hostile world", items)


def make(home: Path) -> Path:
    """Two rounds, a query that waits, answers of two people who disagree, an import, versions.

    Returns:
        The run's folder, in `home`/runs.
    """
    config = fakes.config(pool=POOL, relevant=RELEVANT, confusers=2)
    made = source()
    materials = _materials(config, made, home)
    folder = home / "runs" / RUN
    with closing(Store.create(folder, config)) as store:
        keep_pool(store, materials)
    context = JobContext(home, home, lambda: False, {"materials": (str(folder), materials)})
    drain(tasks.run_rounds({"folder": str(folder), "rounds": 2}, context))
    drain(tasks.query({"folder": str(folder)}, context))
    small = Thumbnails(f"{POOL} ")
    small.make(made, made.ids("pool").tolist())
    with closing(Store.open(folder)) as store:
        _maps(store, len(made.ids("pool")))
        _people(store, home)
    return folder


def _maps(store: Store, pictures: int) -> None:
    version, texts = store.texts.read() or (0, None)
    assert texts is not None
    sentences = (*texts.relevant_texts(), *texts.confuser_texts())
    places, above = np.arange(pictures), np.arange(len(sentences))
    lattice = np.stack([places % 20, places // 20], axis=1).astype(float)
    line = np.stack([above, np.full(len(above), 12)], axis=1).astype(float)
    nothing = np.zeros((0, 2))
    save_layout(store, Layout("text", "umap", version, nothing, sentences, line))
    save_layout(store, Layout("joint", "umap", version, lattice, sentences, line))


def _materials(config: ExperimentConfig, made: fakes.GreySource, home: Path) -> Materials:
    materials = fakes.materials(config, made, classes=(*RELEVANT, *IRRELEVANT))
    vectors = materials.pictures.vectors(materials.pool_ids)
    table = FileTable(cosines_folder(home / "cache", "hostile"), len(vectors))
    cosines = Cosines(vectors, fakes.encode, table)
    return replace(materials, cosines=cosines, cosines_key="hostile", llm=HostileModel())


def _people(store: Store, home: Path) -> None:
    """What people do: label, disagree, name irrelevant things often, change classes, import."""
    kept = store.rounds.query(3)
    assert kept is not None
    ids = kept[1].ids.tolist()
    for actor, name in zip(ACTORS, RELEVANT, strict=True):
        store.labels.append({ids[0]: Label("relevant", name)}, 3, actor)
    often = Label("irrelevant", IRRELEVANT[0])
    store.labels.append(dict.fromkeys(ids[1:8], often), 3, ACTORS[0])
    store.classes.add("<h1>evilclass</h1> ![n](http://evil.example/n.png)", ACTORS[1])
    store.texts.name(1, "![v](http://evil.example/v.png) **evilversion**")
    table = home / "labels.csv"
    table.write_text(f'id,label\n"{ids[9]}","`evilcsv` [t](http://evil.example/t)"\n', "utf-8")
    import_labels(store, source().ids("pool"), table, ACTORS[0])


def write_pictures(folder: Path) -> None:
    """A folder of pictures whose classes and files have hostile names that a disk can hold."""
    for name in ("**evilbold** [x](mailto:x@evil.example)", "$evil+tex$ :smile: `evilcode`"):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            place = folder / name / f"![{i}](i.png) <i>file{i}<i>.png"
            Image.new("RGB", (40, 40), (i * 80, 90, 40)).save(place)
        (folder / name / "<u>evilbroken<u> www.evil.example.png").write_bytes(b"no picture")
