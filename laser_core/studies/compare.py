"""Several strategies or settings, several seeds or splits, on one pool, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from laser_core.analysis.comparison import COLUMNS
from laser_core.config import ExperimentConfig, in_order
from laser_core.data.class_split import WrittenNames
from laser_core.errors import ConfigError
from laser_core.experiment.plan import lasting_spec, require_known_names
from laser_core.progress import Steps
from laser_core.strategies import strategy_class
from laser_core.strategies.settings import told_settings
from laser_core.studies.cells import Line, Part, Place, Show, Study
from laser_core.studies.folder import STUDY_FILE, Places
from laser_core.studies.parts import ABLATIONS
from laser_core.studies.processes.bench import Bench, Tell
from laser_core.studies.report.results import Results, read_results, write
from laser_core.studies.report.tables import comparison_rows
from laser_core.studies.runner import conduct
from laser_core.studies.settings import choosable


@dataclass(frozen=True)
class Variant:
    """One line of the comparison: a name and what it sets."""

    name: str
    settings: dict[str, Any]


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
    started = base.with_changes(strategy=strategy, settings=in_order(kept))
    return started.with_changes(**variant.settings)


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
    jobs: int = 1,
) -> Steps[Results]:
    """Run every variant for every seed and split: a study of one part, on one pool.

    Each run has a folder of its own in `folder`. One that is finished already is read, not
    repeated, so a stopped comparison goes on where it was, and so does `study` with that folder.
    Beside tables and report `folder` gets `comparison.csv`.

    Raises:
        LaserError: the first run cannot be begun; the folder is not made then.
        StoreError: the folder cannot be written.
    """
    for variant in chosen:  # a wrong name in the last one is told before the first one runs
        require_known_names(config_of(base, variant))
    _require_used(base, chosen)
    study = comparison_study(base, chosen, seeds, splits)
    places = Places.of(folder, study)
    _require_the_same(study, places, Bench(cache_dir, places.nets))
    write(folder / STUDY_FILE, study.to_json())
    return (yield from conduct(study, places, cache_dir, jobs, tell, None, True))


def _require_the_same(study: Study, places: Places, bench: Bench) -> None:
    """Check that the first run can be planned, and that those in the folder are of this comparison.

    Raises:
        ConfigError: one has other settings; LaserError: the first run cannot be planned.
    """
    bench.plan(study.cells()[0].config({}))
    for result in read_results(study, places).cells:
        if result.run and bench.plan(result.cell.config({})).config != result.run.config:
            raise ConfigError(
                f"{places.runs / result.cell.key} holds a run with other settings; choose another "
                "--out for this comparison"
            )


def comparison_study(
    base: ExperimentConfig, chosen: Sequence[Variant], seeds: Sequence[int], splits: Sequence[int]
) -> Study:
    """The study that a comparison is."""
    lines = tuple(Line(variant.name, _fields(config_of(base, variant))) for variant in chosen)
    shows: tuple[Show, ...] = ("accuracy", "precision", "recall")
    part = Part("comparison", "Comparison", shows, ("",), tuple(line.name for line in lines))
    return Study("comparison", {}, (Place(""),), lines, (part,), tuple(splits), tuple(seeds))


def _fields(config: ExperimentConfig) -> dict[str, Any]:
    """The settings of a line that are not the usual, as a study's file can hold them.

    Split and seed are those of its cells.
    """
    usual = ExperimentConfig()
    given = {
        name: getattr(config, name)
        for name in choosable(ExperimentConfig)
        if name not in ("seed", "split_seed") and getattr(config, name) != getattr(usual, name)
    }
    for name in ("relevant", "known"):
        if any(isinstance(each, WrittenNames) for each in given.get(name, ())):
            (given[name],) = given[name]  # a text, to be parted once the pool's classes are known
    own = dict(given.pop("settings", ()))
    return {
        "strategy": config.strategy, **given, "pool": lasting_spec(config.pool),
        **({"settings": own} if own else {}),
    }  # fmt: skip


def comparison_table(results: Results) -> list[str]:
    """The same for a terminal: mean ± standard deviation."""
    rows = comparison_rows(results)
    width = max((len(row["name"]) for row in rows), default=0)
    lines = [f"{'':{width}} runs " + " ".join(f"{column:>17}" for column in COLUMNS)]
    for row in rows:
        cells = []
        for column in COLUMNS:
            mean, spread = row[f"{column}_mean"], row[f"{column}_sd"]
            cells.append("-" if mean is None else f"{mean:.3f} ± {spread:.3f}")
        lines.append(
            f"{row['name']:{width}} {row['runs']:>4} " + " ".join(f"{c:>17}" for c in cells)
        )
    return lines
