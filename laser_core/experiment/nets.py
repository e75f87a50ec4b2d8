"""The detector and the classifier of a run: trained from scratch each round, kept for restarts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from laser_core.basics.arrays import Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.experiment.shelf import NetShelf
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Learner, Net, Pictures
from laser_core.nets.head import text_alone
from laser_core.progress import Steps

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
        shelf: NetShelf,
        with_detector: bool,
        called: Callable[[str], str] = str,
    ) -> None:
        self.learner = learner
        self.current = Nets()
        self._config = config
        self._pictures = pictures
        self._shelf = shelf
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
            temperature = self._config.temperature
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
        self._shelf.put(round, nets.detector, nets.classifier, self._config.relevant)
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
        same = tuple(map(self._called, self._shelf.classes(round))) == self._config.relevant
        kept = self._shelf.get(round) if same else None
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
