"""Everything that defines one run, checked once, when it is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args, get_type_hints

from laser_core.errors import ConfigError

Settings = tuple[tuple[str, Any], ...]  # a strategy's own, by name, in the names' order
LearnerName = Literal["head", "resnet18"]
Start = Literal["cold", "random", "laser", "known"]
First = Literal["random", "laser"]
DataSet = Literal["", "cifar10", "cifar100", "tiny-imagenet", "icubworld"]
Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "fp32", "bf16"]

RETIRED_REACH = "quota_reach"  # a field of versions before `balanced`; 0 is Section 3.2 as it is
RETIRED_AGGREGATORS = ("max", "softmax")
# LaSeR's settings, which stood among the fields of the config in earlier versions
_WAS_A_FIELD = ("delta", "fusion", "selection", "aggregator", "temperature")

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
    data_set: DataSet = ""  # the published set that the pool is: decides K, b and `known_share`
    # where they are None; "": told by the pool's classes
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
    confusers_again: bool = False  # with new such names the model is asked for N others (A.1)
    llm: str = "offline"
    vlm: str = "auto"
    strategy: str = "laser"
    settings: Settings = ()  # the strategy's own; `laser_core.experiment.plan` fills the rest
    # Round 1: by the strategy's own rule from no label ("cold"); one batch that all strategies
    # share, drawn at random or LaSeR's; or its own rule after some relevant images came with their
    # labels for nothing ("known", as the published comparisons have it).
    start: Start = "cold"
    first: First = "random"  # who is asked while the strategy cannot score yet
    known_share: float | None = None  # of the relevant images, with "known"; None: 1% of CIFAR-10,
    # 8% elsewhere
    learner: LearnerName = "head"
    anchor: float | None = None  # a, the text's part in the head's classifier; None: 1 for `head`,
    # 0 for `resnet18`, which has no such thing
    epochs: int = 300  # of resnet18; `head` has none
    device: Device = "auto"
    # How resnet18 learns there. "auto": its trunk in bfloat16 on a GPU that has it, else float32.
    # A GPU gives the same numbers every time only where that is asked for.
    precision: Precision = "auto"
    deterministic: bool = False
    compiled: bool = False  # by torch.compile, which takes a minute at first
    # Rules that a run of an earlier version was queried by and that exist no more, as its
    # config.json named them: (("quota_reach", 2),) or (("aggregator", "max"),).
    retired: tuple[tuple[str, Any], ...] = ()
    former: str = ""  # config.json as it was before round `since`, where a run went on otherwise
    since: int = 1  # the first round that these settings count for

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", in_order(self.settings))
        self._check_shares()
        self._check_counts()
        self._check_choices()
        repeated = sorted({name for name in self.relevant if self.relevant.count(name) > 1})
        if repeated:
            raise ConfigError(f"relevant names {repeated[0]!r} twice; name each class once")

    def _check_shares(self) -> None:
        if not 0.0 < self.mismatch < 1.0:
            raise ConfigError(
                f"mismatch={self.mismatch:g}: it is the share of classes that are relevant, so it "
                "must lie between 0 and 1, both excluded; 20% is 0.2"
            )
        if self.known_share is not None and not 0.0 < self.known_share < 1.0:
            raise ConfigError(
                f"known_share={self.known_share:g}: it is the share of the relevant images that "
                "are known from the start, so it must lie between 0 and 1, both excluded; 8% is "
                "0.08"
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
        for name in ("data_set", "start", "first", "learner", "device", "precision"):
            allowed = get_args(hints[name])
            if getattr(self, name) not in allowed:
                raise ConfigError(
                    f"{name}={getattr(self, name)!r} is unknown; choose one of "
                    f"{', '.join(filter(None, allowed))}"
                )

    @classmethod
    def of(cls, **given: Any) -> ExperimentConfig:
        """A config of fields and, beside them, settings of its strategy by name.

        Raises:
            ConfigError: a value is not allowed; a strategy says itself which settings it has.
        """
        return cls().with_changes(**given)

    def with_changes(self, **given: Any) -> ExperimentConfig:
        """The same with other fields and, beside them, other settings of its strategy by name.

        Another strategy starts from its own defaults.

        Raises:
            ConfigError: as for `of`.
        """
        own = {f.name for f in fields(self)}
        kept = {k: v for k, v in given.items() if k in own}
        same = kept.get("strategy", self.strategy) == self.strategy
        settings = in_order(kept.pop("settings", self.settings if same else ()))
        rest = {k: v for k, v in given.items() if k not in own}
        return replace(self, **kept, settings=merge_settings(settings, rest))

    def in_round(self, round: int) -> ExperimentConfig:
        """The settings that round 1, 2, ... was or would be queried by."""
        former = ExperimentConfig.from_json(self.former) if self.former else None
        return former.in_round(round) if former and round < self.since else self

    def going_on(self, round: int) -> ExperimentConfig:
        """The same run from `round` on, with `balanced` and the mean in place of retired rules."""
        return replace(
            self,
            settings=merge_settings(self.settings, {"selection": "balanced"}),
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
        given = {**asdict(self), "settings": dict(self.settings)}
        later = {"retired": (), "former": "", "since": 1}
        kept = {k: v for k, v in given.items() if k not in later or v != later[k]}
        kept.pop("retired", None)
        return json.dumps({**kept, **dict(self.retired)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ExperimentConfig:
        """The config that `to_json` wrote, also that of an earlier version.

        Without a field `anchor` it is 0: the classifier of that version knew no text. LaSeR's
        settings were fields then; other strategies did not read them.

        Raises:
            ConfigError: `text` is no JSON object, or has fields this version does not know.
        """
        try:
            given: dict[str, Any] = {"anchor": 0.0, **json.loads(text)}
            retired = _take_retired(given)
            _take_settings(given)
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
    now = dict(given.get("settings") or {})
    reach = given.pop(RETIRED_REACH, 0)
    if reach and mattered and given.get("selection", now.get("selection")) == "quota":
        found.append((RETIRED_REACH, reach))
    if given.get("aggregator") in RETIRED_AGGREGATORS:
        if mattered:
            found.append(("aggregator", given["aggregator"]))
        given["aggregator"] = "mean"
    return tuple(found)


def _take_settings(given: dict[str, Any]) -> None:
    """Move what was a field in earlier versions to the settings of the strategy that read it."""
    former = {name: given.pop(name) for name in _WAS_A_FIELD if name in given}
    of_laser = given.get("strategy", "laser") == "laser"
    given["settings"] = {**(former if of_laser else {}), **dict(given.get("settings") or {})}


def in_order(settings: Settings | Mapping[str, Any]) -> Settings:
    """Settings as a config holds them: by name, in the names' order.

    Raises:
        ConfigError: they are no pairs of a name and a number, a text, true or false.
    """
    try:
        found = dict(settings)
        plain = all(isinstance(v, (str, int, float)) for v in found.values())
        if not plain or not all(isinstance(name, str) for name in found):
            raise ValueError
    except (TypeError, ValueError) as error:
        raise ConfigError(
            f"settings={settings!r:.100}: give names with a number, a text, true or false each, "
            "such as delta=linear"
        ) from error
    return tuple(sorted(found.items()))


def merge_settings(settings: Settings, given: Settings | Mapping[str, Any]) -> Settings:
    """`settings` with those of `given` in their place."""
    return in_order({**dict(settings), **dict(given)})


@dataclass(frozen=True)
class RoundChoice:
    """What a person set for one round instead of the run's settings; None keeps the setting.

    The one carrier of a person's delta: from the slider through the query to Eq. (5).

    Args:
        delta: 0 to 1, the detector's share in Eq. (5).
        strategy: as in `ExperimentConfig`.
        settings: of the strategy, those that differ.
    """

    delta: float | None = None
    strategy: str | None = None
    settings: Settings = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", in_order(self.settings))
        if self.delta is not None and not 0.0 <= self.delta <= 1.0:
            raise ConfigError(f"delta={self.delta:g}: it is a share, so it must lie from 0 to 1")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> RoundChoice:
        """A choice of fields and, beside them, of settings by name, as earlier versions kept it."""
        own = {f.name for f in fields(cls)}
        rest = {k: v for k, v in given.items() if k not in own and v is not None}
        kept = {k: v for k, v in given.items() if k in own}
        return cls(**{**kept, "settings": merge_settings(in_order(kept.get("settings", ())), rest)})

    def applied_to(self, config: ExperimentConfig) -> ExperimentConfig:
        """`config` as it counts for this round (delta apart).

        Raises:
            ConfigError: a choice is not allowed.
        """
        given = {} if self.strategy is None else {"strategy": self.strategy}
        return config.with_changes(**given, **dict(self.settings))


NO_CHOICE = RoundChoice()
