"""A run's nets: each trained once for what it was asked for, and found again by its key."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Ids, Ints
from laser_core.basics.files import draft_of
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.errors import StoreError
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.head import text_alone
from laser_core.nets.objectives import CLASSIFIER, NetSpec, Objective
from laser_core.nets.training.outputs import training_images
from laser_core.progress import Steps
from laser_core.store.database import unwritable_error

Labeled = tuple[Ids, Ints]  # (L,) ids and class indices, n for irrelevant
COMMON = 1  # the last round after which runs that began with one batch still have the same labels


@dataclass(frozen=True)
class _Request:
    """One net of a round.

    Args:
        images: what it is trained on.
        text: what it starts from, or None.
        key: it is kept under; "" where there is nothing to learn from yet.
    """

    spec: NetSpec
    images: Labeled
    text: Anchor | None
    key: str


class RunNets:
    """The nets that a run's rounds ask for: from memory, from the shelf, or trained now.

    All three give the same numbers, so nobody need know which it was.

    Args:
        config: seed, number of relevant classes.
        learner: how nets are trained.
        pictures: what they are trained on.
        shelf: where they are kept.
    """

    def __init__(
        self, config: ExperimentConfig, learner: Learner, pictures: Pictures, shelf: KeyedShelf
    ) -> None:
        self.learner = learner
        self._seed = config.seed
        self._n = len(config.relevant)
        self._pictures = pictures
        self._shelf = shelf
        self._held: dict[str, Net] = {}  # by key, those of the last call

    def require(
        self,
        specs: Sequence[NetSpec],
        round: int,
        labeled: Labeled,
        unlabeled: Ids,
        anchor: Anchor | None = None,
    ) -> Steps[dict[str, Net | None]]:
        """Name -> net, the classifier always among them; None where nothing can be learned yet.

        Args:
            specs: what the strategy asks for.
            round: after which they are trained, 0 before the first.
            labeled: what they learn from.
            unlabeled: (U,) the pool that is left, for objectives that look at it.
            anchor: what the classifier starts from, or None; no other net knows the text.

        Raises:
            ValueError: two nets of a strategy have one name, or one starts from a net that does not
                stand before it.
            StoreError: a net cannot be kept.
        """
        specs = _with_classifier(specs)
        asked: dict[str, _Request] = {}
        nets: dict[str, Net | None] = {}
        for wave in ([s for s in specs if not s.start], *([s] for s in specs if s.start)):
            for spec in wave:
                text = anchor if spec == CLASSIFIER else None
                asked[spec.name] = self._request(spec, round, labeled, unlabeled, text, asked)
            nets |= yield from self._nets([asked[spec.name] for spec in wave], round, nets)
        self._held = {asked[name].key: net for name, net in nets.items() if asked[name].key and net}
        return nets

    def _request(
        self,
        spec: NetSpec,
        round: int,
        labeled: Labeled,
        unlabeled: Ids,
        text: Anchor | None,
        before: Mapping[str, _Request],
    ) -> _Request:
        """What a net is trained on, and the key it is kept under.

        Args:
            before: the nets that it may start from.
        """
        rng = rng_for(self._seed, spec.name, "pool", round)
        images = training_images(spec.objective, labeled, unlabeled, self._n, rng)
        start = before[spec.start].key if spec.start else ""
        key = self._key(spec, round, images, text, start) if len(images[0]) else ""
        return _Request(spec, images, text, key)

    def _nets(
        self, wave: Sequence[_Request], round: int, before: Mapping[str, Net | None]
    ) -> Steps[dict[str, Net | None]]:
        """Name -> net of some that do not wait for each other; those not found are trained."""
        nets: dict[str, Net | None] = {}
        for asked in wave:
            alone = text_alone(asked.text) if asked.text is not None and not asked.key else None
            nets[asked.spec.name] = self._found(asked.key, asked.spec) if asked.key else alone
        missing = [asked for asked in wave if asked.key and nets[asked.spec.name] is None]
        trained = yield from self.learner.train_all(
            [self._train(asked, round, before.get(asked.spec.start or "")) for asked in missing]
        )
        return nets | {asked.spec.name: net for asked, net in zip(missing, trained, strict=True)}

    def keep_no_others(self) -> None:
        """Remove what the shelf has beside the nets of the last call.

        Raises:
            StoreError: the folder cannot be written.
        """
        self._shelf.keep_only(self._held)

    def _found(self, key: str, spec: NetSpec) -> Net | None:
        """The net of a key as it was trained, if it has the outputs of this run's classes."""
        net = self._held.get(key) or self._shelf.get(key, spec)
        return net if net is not None and self._fits(net, spec.objective) else None

    def _fits(self, net: Net, objective: Objective) -> bool:
        if objective.on != "labeled":
            return net.outputs == self._n
        grouped = type(objective).split_unknown is not Objective.split_unknown
        return net.outputs > self._n if grouped else net.outputs == self._n + 1

    def _train(self, asked: _Request, round: int, start: Net | None) -> Steps[Net]:
        spec = asked.spec
        net = yield from self.learner.train(
            spec, self._pictures, *asked.images, self._n, rng_for(self._seed, spec.name, round),
            anchor=asked.text, start=start,
        )  # fmt: skip
        self._shelf.put(asked.key, net, common=round <= COMMON)
        return net

    def _key(
        self, spec: NetSpec, round: int, images: Labeled, anchor: Anchor | None, start: str
    ) -> str:
        """What a training depends on, in 32 signs: equal keys mean equal nets."""
        ids, labels = images
        digest = blake2b(digest_size=16)
        words = (
            self.learner.training_words,
            spec.training_words,
            self._seed,
            round,
            self._n,
            start,
        )
        for part in (*map(str, words), *ids.tolist()):
            digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(labels.astype("<i8").tobytes())
        if anchor is not None:
            for array in (anchor.weights, anchor.bias):
                digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
        return digest.hexdigest()


def _with_classifier(specs: Sequence[NetSpec]) -> list[NetSpec]:
    """The classifier and then `specs`, checked."""
    found = [CLASSIFIER]
    for spec in specs:
        if spec == CLASSIFIER:
            continue
        names = [before.name for before in found]
        if spec.name in names:
            raise ValueError(f"a strategy asks for two nets called {spec.name!r}")
        if spec.start is not None and spec.start not in names:
            where = f"{spec.name} starts from {spec.start}"
            raise ValueError(f"{where}, which does not stand before it")
        found.append(spec)
    return found


class KeyedShelf:
    """Nets as files that are called by their keys: those of one run, and some of a whole study.

    Args:
        folder: of the run's nets.
        learner: who trained them and can load them.
        study: a folder that other runs on the same pictures keep nets in too; None for a run by
            itself. Nothing is removed from it here, and all of it may be removed at any time.
    """

    def __init__(self, folder: Path, learner: Learner, study: Path | None = None) -> None:
        self._folder = folder
        self._learner = learner
        self._study = study

    def get(self, key: str, spec: NetSpec) -> Net | None:
        """The net that was kept under `key`; None if it has to be trained (again)."""
        for folder in filter(None, (self._folder, self._study)):
            path = _path(folder, key)
            try:
                if path.exists():
                    return self._learner.load(path, spec)
            except StoreError:  # damaged: training again gives the same net
                continue
        return None

    def put(self, key: str, net: Net, common: bool = False) -> None:
        """Keep a net, whole or not at all.

        Args:
            common: whether other runs of the study may look for the same one.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        path = _path(self._study if common and self._study else self._folder, key)
        try:
            with draft_of(path) as draft:
                net.save(draft)
        except OSError as error:
            raise unwritable_error(path, error) from error

    def keep_only(self, keys: Iterable[str]) -> None:
        """Remove everything else of the run's own, what earlier versions kept there too.

        Raises:
            StoreError: the folder cannot be written.
        """
        if not self._folder.is_dir():
            return
        wanted = {_path(self._folder, key) for key in keys}
        try:
            for path in self._folder.iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path not in wanted:
                    path.unlink()
        except OSError as error:
            raise unwritable_error(self._folder, error) from error


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}.safetensors"
