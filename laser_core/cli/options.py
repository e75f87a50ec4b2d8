"""The options that `run` and `compare` share, and how they become one checked config."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from laser_core.config import PAPER_PRESETS, ExperimentConfig
from laser_core.data.open import open_pool
from laser_core.data.sets.demo import DEMO_POOLS
from laser_core.data.sets.demo import Preset as DemoPreset
from laser_core.data.sets.demo import preset as demo_preset
from laser_core.data.sets.published_sets import (
    PAPER_DESCRIPTIONS,
    PRINTED_DESCRIPTIONS,
    usual_descriptions,
)
from laser_core.data.split import Written
from laser_core.errors import ConfigError
from laser_core.strategies import STRATEGIES

POOLS = "Pool of pictures"
CLASSES = "Which classes matter"
LOOP = "The loop"
MODELS = "Models"
METHOD = "LaSeR's settings"


def settings(
    pool: Annotated[
        str,
        typer.Option(
            help="demo, demo-hard, cifar10, cifar100, tiny-imagenet, stl10, fashion-mnist, a "
            "FOLDER of pictures, an ARCHIVE.zip of one, or a TABLE.csv or .parquet with a column "
            "`path` and perhaps `label` and `split`.",
            rich_help_panel=POOLS,
        ),
    ] = "demo",
    data_root: Annotated[
        Path | None,
        typer.Option(help="Where torchvision's sets lie or go.", rich_help_panel=POOLS),
    ] = None,
    per_class: Annotated[
        int | None,
        typer.Option(help="At most this many pool pictures a class.", rich_help_panel=POOLS),
    ] = None,
    relevant: Annotated[
        list[str] | None,
        typer.Option(
            help="Classes that matter: a,b,c. May repeat. A name with commas is found as it is "
            "written, or stands in quotation marks: '\"tench, Tinca tinca\",cat'.",
            show_default=False,
            metavar="NAMES",
            rich_help_panel=CLASSES,
        ),
    ] = None,
    mismatch: Annotated[
        float | None,
        typer.Option(
            help="Instead of names: this share of the classes is relevant (0.2 if neither).",
            rich_help_panel=CLASSES,
        ),
    ] = None,
    split_seed: Annotated[
        int,
        typer.Option(
            help="With --mismatch: 0 takes the first classes, 1, 2, ... random ones.",
            rich_help_panel=CLASSES,
        ),
    ] = 0,
    preset: Annotated[
        str,
        typer.Option(
            help="A ready task on the demo: dress, drink, fruit, desk, or table (hard). Or "
            "settings as printed in the paper: section-3.2 or algorithm-1. Both: "
            "dress,section-3.2.",
            rich_help_panel=CLASSES,
        ),
    ] = "",
    task: Annotated[
        str,
        typer.Option(
            help='A sentence, such as "Help a person get dressed": the language model proposes '
            "further relevant classes (Section 4.5).",
            rich_help_panel=CLASSES,
        ),
    ] = "",
    known: Annotated[
        list[str] | None,
        typer.Option(
            help="With --task: classes known so far, a,b; written as for --relevant.",
            show_default=False,
            metavar="NAMES",
            rich_help_panel=CLASSES,
        ),
    ] = None,
    propose: Annotated[
        int, typer.Option(help="With --task: how many more to find.", rich_help_panel=CLASSES)
    ] = 2,
    rounds: Annotated[int, typer.Option(help="Rounds of queries.", rich_help_panel=LOOP)] = 10,
    batch: Annotated[
        int | None,
        typer.Option(
            help="Pictures queried a round; 3% of the pool if left out.", rich_help_panel=LOOP
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.", rich_help_panel=LOOP)] = 0,
    strategy: Annotated[
        str, typer.Option(help=f"One of {', '.join(STRATEGIES)}.", rich_help_panel=LOOP)
    ] = "laser",
    learner: Annotated[
        str,
        typer.Option(
            help="head (seconds on a CPU) or resnet18 (the paper's, wants a GPU).",
            rich_help_panel=LOOP,
        ),
    ] = "head",
    epochs: Annotated[
        int, typer.Option(help="Of resnet18, each round.", rich_help_panel=LOOP)
    ] = 300,
    llm: Annotated[
        str,
        typer.Option(
            help="offline (a semantic reasoner, no LLM), openai[:MODEL] (any OpenAI-compatible "
            "endpoint: OPENAI_API_KEY, OPENAI_BASE_URL), or replay:FILE (a saved transcript).",
            rich_help_panel=MODELS,
        ),
    ] = "offline",
    vlm: Annotated[
        str,
        typer.Option(
            help="auto (CLIP if its weights are on this machine, else offline), offline (weights "
            "that came with pip), or open_clip:MODEL/WEIGHTS, such as open_clip:ViT-B-32/openai.",
            rich_help_panel=MODELS,
        ),
    ] = "auto",
    device: Annotated[
        str, typer.Option(help="auto, cpu or cuda.", rich_help_panel=MODELS)
    ] = "auto",
    descriptions: Annotated[
        int | None,
        typer.Option(
            help="K, sentences a class; 5 if left out, the paper's where the pool has the classes "
            "of CIFAR-10 (15), CIFAR-100 (4) or Tiny-ImageNet (2).",
            rich_help_panel=METHOD,
        ),
    ] = None,
    confusers: Annotated[
        int | None,
        typer.Option(
            help="N, confusers in total; twice the relevant classes if left out.",
            rich_help_panel=METHOD,
        ),
    ] = None,
    discovered: Annotated[
        bool,
        typer.Option(
            help="Names of irrelevant pictures met so far become confusers.",
            rich_help_panel=METHOD,
        ),
    ] = True,
    delta: Annotated[
        str | None,
        typer.Option(
            help="linear (if left out), precision, or fixed:X; the detector's share in Eq. (5).",
            rich_help_panel=METHOD,
        ),
    ] = None,
    fusion: Annotated[
        str | None,
        typer.Option(
            help="raw (as printed, if left out) or zscore (both scores on one scale).",
            rich_help_panel=METHOD,
        ),
    ] = None,
    selection: Annotated[
        str | None,
        typer.Option(
            help="balanced (the batch shared out by class, if left out), quota (top p of each "
            "description, Section 3.2) or global (top b of all, Algorithm 1).",
            rich_help_panel=METHOD,
        ),
    ] = None,
    aggregator: Annotated[
        str | None,
        typer.Option(
            help="How confusers count in Eq. (1): mean (the paper's, if left out), or neglabel "
            "(the relevant classes' share among confusers and some thousand other names).",
            rich_help_panel=METHOD,
        ),
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="T of Eq. (3); 0.5 if left out.", rich_help_panel=METHOD)
    ] = None,
    anchor: Annotated[
        float | None,
        typer.Option(
            help="How much the head's classifier starts from what the text says of a class: 1 if "
            "left out, 0 for labels alone.",
            rich_help_panel=METHOD,
        ),
    ] = None,
) -> ExperimentConfig:
    """The options that `run` and `compare` share, as one checked config."""
    chosen, given = written(relevant), written(known)
    if chosen and mismatch is not None:
        raise ConfigError(
            "--relevant and --mismatch were both given; name the classes, or give their share"
        )
    printed, ready = presets(names(preset))
    if ready:
        if chosen or mismatch is not None or task or given:
            raise ConfigError(
                f"--preset {ready.key} brings its own pool and classes; leave --relevant, "
                "--mismatch, --task and --known out"
            )
        pool, chosen = ready.pool, ready.relevant
    method: dict[str, Any] = {
        "descriptions": descriptions, "confusers": confusers, "delta": delta, "fusion": fusion,
        "selection": selection, "aggregator": aggregator, "temperature": temperature,
        "anchor": anchor,
    }  # fmt: skip
    if printed:
        method = as_printed(printed, method, pool, data_root)
    return ExperimentConfig(
        pool=pool,
        data_root=str(data_root.resolve()) if data_root else None,
        per_class=per_class,
        relevant=chosen,
        mismatch=0.2 if mismatch is None else mismatch,
        split_seed=split_seed,
        task=task,
        known=given,
        propose=propose,
        rounds=rounds,
        batch_size=batch,
        seed=seed,
        use_discovered=discovered,
        llm=llm,
        vlm=vlm,
        strategy=strategy,
        learner=learner,  # type: ignore[arg-type]
        epochs=epochs,
        device=device,  # type: ignore[arg-type]
        **{name: value for name, value in method.items() if value is not None},
    )


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
    preset: str, given: dict[str, Any], pool: str, data_root: Path | None = None
) -> dict[str, Any]:
    """LaSeR's settings of a paper preset; `given` are those of the command line, None if left out.

    Raises:
        ConfigError: an option says something else than the preset.
        PoolError: the pool, whose classes decide K, cannot be opened.
    """
    known = pool in (*PAPER_DESCRIPTIONS, *DEMO_POOLS)  # others are told by their classes
    classes = [] if known else open_pool(pool, data_root).classes()
    sentences = usual_descriptions(pool, classes, PRINTED_DESCRIPTIONS)
    paper = {**PAPER_PRESETS[preset], "descriptions": sentences}
    for name, value in given.items():
        if value is not None and value != paper[name]:
            stands = "twice the relevant classes" if paper[name] is None else paper[name]
            raise ConfigError(
                f"--{name} {value} contradicts --preset {preset}, which has {stands}; leave one "
                "of the two out"
            )
    return paper


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Gives `command` all options of `settings`; its first argument makes the config of them."""
    shared = inspect.signature(settings).parameters
    own = list(inspect.signature(command).parameters.values())[1:]

    @functools.wraps(command)
    def wrapper(**given: Any) -> None:
        mine = {name: given[name] for name in shared}
        others = {p.name: given[p.name] for p in own}
        command(lambda: settings(**mine), **others)

    signature = inspect.Signature([*shared.values(), *own])
    wrapper.__signature__ = signature  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return wrapper


def written(texts: Sequence[str] | None) -> tuple[str, ...]:
    """The texts of an option that may repeat, to be parted once the pool's classes are known.

    An empty one takes back those before it.
    """
    result: list[str] = []
    for text in texts or ():
        result = [*result, Written(text.strip())] if text.strip(" ,") else []
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
