"""Several strategies or settings, several seeds or splits, on one pool, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from laser_core.analysis.comparison import COLUMNS, rows_csv, summary_row
from laser_core.basics.files import whole_file
from laser_core.config import ExperimentConfig, in_order
from laser_core.errors import ConfigError
from laser_core.experiment.plan import plan, require_known_names
from laser_core.experiment.prepare import EmbeddedPool, embed_pool, equip
from laser_core.metrics.summary import Summary, summarise
from laser_core.progress import Steps
from laser_core.store.database import unwritable_error
from laser_core.store.store import StoreView
from laser_core.strategies import strategy_class
from laser_core.strategies.settings import told_settings
from laser_core.study.run import Tell, resume, start

# Section 4.6, each as settings of the same strategy
ABLATIONS: dict[str, dict[str, Any]] = {
    "LaSeR": {},
    "without detector": {"delta": "fixed:0"},
    "N = 0": {"confusers": 0},
    "K = 1": {"descriptions": 1},
    "K = 0, N = 0": {"descriptions": 0, "confusers": 0},
    "K = 0, N = 0, without detector": {"descriptions": 0, "confusers": 0, "delta": "fixed:0"},
    "precision-based delta": {"delta": "precision"},
}


@dataclass(frozen=True)
class Variant:
    """One line of the comparison: a name and what it sets."""

    name: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """All runs of one variant, in the order of seeds and splits."""

    variant: Variant
    summaries: tuple[Summary, ...]

    def row(self) -> dict[str, Any]:
        """Its line of the comparison."""
        return summary_row(self.variant.name, self.summaries)


def variants(strategies: Sequence[str], settings: Sequence[str], ablations: bool) -> list[Variant]:
    """Every strategy with every combination of settings, or the ablations of Section 4.6.

    Args:
        strategies: names from the registry.
        settings: each "name=value1,value2": a field of `ExperimentConfig`, a setting of the
            strategies that have it, or "strategy.name" of one alone.
        ablations: the seven of Section 4.6 instead; the other two must be empty then.

    Raises:
        ConfigError: a setting is unknown or has no value, or both kinds were asked for.
    """
    if ablations:
        if settings or len(strategies) > 1:
            raise ConfigError(
                "--ablations stands alone: it compares the settings of Section 4.6; leave "
                "--vary and further strategies out"
            )
        return [Variant(name, dict(given)) for name, given in ABLATIONS.items()]
    choices = [_setting(text, strategies) for text in settings]
    result = []
    for strategy in strategies:
        mine = [each[strategy] for each in choices if strategy in each]
        for combination in itertools.product(*mine):
            name = ", ".join([strategy, *(f"{key}={value}" for key, value in combination)])
            result.append(Variant(name, {"strategy": strategy, **dict(combination)}))
    return result


def _setting(text: str, strategies: Sequence[str]) -> dict[str, list[tuple[str, Any]]]:
    """Strategy -> (name, value) for each value of "name=value,value", where it has such a name."""
    name, _, values = text.partition("=")
    of, _, own = name.rpartition(".")
    known = {f.name: f.type for f in fields(ExperimentConfig) if f.name != "settings"}
    if name in known:
        found = [(name, _value(name, value, str(known[name]))) for value in values.split(",")]
        having = strategies
    else:
        found = [(own, value) for value in values.split(",")]
        having = [s for s in strategies if of in ("", s) and own in _settings_of(s)]
    if not having or not values:
        every = sorted({*known, *(n for s in strategies for n in _settings_of(s))})
        raise ConfigError(
            f"--vary {text!r}: give a setting and its values, as in delta=linear,precision; "
            f"settings are {', '.join(every)}"
        )
    return dict.fromkeys(having, found)


def _settings_of(strategy: str) -> list[str]:
    return [told.name for told in told_settings(strategy_class(strategy))]


def config_of(base: ExperimentConfig, variant: Variant) -> ExperimentConfig:
    """The settings of a line: of the base's strategy settings those that its strategy has.

    Raises:
        ConfigError: a value is not allowed.
    """
    strategy = variant.settings.get("strategy", base.strategy)
    names, kept = _settings_of(strategy), {}
    for name, value in base.settings:
        of, _, own = name.rpartition(".")
        if of == strategy or (not of and own in names):
            kept[own] = value
    started = base.changed(strategy=strategy, settings=in_order(kept))
    return started.changed(**variant.settings)


def _require_used(base: ExperimentConfig, chosen: Sequence[Variant]) -> None:
    """Check that each setting that was given belongs to one of the strategies."""
    strategies = {variant.settings.get("strategy", base.strategy) for variant in chosen}
    for name, _ in base.settings:
        of, _, own = name.rpartition(".")
        if not any(of in ("", s) and own in _settings_of(s) for s in strategies):
            there = [f"{s}.{n}" for s in sorted(strategies) for n in _settings_of(s)]
            raise ConfigError(
                f"--set {name}: none of {', '.join(sorted(strategies))} has it; "
                f"there are {', '.join(there) or 'none'}"
            )


def _value(name: str, text: str, kind: str) -> Any:
    """`text` as the type that the field `name` has."""
    try:
        if kind.startswith("int"):
            return int(text)
        if kind.startswith("float"):
            return float(text)
        if kind == "bool":
            return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError) as error:
        raise ConfigError(f"--vary {name}={text}: {text!r} is no {kind}; give another") from error
    return text


def compare(
    base: ExperimentConfig,
    chosen: Sequence[Variant],
    seeds: Sequence[int],
    splits: Sequence[int],
    folder: Path,
    cache_dir: Path,
    tell: Tell = lambda _: None,
) -> Steps[list[Outcome]]:
    """Run every variant for every seed and split; each run has a folder of its own in `folder`.

    The pool is embedded once. A run that is finished already is read, not repeated, so a stopped
    comparison goes on where it was.

    Raises:
        LaserError: as for a single run.
    """
    for variant in chosen:  # a wrong name in the last one is told before the first one runs
        require_known_names(config_of(base, variant))
    _require_used(base, chosen)
    outcomes = []
    embedded: dict[Hashable, EmbeddedPool] = {}
    for variant in chosen:
        summaries = []
        for seed, split in itertools.product(seeds, splits):
            config = replace(config_of(base, variant), seed=seed, split_seed=split)
            place = folder / _slug(variant.name) / f"seed-{seed}-split-{split}"
            tell(f"{variant.name}, seed {seed}, split {split}")
            summaries.append((yield from _one(config, place, cache_dir, tell, embedded)))
        outcomes.append(Outcome(variant, tuple(summaries)))
    return outcomes


def _one(
    config: ExperimentConfig,
    place: Path,
    cache_dir: Path,
    tell: Tell,
    embedded: dict[Hashable, EmbeddedPool],
) -> Steps[Summary]:
    planned = plan(config, cache_dir)
    if (place / "run.db").exists():
        store = StoreView.open(place)
        same, records = store.config() == planned.config, store.rounds.records()
        store.close()
        if not same:
            raise ConfigError(
                f"{place} holds a run with other settings; choose another --out for this comparison"
            )
        if len(records) == config.rounds:
            return summarise(records)
        return summarise((yield from resume(place, cache_dir, tell)))
    key = (
        config.pool,
        config.data_root,
        config.per_class,
        config.per_class and config.seed,
        config.vlm,
    )
    if key not in embedded:
        embedded[key] = yield from embed_pool(planned, cache_dir)
    materials = equip(planned, embedded[key], cache_dir)
    return summarise((yield from start(planned, place, cache_dir, tell, materials)))


def write_comparison(outcomes: Sequence[Outcome], folder: Path) -> Path:
    """Write `comparison.csv` to `folder` and return its path.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    path = folder / "comparison.csv"
    table = rows_csv([outcome.row() for outcome in outcomes])
    try:
        with whole_file(path) as file:
            file.write(table.encode("utf-8"))
    except OSError as error:
        raise unwritable_error(path, error) from error
    return path


def comparison_table(outcomes: Sequence[Outcome]) -> list[str]:
    """The same for a terminal: mean ± standard deviation."""
    width = max(len(outcome.variant.name) for outcome in outcomes)
    lines = [f"{'':{width}} runs " + " ".join(f"{column:>17}" for column in COLUMNS)]
    for row in (outcome.row() for outcome in outcomes):
        cells = []
        for column in COLUMNS:
            mean, spread = row[f"{column}_mean"], row[f"{column}_sd"]
            cells.append("-" if mean is None else f"{mean:.3f} ± {spread:.3f}")
        lines.append(
            f"{row['name']:{width}} {row['runs']:>4} " + " ".join(f"{c:>17}" for c in cells)
        )
    return lines


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-=.:" else "-" for c in name).replace(":", "-")
