"""Kept runs side by side: a comparison's runs that differ only in seed or class split are one line.

NumPy alone, so that a page can read a comparison that the command line or the app has made.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from laser_core.config import ExperimentConfig
from laser_core.data.sets.published_sets import published_set
from laser_core.data.tables.spreadsheet import Number, safe_csv
from laser_core.errors import ConfigError
from laser_core.metrics.summary import Summary, labels_paid, mean_and_spread, summarise
from laser_core.store.store import StoreView
from laser_core.strategies import STRATEGIES, strategy_class
from laser_core.strategies.settings import full_settings
from laser_core.view import RoundRecord

Measure = Literal["precision", "ceiling", "recall", "accuracy", "zero_shot"]
Reading = Callable[[Sequence[RoundRecord]], float | None]  # of the rounds so far, one or more
Against = Literal["round", "labels"]
COLUMNS = (
    "first_precision", "mean_precision", "mean_ceiling", "looked_at", "recall", "accuracy",
    "zero_shot", "seconds",
)  # fmt: skip
DEPTH = 3  # folders below the runs' home: a comparison is variant, then seed and split
REPEATED = ("seed", "split_seed", "relevant")  # what the repetitions of one setting differ in
INDIFFERENT = (
    "settings",
    "data_set",
    "device",
    "data_root",
    "rounds",
    "mismatch",
    "known",
    "propose",
    "task",
)


@dataclass(frozen=True)
class KeptRun:
    """One run as a comparison needs it.

    Args:
        name: its folder, from the runs' home on, with "/".
        config: its settings.
        records: its finished rounds.
        models: names of the vision-language model and the language model that it used.
        data_set: the published set that its pool is, by what was said or by its classes; "" for
            none.
    """

    name: str
    config: ExperimentConfig
    records: tuple[RoundRecord, ...]
    models: tuple[str, str] = ("", "")
    data_set: str = ""

    @property
    def comparison(self) -> str:
        """The comparison that it was made for: its outermost folder; "" for a run by itself."""
        return self.name.rpartition("/")[0].partition("/")[0]


@dataclass(frozen=True)
class Group:
    """Runs of one comparison, or runs by themselves, with the same settings, repeated.

    Args:
        name: what tells it from the other groups.
        runs: each with at least one finished round.
    """

    name: str
    runs: tuple[KeptRun, ...]

    @property
    def rounds(self) -> int:
        """Rounds that all of its runs have finished."""
        return min(len(run.records) for run in self.runs)


@dataclass(frozen=True)
class Curve:
    """One line of a chart; all tuples are of the same length.

    Args:
        x: rounds, or labels paid so far (their mean over the runs).
        mean: over the runs.
        spread: standard deviation over the runs; 0 for a single one.
        runs: how many there are.
    """

    x: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    runs: int


def find_runs(home: Path) -> list[str]:
    """Names of all runs in `home`, comparisons' runs included, in order; hidden folders are not."""
    if not home.is_dir():
        return []
    found: list[Path] = []
    for depth in range(DEPTH):
        found += home.glob("*/" * (depth + 1) + "run.db")
    names = [path.parent.relative_to(home).as_posix() for path in found]
    return sorted(name for name in names if not any(p.startswith(".") for p in name.split("/")))


def read_run(home: Path, name: str) -> KeptRun:
    """The run called `name` in `home`.

    Raises:
        StoreError: it cannot be read.
    """
    store = StoreView.open(home / name)
    try:
        config, facts = store.config(), store.pool.read()
        models = (facts.vlm, facts.llm) if facts else ("", "")
        data_set = config.data_set or published_set(facts.classes if facts else ())
        return KeptRun(name, config, tuple(store.rounds.records()), models, data_set)
    finally:
        store.close()


def group_runs(runs: Sequence[KeptRun]) -> list[Group]:
    """The runs with a finished round in groups, in the order their first runs come in.

    Runs of different comparisons never make one line, whatever their settings are: each comparison
    was made to be read by itself. Runs by themselves that repeat one another do.

    A second run with the same settings, seed and split is no repetition but the same again (or
    was steered by hand), so it makes a line of its own.
    """
    groups: list[list[KeptRun]] = []
    for run in runs:
        if not run.records:
            continue
        for group in groups:
            if _repeats(run, group):
                group.append(run)
                break
        else:
            groups.append([run])
    names = _names([group[0] for group in groups])
    return [Group(name, tuple(group)) for name, group in zip(names, groups, strict=True)]


def line_title(group: Group) -> str:
    """A line's name for the screen: its strategy's title, which says what is a port, and the rest.

    A line that somebody named otherwise keeps that name.
    """
    strategy = group.runs[0].config.strategy
    known = STRATEGIES.get(strategy)
    if known is None:
        return group.name
    for bare in (strategy, known.title.partition(" (")[0]):
        rest = group.name.removeprefix(bare)
        if rest != group.name and rest[:1] in ("", ",", " "):
            return group.name if group.name.startswith(known.title) else known.title + rest
    return group.name


def curve(group: Group, measure: Measure | Reading, against: Against) -> Curve:
    """Mean and spread of a measure over a group's runs, where all of them know it.

    Args:
        measure: a field of the records, or what reads it from a run's rounds so far.
        against: what stands on the x axis.
    """
    x, mean, spread = [], [], []
    paid = [labels_paid(run.records) for run in group.runs]
    for i in range(group.rounds):
        found = mean_and_spread([_read(run.records[: i + 1], measure) for run in group.runs])
        if found is None:
            continue
        x.append(float(i + 1) if against == "round" else statistics.fmean(p[i] for p in paid))
        mean.append(found[0])
        spread.append(found[1])
    return Curve(tuple(x), tuple(mean), tuple(spread), len(group.runs))


def highest_ceiling(groups: Sequence[Group], against: Against) -> Curve | None:
    """The most that any of the lines could still reach in a round; None where nobody knows.

    A line that has found little keeps a high ceiling. So the highest of all is drawn: no line can
    lie above it.
    """
    found = [line for group in groups if (line := curve(group, "ceiling", against)).x]
    if not found:
        return None
    longest = max(found, key=lambda line: len(line.x))
    reached = [
        max(line.mean[i] for line in found if i < len(line.x)) for i in range(len(longest.x))
    ]
    return Curve(longest.x, tuple(reached), (0.0,) * len(reached), longest.runs)


def text_level(groups: Sequence[Group]) -> float | None:
    """Accuracy of the text alone before any label, of the first line that can tell."""
    for group in groups:
        found = mean_and_spread([run.records[0].zero_shot for run in group.runs])
        if found:
            return found[0]
    return None


def _read(records: Sequence[RoundRecord], measure: Measure | Reading) -> float | None:
    """The measure at the end of the last of `records`."""
    if callable(measure):
        return measure(records)
    value: float | None = getattr(records[-1], measure)
    return value


def obstacles(groups: Sequence[Group]) -> list[str]:
    """Sentences on why the groups cannot be held against each other; [] if they can."""
    first = [group.runs[0].config for group in groups]
    said = []
    for field, sentence in (
        ("pool", "They are on different pools ({}), so no number can be held against another."),
        ("per_class", "They use different shares of the pool (per_class {})."),
        ("batch_size", "They query batches of different sizes ({}); look at labels, not rounds."),
    ):
        values = sorted({str(getattr(config, field)) for config in first})
        if len(values) > 1:
            said.append(sentence.format(", ".join(values)))
    if len({_splits(group) for group in groups}) > 1:
        said.append("Their relevant classes differ, so some had an easier task than others.")
    return said


def reservations(groups: Sequence[Group]) -> list[str]:
    """Sentences on what to keep in mind when reading the means; [] if nothing."""
    said = []
    if len({len(group.runs) for group in groups}) > 1:
        listed = "; ".join(f"{group.name}: {len(group.runs)}" for group in groups)
        said.append(f"They were repeated differently often ({listed}).")
    rounds = {len(run.records) for group in groups for run in group.runs}
    if len(rounds) > 1:
        said.append(
            f"They have finished different numbers of rounds ({min(rounds)} to {max(rounds)}). A "
            "line ends where its first run ends; the table's means are over each run's own rounds."
        )
    return said


def comparison_rows(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """`summary_row` of each group."""
    return [
        summary_row(group.name, [summarise(run.records) for run in group.runs]) for group in groups
    ]


def summary_row(name: str, summaries: Sequence[Summary]) -> dict[str, Any]:
    """One line of a comparison: name, runs, rounds, then mean and deviation of every column.

    Args:
        name: of what was repeated.
        summaries: of its runs, at least one.

    Returns:
        "name", "runs", "rounds" (that all of them have finished), and for each of `COLUMNS` its
        "_mean" and standard deviation "_sd", None where one of the runs cannot tell.
    """
    rounds = min(summary.rounds for summary in summaries)
    row: dict[str, Any] = {"name": name, "runs": len(summaries), "rounds": rounds}
    for column in COLUMNS:
        found = mean_and_spread([getattr(summary, column) for summary in summaries])
        row[f"{column}_mean"], row[f"{column}_sd"] = found or (None, None)
    return row


def rows_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of `summary_row` as CSV: six decimals, an empty cell for what nobody knows."""
    return safe_csv(list(rows[0]), [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return Number(f"{value:.6f}") if isinstance(value, float) else str(value)


def _settings(run: KeptRun) -> dict[str, Any]:
    """What makes a run a different thing to compare; seeds and the like are not."""
    given = asdict(run.config)
    strategy = run.config.strategy
    given |= {f"{strategy}.{name}": value for name, value in _of_strategy(run.config).items()}
    if all(run.models):  # "auto" and the model that it chose are the same
        given["vlm"], given["llm"] = run.models
    return {k: v for k, v in given.items() if k not in (*REPEATED, *INDIFFERENT)}


def _of_strategy(config: ExperimentConfig) -> dict[str, Any]:
    """Its strategy's settings, defaults included; as they stand where nobody knows the strategy."""
    try:
        return full_settings(strategy_class(config.strategy), dict(config.settings))
    except ConfigError:  # a package that is not installed here
        return dict(config.settings)


def _repeats(run: KeptRun, group: Sequence[KeptRun]) -> bool:
    """Whether `run` is a further repetition of the group's setting."""
    if run.comparison != group[0].comparison or _settings(run) != _settings(group[0]):
        return False
    mine = run.config
    for other in (member.config for member in group):
        if (mine.seed, mine.split_seed) == (other.seed, other.split_seed):
            return False
        if mine.split_seed == other.split_seed and mine.relevant != other.relevant:
            return False  # classes named by hand: another task
    return True


def _splits(group: Group) -> frozenset[tuple[str, ...]]:
    return frozenset(run.config.relevant for run in group.runs)


def _names(runs: Sequence[KeptRun]) -> list[str]:
    """A name for each run that tells it from the others: strategy, differing settings, folder."""
    settings = [_settings(run) for run in runs]
    varied = [
        name
        for name in dict.fromkeys(itertools.chain(*settings))
        if len({str(given[name]) for given in settings if name in given}) > 1
    ]
    several = len({run.comparison for run in runs}) > 1
    names = []
    for run, given in zip(runs, settings, strict=True):
        own = f"{given['strategy']}."
        mine = [name for name in varied if name != "strategy" and name in given]
        parts = [f"{name.removeprefix(own)}={given[name]}" for name in mine]
        of = f" ({run.comparison})" if several and run.comparison else ""
        names.append(", ".join([given["strategy"], *parts]) + of)
    return _told_apart(names, runs)


def _told_apart(names: list[str], runs: Sequence[KeptRun]) -> list[str]:
    """`names`; one that repeats gets its folder behind: the outermost, or all of it if need be."""
    bare = [n.removesuffix(f" ({r.comparison})") for n, r in zip(names, runs, strict=True)]
    outer = [f"{n} ({r.name.partition('/')[0]})" for n, r in zip(bare, runs, strict=True)]
    whole = [f"{n} ({r.name})" for n, r in zip(bare, runs, strict=True)]
    return [
        name if names.count(name) == 1 else short if outer.count(short) == 1 else long
        for name, short, long in zip(names, outer, whole, strict=True)
    ]
