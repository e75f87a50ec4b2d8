"""Everything that defines one run, checked once, when it is made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from laser_core.errors import ConfigError

Fusion = Literal["raw", "zscore"]
Selection = Literal["quota", "global"]
Aggregator = Literal["mean", "max", "softmax"]
LearnerName = Literal["head", "resnet18"]
Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class ExperimentConfig:
    """One pool, one strategy, one seed. Defaults are those of Section 4.1 where it gives any.

    A field left at None is decided when the pool is known (`laser_core.prepare`); `config.json`
    holds what was decided.
    """

    pool: str = "demo"  # demo, a torchvision set, a folder, a zip or a table
    data_root: str | None = None  # where torchvision's sets lie or go
    per_class: int | None = None  # at most this many pool images a class; None: all
    relevant: tuple[str, ...] = ()  # Y_R in order; empty: taken from `mismatch`
    mismatch: float = 0.2  # share of classes that are RELEVANT (not of noise)
    split_seed: int = 0  # 0: the first classes are relevant; 1, 2, ...: seeded permutations
    task: str = ""  # Section 4.5: a sentence, with `known` names, from which the
    known: tuple[str, ...] = ()  # language model proposes
    propose: int = 2  # this many further relevant classes
    rounds: int = 10  # J
    batch_size: int | None = None  # b; None: 3% of the pool, as the paper's 1,500 of 50,000
    seed: int = 0
    descriptions: int | None = None  # K per class; None: 15 / 4 / 2 as in the paper, else 5
    confusers: int | None = None  # N_conf in total; None: twice the relevant classes
    use_discovered: bool = True  # names of irrelevant images met so far join the confusers
    llm: str = "offline"
    vlm: str = "auto"
    strategy: str = "laser"
    delta: str = "linear"  # linear, precision or fixed:X
    fusion: Fusion = "raw"  # Eq. (5) as printed
    selection: Selection = "quota"  # top-p per description (Section 3.2)
    quota_reach: int = 2  # quotas choose among this many batches of top scores; 0: the whole pool
    aggregator: Aggregator = "mean"  # second term of Eq. (1); the others are ours
    temperature: float = 0.5  # T of Eq. (3)
    learner: LearnerName = "head"
    epochs: int = 300  # of resnet18; `head` has none
    device: Device = "auto"

    def __post_init__(self) -> None:
        self._check_shares()
        self._check_counts()
        self._check_choices()
        delta_schedule(self.delta)
        repeated = sorted({name for name in self.relevant if self.relevant.count(name) > 1})
        if repeated:
            raise ConfigError(f"relevant names {repeated[0]!r} twice; name each class once")

    def _check_shares(self) -> None:
        if not 0.0 < self.mismatch < 1.0:
            raise ConfigError(
                f"mismatch={self.mismatch:g}: it is the share of classes that are relevant, so it "
                "must lie between 0 and 1, both excluded; 20% is 0.2"
            )
        if not 0.0 < self.temperature <= 10.0:
            raise ConfigError(
                f"temperature={self.temperature:g}: it divides the detector's logits, so it must "
                "lie above 0 and be at most 10; the paper has 0.5"
            )

    def _check_counts(self) -> None:
        lowest = {
            "rounds": 1, "batch_size": 1, "seed": 0, "split_seed": 0, "descriptions": 0,
            "confusers": 0, "epochs": 1, "per_class": 1, "propose": 0, "quota_reach": 0,
        }  # fmt: skip
        for name, least in lowest.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigError(f"{name}={value}: it must be a whole number of at least {least}")

    def _check_choices(self) -> None:
        hints = get_type_hints(type(self))
        for name in ("fusion", "selection", "aggregator", "learner", "device"):
            allowed = get_args(hints[name])
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    f"{name}={getattr(self, name)!r} is unknown; choose one of {', '.join(allowed)}"
                )

    def to_json(self) -> str:
        """The config as indented JSON, the text of `config.json`."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ExperimentConfig:
        """The config that `to_json` wrote.

        Raises:
            ConfigError: `text` is no JSON object, or has fields this version does not know.
        """
        try:
            given: dict[str, Any] = json.loads(text)
            unknown = sorted(set(given) - {f.name for f in fields(cls)})
        except (ValueError, TypeError) as error:
            raise ConfigError(
                f"config.json cannot be read ({error}); restore it, or start a new run"
            ) from error
        if unknown:
            raise ConfigError(
                f"config.json has fields this version does not know ({', '.join(unknown)}); "
                "open the run with the version that wrote it"
            )
        lists = {k: tuple(v) for k, v in given.items() if isinstance(v, list)}
        return cls(**{**given, **lists})


@dataclass(frozen=True)
class RoundChoice:
    """What a person set for one round instead of the run's settings; None keeps the setting.

    Args:
        delta: 0 to 1, the detector's share in Eq. (5).
        fusion, selection, strategy: as in `ExperimentConfig`.
    """

    delta: float | None = None
    fusion: Fusion | None = None
    selection: Selection | None = None
    strategy: str | None = None

    def __post_init__(self) -> None:
        if self.delta is not None and not 0.0 <= self.delta <= 1.0:
            raise ConfigError(f"delta={self.delta:g}: it is a share, so it must lie from 0 to 1")

    def applied_to(self, config: ExperimentConfig) -> ExperimentConfig:
        """`config` as it counts for this round (delta apart).

        Raises:
            ConfigError: a choice is not allowed.
        """
        given = {"fusion": self.fusion, "selection": self.selection, "strategy": self.strategy}
        return replace(config, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]


NO_CHOICE = RoundChoice()


@dataclass(frozen=True)
class DeltaSchedule:
    """How delta of Eq. (5) goes from round to round.

    Args:
        kind: "linear" min(step (j - 1), cap); "fixed" `value` from round 2 on; "precision"
            P_det / (P_det + P_vlm) of the round before (Section 4.6).
        value: the fixed delta, 0 to 1; unused otherwise.
    """

    kind: Literal["linear", "precision", "fixed"]
    value: float = 0.0


def delta_schedule(text: str) -> DeltaSchedule:
    """The schedule that `text` ("linear", "precision", "fixed:0.3") names.

    Raises:
        ConfigError: it names none, or the fixed value is no number from 0 to 1.
    """
    if text == "linear":
        return DeltaSchedule("linear")
    if text == "precision":
        return DeltaSchedule("precision")
    kind, _, number = text.partition(":")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if kind == "fixed" and 0.0 <= value <= 1.0:
        return DeltaSchedule("fixed", value)
    raise ConfigError(
        f"delta={text!r} is unknown; choose linear, precision, or fixed:X with X from 0 to 1, "
        "for example fixed:0.3"
    )
