"""In what a study is not like the paper: worked out from its settings and what its runs used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from laser_core.basics.sentences import list_of
from laser_core.config import PAPER_PRESETS, ExperimentConfig
from laser_core.errors import LaserError
from laser_core.strategies import STRATEGIES
from laser_core.studies.cells import Study
from laser_core.studies.parts import BASELINES, NAMES, PAPER_POOLS
from laser_core.studies.report.results import Result, Results

ROUNDS, BATCH, EPOCHS, SPLITS = 10, 1500, (300, 50), 4  # Section 4.1; 50 in the ablations


def config_of(result: Result, study: Study) -> ExperimentConfig | None:
    """A cell's settings: as decided where it has begun, else as asked; None if it cannot be run."""
    if result.run is not None:
        return result.run.config
    if not result.cell.line.available:
        return None
    try:
        return result.cell.config(study.settings)
    except LaserError:  # told as the cell's failure
        return None


def differences(results: Results) -> list[str]:
    """Sentences on what is not as in the paper; what the paper leaves open is not among them."""
    found = [config_of(r, results.study) for r in results.cells if not r.cell.line.whole]
    own = [config for config in found if config is not None]
    said = [
        *_learner(own), *_models(results), *_loop(own), *_pools(results, own),
        *_repeats(results.study), *_starts(own), *_laser(own), *_missing(results.study),
    ]  # fmt: skip
    return [*said, "The prompts are our own words for the facts of appendix A, and ask for JSON."]


def _learner(configs: Sequence[ExperimentConfig]) -> list[str]:
    deep = {config.epochs for config in configs if config.learner == "resnet18"} - set(EPOCHS)
    return [
        *_when(
            any(config.learner == "head" for config in configs),
            "Classifier and detector are linear heads on a frozen network's vectors, trained in "
            "seconds; the paper trains a ResNet-18 from scratch in every round.",
        ),
        *_with_values(deep, "ResNet-18 is trained for {} epochs; the paper has 300."),
        *_when(
            any(config.anchor for config in configs),
            "The classifier starts from what the text says of a class (`anchor`), for all lines "
            "that do not say otherwise; the paper's knows labels alone.",
        ),
    ]


def _models(results: Results) -> list[str]:
    used = {r.run.models for r in results.cells if r.run is not None}
    vision = {vlm for vlm, _ in used if vlm and "clip" not in vlm.lower()}
    language = {llm for _, llm in used if llm and "gpt-4o-mini" not in llm.lower()}
    return [
        *_with_values(vision, "The vision-language model is {}; the paper has CLIP."),
        *_with_values(language, "The language model is {}; the paper has GPT-4o mini."),
    ]


def _loop(configs: Sequence[ExperimentConfig]) -> list[str]:
    rounds = {config.rounds for config in configs} - {ROUNDS}
    batches = {c.batch_size for c in configs if c.batch_size is not None} - {BATCH}
    return [
        *_with_values(rounds, "{} rounds are asked for; the paper has 10."),
        *_with_values(batches, "A batch is {} pictures; the paper's is 1,500."),
    ]


def _pools(results: Results, configs: Sequence[ExperimentConfig]) -> list[str]:
    sets = {result.run.config.pool: result.run.data_set for result in results.cells if result.run}
    known = {config.pool: sets.get(config.pool) or config.data_set for config in configs}
    others = sorted(p for p, data_set in known.items() if not data_set and p not in PAPER_POOLS)
    shares = {config.per_class for config in configs if config.per_class is not None}
    return [
        *(f"The pool {pool} is none of the paper's." for pool in others),
        *_with_values(shares, "Of each class at most {} pictures are in the pool."),
        *_when(
            "tiny-imagenet" in (*known, *known.values()),
            "Tiny-ImageNet is tested on its 10,000 validation pictures.",
        ),
    ]


def _with_values(found: set[Any], sentence: str) -> list[str]:
    """The sentence with the values in place of {}; nothing where none was found."""
    return _when(bool(found), sentence.format(list_of(sorted(found))))


def _when(holds: bool, sentence: str) -> list[str]:
    return [sentence] if holds else []


def _repeats(study: Study) -> list[str]:
    splits = study.splits
    return [
        *_when(
            len(splits) != SPLITS, f"Means are over {len(splits)} class splits; the paper has 4."
        ),
        *_when(splits != (0,), "Splits other than 0 are ours; the paper does not give its own."),
    ]


def _starts(configs: Sequence[ExperimentConfig]) -> list[str]:
    starts = {config.start for config in configs if config.strategy != "laser"}
    return [
        *_when(
            "cold" in starts,
            "Lines that start cold have no label at first; the paper gives its baselines 1% or 8% "
            "of the relevant images.",
        ),
        *_when(
            "random" in starts,
            "Lines of a random start share one random batch, which is paid for.",
        ),
        *_when(
            "laser" in starts,
            "Lines of LaSeR's start share its first batch, which is paid for.",
        ),
    ]


def _laser(configs: Sequence[ExperimentConfig]) -> list[str]:
    printed = {preset["selection"] for preset in PAPER_PRESETS.values()}
    laser = [dict(config.settings) for config in configs if config.strategy == "laser"]
    chosen = {settings.get("selection", "balanced") for settings in laser}
    if chosen - printed:
        return [
            "LaSeR shares its batch out by class (`selection` balanced), except in lines called as "
            "printed; the paper has quotas per description (Section 3.2) or the top of all "
            "(Algorithm 1)."
        ]
    return []


def _missing(study: Study) -> list[str]:
    there = {line.strategy for line in study.lines if line.available}
    missing = [NAMES[name] for name in BASELINES if name not in there]
    said = []
    if missing and len(missing) < len(BASELINES):
        said.append(f"Of the paper's methods these are not run: {', '.join(missing)}.")
    ports = [
        STRATEGIES[name].title
        for name in sorted(there)
        if any(word in STRATEGIES[name].title.lower() for word in ("port", "approximat", "purity"))
    ]
    if ports:
        said.append(f"Ports or approximations, not the published programs: {'; '.join(ports)}.")
    return said
