"""Test pictures named by a vision chat model that is asked about each: the column of Table 2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from laser_core.basics.arrays import Ints
from laser_core.basics.seeding import rng_for
from laser_core.errors import ConfigError
from laser_core.experiment.materials import Materials
from laser_core.experiment.zero_shot.line import ZeroShot
from laser_core.experiment.zero_shot.task import NamingTask
from laser_core.experiment.zero_shot.text import text_lines
from laser_core.llm.vision.kept_replies import PictureReply
from laser_core.llm.vision.model import VisionModel
from laser_core.llm.vision.reply import NameReader
from laser_core.metrics.intervals import wilson
from laser_core.progress import Steps

MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """What an endpoint charges, in the user's own currency, for a million tokens.

    Args:
        tokens_in, tokens_out: of questions with their pictures, and of replies; at least 0.
    """

    tokens_in: float
    tokens_out: float

    def __post_init__(self) -> None:
        for price in (self.tokens_in, self.tokens_out):
            if not (math.isfinite(price) and price >= 0.0):
                raise ConfigError(
                    f"a price of {price:g}: it is what a million tokens cost, so it must be a "
                    "number of at least 0"
                )

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """The cost of so many tokens."""
        return (self.tokens_in * tokens_in + self.tokens_out * tokens_out) / MILLION


@dataclass(frozen=True)
class VisionChat:
    """A vision chat model and how it is asked.

    Args:
        model: which.
        at_most, prices: as for `ask_about_tests`.
    """

    model: VisionModel
    at_most: int | None = None
    prices: Prices | None = None


@dataclass(frozen=True)
class ChatAnswers:
    """What came of asking.

    Args:
        line: of the table.
        unreadable: one reply that was none of the names, in its own words; "" if there is none.
        refusal: why one picture got no text, as a sentence; "" if all did.
    """

    line: ZeroShot
    unreadable: str = ""
    refusal: str = ""


def sample_of(task: NamingTask, at_most: int | None, seed: int) -> Ints:
    """(k,) positions in `task.ids` of a random sample, ascending; all of them where that is enough.

    It depends on ids and seed alone, and a larger sample has all of a smaller one: what was asked
    about is not asked about again.

    Raises:
        ConfigError: `at_most` is below 1.
    """
    if at_most is not None and at_most < 1:
        raise ConfigError(f"at_most={at_most}: it is a number of pictures, so at least 1")
    by_id = np.argsort(task.ids, kind="stable")
    drawn = rng_for(seed, "pictures for a vision chat model").permutation(by_id)
    return np.sort(drawn[:at_most]).astype(np.intp)


def ask_about_tests(
    task: NamingTask,
    materials: Materials,
    vision: VisionModel,
    at_most: int | None = None,
    prices: Prices | None = None,
) -> Steps[ChatAnswers]:
    """Ask a vision chat model which class each test picture shows. Replies are kept, so it resumes.

    A reply that is none of the names counts as wrong.

    Args:
        at_most: ask about a random sample of so many, and give an interval.
        prices: of tokens; without them there is no cost.

    Raises:
        ConfigError: `at_most` is below 1.
        LLMError, PoolError, CacheError: as for `VisionModel.replies`; what was answered is kept.
    """
    rows = sample_of(task, at_most, materials.config.seed)
    ids = task.ids[rows].tolist()
    replies = yield from vision.replies(materials.source, ids, task.classes)
    read = NameReader(task.classes).read
    named = {id: read(reply.text) for id, reply in replies.items()}
    true = {id: task.classes[label] for id, label in zip(ids, task.labels[rows], strict=True)}
    right = sum(named[id] == true[id] for id in ids)
    interval = wilson(right, len(ids)) if len(ids) < len(task.ids) else None
    tokens = _tokens(list(replies.values()))
    line = ZeroShot(
        method=f"vision chat: {vision.name}",
        accuracy=right / len(ids),
        n=len(ids),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        asked=len(ids),
        no_answer=sum(name is None for name in named.values()),
        seconds=sum(reply.seconds for reply in replies.values()),
        tokens_in=tokens[0] if tokens else None,
        tokens_out=tokens[1] if tokens else None,
        cost=prices.of(*tokens) if prices and tokens else None,
    )
    unreadable = (replies[id].text for id in ids if named[id] is None and replies[id].text)
    refusals = (replies[id].refusal for id in ids if replies[id].refusal)
    return ChatAnswers(line, next(unreadable, ""), next(refusals, ""))


def zero_shot_lines(
    task: NamingTask,
    materials: Materials,
    cache_dir: Path,
    vision: VisionModel | None = None,
    at_most: int | None = None,
    prices: Prices | None = None,
) -> Steps[tuple[ZeroShot, ...]]:
    """All zero-shot lines: by text, and by a vision chat model where one is given.

    Args:
        task: of a run (`task_of_run`) or a pool (`task_of_pool`).
        vision, at_most, prices: as for `ask_about_tests`.

    Raises:
        As for `text_lines` and `ask_about_tests`.
    """
    lines = yield from text_lines(task, materials, cache_dir)
    if vision is None:
        return lines
    asked = yield from ask_about_tests(task, materials, vision, at_most, prices)
    return (*lines, asked.line)


def _tokens(replies: Sequence[PictureReply]) -> tuple[int, int] | None:
    """(asked, answered) tokens in all; None where a reply came without its count."""
    answered = [reply for reply in replies if not reply.refusal]
    if not answered or any(reply.tokens_in == 0 for reply in answered):
        return None
    return sum(r.tokens_in for r in answered), sum(r.tokens_out for r in answered)
