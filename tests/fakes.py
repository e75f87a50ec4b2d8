"""A small world to run the engine in: no weights, no files, vectors made from the seed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from laser_core.basics.arrays import Floats, Ids, unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.data.base import ImageSource, Item
from laser_core.experiment.materials import Materials
from laser_core.experiment.oracle import SimulatedOracle
from laser_core.llm.base import CheckedNames, LanguageModel, Proposal
from laser_core.pool import LabelSpace, positions
from laser_core.strategies.explanation import Explanation
from laser_core.texts.cosines import Cosines, TextCosines
from laser_core.view import RoundRecord
from laser_core.vlm.base import VisionLanguageModel

CLASSES = ("cat", "dog", "truck", "ship", "frog", "lamp")
DIM = 12


class GreySource(ImageSource):
    """Pictures that nobody looks at: one grey pixel each."""

    def content_key(self, id: str) -> str:
        return id

    def image(self, id: str) -> Image.Image:
        return Image.new("RGB", (1, 1), (128, 128, 128))


class ArrayPictures:
    """Vectors by id, straight from an array."""

    def __init__(self, ids: Ids, vectors: Floats) -> None:
        self._ids = ids
        self._vectors = vectors

    def vectors(self, ids: Ids) -> Floats:
        return self._vectors[positions(self._ids, ids.tolist())]

    def pixels(self, ids: Ids, size: int) -> np.ndarray:
        raise AssertionError("nobody asked for pixels")


class ListedModel(LanguageModel):
    """Names confusers from a list and numbers its sentences."""

    kind = "pasted"
    name = "listed"

    def __init__(self) -> None:
        self.exchanges = []

    def confusers(
        self, relevant: Sequence[str], wanted: int, excluded: Sequence[str] = ()
    ) -> CheckedNames:
        free = [n for n in ("wolf", "fox", "lion", "bear") if n not in {*relevant, *excluded}]
        return CheckedNames(tuple(free[:wanted]))

    def descriptions(self, classes: Sequence[str], wanted: int) -> dict[str, list[str]]:
        return {name: [f"{name} {i}" for i in range(wanted)] for name in classes}

    def relevant_classes(
        self, task: str, known: Sequence[str], wanted: int
    ) -> tuple[Proposal, ...]:
        return tuple(Proposal(name, "listed") for name in ("dog", "unicorn", "ship"))[:wanted]


def source(per_class: int = 30, tests: int = 5, labeled: bool = True) -> GreySource:
    items = [
        Item(f"{split}/{i:03d}-{c}", name if labeled else None, split)
        for split, count in (("pool", per_class), ("test", tests))
        for c, name in enumerate(CLASSES)
        for i in range(count)
    ]
    return GreySource("small world", items)


def encode(texts: Sequence[str]) -> Floats:
    """A sentence lies near the centre of the class whose name it starts with."""
    rows = [_centre(t.split()[0]) + 0.3 * rng_for(1, t).normal(size=DIM) for t in texts]
    return unit_rows(np.array(rows).reshape(len(rows), DIM))


def _centre(name: str) -> Floats:
    return unit_rows(rng_for(2, name).normal(size=(1, DIM)))[0] * 3


def materials(
    config: ExperimentConfig,
    pictures_of: GreySource | None = None,
    noise: float = 10.0,
    classes: Sequence[str] = CLASSES,
) -> Materials:
    """What a run needs, in the small world; at noise 10 half of the first batch is wrong."""
    pool = pictures_of or source()
    ids = pool.ids()
    names = [classes[int(id.rsplit("-", 1)[1])] for id in ids.tolist()]
    vectors = np.array(
        [
            _centre(n) + noise * rng_for(3, i).normal(size=DIM) / 3
            for n, i in zip(names, ids.tolist(), strict=True)
        ]
    )
    vectors = unit_rows(vectors).astype(np.float32)
    space = LabelSpace(config.relevant)
    in_pool = np.isin(ids, pool.ids("pool"))
    return Materials(
        config=config,
        pool_ids=ids[in_pool],
        pictures=ArrayPictures(ids, vectors),
        cosines=Cosines(vectors[in_pool], encode),
        llm=ListedModel(),
        oracle=SimulatedOracle(pool, space) if pool.classes() else None,
        vlm=None,
        source=pool,
    )


def tests(pool: ImageSource, space: LabelSpace) -> tuple[Ids, np.ndarray]:
    """(M,) ids of the test images of relevant classes, and (M,) their class indices."""
    chosen: Collection[Item] = [
        i for i in pool.items if i.split == "test" and i.label in space.relevant
    ]
    labels = [space.relevant.index(str(i.label)) for i in chosen]
    return np.array([i.id for i in chosen], dtype=np.str_), np.array(labels, dtype=np.intp)


def image_features(vlm: VisionLanguageModel, images: Sequence[Image.Image]) -> Floats:
    """(n, F) raw features of RGB pictures, all in one batch."""
    if not images:
        return np.empty((0, vlm.feature_dim), dtype=np.float32)
    return vlm.features(np.stack([vlm.prepare(image) for image in images]))


def rebuilt(why: Explanation) -> float:
    """The score that the parts of an explanation add up to: Eq. (5), from Eq. (1) and (4)."""
    s_vlm, s_det = why.best.cosine - why.penalty, why.s_det
    if why.fusion == "zscore":
        mean_vlm, sd_vlm, mean_det, sd_det = why.centre
        s_vlm, s_det = (s_vlm - mean_vlm) / sd_vlm, (s_det - mean_det) / sd_det
    return (1.0 - why.delta) * s_vlm + why.delta * s_det


def cosines(relevant: list[list[float]], irrelevant: list[list[float]]) -> TextCosines:
    """Of (classes, images) and (confusers, images), a sentence each."""
    return TextCosines(
        np.array(relevant),
        np.array(irrelevant).reshape(len(irrelevant), len(relevant[0])),
        np.arange(len(relevant)),
        np.arange(len(irrelevant)),
    )


def config(**settings: object) -> ExperimentConfig:
    """Two relevant classes, four rounds of 20: decided as `plan` would decide it."""
    given = {
        "relevant": ("cat", "dog"),
        "rounds": 4,
        "batch_size": 20,
        "descriptions": 2,
        "confusers": 2,
        **settings,
    }
    return ExperimentConfig.of(**given)


def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def record(**changes: object) -> RoundRecord:
    """A finished round of which nothing is known but what is given."""
    nothing = RoundRecord(1, (), (), 0, 0, None, None, None, None)
    return replace(nothing, **changes)  # type: ignore[arg-type]
