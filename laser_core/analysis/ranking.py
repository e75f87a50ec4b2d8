"""How a round ranked its unlabeled images: asked, waiting for answers, or only looked at so far.

What a page needs to show a batch, to try another one, to say why an image stood where it did, and
to warn where what is known speaks against the schedule's delta.
NumPy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from laser_core.analysis.known import Known
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.config import ExperimentConfig, RoundChoice, Settings
from laser_core.errors import PoolError
from laser_core.metrics.overlap import overlap
from laser_core.pool import Pool
from laser_core.strategies import STRATEGIES, Strategy, make_strategy
from laser_core.strategies.helpers.delta import (
    NO_DETECTOR,
    delta_schedule,
    scheduled_delta,
)
from laser_core.strategies.hooks import Dial, RankedRound, no_ranks
from laser_core.strategies.laser import Laser, detector_missing, laser_settings
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import Descriptions
from laser_core.view import Query, QueryArrays, RoundRecord, no_embeddings

CLEARLY = 0.1  # one part's precision above the other's, from which it is no chance of a batch
LOWERED = 0.05  # precision that another delta would have to bring


@dataclass(frozen=True)
class Ranking:
    """The batch of one round and the scores it came from.

    Args:
        round: 1, 2, ...
        ids: (b,) the batch, best first.
        rows: (b,) where they stand in the pool.
        scores: (b,) what they were ranked by.
        arrays: over all images that were unlabeled.
        descriptions: in use in that round; None where the strategy uses none.
        config: of the run, with the round's choice applied.
        figures: delta, delta_effective, sd_vlm, sd_det; empty for other strategies.
        note: what a person should know, or "".
        schedule: delta of this round as the run's schedule has it.
        by_hand: delta that a person set for it; None where the schedule's counts.
        set_by_hand: settings of the strategy that a person set for it.
        vectors: rows of the pool (k,) -> (k, D) unit vectors, read when another batch is tried.
        ranks: as in `RankedRound`, likewise.
    """

    round: int
    ids: Ids
    rows: Ints
    scores: Floats
    arrays: QueryArrays
    descriptions: Descriptions | None
    config: ExperimentConfig
    figures: Mapping[str, float]
    note: str = ""
    schedule: float = 0.0
    by_hand: float | None = None
    set_by_hand: Settings = ()
    vectors: Callable[[Ints], Floats] = no_embeddings
    ranks: Callable[[], Ints] = no_ranks

    @property
    def delta(self) -> float:
        """The detector's share that counted, 0 where there was none."""
        return float(self.figures.get("delta", 0.0))

    @property
    def fused(self) -> bool:
        """Whether the scores of LaSeR are here, so that another delta can be tried."""
        return self.descriptions is not None and self.arrays.laser is not None

    @property
    def classes(self) -> Ints | None:
        """(U,) the relevant class that each image may be; None where the round kept none."""
        return self.arrays.laser.classes if self.arrays.laser else None

    @property
    def looks_like(self) -> Ints | None:
        """(U,) the relevant class that each image looks most like, whoever ranked them.

        None where the strategy says nothing of classes.
        """
        part = self.arrays.parts.get("of_class")
        found = self.classes if part is None else part.values
        return None if found is None else np.asarray(found, dtype=np.intp)

    def with_choice(self, choice: RoundChoice, before: Pool, run: ExperimentConfig) -> Ranking:
        """The same round under another choice, which nobody asked for.

        Args:
            choice: with its `delta` given.
            before: labels as they were when the round was queried.
            run: settings of the run, without this round's own choice.

        Raises:
            PoolError: nothing else can be tried on this round.
        """
        tried = choice.applied_to(run.in_round(self.round))
        ranked = replace(self, config=replace(tried, relevant=self.config.relevant))
        found = make_strategy(tried).what_if(ranked.ranked_round(before), choice)
        return replace(
            self,
            ids=found.ids,
            rows=before.positions(found.ids.tolist()),
            scores=found.scores,
            arrays=found.arrays,
            config=choice.applied_to(run),
            figures=found.figures,
            note=found.note,
            by_hand=None if choice.delta == self.schedule else choice.delta,
        )

    def ranked_round(
        self, before: Pool, cosines: Callable[[int], TextCosines] | None = None
    ) -> RankedRound:
        """This ranking as a strategy looks at it again.

        Args:
            before: labels as they were when the round was queried, and the pool's ids.
            cosines: as in `RankedRound`; without, nothing can be explained.
        """
        return RankedRound(
            self.round, before.ids, self.arrays, before.training_labels()[1], self.config,
            self.descriptions, cosines or no_cosines, self.vectors, self.ranks,
            self.planned_delta,
        )  # fmt: skip

    @property
    def planned_delta(self) -> float:
        """Delta that was set for the round, or the schedule's."""
        return self.schedule if self.by_hand is None else self.by_hand

    def dial(self, before: Pool) -> Dial | None:
        """The number that another batch of the round can be tried by; None without one.

        Args:
            before: labels as they were when the round was, or would be, queried.
        """
        if self.arrays.laser is None and self.config.strategy not in STRATEGIES:
            return None  # it is not installed here
        ranked = self.ranked_round(before)
        return strategy_that_asked(ranked).dial(ranked)

    @property
    def why_language_alone(self) -> str:
        """Why the detector has no say in these scores, as half a sentence; "" if it has one."""
        if self.delta > 0.0:
            return ""
        if self.note.startswith(NO_DETECTOR):
            return self.note.removeprefix(NO_DETECTOR)
        if self.round == 1:
            return "no detector has been trained yet"
        if self.by_hand == 0.0:
            return "a person set δ to 0 for this round"
        if self.planned_delta > 0.0:
            return "no class that the pictures left look like has a label yet"
        return f"the run's schedule of δ ({laser_settings(self.config).delta}) has 0 for this round"

    def no_detector(self, before: Pool) -> str:
        """Why the detector cannot count in this round whatever delta is; "" if it can.

        Args:
            before: labels as they were when the round was queried.
        """
        labels = before.training_labels()[1]
        return detector_missing(self.arrays.laser, self.round, labels, before.space.n)

    def score_of(self, row: int) -> float:
        """What the image at `row` of the pool was ranked by.

        Raises:
            PoolError: it was labeled before.
        """
        return float(self.arrays.score[place_of(self.arrays, row)])

    def class_shares(self) -> Ints:
        """(n,) how many images of the batch were asked for each relevant class.

        Raises:
            PoolError: the round kept no classes (another strategy, or an earlier version).
        """
        if self.classes is None:
            raise PoolError(f"round {self.round} did not keep which class each picture was for")
        mine = self.classes[self.arrays.places(self.rows)]
        return np.bincount(mine, minlength=len(self.config.relevant))

    def texts_of(self, rows: Sequence[int]) -> list[str]:
        """The description that matches each image at `rows` of the pool best; "" without any."""
        if self.descriptions is None or self.arrays.laser is None:
            return [""] * len(rows)
        texts = self.descriptions.relevant_texts()
        return [texts[i] for i in self.arrays.laser.best[self.arrays.places(rows)]]


def no_cosines(row: int) -> TextCosines:
    """Stands in a round that is not to be explained.

    Raises:
        ValueError: always.
    """
    raise ValueError("this round was given without the cosines of its sentences")


@dataclass(frozen=True)
class Trial:
    """What another choice would come to.

    Args:
        value: of delta, or of the strategy's own dial, that was tried.
        overlap: with the batch of the ranking, 0 to 1.
        precision: share of relevant ones among those known; None if none is known.
        expected: the same by a guess; None without one.
        shared: images that the batch of the ranking has as well.
        detector: the share of the scores' variance that the detector makes, 0 to 1.
    """

    value: float
    overlap: float
    precision: float | None
    expected: float | None = None
    shared: int = 0
    detector: float = 0.0

    @property
    def worth(self) -> float | None:
        """What is known of it, else what is expected."""
        return self.expected if self.precision is None else self.precision


def sweep(
    ranking: Ranking,
    choices: Mapping[float, RoundChoice],
    before: Pool,
    run: ExperimentConfig,
    known: Known,
    guess: Callable[[Ints], Known] | None = None,
) -> list[Trial]:
    """What each of `choices` would come to, beside the ranking's own batch.

    Args:
        choices: value of what is varied -> the whole choice.
        guess: rows of the pool -> what a model takes them for; asked once, about all batches.

    Raises:
        PoolError: nothing else can be tried on this round.
    """
    tried = [ranking.with_choice(choice, before, run) for choice in choices.values()]
    taken = None
    if guess is not None:
        taken = guess(np.unique(np.concatenate([each.rows for each in tried])))
    return [
        Trial(
            value=value,
            overlap=overlap(found.ids, ranking.ids),
            precision=known.precision(found.rows),
            expected=None if taken is None else taken.precision(found.rows),
            shared=int(np.isin(found.ids, ranking.ids).sum()),
            detector=float(found.figures.get("delta_effective", 0.0)),
        )
        for value, found in zip(choices, tried, strict=True)
    ]


def next_ranking(run: RunReader) -> Ranking | None:
    """What the next query would be by the schedule, if the worker has looked; else None.

    Its arrays are copies: the worker may write the next preview over the files.
    """
    looked = run.preview()
    if looked is None:
        return None
    round = len(run.records()) + 1
    texts = run.descriptions() if _reads_texts(run, round, looked) else None
    looked = replace(looked, arrays=looked.arrays.in_memory())
    return _ranking(run, round, looked, texts[1] if texts else None)


def round_ranking(run: RunReader, round: int) -> Ranking | None:
    """The ranking of a round that was asked, finished or not; None if it was not."""
    kept = run.store.rounds.query(round)
    if kept is None:
        return None
    own = kept[0] is not None and _reads_texts(run, round, kept[1])
    texts = run.descriptions(kept[0]) if own else None
    return _ranking(run, round, kept[1], texts[1] if texts else None)


def ranking_with(run: RunReader, id: str) -> Ranking | None:
    """The last ranking that an image stood in: of the round that queried it, else the newest.

    None before anything was ranked.
    """
    asked = next((record.round for record in run.records() if id in record.ids), None)
    if asked is not None:
        return round_ranking(run, asked)
    now = len(run.records()) + 1
    return round_ranking(run, now) or next_ranking(run) or round_ranking(run, now - 1)


def delta_by_schedule(run: RunReader, round: int) -> float:
    """Delta of a round as the run's schedule has it, 0 to 1."""
    records = tuple(run.records()[: round - 1])
    return scheduled_delta(delta_schedule(laser_settings(run.config).delta), round, records)


def _reads_texts(run: RunReader, round: int, query: Query) -> bool:
    """Whether who chose a batch compared pictures with descriptions."""
    config = query.choice.applied_to(run.config.in_round(round))
    chosen = config.start if round == 1 and config.start in STRATEGIES else config.strategy
    known = STRATEGIES.get(chosen)  # one that is not installed here may have asked
    return query.arrays.laser is not None or (
        known is not None and "relevant_cosines" in known.needs
    )


def _ranking(
    run: RunReader, round: int, query: Query, descriptions: Descriptions | None
) -> Ranking:
    space = run.store.rounds.space(round) or run.space
    config = query.choice.applied_to(run.config.in_round(round))
    return Ranking(
        round=round,
        ids=query.ids,
        rows=np.array([run.facts.rows[id] for id in query.ids.tolist()], dtype=np.intp),
        scores=query.scores,
        arrays=query.arrays,
        descriptions=descriptions,
        config=replace(config, relevant=space.relevant),
        figures=query.figures,
        note=query.note,
        schedule=delta_by_schedule(run, round),
        by_hand=query.choice.delta,
        set_by_hand=query.choice.settings,
        vectors=run.table.some_vectors,
        ranks=run.random_ranks,
    )


def strategy_that_asked(ranked: RankedRound) -> Strategy:
    """The strategy whose scores a round has: LaSeR's, or that of the round's settings."""
    config = ranked.config
    if ranked.arrays.laser is not None and config.strategy != Laser.name:
        return make_strategy(config.with_changes(strategy=Laser.name))  # the shared first batch
    return make_strategy(config)


def place_of(arrays: QueryArrays, row: int) -> int:
    """Where the image at `row` of the pool stands in a ranking's arrays.

    Raises:
        PoolError: it was labeled before.
    """
    found = arrays.place(row)
    if found is None:
        raise PoolError("this picture was labeled before; choose the round that queried it")
    return found


# ---- whether what is known speaks against the delta of the schedule


def labels_against(ranking: Ranking, records: Sequence[RoundRecord]) -> str:
    """A warning where the labels so far say that the wrong part of Eq. (5) decides; "" if not.

    Each record has the precision that either part would have had by itself among the answered
    pictures (Section 4.6). The detector decides where it makes more than half of the score's
    spread, whatever delta is called.

    Args:
        ranking: the next round's, by its schedule.
        records: finished rounds, oldest first.
    """
    told = [r for r in records if {"precision_vlm", "precision_det"} <= set(r.figures)]
    if not told or "delta_effective" not in ranking.figures:
        return ""
    language = told[-1].figures["precision_vlm"]
    detector = told[-1].figures["precision_det"]
    share = ranking.figures["delta_effective"]
    found = (
        f"in round {told[-1].round} {language:.0%} of what the text alone would have asked for "
        f"was relevant, and {detector:.0%} of what the detector would have"
    )
    now = f"δ = {ranking.delta:.2f} lets the detector decide {share:.0%}"
    if language >= detector + CLEARLY and share > 0.5:
        return f"Your labels speak for less δ: {found}; {now}."
    if detector >= language + CLEARLY and share < 0.5:
        return f"Your labels speak for more δ: {found}; {now}."
    return ""


def truth_against(own: float | None, delta: float, trials: Sequence[Trial]) -> str:
    """A warning where another delta would find clearly more, by what is known of each picture.

    Args:
        own: precision of the batch by the schedule's `delta`; None where it is not known.
        trials: other deltas with theirs.
    """
    known = [trial for trial in trials if trial.precision is not None]
    if own is None or not known:
        return ""
    best = max(known, key=lambda trial: (trial.precision or 0.0, -abs(trial.value - delta)))
    if (best.precision or 0.0) < own + LOWERED:
        return ""
    return (
        f"By the true labels shown, the planned δ = {delta:.2f} gives precision {own:.2f}; "
        f"δ = {best.value:.2f} would give {best.precision:.2f}."
    )
