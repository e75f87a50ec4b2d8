"""The studies that come with the program: the paper's figures and tables, and a quick one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from laser_core.config import PAPER_PRESETS
from laser_core.data.open import open_pool
from laser_core.data.sets.published_sets import published_set
from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES
from laser_core.studies.cells import WHOLE, Line, Part, Place, Study

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
NAMES = {
    "laser": "LaSeR", "gated": "Gated", "eaoa": "EAOA", "bual": "BUAL", "eoal": "EOAL",
    "lfosa": "LfOSA", "mqnet": "MQ-Net", "bald": "BALD", "openmax": "OpenMax",
    "random": "Random", "uncertainty": "Uncertainty", "coreset": "Coreset", "badge": "BADGE",
    "margin": "Margin", "typiclust": "TypiClust", "maxherding": "MaxHerding",
    "uherding": "UHerding", "dropquery": "DropQuery", "e2oal": "E2OAL", "mcm": "MCM",
    "neglabel": "NegLabel",
}  # fmt: skip
BASELINES = (
    "eaoa",
    "bual",
    "eoal",
    "lfosa",
    "mqnet",
    "bald",
    "openmax",
    "random",
    "uncertainty",
)  # fmt: skip - Section 4.2, in its order
PAPER_POOLS = ("cifar10", "cifar100", "tiny-imagenet", "icubworld")
TASK = {"task": "Help the person in dressing up", "known": ["perfume", "sunglasses"], "propose": 2}
PRINTED = {"strategy": "laser", **PAPER_PRESETS["section-3.2"]}
PRINTED_LINE = "LaSeR as printed"
READY = ("demo", "paper")
STARTS = ("published", "cold", "random", "laser", "known")
PARTS = (
    "fig3", "fig4", "fig5", "fig6", "fig7", "fig8", "table1", "table2", "table3", "ours",
)  # fmt: skip
TABLE_2 = (
    "Table 2, other protocol, accuracy in % of LaSeR and LLaVA: CIFAR-10 at 20, 30, 40%: 99.0 and "
    "95.2, 97.0 and 94.4, 93.0 and 91.7; CIFAR-100: 75.0 and 52.8, 73.5 and 43.2, 72.5 and 40.4."
)
TABLE_1 = (
    "Table 1, other protocol, rounds 1 to 10: accuracy in % 62.7, 76.4, 81.5, 93.6, 94.5, 95.8, "
    "96.6, 97.3, 97.1, 97.3; precision 0.88, 0.71, 0.52, 0.58, 0.62, 0.63, 0.49, 0.59, 0.65, 0.57."
)
TABLE_3 = (
    "Table 3, other protocol, recall of rounds 1 to 10: 0.1025, 0.1841, 0.2437, 0.3111, 0.3828, "
    "0.4561, 0.5126, 0.5813, 0.6563, 0.7226."
)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a ready study; empty or None: as it is usually.

    Args:
        pools: as for `--pool`.
        ratios: shares of relevant classes.
        splits, seeds: what every line is repeated with.
        parts: of `PARTS`.
        start: of `STARTS`; "published" gives the baselines their known images and LaSeR none.
        settings: fields of `ExperimentConfig` for every cell, and settings of strategies for every
            line of theirs, as "eoal.w".
    """

    pools: tuple[str, ...] = ()
    ratios: tuple[float, ...] = ()
    splits: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    start: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def ready_study(name: str, wanted: Wanted) -> Study:
    """The study called "demo" or "paper", with what is wanted of it.

    Raises:
        ConfigError: there is no study, start or part of that name, or nothing is left of it.
    """
    makers = {"demo": demo_study, "paper": paper_study}  # as in `READY`
    if wanted.start not in ("", *STARTS):
        raise ConfigError(f"--start {wanted.start}: choose one of {', '.join(STARTS)}")
    unknown = sorted(set(wanted.parts) - set(PARTS))
    if unknown:
        raise ConfigError(f"--parts {unknown[0]}: choose of {', '.join(PARTS)}")
    study = makers[name](wanted)
    if not study.parts:
        raise ConfigError(
            f"study {name} has no part {', '.join(wanted.parts)} on {', '.join(wanted.pools)}; it "
            "needs the pool that the paper has there, or leave --parts out"
        )
    return replace(study, splits=wanted.splits or study.splits, seeds=wanted.seeds or study.seeds)


def demo_study(wanted: Wanted) -> Study:
    """All strategies on the built-in pool from one random batch, and the ablations; minutes.

    The same figures and tables as `paper_study`, of other lines: what needs known images (Figure 8)
    apart.
    """
    pools = wanted.pools or ("demo",)
    places = tuple(place_of(p, r) for p in pools for r in wanted.ratios or (0.2,))
    every = _every_strategy(_own_start(wanted.start or "random"))
    ablations = ablation_lines()
    where, laser = tuple(place.name for place in places), (NAMES["laser"],)
    parts = (
        _ours(where, every),
        Part("fig5", "Ablations, as in Figure 5", ("accuracy", "precision"), where,
             _names(ablations)),
        Part("fig6", "Delta by round, as in Figure 6", ("delta",), where, _vary_by(ablations)),
        Part("table1", "By round, as in Table 1", ("rounds",), where, laser),
        Part("table2", "Beside zero-shot, as in Table 2", ("final",), where, laser),
        Part("table3", "Recall by round, as in Table 3", ("recall by round",), where, laser),
    )  # fmt: skip
    lines = (*every, *ablations, _whole())
    base = {"rounds": 6, **wanted.settings}
    return _of("demo", base, places, lines, parts, (0, 1, 2, 3, 4), wanted.parts)


def paper_study(wanted: Wanted) -> Study:
    """Sections 4.1 to 4.6: Figures 3 to 8, Tables 1 to 3, and all strategies from one batch.

    A pool that is none of the paper's has every figure and table too.
    """
    pools, ratios = _pools_by_name(wanted), wanted.ratios or (0.2, 0.3, 0.4)
    places = tuple(
        Place(f"{name}-{round(100 * ratio)}", {"pool": pool, "mismatch": ratio})
        for name, pool in pools.items() if name != "icubworld" for ratio in ratios
    )  # fmt: skip
    own = [name for name in pools if name not in PAPER_POOLS]
    short = tuple(
        Place(f"{name}-{round(100 * ratios[0])}-ablations",
              {"pool": pools[name], "mismatch": ratios[0] if name in own else 0.2, "epochs": 50})
        for name in ("cifar100", *own) if name in pools
    )  # fmt: skip
    robot = pools.get("icubworld")
    icub = (Place("icubworld", {"pool": robot, **TASK}),) if robot else ()
    rivals = _rivals(wanted.start or "published")
    every = _lines_of_both(_every_strategy("random", ", random start"), rivals)
    ablations = ablation_lines()
    parts = _paper_parts(_Where(places, short, icub, tuple(own)), rivals, ablations)
    parts.append(_ours(tuple(place.name for place in places), every))
    by_name = {line.name: line for line in (*rivals, *ablations, *every)}
    lines = (*by_name.values(), _whole())
    base = {"rounds": 10, "learner": "resnet18", **wanted.settings}
    return _of("paper", base, (*places, *short, *icub), lines, parts, (0, 1, 2, 3), wanted.parts)


def _pools_by_name(wanted: Wanted) -> dict[str, str]:
    """Name of the published set, or of the file or folder -> the pool as it was named.

    Raises:
        ConfigError: two are the same set; ConfigError, PoolError: one cannot be opened.
    """
    said, root = str(wanted.settings.get("data_set", "")), wanted.settings.get("data_root")
    found: dict[str, str] = {}
    for pool in wanted.pools or PAPER_POOLS:
        name = said or pool
        if not said and Path(pool).exists() and pool not in PAPER_POOLS:
            source = open_pool(pool, Path(root) if root else None)
            name = published_set(source.classes()) or _stem(pool)
        if name in found:
            raise ConfigError(f"{found[name]} and {pool} are both {name}; give one of them")
        found[name] = pool
    return found


@dataclass(frozen=True)
class _Where:
    """The places of the paper's figures, and the pools among them that the paper does not have."""

    places: tuple[Place, ...]
    short: tuple[Place, ...]
    icub: tuple[Place, ...]
    own: tuple[str, ...]

    def of(self, *sets: str) -> tuple[str, ...]:
        """The places of these published sets, and those of pools of one's own."""
        starts = [f"{name}-" for name in (*sets, *self.own)]
        return tuple(p.name for p in self.places if any(p.name.startswith(s) for s in starts))

    @property
    def by_round(self) -> tuple[str, ...]:
        """Of Tables 1 and 3: iCubWorld, and the first share of each pool of one's own."""
        firsts = (next(p.name for p in self.places if p.name.startswith(f"{n}-")) for n in self.own)
        return (*(place.name for place in self.icub), *firsts)


def _paper_parts(where: _Where, rivals: Sequence[Line], ablations: Sequence[Line]) -> list[Part]:
    """The figures and tables that the chosen pools allow."""
    hundred, both = where.of("cifar100"), where.of("cifar10", "cifar100")
    short, every = tuple(p.name for p in where.short), tuple(p.name for p in where.places)
    lines, laser = _names(rivals), (PRINTED_LINE,)
    made = [
        Part("fig3", "Figure 3: accuracy", ("accuracy",), every, lines),
        Part("fig4", "Figure 4: precision", ("precision",), both, lines),
        Part("fig5", "Figure 5: ablations", ("accuracy", "precision"), short, _names(ablations)),
        Part("fig6", "Figure 6: delta by round", ("delta",), short, _vary_by(ablations)),
        Part("fig7", "Figure 7: recall", ("recall",), hundred, lines),
        Part("fig8", "Figure 8: recall without given labels", ("recall without given",), hundred,
             lines),
        Part("table1", "Table 1: by round", ("rounds",), where.by_round, laser, TABLE_1),
        Part("table2", "Table 2: beside zero-shot", ("final",), both, laser, TABLE_2),
        Part("table3", "Table 3: recall by round", ("recall by round",), where.by_round, laser,
             TABLE_3),
    ]  # fmt: skip
    return [part for part in made if part.places]


def _of(
    name: str,
    base: Mapping[str, Any],
    places: Sequence[Place],
    lines: Sequence[Line],
    parts: Iterable[Part],
    splits: tuple[int, ...],
    chosen: Sequence[str],
) -> Study:
    """A study of the chosen parts alone, with nothing that they do not need."""
    kept = tuple(part for part in parts if not chosen or part.name in chosen)
    where = {place for part in kept for place in part.places}
    drawn = {line for part in kept for line in part.lines}
    ranks = any("ranks" in part.shows for part in kept)
    return Study(
        name,
        dict(base),
        tuple(place for place in places if place.name in where),
        tuple(line for line in lines if line.name in drawn or (line.whole and ranks)),
        kept,
        splits,
    )


def place_of(pool: str, ratio: float) -> Place:
    """A pool with a share of its classes, named by both, such as "cifar10-20"."""
    return Place(f"{_stem(pool)}-{round(100 * ratio)}", {"pool": pool, "mismatch": ratio})


def _stem(pool: str) -> str:
    """The last part of a path."""
    return pool.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _rivals(start: str) -> tuple[Line, ...]:
    """LaSeR as printed, and the nine methods of Section 4.2; no classifier knows the text."""
    known = "known" if start == "published" else start
    return (
        Line(PRINTED_LINE, {**PRINTED, "start": _own_start(start)}),
        *(
            Line(NAMES[name], {"strategy": name, "start": known, "anchor": 0.0})
            for name in BASELINES
        ),
    )


def _own_start(start: str) -> str:
    """LaSeR's: as published it begins with nothing."""
    return "cold" if start == "published" else start


def _every_strategy(start: str, suffix: str = "") -> tuple[Line, ...]:
    """Each strategy that there is or is to be, by its defaults, from one start."""
    return tuple(
        Line(f"{NAMES.get(name, name)}{suffix}", {"strategy": name, "start": start})
        for name in known_names()
    )


def _lines_of_both(lines: Sequence[Line], others: Sequence[Line]) -> tuple[Line, ...]:
    """`lines`, with those of `others` that are the same in their place: a cell is run once."""
    same = {repr(sorted(line.settings.items())): line for line in others}
    return tuple(same.get(repr(sorted(line.settings.items())), line) for line in lines)


def ablation_lines(start: str = "cold") -> tuple[Line, ...]:
    """The variations of Section 4.6, of LaSeR as printed; in the order of `ABLATIONS`."""
    return tuple(
        Line(name if changed else PRINTED_LINE, {**PRINTED, **changed, "start": start})
        for name, changed in ABLATIONS.items()
    )


def _whole() -> Line:
    return Line(WHOLE, {"strategy": "random"}, whole=True)


def _ours(places: tuple[str, ...], lines: Sequence[Line]) -> Part:
    return Part(
        "ours",
        "Every strategy from one start: Figures 3, 4, 7 (and 8 where nothing is given)",
        ("accuracy", "precision", "recall", "ranks"),
        places,
        _names(lines),
    )


def _vary_by(ablations: Sequence[Line]) -> tuple[str, ...]:
    """The two whose delta Figure 6 has."""
    return tuple(n for n in _names(ablations) if n in (PRINTED_LINE, "precision-based delta"))


def _names(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(line.name for line in lines)


def known_names() -> tuple[str, ...]:
    """Strategies that there are, or that a ready study waits for."""
    return tuple(dict.fromkeys((*NAMES, *STRATEGIES)))
