"""In what a study is not like the paper: worked out from its settings and what its runs used."""

from __future__ import annotations

from collections.abc import Iterable

from laser_core.config import PAPER_PRESETS, ExperimentConfig
from laser_core.errors import LaserError
from laser_core.strategies import STRATEGIES
from laser_core.studies.cells import Study
from laser_core.studies.parts import BASELINES, NAMES, PAPER_POOLS
from laser_core.studies.report.results import Result, Results

ROUNDS, BATCH, EPOCHS, SPLITS = 10, 1500, (300, 50), 4  # Section 4.1; 50 in the ablations
PAPER_MODELS = ("CLIP", "GPT-4o mini")


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


def _learner(configs: Iterable[ExperimentConfig]) -> list[str]:
    found = list(configs)
    said = []
    if any(config.learner == "head" for config in found):
        said.append(
            "Classifier and detector are linear heads on a frozen network's vectors, trained in "
            "seconds; the paper trains a ResNet-18 from scratch in every round."
        )
    deep = sorted({c.epochs for c in found if c.learner == "resnet18"} - set(EPOCHS))
    if deep:
        said.append(f"ResNet-18 is trained for {_list_of(deep)} epochs; the paper has 300.")
    if any(config.anchor for config in found):
        said.append(
            "The classifier starts from what the text says of a class (`anchor`), for all lines "
            "that do not say otherwise; the paper's knows labels alone."
        )
    return said


def _models(results: Results) -> list[str]:
    used = sorted({r.run.models for r in results.cells if r.run is not None})
    said = []
    vision = sorted({vlm for vlm, _ in used if vlm and "clip" not in vlm.lower()})
    language = sorted({llm for _, llm in used if llm and "gpt-4o-mini" not in llm.lower()})
    if vision:
        said.append(f"The vision-language model is {_list_of(vision)}; the paper has CLIP.")
    if language:
        said.append(f"The language model is {_list_of(language)}; the paper has GPT-4o mini.")
    return said


def _loop(configs: Iterable[ExperimentConfig]) -> list[str]:
    found = list(configs)
    rounds = sorted({config.rounds for config in found} - {ROUNDS})
    batches = sorted({c.batch_size for c in found if c.batch_size is not None} - {BATCH})
    said = []
    if rounds:
        said.append(f"{_list_of(rounds)} rounds are asked for; the paper has 10.")
    if batches:
        said.append(f"A batch is {_list_of(batches)} pictures; the paper's is 1,500.")
    return said


def _pools(results: Results, configs: Iterable[ExperimentConfig]) -> list[str]:
    found = list(configs)
    sets = {result.run.config.pool: result.run.data_set for result in results.cells if result.run}
    known = {config.pool: sets.get(config.pool) or config.data_set for config in found}
    others = sorted(p for p, data_set in known.items() if not data_set and p not in PAPER_POOLS)
    said = [f"The pool {pool} is none of the paper's." for pool in others]
    shares = sorted({config.per_class for config in found if config.per_class is not None})
    if shares:
        said.append(f"Of each class at most {_list_of(shares)} pictures are in the pool.")
    if "tiny-imagenet" in (*known, *known.values()):
        said.append("Tiny-ImageNet is tested on its 10,000 validation pictures.")
    return said


def _repeats(study: Study) -> list[str]:
    said = []
    if len(study.splits) != SPLITS:
        said.append(f"Means are over {len(study.splits)} class splits; the paper has 4.")
    if len(study.splits) > 1 or study.splits != (0,):
        said.append("Splits other than 0 are ours; the paper does not give its own.")
    return said


def _starts(configs: Iterable[ExperimentConfig]) -> list[str]:
    starts = {config.start for config in configs if config.strategy != "laser"}
    said = []
    if "cold" in starts:
        said.append(
            "Lines that start cold have no label at first; the paper gives its baselines 1% or 8% "
            "of the relevant images."
        )
    if "random" in starts:
        said.append("Lines of a random start share one random batch, which is paid for.")
    if "laser" in starts:
        said.append("Lines of LaSeR's start share its first batch, which is paid for.")
    return said


def _laser(configs: Iterable[ExperimentConfig]) -> list[str]:
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
        f"{NAMES.get(name, name)} ({STRATEGIES[name].title})"
        for name in sorted(there)
        if any(word in STRATEGIES[name].title.lower() for word in ("port", "approximat", "purity"))
    ]
    if ports:
        said.append(f"Ports or approximations, not the published programs: {'; '.join(ports)}.")
    return said


def _list_of(values: Iterable[object]) -> str:
    return ", ".join(f"{v:,}" if isinstance(v, int) else str(v) for v in values)
