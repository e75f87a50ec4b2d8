"""One run of Algorithm 1: query, annotate, train. The one owner of its state."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from laser_core.basics.arrays import Ids, Ints
from laser_core.basics.seeding import rng_for
from laser_core.config import NO_CHOICE, RoundChoice
from laser_core.errors import PoolError
from laser_core.experiment.class_changes import (
    images_to_test,
    relevant_names,
    with_relevant_classes,
)
from laser_core.experiment.evaluation import counted_labels, evaluate_classifier, make_record
from laser_core.experiment.held_out import held_out_accuracy, out_of_fold_logits
from laser_core.experiment.materials import Materials
from laser_core.experiment.names import names_of
from laser_core.experiment.nets import KeyedShelf, RunNets
from laser_core.experiment.oracle import take_answers
from laser_core.experiment.signals import (
    LABELED_TEXT_SIGNALS,
    TEXT_SIGNALS,
    compute_signals,
    read_nets,
)
from laser_core.experiment.text_classifier import TextClassifier
from laser_core.metrics.summary import rounds_csv
from laser_core.nets import make_learner
from laser_core.nets.anchor import Anchor
from laser_core.nets.base import Net
from laser_core.nets.objectives import CLASSIFIER
from laser_core.pool import Label, LabelSpace, Pool, row_by_id
from laser_core.progress import Progress, Steps
from laser_core.store.store import Store
from laser_core.strategies import Strategy, make_strategy
from laser_core.strategies.hooks import ClosedRound
from laser_core.texts.cosines import TextCosines, text_cosines
from laser_core.texts.descriptions import Descriptions, describe, with_discovered
from laser_core.texts.edits import renew_confusers
from laser_core.texts.neglabel import NAME_SIGNALS, NegativeNames
from laser_core.view import PoolView, Query, RoundRecord, random_ranks

GIVEN = "given"  # actor of labels that a run starts from, which nobody paid for
START_FILE = "start.json"  # those labels, and the accuracy of a classifier that learned from them


class Experiment:
    """A run in its folder. Opened on a folder with finished rounds it goes on where they end.

    Args:
        materials: what the run works with.
        store: its folder; the truth about labels, queries and rounds.

    Attributes:
        pool: labels so far.
        records: finished rounds.
        pending: the query that waits for answers or training, or None.
    """

    def __init__(self, materials: Materials, store: Store) -> None:
        self.materials = materials
        self.store = store
        self.space: LabelSpace = store.classes.space()
        # classes may have been added, renamed or merged since the run was started
        self.config = replace(materials.config, relevant=self.space.relevant)
        self._rows = row_by_id(materials.pool_ids)
        self.pool = self._pool_of(store.labels.by_id())
        self.records: list[RoundRecord] = store.rounds.records()
        kept = store.rounds.query(self.round_index)
        self.pending: Query | None = kept[1] if kept else None
        learner = make_learner(self.config)
        self._texts = TextClassifier(self.config, materials, store)
        self._nets = RunNets(
            self.config,
            learner,
            materials.pictures,
            KeyedShelf(store.folder / "nets", learner, materials.nets),
        )

    @property
    def round_index(self) -> int:
        """The round under way, 1 for the first."""
        return len(self.records) + 1

    @property
    def finished(self) -> bool:
        """Whether all rounds are done, or nothing is left to query."""
        done = len(self.records) >= self.config.rounds
        return self.pending is None and (done or len(self.pool.unlabeled()) == 0)

    # ---- the verbs

    def query(self, choice: RoundChoice = NO_CHOICE) -> Steps[Query]:
        """Pick the next batch: Algorithm 1, lines 2 to 9. Closed half way, nothing has changed.

        Args:
            choice: what a person set for this round instead of the run's settings.

        Raises:
            ConfigError: a choice is not allowed, or the run was started by a rule that this
                version no longer has.
            PoolError: nothing is left to query.
            LLMError: descriptions were needed and the language model did not answer.
        """
        version, query = yield from self.preview(choice)
        self.store.rounds.save_query(self.round_index, version, query)
        self.pending = query
        return query

    def preview(self, choice: RoundChoice = NO_CHOICE) -> Steps[tuple[int | None, Query]]:
        """(texts version, the query that `query` would ask), without asking it.

        Raises:
            As for `query`.
        """
        if len(self.pool.unlabeled()) == 0:
            raise PoolError("every image of the pool is labeled; nothing is left to query")
        self.config.require_living_rules()
        self._take_known_labels()
        strategy, why = self._asked_strategy(choice)
        started = time.perf_counter()
        version = yield from self._current_texts(strategy)
        nets = yield from self._nets_asked_with(strategy)
        yield from self._keep_start(nets[CLASSIFIER.name])
        view = yield from self._view(strategy, nets, choice)
        query = strategy.select(view, self.config.batch_size or 1, self._rng("query"))
        row = self._unlabeled_rows(self.pool)  # as the view has them
        arrays = replace(query.arrays, row=row).at(np.argsort(row))  # kept as the pool is stored
        classifier = nets[CLASSIFIER.name]
        said = self._texts.classifier_arrays(classifier, self.pool.ids[arrays.row])
        arrays = replace(arrays, classifier=said)
        figures = {
            **query.figures,
            **self._texts.zero_shot(version, *self._images_to_test()),
            "query_seconds": time.perf_counter() - started,
        }
        note = query.note or why
        return version, replace(query, arrays=arrays, figures=figures, choice=choice, note=note)

    def annotate(
        self,
        answers: Mapping[str, Label],
        actor: str = "oracle",
        seconds: Mapping[str, float] | None = None,
    ) -> None:
        """Take answers, on disk before it returns: Algorithm 1, lines 10 and 11.

        Raises:
            PoolError: an id is not of the pool, or a relevant name not of this run; then no
                answer is taken.
        """
        counted = {id: self.store.classes.resolve(label) for id, label in answers.items()}
        self.pool.require(counted)  # under the classes that this round was begun with
        take_answers(self.store, answers, self.round_index, actor, seconds)
        for id, label in counted.items():
            self.pool.label(id, label)

    def train(self) -> Steps[RoundRecord]:
        """Train both nets and close the round: Algorithm 1, lines 12 and 13.

        Raises:
            PoolError: no query is pending, or none of its images has an answer yet.
        """
        query, round, materials = self._answered_query(), self.round_index, self.materials
        started = time.perf_counter()
        pictures, oracle = materials.pictures, materials.oracle
        names = relevant_names(materials.source, self.store.classes.resolve)
        anchor = self._anchor(round)
        # after the last round nobody asks, so the classifier alone is trained
        specs = make_strategy(self.config).nets() if round < self.config.rounds else ()
        labeled, left = self._labeled_images(self.pool), self._unlabeled_images(self.pool)
        nets = yield from self._nets.require(specs, round, labeled, left, anchor)
        classifier = nets[CLASSIFIER.name]
        asked = make_strategy(query.choice.applied_to(self.config))
        figures = {
            **query.figures,
            **(yield from asked.closing(self._closed_round(query, labeled))),
        }
        accuracy, confusion = yield from evaluate_classifier(
            classifier, pictures, *self._images_to_test()
        )
        if accuracy is None and self.config.learner == "head":  # a second ResNet takes too long
            figures |= yield from held_out_accuracy(
                self._nets.learner, pictures, *labeled, self.space.n,
                self.config.seed, round, anchor,
            )  # fmt: skip
        seconds = figures.pop("query_seconds", 0.0) + time.perf_counter() - started
        relevant = oracle.relevant_ids(names) if oracle else None
        record = make_record(
            round, query, self.pool, relevant, figures, accuracy, confusion, seconds,
            len(self._given_labels()),
        )  # fmt: skip
        questions = len(self.store.exchanges.all()) - sum(r.llm_calls for r in self.records)
        record = replace(record, llm_calls=questions)
        self._nets.keep_no_others()
        self.store.rounds.append(record)
        self.records.append(record)
        self.pending = None
        self.keep_table()
        return record

    def keep_table(self) -> None:
        """Write `rounds.csv` anew, with all finished rounds."""
        self.store.files.write("rounds.csv", rounds_csv(self.records))

    # ---- the parts of `query`

    def _current_texts(self, strategy: Strategy) -> Steps[int | None]:
        """The version of the descriptions this round uses, made or extended if need be."""
        uses_texts = bool(strategy.needs & set(TEXT_SIGNALS))
        if not uses_texts and not self.config.anchor:
            return None
        llm, config = self.materials.llm, self.config
        per_class, confusers = config.descriptions or 0, config.confusers or 0
        met = config.use_discovered and confusers and uses_texts
        discovered = self.pool.discovered_names() if met else []
        asked = len(llm.exchanges)
        kept = self.store.texts.read()
        if kept is None:
            texts = yield from describe(llm, config.relevant, per_class, confusers, discovered)
            title = "first"
        else:
            yield Progress("naming what was found irrelevant", 0, 1)
            resolve = self.store.classes.resolve
            followed = with_relevant_classes(kept[1], llm, config.relevant, resolve, per_class)
            news = "discovered names" if followed is kept[1] else "the classes as they are now"
            if config.confusers_again:
                followed = renew_confusers(followed, llm, discovered, confusers, per_class)
            texts = with_discovered(followed, llm, discovered, per_class)
            title = f"round {self.round_index}: {news}"
        new = llm.exchanges[asked:]  # kept with their texts, or a stop asks them again
        if kept is None or texts is not kept[1]:
            return self.store.texts.append(texts, title, exchanges=new)
        self.store.exchanges.append(new)
        return kept[0]

    def _nets_asked_with(self, strategy: Strategy) -> Steps[dict[str, Net | None]]:
        """The nets of the round before that a strategy reads, and the classifier."""
        before = self._pool_of(self.store.labels.by_id(up_to_round=len(self.records)))
        round, labeled = len(self.records), self._labeled_images(before)
        anchor = self._anchor(round) if round or len(labeled[0]) else None
        return (
            yield from self._nets.require(
                strategy.nets(), round, labeled, self._unlabeled_images(before), anchor
            )
        )

    def _view(
        self, strategy: Strategy, nets: Mapping[str, Net | None], choice: RoundChoice
    ) -> Steps[PoolView]:
        round, needs = self.round_index, strategy.needs
        rows = self._unlabeled_rows(self.pool)
        unlabeled = self.pool.ids[rows]
        labeled, labels = self._labeled_images(self.pool)
        pictures = self.materials.pictures
        texts, about = bool(needs & set(TEXT_SIGNALS)), bool(needs & set(LABELED_TEXT_SIGNALS))
        names = (yield from self._names()) if needs & set(NAME_SIGNALS) else None
        labeled_rows = self.pool.positions(labeled.tolist())
        signals = compute_signals(
            needs,
            unlabeled=unlabeled,
            labeled=labeled,
            pictures=pictures,
            cosines=self._text_cosines(rows) if texts else None,
            names=names.at(rows) if names else None,
            labeled_cosines=self._text_cosines(labeled_rows) if about else None,
            labeled_names=names.at(labeled_rows) if about and names else None,
        )
        signals |= yield from read_nets(
            needs,
            nets,
            unlabeled=unlabeled,
            labeled=labeled,
            n_classes=self.space.n,
            pictures=pictures,
            rng=self._rng,
        )
        last = self.store.rounds.query(round - 1)
        return PoolView(
            round, unlabeled, labeled, labels, self.space.n, signals, tuple(self.records), choice,
            last[1] if last else None,
            embeddings=lambda places: self.materials.cosines.vectors(rows[places]),
        )  # fmt: skip

    def _names(self) -> Steps[NegativeNames]:
        kept = self.store.texts.read()
        descriptions = kept[1] if kept else Descriptions(())
        return (yield from names_of(self.store, self.materials, descriptions, self.config.relevant))

    def _text_cosines(self, rows: Ints) -> TextCosines:
        kept = self.store.texts.read()
        descriptions = kept[1] if kept else Descriptions(())
        return text_cosines(self.materials.cosines, descriptions, rows)

    def _anchor(self, round: int) -> Anchor | None:
        """What the classifier of a round starts from: the sentences that its query was asked by."""
        asked = self.store.rounds.query(round)
        return self._texts.anchor(asked[0] if asked else None)

    def _images_to_test(self) -> tuple[Ids, Ints]:
        names = relevant_names(self.materials.source, self.store.classes.resolve)
        return images_to_test(self.materials.source, names, self.space)

    # ---- small parts

    def _asked_strategy(self, choice: RoundChoice) -> tuple[Strategy, str]:
        """Who is asked in this round, and why it is not the run's own strategy, or ""."""
        config = choice.applied_to(self.config)
        own = make_strategy(config)
        if self.round_index == 1 and config.start in ("random", "laser") and choice == NO_CHOICE:
            shared = make_strategy(config.with_changes(strategy=config.start, settings=()))
            return shared, f"{shared.title} chose this batch, which all strategies share"
        why = own.why_not(self.pool.training_labels()[1], self.space.n)
        if not why:
            return own, ""
        first = make_strategy(config.with_changes(strategy=config.first, settings=()))
        return first, f"{first.title} chose this batch: {why}"

    def _given_labels(self) -> dict[str, Label]:
        """id -> label that the run was given before its first round."""
        if self.config.start != "known":
            return {}
        given = self.store.labels.answers(up_to_round=0)
        return {answer.image: answer.label for answer in given if answer.actor == GIVEN}

    def _take_known_labels(self) -> None:
        """Give a run that starts from known images their labels, once, before its first query."""
        oracle, share = self.materials.oracle, self.config.known_share
        if self.config.start != "known" or self.round_index > 1 or self._given_labels():
            return
        if oracle is None or share is None:
            raise PoolError("a run that starts from known images needs a pool with labels")
        known = oracle.known_answers(self.pool.ids, share, self.config.seed)
        fresh = {id: label for id, label in known.items() if self.pool.get(id) is None}
        take_answers(self.store, fresh, 0, GIVEN, source="oracle")
        for id, label in fresh.items():
            self.pool.label(id, label)

    def _keep_start(self, classifier: Net | None) -> Steps[None]:
        """Keep what the given labels taught: the point at 0 labels paid."""
        given = self._given_labels()
        if self.round_index > 1 or not given or self.store.files.has(START_FILE):
            return
        tests = self._images_to_test()
        accuracy, confusion = yield from evaluate_classifier(
            classifier, self.materials.pictures, *tests
        )
        facts = {"ids": sorted(given), "accuracy": accuracy, "confusion": confusion}
        self.store.files.write(START_FILE, json.dumps(facts, indent=2) + "\n")

    def _unlabeled_images(self, pool: Pool) -> Ids:
        """(U,) what may be queried, in the order that strategies see it."""
        left: Ids = pool.ids[self._unlabeled_rows(pool)]
        return left

    def _unlabeled_rows(self, pool: Pool) -> Ints:
        """(U,) where they stand in the pool, in that order."""
        rows = pool.unlabeled_rows()
        ordered: Ints = rows[np.argsort(self._ranks[rows])]
        return ordered

    def _labeled_images(self, pool: Pool) -> tuple[Ids, Ints]:
        """(L,) ids and class indices, in such an order too."""
        ids, labels = pool.training_labels()
        order = np.argsort(self._ranks[pool.positions(ids.tolist())])
        return ids[order], labels[order]

    @cached_property
    def _ranks(self) -> Ints:
        """(N,) `random_ranks` of the pool."""
        return random_ranks(self.materials.pool_ids, self.config.seed)

    def _closed_round(self, query: Query, labeled: tuple[Ids, Ints]) -> ClosedRound:
        learner, pictures = self._nets.learner, self.materials.pictures
        return ClosedRound(
            self.round_index, query, self.pool.ids, counted_labels(query, self.pool), labeled[1],
            self.space.n, self._rng,
            lambda spec: out_of_fold_logits(
                learner, spec, pictures, labeled, self.space.n, self.config.seed
            ),
        )  # fmt: skip

    def _pool_of(self, answers: Mapping[str, Label]) -> Pool:
        pool = Pool(self.materials.pool_ids, self.space, self._rows)
        for id, label in answers.items():
            pool.label(id, label)
        return pool

    def _answered_query(self) -> Query:
        if self.pending is None:
            raise PoolError("no query is waiting for answers; ask for one first")
        if not any(self.pool.get(id) for id in self.pending.ids.tolist()):
            raise PoolError("no image of the query is labeled yet; label some, then train")
        return self.pending

    def _rng(self, use: str) -> np.random.Generator:
        return rng_for(self.config.seed, use, self.round_index)


def simulate(
    experiment: Experiment,
    on_round: Callable[[RoundRecord], None] = lambda _: None,
    rounds: int | None = None,
    choice: RoundChoice = NO_CHOICE,
) -> Steps[list[RoundRecord]]:
    """Run rounds with the simulated oracle: the loop of Algorithm 1, from line 2 to line 13.

    Each round is on disk, `rounds.csv` included, before the next starts. Stopped anywhere and run
    again on the reopened folder, it gives the same records.

    Args:
        experiment: new, or reopened.
        closed: told each round that this call has finished.
        rounds: how many to close, at least 1; None for all that remain.
        choice: what a person set for the first query that this call asks.

    Returns:
        All finished rounds, those before this call included.

    Raises:
        PoolError: the pool has no labels to answer with.
    """
    oracle = experiment.materials.oracle
    if oracle is None:
        raise PoolError("the pool has no labels, so nobody answers; label by hand in the app")
    experiment.keep_table()  # a stop may have come between a record and its line
    before = len(experiment.records)
    left = experiment.config.rounds - before
    wanted = left if rounds is None else min(rounds, left)
    while not experiment.finished and (rounds is None or len(experiment.records) < before + rounds):
        yield Progress(f"round {experiment.round_index}", len(experiment.records) - before, wanted)
        query = experiment.pending or (yield from experiment.query(choice))
        choice = NO_CHOICE
        unanswered = [id for id in query.ids.tolist() if experiment.pool.get(id) is None]
        if unanswered:
            experiment.annotate(oracle.answer(unanswered))
        on_round((yield from experiment.train()))
    return experiment.records
