"""A run's detector and classifier: trained each round, and kept beside the run until the next."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from laser_core.basics.arrays import Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.errors import StoreError
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.head import text_alone
from laser_core.progress import Steps
from laser_core.store.database import unwritable_error
from laser_core.strategies.laser import laser_settings

Labeled = tuple[Ids, Ints]


@dataclass(frozen=True)
class Nets:
    """One round's nets; None for one that is not needed or has nothing to learn from yet."""

    detector: Net | None = None
    classifier: Net | None = None


class RunNets:
    """Trains, keeps and restores the nets of a run.

    Args:
        config: seed, temperature, number of relevant classes.
        learner: how nets are trained.
        pictures: what they are trained on.
        shelf: where the last round's are kept.
        with_detector: whether the strategy asks for one.
        called: what a class is called now that had a name when a net was trained.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        learner: Learner,
        pictures: Pictures,
        kept_nets: NetStore,
        with_detector: bool,
        called: Callable[[str], str] = str,
    ) -> None:
        self.learner = learner
        self.current = Nets()
        self._config = config
        self._pictures = pictures
        self._kept_nets = kept_nets
        self._with_detector = with_detector
        self._called = called
        self._round = 0

    def train(
        self, round: int, ids: Ids, labels: Ints, anchor: Anchor | None = None
    ) -> Steps[Nets]:
        """The nets of a round: Algorithm 1, lines 12 and 13. Changes nothing here yet.

        Args:
            ids, labels: (L,) labeled images and class indices, n for irrelevant.
            anchor: what the classifier starts from, or None; the detector knows no text.
        """
        n = len(self._config.relevant)
        detector = classifier = None
        if len(ids) and self._with_detector:
            temperature = laser_settings(self._config).temperature
            detector = yield from self._fit("detector", round, ids, labels, n + 1, temperature)
        relevant = labels < n
        if relevant.any():
            ids, labels = ids[relevant], labels[relevant]
            classifier = yield from self._fit("classifier", round, ids, labels, n, 1.0, anchor)
        elif anchor is not None:
            classifier = text_alone(anchor)
        return Nets(detector, classifier)

    def keep(self, round: int, nets: Nets) -> None:
        """Make `nets` the current ones, on disk first.

        Raises:
            StoreError: they cannot be written.
        """
        self._kept_nets.put(round, nets.detector, nets.classifier, self._config.relevant)
        self.current, self._round = nets, round

    def restore(
        self, round: int, labeled: Callable[[], Labeled], anchor: Callable[[], Anchor | None]
    ) -> Steps[None]:
        """After a restart: the nets of `round`, from disk or trained again; both give the same.

        They are trained again, on what the labels say now, if classes came or went since, or if
        those on disk have other outputs than this run's classes.

        Args:
            round: the last finished one, 0 if none is.
            labeled: the labels as that round had them.
            anchor: what its classifier started from.
        """
        if self._round == round:
            return
        same = tuple(map(self._called, self._kept_nets.classes(round))) == self._config.relevant
        kept = self._kept_nets.get(round) if same else None
        if kept is not None and self._fit_the_run(*kept):
            self.current, self._round = Nets(*kept), round
        elif round:
            self.keep(round, (yield from self.train(round, *labeled(), anchor())))

    def _fit_the_run(self, detector: Net | None, classifier: Net | None) -> bool:
        n = len(self._config.relevant)
        wanted = ((detector, n + 1), (classifier, n))
        return all(net is None or net.outputs == outputs for net, outputs in wanted)

    def _fit(
        self,
        which: str,
        round: int,
        ids: Ids,
        labels: Ints,
        outputs: int,
        temperature: float,
        anchor: Anchor | None = None,
    ) -> Steps[Net]:
        rng = rng_for(self._config.seed, which, round)
        train = self.learner.train
        return (yield from train(self._pictures, ids, labels, outputs, rng, temperature, anchor))


NAMES = ("detector", "classifier")


class NetStore:
    """The nets of the newest finished round; older ones are removed.

    Args:
        folder: of the run's nets.
        learner: who trained them and can load them.
    """

    def __init__(self, folder: Path, learner: Learner) -> None:
        self._folder = folder
        self._learner = learner

    def put(
        self,
        round: int,
        detector: Net | None,
        classifier: Net | None,
        classes: Sequence[str] = (),
    ) -> None:
        """Keep the nets of a round, and the relevant classes they were trained for.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        place = self._place(round)
        try:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            for name, net in zip(NAMES, (detector, classifier), strict=True):
                if net is not None:
                    net.save(place / f"{name}.safetensors")
            (place / "complete").write_text(json.dumps(list(classes)), encoding="utf-8")
            for older in self._folder.iterdir():
                if older != place:
                    shutil.rmtree(older, ignore_errors=True)
        except OSError as error:
            raise unwritable_error(place, error) from error

    def get(self, round: int) -> tuple[Net | None, Net | None] | None:
        """(detector, classifier) of a round; None if they have to be trained again."""
        place = self._place(round)
        if not (place / "complete").exists():
            return None
        try:
            return self._load(place / "detector.safetensors"), self._load(
                place / "classifier.safetensors"
            )
        except StoreError:  # damaged: training again gives the same nets
            return None

    def classes(self, round: int) -> tuple[str, ...]:
        """What `put` was given for a round; () if its nets are not kept."""
        try:
            kept = json.loads((self._place(round) / "complete").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return ()
        named = isinstance(kept, list) and all(isinstance(name, str) for name in kept)
        return tuple(kept) if named else ()

    def _load(self, path: Path) -> Net | None:
        return self._learner.load(path) if path.exists() else None

    def _place(self, round: int) -> Path:
        return self._folder / f"round-{round:03d}"
