"""The command `zero-shot`: how many test pictures are named right without any label (Table 2)."""

# no `from __future__ import annotations`: typer reads the types of the options at run time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from laser_core.basics.files import default_cache_dir, save_bytes
from laser_core.cli.options import settings, with_settings
from laser_core.cli.shared import CacheDir, end_with
from laser_core.cli.terminal import Terminal
from laser_core.config import ExperimentConfig
from laser_core.errors import ConfigError
from laser_core.experiment.materials import Materials
from laser_core.experiment.plan import plan
from laser_core.experiment.prepare import prepare
from laser_core.experiment.zero_shot.chat import Prices, VisionChat, ask_about_tests
from laser_core.experiment.zero_shot.line import ZeroShot, zero_shot_csv
from laser_core.experiment.zero_shot.task import NamingTask, task_of_pool, task_of_run
from laser_core.experiment.zero_shot.text import text_lines
from laser_core.llm.choose import open_vision
from laser_core.llm.endpoint.bodies import one_line
from laser_core.store.store import StoreView

PriceOut = Annotated[float | None, typer.Option(help="The same, answered.", show_default=False)]


@with_settings
def zero_shot(
    config: Callable[[], ExperimentConfig],
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of a run: its pool, classes and sentences. Without one, a pool as for "
            "`run`, whose sentences the language model is asked for.",
            metavar="[RUN]",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write the lines to.", show_default=False)
    ] = None,
    vision: Annotated[
        str,
        typer.Option(
            help="openai[:MODEL]: also ask a chat model that takes pictures about each of them "
            "(OPENAI_API_KEY, or OPENAI_BASE_URL for LLaVA on your own machine). The test pictures "
            "go there, shrunk to 512 pixels. Without it, no picture leaves this machine.",
            show_default=False,
        ),
    ] = "",
    at_most: Annotated[
        int | None,
        typer.Option(
            help="With --vision: ask about a random sample of so many, and give an interval.",
            show_default=False,
        ),
    ] = None,
    price_in: Annotated[
        float | None,
        typer.Option(help="Price of a million tokens asked, for the cost.", show_default=False),
    ] = None,
    price_out: PriceOut = None,
    cache_dir: CacheDir = None,
) -> None:
    """Name the test pictures of the relevant classes without a single label (Appendix B, Table 2).

    By the cosine with "a photo of a NAME", by the mean cosine with a class's sentences, by the head
    before its first label, and with --vision by a model that is asked, whose replies are kept.
    """

    def work() -> None:
        cache = cache_dir or default_cache_dir()
        chat = vision_chat(vision, at_most, price_in, price_out, cache)  # mistakes are told now
        _name_tests(config(), folder, chat, out, cache)

    end_with(work, None)


def _name_tests(
    config: ExperimentConfig,
    folder: Path | None,
    chat: VisionChat | None,
    out: Path | None,
    cache: Path,
) -> None:
    """Say how many are named right by each way, and write the lines to `out`."""
    terminal = Terminal()
    task, materials = _task(terminal, config, folder, cache)
    lines = list(terminal.run(text_lines(task, materials, cache)))
    for line in lines:
        terminal.say(line.text())
    try:
        if chat is not None:
            lines.append(_chat_line(chat, terminal, task, materials))
    finally:  # an endpoint that fails takes nothing with it
        if out is not None:
            save_bytes(out, zero_shot_csv(lines).encode())
            terminal.say(f"written: {out}")


def vision_chat(
    spec: str,
    at_most: int | None,
    price_in: float | None,
    price_out: float | None,
    cache: Path,
) -> VisionChat | None:
    """What --vision and the options about it say; None without --vision.

    Raises:
        ConfigError: one is given without --vision, or is not allowed.
        LLMError: the model cannot be used as things are.
    """
    others = {"--at-most": at_most, "--price-in": price_in, "--price-out": price_out}
    given = [name for name, value in others.items() if value is not None]
    if not spec and given:
        raise ConfigError(f"{given[0]} is about --vision; name a model there, or leave it out")
    if (price_in is None) != (price_out is None):
        raise ConfigError("--price-in and --price-out: give both, or neither")
    if at_most is not None and at_most < 1:
        raise ConfigError(f"--at-most {at_most}: it is a number of pictures, so at least 1")
    if not spec:
        return None
    prices = None if price_in is None or price_out is None else Prices(price_in, price_out)
    return VisionChat(open_vision(spec, cache), at_most, prices)


def _chat_line(
    chat: VisionChat, terminal: Terminal, task: NamingTask, materials: Materials
) -> ZeroShot:
    """Ask, and say what came of it."""
    count = min(chat.at_most or len(task.ids), len(task.ids))
    terminal.say(
        f"{count:,} of {len(task.ids):,} test pictures go to {chat.model.host}, at most 512 "
        "pixels wide and high; replies that are kept are not asked for again"
    )
    asked = terminal.run(ask_about_tests(task, materials, chat.model, chat.at_most, chat.prices))
    terminal.say(asked.line.text())
    if asked.unreadable:
        terminal.say(f"a reply that is none of the names: {one_line(asked.unreadable)}")
    if asked.refusal:
        terminal.say(f"a picture without an answer: {asked.refusal}")
    if chat.prices and asked.line.cost is None:
        terminal.say("the endpoint does not count its tokens, so there is no cost")
    return asked.line


def _task(
    terminal: Terminal, config: ExperimentConfig, folder: Path | None, cache: Path
) -> tuple[NamingTask, Materials]:
    """What is to be named: of a run, or of the pool that the options say."""
    if folder is None:
        materials = _materials(terminal, config, cache)
        return terminal.run(task_of_pool(materials)), materials
    if config != settings():
        raise ConfigError(
            f"zero-shot {folder}: a run has its own pool, classes and models; leave its folder "
            "out, or the options that choose others"
        )
    with closing(StoreView.open(folder)) as store:
        materials = _materials(terminal, store.config(), cache)
        return task_of_run(materials, store), materials


def _materials(terminal: Terminal, config: ExperimentConfig, cache: Path) -> Materials:
    planned = plan(config, cache)
    terminal.say(planned.vlm_sentence)
    return terminal.run(prepare(planned, cache))
