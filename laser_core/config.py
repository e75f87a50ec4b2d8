"""Everything that defines one run, checked once, when it is made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from laser_core.errors import ConfigError

Fusion = Literal["raw", "zscore"]
Selection = Literal["balanced", "quota", "global"]
Aggregator = Literal["mean", "neglabel"]
LearnerName = Literal["head", "resnet18"]
Device = Literal["auto", "cpu", "cuda"]

RETIRED_REACH = "quota_reach"  # a field of versions before `balanced`; 0 is Section 3.2 as it is
RETIRED_AGGREGATORS = ("max", "softmax")

# Settings as the paper prints them, apart from K, which its data sets decide
# (`laser_core.experiment.plan`).
PRINTED: dict[str, Any] = {
    "fusion": "raw", "delta": "linear", "aggregator": "mean", "confusers": None,
    "temperature": 0.5, "anchor": 0.0,
}  # fmt: skip
PAPER_PRESETS: dict[str, dict[str, Any]] = {
    "section-3.2": {**PRINTED, "selection": "quota"},
    "algorithm-1": {**PRINTED, "selection": "global"},
}


@dataclass(frozen=True)
class ExperimentConfig:
    """One pool, one strategy, one seed. Defaults are those of Section 4.1 where it gives any.

    A field left at None is decided when the pool is known (`laser_core.experiment.plan`);
    `config.json` holds what was decided.
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
    selection: Selection = "balanced"  # ours; "quota" is Section 3.2, "global" Algorithm 1
    aggregator: Aggregator = "mean"  # Eq. (1) as printed; "neglabel" is not the paper's
    temperature: float = 0.5  # T of Eq. (3)
    learner: LearnerName = "head"
    anchor: float | None = None  # a, the text's part in the head's classifier; None: 1 for `head`,
    # 0 for `resnet18`, which has no such thing
    epochs: int = 300  # of resnet18; `head` has none
    device: Device = "auto"
    # Rules that a run of an earlier version was queried by and that exist no more, as its
    # config.json named them: (("quota_reach", 2),) or (("aggregator", "max"),).
    retired: tuple[tuple[str, Any], ...] = ()
    former: str = ""  # config.json as it was before round `since`, where a run went on otherwise
    since: int = 1  # the first round that these settings count for

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
        if self.anchor is not None and not 0.0 <= self.anchor <= 10.0:
            raise ConfigError(
                f"anchor={self.anchor:g}: it multiplies what the text says of a class, so it must "
                "lie from 0 (no text in the classifier) to 10; 1 is usual"
            )
        if self.anchor and self.learner != "head":
            raise ConfigError(
                f"anchor={self.anchor:g}: only the learner head can start from the text; leave "
                f"anchor out with {self.learner}, or choose head"
            )

    def _check_counts(self) -> None:
        lowest = {
            "rounds": 1, "batch_size": 1, "seed": 0, "split_seed": 0, "descriptions": 0,
            "confusers": 0, "epochs": 1, "per_class": 1, "propose": 0, "since": 1,
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

    def in_round(self, round: int) -> ExperimentConfig:
        """The settings that round 1, 2, ... was or would be queried by."""
        former = ExperimentConfig.from_json(self.former) if self.former else None
        return former.in_round(round) if former and round < self.since else self

    def going_on(self, round: int) -> ExperimentConfig:
        """The same run from `round` on, with `balanced` and the mean in place of retired rules."""
        return replace(
            self,
            selection="balanced",
            retired=(),
            former=self.to_json(),
            since=round,
        )

    def require_living_rules(self) -> None:
        """Check that the next query can be asked by these settings.

        Raises:
            ConfigError: they name a rule that this version no longer has.
        """
        if self.retired:
            raise ConfigError(
                f"this run asked by {self.retired_words()}, which this version no longer has; its "
                "rounds stay as they are, and it can go on with the selection `balanced` and the "
                "mean penalty: agree to that with `resume --balanced`, or on the page Round"
            )

    def retired_words(self) -> str:
        """The retired rules in words, such as "quotas with a reach of 2 batches"; "" if none."""
        words = {
            RETIRED_REACH: "quotas with a reach of {} batches",
            "aggregator": "the confusers' {} as the penalty of Eq. (1)",
        }
        return " and ".join(words[name].format(value) for name, value in self.retired)

    def to_json(self) -> str:
        """The config as indented JSON, the text of `config.json`.

        Retired rules are written as the version that had them did.
        """
        given = asdict(self)
        later = {"retired": (), "former": "", "since": 1}
        kept = {k: v for k, v in given.items() if k not in later or v != later[k]}
        kept.pop("retired", None)
        return json.dumps({**kept, **dict(self.retired)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ExperimentConfig:
        """The config that `to_json` wrote, also that of an earlier version.

        Without a field `anchor` it is 0: the classifier of that version knew no text.

        Raises:
            ConfigError: `text` is no JSON object, or has fields this version does not know.
        """
        try:
            given: dict[str, Any] = {"anchor": 0.0, **json.loads(text)}
            retired = _take_retired(given)
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
        return cls(**{**given, **lists, "retired": retired})


def _take_retired(given: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Take the rules that exist no more out of `given`; those that decided anything come back."""
    found: list[tuple[str, Any]] = []
    mattered = given.get("strategy", "laser") == "laser"
    reach = given.pop(RETIRED_REACH, 0)
    if reach and mattered and given.get("selection") == "quota":
        found.append((RETIRED_REACH, reach))
    if given.get("aggregator") in RETIRED_AGGREGATORS:
        if mattered:
            found.append(("aggregator", given["aggregator"]))
        given["aggregator"] = "mean"
    return tuple(found)


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
