"""From settings to a run that can be started: the cheap checks and choices, before the long work.

A mistake is told here, within seconds and before anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from laser_core.config import ExperimentConfig, in_order
from laser_core.data.base import ImageSource, bare_name
from laser_core.data.class_split import (
    limit_per_class,
    relevant_by_mismatch,
    relevant_by_name,
    split_names,
)
from laser_core.data.open import SET_NAMES, open_pool
from laser_core.data.sets.demo import DEMO_POOLS
from laser_core.data.sets.published_sets import (
    set_of,
    usual_batch,
    usual_descriptions,
    usual_known_share,
)
from laser_core.errors import ConfigError, PoolError
from laser_core.llm.base import LanguageModel, Proposal
from laser_core.llm.choose import open_llm
from laser_core.strategies import make_strategy, strategy_class
from laser_core.strategies.settings import full_settings
from laser_core.vlm.choose import ModelChoice, choose_model

ANCHOR = 1.0  # of the head; flat from 0.5 to 1.5 (docs/decisions.md)
PROPOSALS_ASKED = 15  # times as many as wanted: the model does not know what the pool has


@dataclass(frozen=True)
class Accepted:
    """What became of one proposal of Section 4.5."""

    proposal: Proposal
    taken: bool


@dataclass(frozen=True)
class Plan:
    """A run that can be started: settings complete, pool open, nothing long done yet.

    Args:
        config: with every None decided.
        source: the pool's pictures, limited to `per_class`.
        llm: the language model.
        vlm_sentence: which vision-language model is in use, why, and what changes it.
        proposals: further relevant classes offered for the task, and which were taken.
        notices: sentences the user should read once.
    """

    config: ExperimentConfig
    source: ImageSource
    llm: LanguageModel
    vlm_sentence: str
    proposals: tuple[Accepted, ...] = ()
    notices: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What a user should read before the long work starts."""
        config = self.config
        offered = [
            f"proposed and taken: {p.proposal.name} ({p.proposal.reason})"
            for p in self.proposals
            if p.taken
        ]
        others = [p.proposal.name for p in self.proposals if not p.taken]
        if others:
            offered.append(f"proposed too, but not in this pool or not needed: {', '.join(others)}")
        if self.proposals and len(offered) - bool(others) < config.propose:
            offered.append("fewer were taken than asked for; name others with --known")
        return [
            *offered,
            f"pool {self.source.name}: {len(self.source.ids('pool'))} pictures of "
            f"{len(self.source.classes())} classes, {len(self.source.ids('test'))} to test on",
            f"relevant: {', '.join(config.relevant)}",
            f"language model: {self.llm.name}; {config.confusers} confusers, "
            f"{config.descriptions} sentences a class",
            self.vlm_sentence,
        ]


def plan(config: ExperimentConfig, cache_dir: Path, source: ImageSource | None = None) -> Plan:
    """Open the pool, choose the relevant classes, decide what `config` left open.

    Args:
        source: the pool where it is open already; None: opened as `config` says.

    Raises:
        ConfigError, PoolError: a setting or the pool cannot be used; see the message.
        LLMError: a task sentence is given and the language model did not answer.
    """
    vlm = require_known_names(config)
    if source is None:
        source = open_pool(config.pool, Path(config.data_root) if config.data_root else None)
    if config.per_class is not None:
        source = limit_per_class(source, config.per_class, config.seed)
    classes = source.classes()
    config = replace(
        config,
        relevant=split_names(config.relevant, classes),
        known=split_names(config.known, classes),
    )
    llm = open_llm(config.llm, cache_dir)
    proposals = propose(config, source, llm)
    taken = [p.proposal.name for p in proposals if p.taken]
    relevant = choose_relevant(config, source, taken)
    pool_size = len(source.ids("pool"))
    data_set = set_of(config.pool, classes, config.data_set)
    usual = usual_batch(data_set, pool_size)
    batch = config.batch_size or usual
    if batch > pool_size:
        raise ConfigError(
            f"batch_size={batch} is more than the pool's {pool_size} images; lower it to at most "
            f"{pool_size} (the paper's share would be {usual})"
        )
    per_class = config.descriptions
    decided = replace(
        config,
        pool=lasting_spec(config.pool),
        vlm=vlm.spec,  # "auto" must not mean another model when the run is resumed
        relevant=relevant,
        batch_size=batch,
        descriptions=usual_descriptions(data_set) if per_class is None else per_class,
        confusers=2 * len(relevant) if config.confusers is None else config.confusers,
        known_share=_known_share(config, source, data_set),
        settings=in_order(full_settings(strategy_class(config.strategy), dict(config.settings))),
        anchor=(ANCHOR if config.learner == "head" else 0.0)
        if config.anchor is None
        else config.anchor,
    )
    return Plan(decided, source, llm, vlm.sentence, proposals, _notices(source))


def _known_share(config: ExperimentConfig, source: ImageSource, data_set: str) -> float | None:
    """The share of relevant images that a run with `start` "known" is given; None for others.

    Raises:
        PoolError: such a run, and some images have no label to be given.
    """
    if config.start != "known":
        return config.known_share
    missing = sum(item.split == "pool" and item.label is None for item in source.items)
    if missing:
        raise PoolError(
            f"--start known gives labels of the pool's own, and {missing} of its pictures have "
            "none; choose another start, or a pool with class folders or a label column"
        )
    return usual_known_share(data_set) if config.known_share is None else config.known_share


def require_known_names(config: ExperimentConfig) -> ModelChoice:
    """Tell a wrong strategy, setting or model at once; returns the model's choice.

    Raises:
        ConfigError, VLMError: there is none of that name, or a setting is not allowed.
    """
    make_strategy(config)
    return choose_model(config.vlm)


def lasting_spec(pool: str) -> str:
    """`pool` so that it means the same from another working folder: paths are made absolute."""
    path = Path(pool).expanduser()
    named = pool in (*DEMO_POOLS, *SET_NAMES) or not path.exists()
    return pool if named else str(path.resolve())


def propose(
    config: ExperimentConfig, source: ImageSource, llm: LanguageModel
) -> tuple[Accepted, ...]:
    """Ask for further relevant classes (Section 4.5) and take the first `propose` that fit.

    The model is never shown the pool's class names. In a labeled pool only a proposal that names
    one of its classes fits: nobody could label images of any other. In an unlabeled pool all fit.

    Raises:
        ConfigError: a task without a known name, or known names without a task.
    """
    if (not config.task and not config.known) or _chosen_before(config):
        return ()
    if not config.task or not config.known or config.propose < 1:
        raise ConfigError(
            "a task needs all three: --task with a sentence, --known with the classes known so "
            "far, and --propose with how many more to find (at least 1)"
        )
    offered = llm.relevant_classes(config.task, config.known, PROPOSALS_ASKED * config.propose)
    present = {bare_name(name) for name in source.classes()} - {bare_name(n) for n in config.known}
    result, taken = [], 0
    for proposal in offered:
        fits = taken < config.propose and (not present or bare_name(proposal.name) in present)
        taken += fits
        result.append(Accepted(proposal, fits))
    return tuple(result)


def choose_relevant(
    config: ExperimentConfig, source: ImageSource, proposed: Sequence[str]
) -> tuple[str, ...]:
    """Y_R: named by hand, or known and proposed for a task, or a share of the pool's classes.

    Raises:
        ConfigError: both by hand and by task, an unknown class, or none can be chosen.
        PoolError: a class has no pool image.
    """
    if config.relevant and config.known and not _chosen_before(config):
        raise ConfigError(
            "--relevant and --known were both given; name all relevant classes with --relevant, "
            "or some with --known and a --task that finds more"
        )
    named = config.relevant or (*config.known, *proposed)
    if named:
        return relevant_by_name(named, source)
    classes = source.classes()
    if not classes:
        raise ConfigError(
            f"{source.name} has no labels, so there is no share of classes to take; name the "
            "classes that matter with --relevant a,b,c"
        )
    with_images = [name for name in classes if source.counts()[name]]
    return relevant_by_mismatch(with_images, config.mismatch, config.split_seed)


def _chosen_before(config: ExperimentConfig) -> bool:
    """Whether `relevant` is what `plan` made of `known` and the proposals, as in a kept run."""
    known = [bare_name(name) for name in config.known]
    return bool(known) and [bare_name(n) for n in config.relevant[: len(known)]] == known


def _notices(source: ImageSource) -> tuple[str, ...]:
    notices = list(source.notes)
    if source.skipped:
        first = source.skipped[0]
        notices.append(
            f"{len(source.skipped)} files are left out, for example {first.name} ({first.reason})"
        )
    if not len(source.ids("test")):
        notices.append(
            "there is no test split, so accuracy stays empty; put labeled test pictures into a "
            "folder `test` (or a column `split`) to get it"
        )
    return tuple(notices)


def require_classes(config: ExperimentConfig) -> None:
    """Check that there are as many relevant classes as the strategy compares.

    A person may begin with one and add others; a simulated run keeps those that it begins with.

    Raises:
        ConfigError: there are fewer.
    """
    kind, there = strategy_class(config.strategy), len(config.relevant)
    if there < kind.relevant_needed:
        raise ConfigError(
            f"{kind.name} ({kind.title}) goes by the doubt between relevant classes, so it needs "
            f"{kind.relevant_needed} of them, and this run has {there}: "
            f"{', '.join(config.relevant)}; name more, or choose another strategy"
        )


def require_labels(source: ImageSource) -> None:
    """Check that every pool image has a label, as a simulated run needs.

    Raises:
        PoolError: some or all have none.
    """
    missing = sum(item.split == "pool" and item.label is None for item in source.items)
    if missing:
        raise PoolError(
            f"{missing} of {len(source.ids('pool'))} pool images have no label, and the command "
            "line answers queries from labels; give class folders or a label column, or label by "
            "hand in the app"
        )
