"""What looks wrong about confusers and sentences, said before it costs labels.

Remarks are hints: nothing is refused here. They need no model, only the cosines and the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints
from laser_core.llm.lexicon.synsets import Lexicon
from laser_core.llm.lexicon.words import name_key
from laser_core.llm.refusals import Judge
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.examples import picture_of

CLIP_TOKENS = 77  # CLIP reads no more, start and end marks included; the rest is cut off silently
LETTERS_A_TOKEN = 5  # of CLIP's byte pairs, rounded up for each word: a cautious estimate
FAR_BELOW = 4.0  # robust spreads below the middle of all sentences' best cosines
# Times its even share of the pictures from which a sentence is a magnet. In 36 rounds of the demo
# (six class splits at 10% and 20%) 20 of 1,080 sentences drew three times theirs, none five times.
MAGNET = 3.0
MAGNET_RULE = (
    "best for at least three times their even share of the pictures, and mostly irrelevant where "
    "answered"
)

Verdict = Literal["", "dead", "magnet"]
Kind = Literal["name", "duplicate", "long", "dead", "magnet", "empty", "mentions"]


@dataclass(frozen=True)
class Remark:
    """One hint: its kind, and a short clause that says it."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class SentenceFacts:
    """How a sentence fares in the pool.

    Args:
        peak: its highest cosine with an image.
        wins: images whose best relevant description it is; 0 for a confuser's.
        answered: of those, how many were answered relevant or irrelevant.
        relevant: how many of those are relevant.
    """

    peak: float
    wins: int
    answered: int = 0
    relevant: int = 0


def verdict(
    matches: int, images: int, sentences: int, answered: int = 0, relevant: int = 0
) -> Verdict:
    """What is odd about a relevant description by the pictures that it matches best.

    Args:
        matches: how many of `images` it is the best description of.
        images: pictures looked at.
        sentences: relevant descriptions that share them out.
        answered: pictures that it matched best and that were answered relevant or irrelevant.
        relevant: how many of those are relevant.

    Returns:
        "dead": it has never been a picture's best. "magnet": it draws `MAGNET` times its even share
        or more, and the answers, where there are any, do not say that half of them are its own.
        "" else.
    """
    if matches == 0 and answered == 0:
        return "dead"
    proved = answered > 0 and 2 * relevant >= answered
    return "magnet" if matches * sentences >= MAGNET * images > 0 and not proved else ""


def name_remarks(descriptions: Descriptions, words: Lexicon) -> dict[str, Remark]:
    """Confuser -> why it should not be one: a synonym, sub-kind, wider kind or repeat."""
    judge = Judge(words, [c.name for c in descriptions.relevant])
    found: dict[str, Remark] = {}
    for confuser in descriptions.confusers:
        if reason := judge.why_not(confuser.name):
            kind: Kind = "duplicate" if reason == "named twice" else "name"
            found[confuser.name] = Remark(kind, reason)
        judge.name(confuser.name)
    return found


def sentence_facts(
    descriptions: Descriptions,
    best: Ints,
    peaks: Mapping[str, float],
    answered: Bools | None = None,
    relevant: Bools | None = None,
) -> dict[str, SentenceFacts]:
    """Sentence -> how it fares; of the sentences that are switched on.

    Args:
        best: (N,) row in T_R that matches each image best.
        peaks: sentence -> its highest cosine with an image of the pool.
        answered: (N,) whether each image was answered relevant or irrelevant; None for no answer.
        relevant: (N,) whether it was answered relevant.
    """
    texts = descriptions.relevant_texts()
    nothing = np.zeros(len(best), dtype=bool)
    told = nothing if answered is None else answered
    right = nothing if relevant is None else told & relevant
    found = {text: SentenceFacts(peaks[text], 0) for text in descriptions.confuser_texts()}
    per_row = [np.bincount(best[some], minlength=len(texts)) for some in (~nothing, told, right)]
    for text, *counts in zip(texts, *(each.tolist() for each in per_row), strict=True):
        before = found.get(text, SentenceFacts(peaks[text], 0))
        wins, asked, hits = counts
        found[text] = SentenceFacts(
            peaks[text], before.wins + wins, before.answered + asked, before.relevant + hits
        )
    return found


def sentence_remarks(
    descriptions: Descriptions,
    facts: Mapping[str, SentenceFacts],
    tokens: Mapping[str, int] | None = None,
    token_limit: int = CLIP_TOKENS,
) -> dict[tuple[str, str], tuple[Remark, ...]]:
    """(class, sentence) -> what looks wrong with it; sentences without a remark are left out.

    Args:
        facts: of `sentence_facts`; a sentence without any gets no remark about the pool.
        tokens: sentence -> tokens as the model counts them; where it has none, an estimate.
        token_limit: what the model reads.
    """
    floor = _far_below([fact.peak for fact in facts.values()])
    images = sum(facts[text].wins for text in set(descriptions.relevant_texts()) if text in facts)
    shared = images, len(descriptions.relevant_texts())
    seen: dict[str, str] = {}
    found = {}
    for side, c in _classes(descriptions):
        others = [] if side == "relevant" else [r.name for r in descriptions.relevant]
        for sentence in c.sentences:
            remarks = _duplicate(sentence, c.name, seen)
            if picture_of(sentence) is None:
                remarks += _too_long(sentence, tokens or {}, token_limit)
                remarks += _mentions(sentence, c.name, others)
            if c.enabled and sentence in facts:
                remarks += _in_the_pool(facts[sentence], side == "relevant", floor, shared)
            if remarks:
                found[c.name, sentence] = tuple(remarks)
    return found


def class_remarks(descriptions: Descriptions) -> dict[str, Remark]:
    """Class -> that it is switched on and has no sentence, so that it counts for nothing."""
    empty = Remark("empty", "has no sentence, so it counts for nothing")
    return {c.name: empty for _, c in _classes(descriptions) if c.enabled and not c.sentences}


@lru_cache(maxsize=8192)
def estimated_tokens(sentence: str) -> int:
    """About how many of CLIP's tokens a sentence has, start and end marks included."""
    pieces = re.findall(r"\w+|[^\w\s]", sentence)
    return 2 + sum(-(-len(piece) // LETTERS_A_TOKEN) for piece in pieces)


# ---- one check each


def _duplicate(sentence: str, name: str, seen: dict[str, str]) -> list[Remark]:
    key = sentence.casefold().rstrip(". ")
    first = seen.setdefault(key, name)
    if first == name and seen.setdefault(f"{name}\n{key}", sentence) == sentence:
        return []
    where = "this class" if first == name else f"{first!r}"
    return [Remark("duplicate", f"stands in {where} already")]


def _too_long(sentence: str, tokens: Mapping[str, int], limit: int) -> list[Remark]:
    exact = tokens.get(sentence)
    count = estimated_tokens(sentence) if exact is None else exact
    if count <= limit:
        return []
    about = "" if exact is not None else "about "
    return [Remark("long", f"{about}{count} tokens, the model reads {limit}: the end is cut off")]


def _mentions(sentence: str, name: str, relevant: Sequence[str]) -> list[Remark]:
    """A confuser's sentence that names a relevant class takes its pictures down with it."""
    own = name_key(name)
    words = f" {_plain(sentence)} "
    for other in relevant:
        key = name_key(other)
        if key not in own and f" {key} " in words:
            return [Remark("mentions", f"names the relevant class {other!r}")]
    return []


def _in_the_pool(
    fact: SentenceFacts, relevant: bool, floor: float, shared: tuple[int, int]
) -> list[Remark]:
    """Remarks on one sentence; `shared` are the pictures, and how many sentences share them."""
    if fact.peak < floor:
        text = f"matches no picture: best cosine {fact.peak:.2f}, far below the other sentences"
        return [Remark("dead", text)]
    said = verdict(fact.wins, *shared, fact.answered, fact.relevant) if relevant else ""
    if said == "dead":
        return [Remark("dead", "dead: is no picture's best description")]
    if said == "magnet":
        times = fact.wins * shared[1] / shared[0]
        return [Remark("magnet", f"magnet: best for {fact.wins:,} pictures, {times:.1f} times "
                       "its even share" + _of_answers(fact))]  # fmt: skip
    return []


def _of_answers(fact: SentenceFacts) -> str:
    if not fact.answered:
        return ""
    return f"; {fact.relevant:,} of {fact.answered:,} answered are relevant"


# ---- small parts


def _classes(descriptions: Descriptions) -> list[tuple[str, ClassText]]:
    return [
        *(("relevant", c) for c in descriptions.relevant),
        *(("confusers", c) for c in descriptions.confusers),
    ]


def _far_below(peaks: Sequence[float]) -> float:
    """The cosine below which a sentence's best match is an outlier; -inf for few sentences."""
    if len(peaks) < 4:
        return -np.inf
    values: Floats = np.array(peaks)
    middle = np.median(values)
    spread = 1.4826 * np.median(np.abs(values - middle))  # of a normal distribution: one sd
    return float(middle - FAR_BELOW * spread)


@lru_cache(maxsize=8192)
def _plain(sentence: str) -> str:
    """The words of a sentence, each in its singular."""
    return " ".join(name_key(word) for word in re.findall(r"[^\W_]+", sentence))
