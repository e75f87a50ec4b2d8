"""The options that `run` and `compare` share, and how they become one checked config."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from laser_core.config import PAPER_PRESETS, ExperimentConfig
from laser_core.data.class_split import WrittenNames
from laser_core.data.open import open_pool
from laser_core.data.sets.demo import DEMO_POOLS
from laser_core.data.sets.demo import Preset as DemoPreset
from laser_core.data.sets.demo import preset as demo_preset
from laser_core.data.sets.published_sets import (
    PAPER_DESCRIPTIONS,
    PRINTED_DESCRIPTIONS,
    set_of,
    usual_descriptions,
)
from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES
from laser_core.strategies.laser import Laser
from laser_core.strategies.settings import read_settings, told_settings

POOLS = "Pool of pictures"
CLASSES = "Which classes matter"
LOOP = "The loop"
MODELS = "Models"
METHOD = "Texts"


@dataclass(frozen=True)
class PoolOptions:
    """Pool of pictures."""

    pool: Annotated[
        str,
        typer.Option(
            help="demo, demo-hard, cifar10, cifar100, tiny-imagenet, icubworld, stl10, "
            "fashion-mnist, a FOLDER of pictures, an ARCHIVE.zip of one, or a TABLE.csv or "
            ".parquet with a column `path` and perhaps `label` and `split`.",
            rich_help_panel=POOLS,
        ),
    ] = "demo"
    data_root: Annotated[
        Path | None,
        typer.Option(help="Where torchvision's sets lie or go.", rich_help_panel=POOLS),
    ] = None
    data_set: Annotated[
        str,
        typer.Option(
            "--as",
            help="The published set that the pool is: cifar10, cifar100, tiny-imagenet or "
            "icubworld, for the paper's K, b and known images; told by its classes if left out.",
            rich_help_panel=POOLS,
            show_default=False,
        ),
    ] = ""
    per_class: Annotated[
        int | None,
        typer.Option(help="At most this many pool pictures a class.", rich_help_panel=POOLS),
    ] = None


@dataclass(frozen=True)
class ClassOptions:
    """Which classes matter."""

    relevant: Annotated[
        list[str] | None,
        typer.Option(
            help="Classes that matter: a,b,c. May repeat. A name with commas is found as it is "
            "written, or stands in quotation marks: '\"tench, Tinca tinca\",cat'.",
            show_default=False,
            metavar="NAMES",
            rich_help_panel=CLASSES,
        ),
    ] = None
    mismatch: Annotated[
        float | None,
        typer.Option(
            help="Instead of names: this share of the classes is relevant (0.2 if neither).",
            rich_help_panel=CLASSES,
        ),
    ] = None
    split_seed: Annotated[
        int,
        typer.Option(
            help="With --mismatch: 0 takes the first classes, 1, 2, ... random ones.",
            rich_help_panel=CLASSES,
        ),
    ] = 0
    preset: Annotated[
        str,
        typer.Option(
            help="A ready task on the demo: dress, drink, fruit, desk, or table (hard). Or "
            "settings as printed in the paper: section-3.2 or algorithm-1. Both: "
            "dress,section-3.2.",
            rich_help_panel=CLASSES,
        ),
    ] = ""
    task: Annotated[
        str,
        typer.Option(
            help='A sentence, such as "Help a person get dressed": the language model proposes '
            "further relevant classes (Section 4.5).",
            rich_help_panel=CLASSES,
        ),
    ] = ""
    known: Annotated[
        list[str] | None,
        typer.Option(
            help="With --task: classes known so far, a,b; written as for --relevant.",
            show_default=False,
            metavar="NAMES",
            rich_help_panel=CLASSES,
        ),
    ] = None
    propose: Annotated[
        int, typer.Option(help="With --task: how many more to find.", rich_help_panel=CLASSES)
    ] = 2


@dataclass(frozen=True)
class LoopOptions:
    """The loop."""

    rounds: Annotated[int, typer.Option(help="Rounds of queries.", rich_help_panel=LOOP)] = 10
    batch: Annotated[
        int | None,
        typer.Option(
            help="Pictures queried a round; 3% of the pool if left out.", rich_help_panel=LOOP
        ),
    ] = None
    seed: Annotated[int, typer.Option(help="Of everything random.", rich_help_panel=LOOP)] = 0
    strategy: Annotated[
        str, typer.Option(help=f"One of {', '.join(STRATEGIES)}.", rich_help_panel=LOOP)
    ] = "laser"
    set: Annotated[
        list[str] | None,
        typer.Option(
            help="A setting of the strategy, such as delta=fixed:0.3; may repeat. `strategies` "
            "lists them.",
            show_default=False,
            metavar="NAME=VALUE",
            rich_help_panel=LOOP,
        ),
    ] = None
    start: Annotated[
        str,
        typer.Option(
            help="Round 1: cold (the strategy's own rule, from no label), random or laser (one "
            "batch that all strategies share), or known (some relevant pictures come labeled, as "
            "published comparisons start).",
            rich_help_panel=LOOP,
        ),
    ] = "cold"
    first: Annotated[
        str,
        typer.Option(
            help="Who is asked while the strategy cannot score yet: random or laser.",
            rich_help_panel=LOOP,
        ),
    ] = "random"
    known_share: Annotated[
        float | None,
        typer.Option(
            help="With --start known: the share of relevant pictures that come labeled; 0.01 of "
            "CIFAR-10 and 0.08 elsewhere if left out.",
            rich_help_panel=LOOP,
        ),
    ] = None
    learner: Annotated[
        str,
        typer.Option(
            help="head (seconds on a CPU) or resnet18 (the paper's, wants a GPU).",
            rich_help_panel=LOOP,
        ),
    ] = "head"
    epochs: Annotated[int, typer.Option(help="Of resnet18, each round.", rich_help_panel=LOOP)] = (
        300
    )


@dataclass(frozen=True)
class ModelOptions:
    """Models."""

    llm: Annotated[
        str,
        typer.Option(
            help="offline (a semantic reasoner, no LLM), openai[:MODEL] (any OpenAI-compatible "
            "endpoint: OPENAI_API_KEY, OPENAI_BASE_URL), or replay:FILE (a saved transcript).",
            rich_help_panel=MODELS,
        ),
    ] = "offline"
    vlm: Annotated[
        str,
        typer.Option(
            help="auto (CLIP if its weights are on this machine, else offline), offline (weights "
            "that came with pip), or open_clip:MODEL/WEIGHTS, such as open_clip:ViT-B-32/openai.",
            rich_help_panel=MODELS,
        ),
    ] = "auto"
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.", rich_help_panel=MODELS)] = "auto"
    precision: Annotated[
        str,
        typer.Option(
            help="Of resnet18 while it learns: auto (bf16 on a GPU that has it), fp32 or bf16.",
            rich_help_panel=MODELS,
        ),
    ] = "auto"
    deterministic: Annotated[
        bool,
        typer.Option(
            help="resnet18 gives the same numbers every time on a GPU too, slower.",
            rich_help_panel=MODELS,
        ),
    ] = False
    compiled: Annotated[
        bool,
        typer.Option(
            help="resnet18 is compiled first; needs a C++ compiler.", rich_help_panel=MODELS
        ),
    ] = False


@dataclass(frozen=True)
class MethodOptions:
    """LaSeR's texts, and how the classifier starts from them."""

    descriptions: Annotated[
        int | None,
        typer.Option(
            help="K, sentences a class; 5 if left out, the paper's where the pool has the classes "
            "of CIFAR-10 (15), CIFAR-100 (4) or Tiny-ImageNet (2).",
            rich_help_panel=METHOD,
        ),
    ] = None
    confusers: Annotated[
        int | None,
        typer.Option(
            help="N, confusers in total; twice the relevant classes if left out.",
            rich_help_panel=METHOD,
        ),
    ] = None
    discovered: Annotated[
        bool,
        typer.Option(
            help="Names of irrelevant pictures met so far become confusers.",
            rich_help_panel=METHOD,
        ),
    ] = True
    confusers_again: Annotated[
        bool,
        typer.Option(
            "--confusers-again",
            help="Ask for confusers anew whenever such names are new (appendix A.1); without it "
            "they join those that were asked for first.",
            rich_help_panel=METHOD,
        ),
    ] = False
    anchor: Annotated[
        float | None,
        typer.Option(
            help="How much the head's classifier starts from what the text says of a class: 1 if "
            "left out, 0 for labels alone.",
            rich_help_panel=METHOD,
        ),
    ] = None


def _options() -> dict[str, inspect.Parameter]:
    """Every option that `run` and `compare` share, and LaSeR's settings as options of old."""
    found: dict[str, inspect.Parameter] = {}
    for group in (PoolOptions, ClassOptions, LoopOptions, ModelOptions, MethodOptions):
        hints = get_type_hints(group, include_extras=True)
        found |= {f.name: _parameter(f.name, hints[f.name], f.default) for f in fields(group)}
    for told in told_settings(Laser):  # README and scripts have them; `--set` is for all strategies
        option = typer.Option(help=told.says, hidden=True)
        found[told.name] = _parameter(told.name, Annotated[str | None, option], None)
    return found


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind
    )


ALIASES = tuple(told.name for told in told_settings(Laser))
OPTIONS = _options()
_SAME = (  # called the same in the config
    "data_set", "per_class", "split_seed", "task", "propose", "rounds", "seed", "llm", "vlm",
    "strategy", "start", "first", "known_share", "confusers_again", "learner", "epochs", "device",
    "precision", "deterministic", "compiled",
)  # fmt: skip


def settings(**given: Any) -> ExperimentConfig:
    """The options that `run` and `compare` share, as one checked config; those left out as usual.

    Raises:
        ConfigError: two contradict each other, or a value is not allowed.
    """
    options = {name: parameter.default for name, parameter in OPTIONS.items()} | given
    chosen, known = texts_in_use(options["relevant"]), texts_in_use(options["known"])
    mismatch, pool = options["mismatch"], options["pool"]
    if chosen and mismatch is not None:
        raise ConfigError(
            "--relevant and --mismatch were both given; name the classes, or give their share"
        )
    printed, ready = presets(names(options["preset"]))
    if ready:
        if chosen or mismatch is not None or options["task"] or known:
            raise ConfigError(
                f"--preset {ready.key} brings its own pool and classes; leave --relevant, "
                "--mismatch, --task and --known out"
            )
        pool, chosen = ready.pool, ready.relevant
    data_root = options["data_root"]
    method = {name: options[name] for name in ("descriptions", "confusers", "anchor")}
    own = strategy_settings(options["strategy"], options)
    if printed:
        method, own = as_printed(printed, method, own, pool, data_root, options["data_set"]), {}
        if options["strategy"] != Laser.name:  # the texts are anybody's, the rest is LaSeR's own
            method = {name: value for name, value in method.items() if name not in ALIASES}
    return ExperimentConfig.of(
        **{name: options[name] for name in _SAME},
        pool=pool,
        data_root=str(data_root.resolve()) if data_root else None,
        relevant=chosen,
        known=known,
        mismatch=0.2 if mismatch is None else mismatch,
        batch_size=options["batch"],
        use_discovered=options["discovered"],
        **{name: value for name, value in method.items() if value is not None},
        **own,
    )


def strategy_settings(strategy: str, options: Mapping[str, Any]) -> dict[str, str]:
    """The strategy's settings among the options: `--set name=value`, and LaSeR's own options.

    "strategy.name=value" is for the strategy of that name alone; those of others stay as they are,
    for `compare`.

    Raises:
        ConfigError: one has no value, or is given twice.
    """
    given = [pair.partition("=") for pair in options["set"] or ()]
    for name, sign, value in given:
        if not name or not sign or not value:
            raise ConfigError(
                f"--set {name}{sign}: give a setting and its value, as in --set delta=linear; "
                f"`strategies {strategy}` lists what there is"
            )
    pairs = [(name.strip().removeprefix(f"{strategy}."), value) for name, _, value in given]
    pairs += [(name, options[name]) for name in ALIASES if options[name] is not None]
    found: dict[str, str] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise ConfigError(f"{name} is given twice, as {found[name]} and as {value}; give one")
    return found


def presets(given: Sequence[str]) -> tuple[str, DemoPreset | None]:
    """(settings as printed in the paper, task on the demo) that `--preset` names; "" and None.

    Raises:
        ConfigError: a name is unknown, or there are two of a kind.
    """
    printed = [name for name in given if name in PAPER_PRESETS]
    tasks = [demo_preset(name) for name in given if name not in PAPER_PRESETS]
    if len(printed) > 1 or len(tasks) > 1:
        raise ConfigError(
            f"--preset {','.join(given)}: give at most one task of the demo and one of "
            f"{' and '.join(PAPER_PRESETS)}, such as dress,section-3.2"
        )
    return (printed[0] if printed else ""), (tasks[0] if tasks else None)


def as_printed(
    preset: str,
    texts: Mapping[str, Any],
    own: Mapping[str, Any],
    pool: str,
    data_root: Path | None = None,
    data_set: str = "",
) -> dict[str, Any]:
    """What a paper preset sets.

    Args:
        texts: what the command line says of texts and anchor, None if left out.
        own: what it says of the strategy's settings.
        data_set: the published set that the pool is said to be.

    Raises:
        ConfigError: an option says something else than the preset.
        PoolError: the pool, whose classes decide K, cannot be opened.
    """
    # others are told by their classes
    known = data_set or pool in (*PAPER_DESCRIPTIONS, *DEMO_POOLS)
    classes = [] if known else open_pool(pool, data_root).classes()
    sentences = usual_descriptions(set_of(pool, classes, data_set), PRINTED_DESCRIPTIONS)
    paper = {**PAPER_PRESETS[preset], "descriptions": sentences}
    said = {name: getattr(read_settings(Laser, own), name) for name in own}
    for name, value in {**texts, **said}.items():
        if value is not None and value != paper[name]:
            stands = "twice the relevant classes" if paper[name] is None else paper[name]
            raise ConfigError(
                f"--{name} {value} contradicts --preset {preset}, which has {stands}; leave one "
                "of the two out"
            )
    return paper


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Gives `command` all of `OPTIONS`; its first argument makes the config of them."""
    own = list(inspect.signature(command).parameters.values())[1:]

    @functools.wraps(command)
    def wrapper(**given: Any) -> None:
        mine = {name: given[name] for name in OPTIONS}
        others = {p.name: given[p.name] for p in own}
        command(lambda: settings(**mine), **others)

    signature = inspect.Signature([*OPTIONS.values(), *own])
    wrapper.__signature__ = signature  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return wrapper


def with_group(group: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the fields of a frozen dataclass as options; its first argument is one."""

    def give(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(group, include_extras=True)
        shared = [_parameter(f.name, hints[f.name], f.default) for f in fields(group)]
        own = list(inspect.signature(command).parameters.values())[1:]

        @functools.wraps(command)
        def wrapper(**given: Any) -> None:
            mine = {parameter.name: given.pop(parameter.name) for parameter in shared}
            command(group(**mine), **given)

        needed = [p for p in own if p.default is inspect.Parameter.empty]
        signature = inspect.Signature([*needed, *shared, *(p for p in own if p not in needed)])
        wrapper.__signature__ = signature  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
        return wrapper

    return give


def texts_in_use(texts: Sequence[str] | None) -> tuple[str, ...]:
    """The texts of an option that may repeat, to be parted once the pool's classes are known.

    An empty one takes back those before it.
    """
    result: list[str] = []
    for text in texts or ():
        result = [*result, WrittenNames(text.strip())] if text.strip(" ,") else []
    return tuple(result)


def names(text: str) -> tuple[str, ...]:
    """The names in "a, b,c"."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def numbers(option: str, text: str, otherwise: int) -> tuple[int, ...]:
    """The whole numbers in "0,1,2"; `otherwise` alone if there is none.

    Raises:
        ConfigError: a part is no whole number of at least 0.
    """
    parts = names(text)
    wrong = [part for part in parts if not part.isdecimal()]
    if wrong:
        raise ConfigError(f"{option} {text}: {wrong[0]!r} is no whole number; give 0,1,2 or so")
    return tuple(int(part) for part in parts) or (otherwise,)
