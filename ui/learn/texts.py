"""Every word of the cards, made from figures, so that no sentence claims what the run does not do.

At most `MOST_WORDS` a card with its answer open; formulas, names of buttons and figures in boxes
are no part of that (tests/app/learn/test_texts.py counts).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from laser_core.analysis.lesson.detector import DeltaCurve, DetectorRound, SurePictures
from laser_core.analysis.lesson.kept import WAY_NAMES, Ways
from laser_core.analysis.lesson.labelling import Pace
from laser_core.analysis.lesson.pictures import Nearest, RandomDraw
from laser_core.basics.sentences import count_of
from ui.escape import escape_text

MOST_WORDS = 90
TITLES = {
    "1": "1 At random", "2": "2 Words", "3": "3 Confusers", "4": "4 Spread",
    "5": "5 Label", "6": "6 Detector", "7": "7 Trust", "8": "8 Parts",
}  # fmt: skip
CLASS_ALONE, CLASSES_SHOWN = 1, 4


@dataclass(frozen=True)
class CardText:
    """The words of one card, as Markdown.

    Args:
        heading: what it teaches, in one clause.
        intro: two or three sentences.
        task: the one thing to do.
        answer: what it comes to; hidden where a guess comes first.
    """

    heading: str
    intro: str
    task: str
    answer: str = ""

    @property
    def words(self) -> int:
        """How many words a person reads, or a teacher reads aloud."""
        text = " ".join((self.heading, self.intro, self.task, self.answer))
        plain = re.sub(r"\$[^$]*\$|:[a-z-]+\[|[*\]]", " ", text)
        return len(re.findall(r"[^\W_]+(?:['’.,−-]?[^\W_]+)*", plain))


def percent(share: float) -> str:
    """0.45 as "45%"."""
    return f"{share:.0%}"


def minus(value: float) -> str:
    """A cosine with a sign that can be told from a hyphen."""
    return f"{value:.2f}".replace("-", "−")


def either(names: Sequence[str]) -> str:
    """ "a, b or c", escaped; the first few of many."""
    shown = [escape_text(name) for name in names[:CLASSES_SHOWN]]
    if len(names) > CLASSES_SHOWN:
        return ", ".join(shown) + " and the like"
    if len(shown) == CLASS_ALONE:
        return shown[0]
    return ", ".join(shown[:-1]) + f" or {shown[-1]}"


def random_text(drawn: RandomDraw, relevant: Sequence[str]) -> CardText:
    """Card 1."""
    looks = (
        f"You look at {drawn.looks:.0f} pictures for each relevant one."
        if drawn.looks is not None
        else "Not one of them is worth a look."
    )
    return CardText(
        "Most of the pile is something else",
        f"You need pictures of a **{either(relevant)}**: these are *relevant*. The pile has "
        f"{drawn.pool:,} pictures and nobody has named one. Here are {len(drawn.rows)} of them, "
        "drawn at random.",
        f"How many of the {len(drawn.rows)} are relevant?",
        f"**{drawn.relevant} of {len(drawn.rows)}.** {looks} That is the problem: looking costs "
        "time, and the pile is *open*: it holds kinds of things you never asked for.",
    )


def sentence_text(near: Nearest, pool: int, wrong: str | None) -> CardText:
    """Card 2.

    Args:
        wrong: what the first irrelevant picture shows; None where all are relevant.
    """
    among = f"Of the {len(near.rows)} nearest, **{near.relevant} are relevant**"
    if near.first_wrong is not None and wrong is not None:
        among += f"; number {near.first_wrong + 1} shows {escape_text(wrong)}"
    return CardText(
        "A sentence and a picture have an angle",
        "One model turns pictures *and* sentences into arrows. The smaller the angle, the better "
        "they fit: $\\cos = 1$ is the same direction, $0$ has nothing in common.",
        "Pick a sentence, or write your own.",
        f"Best of {pool:,} pictures: {near.best:.2f}, worst {minus(near.worst)}; half lie below "
        f"{minus(near.median)}. Only the order counts: {near.best:.2f} is no percentage. {among}.",
    )


def confuser_text(bare: int, size: int) -> CardText:
    """Card 3.

    Args:
        bare: relevant pictures of the first batch with words alone.
        size: pictures of that batch.
    """
    return CardText(
        "Take away what only looks alike",
        f"With words alone, **{bare} of the first {size}** are relevant; others look alike. So we "
        "also describe *confusers*, and take off how well a picture fits *them*.",
        "Which confuser helps most? Switch on **one**, then all.",
    )


def confuser_verdict(now: int, before: int, on: int, names: int) -> str:
    """What the chosen confusers did, in one sentence; "" for none."""
    if not on:
        return ""
    if now < before:
        return ":orange-badge[Worse] A confuser near what you want takes points from that, too."
    if on == names:
        return ":green-badge[All] Each takes off a little; the mean spares what you want."
    if now == before:
        return ":gray-badge[No change] This one looks like nothing in the batch."
    return ":green-badge[Better] What only looks like this has left the batch."


def spread_text(ways: Ways, size: int) -> CardText:
    """Card 4."""
    best, chance = ways["best", size], ways["random", size]
    even = ways["balanced", size]
    lost = min(size, round(size * (1 - chance.relevant)))
    found = _most_of(best.classes)
    return CardText(
        "All relevant, and still a bad lesson",
        f"You can pay for {size} labels. Four ways choose by the same scores, or by none; then a "
        "plain classifier learns from what is relevant.",
        "Which way teaches it most? Guess, then try all four.",
        f"*The best* took {found}: precision {percent(best.relevant)}, accuracy "
        f"**{_accuracy(best.accuracy)}**. At random wastes {lost} labels and reaches "
        f"**{_accuracy(chance.accuracy)}** (mean). Balanced shares labels out by class: "
        f"**{_accuracy(even.accuracy)}**.",
    )


def _most_of(classes: Mapping[str, int]) -> str:
    shown = [f"{count} × {escape_text(name)}" for name, count in classes.items()]
    return " and ".join(shown[:2]) if shown else "nothing relevant"


def _accuracy(value: float | None) -> str:
    return "unknown" if value is None else percent(value)


def worse_case(eight: Mapping[str, Any]) -> str:
    """The worse case behind a popover: eight kinds wanted, from the shipped figures."""
    best, chance, even = (eight[f"{way} 24"] for way in ("best", "random", "balanced"))
    name, count = max(best["classes"].items(), key=lambda pair: pair[1])
    return (
        f"Eight kinds wanted, 24 labels, simply the best: **{round(24 * best['relevant'])} of 24 "
        f"relevant, {count} of them {name}**. The classifier then names "
        f"**{percent(best['accuracy'])}** right; at random **{percent(chance['accuracy'])}** "
        f"(mean of 20, give or take {percent(chance['spread'])}), although four of five labels "
        f"are wasted; balanced {percent(even['accuracy'])}. Every figure you watch while asking "
        "says “perfect”."
    )


def label_text(round: int, pace: Pace | None, right: int, asked: int) -> CardText:
    """Card 5.

    Args:
        pace: of the person's answers; None before all are given.
        right: answers that agree with the true labels.
        asked: pictures of the deck.
    """
    answer = ""
    if pace is not None:
        answer = (
            f"**{pace.seconds:.1f} s a picture**, {right} of {asked} as the true labels say. All "
            f"{pace.pool:,} would take {duration(pace.whole)}. LaSeR found {pace.found} relevant "
            f"ones in {pace.looks} looks; at random that takes {pace.at_random:,}: it "
            f"spares you **{duration(pace.time_won)}**. A wrong picture is no waste: the detector "
            "learns from it."
        )
    return CardText(
        "You are the oracle",
        f"These {asked} pictures of round {round} are asked next. Papers call whoever answers the "
        "*oracle*; today that is you.",
        "Answer all by keyboard: a number for a class, X for irrelevant.",
        answer,
    )


def duration(seconds: float) -> str:
    """Seconds in words of one unit, such as "1.6 hours"."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    return count_of(max(1, round(seconds / 60)), "minute")


def detector_text(round: DetectorRound, pair: SurePictures, shows: str) -> CardText:
    """Card 6.

    Args:
        shows: what the wrong picture truly shows.
    """
    wrong = pair.wrong
    like = "not one like this" if not pair.alike else f"{pair.alike} like this"
    return CardText(
        "A second opinion, from your labels",
        f"After {round.labels} labels, {round.irrelevant} of them irrelevant, a *detector* has "
        f"learned by (2). Of the next {len(round.ranking.ids)} pictures, these are the ones it is "
        "surest of: one right, one wrong.",
        "Why is it so sure, and wrong?" if wrong else "It is wrong nowhere here. Why not trust it?",
        f"It knows *irrelevant* from {round.irrelevant} examples, **{like}**"
        + (f" ({escape_text(shows)})" if wrong else "")
        + ". Sure is not right: p compares the classes it was shown, no more. With fewer than 10 "
        "irrelevant labels LaSeR does not use it.",
    )


WHY = {  # card 6's choices; the right one is filled in by `why_choices`
    "kind": "It has seen {irrelevant} irrelevant labels, and {like}",
    "dark": "The picture is too small and dark to be read",
    "rare": "{p} sure means wrong now and then: this is bad luck",
}
RIGHT_WHY = "kind"


def why_choices(round: DetectorRound, pair: SurePictures) -> dict[str, str]:
    """Card 6's three choices by their keys."""
    p = 1.0 if pair.wrong is None else pair.wrong.probabilities[pair.wrong.likeliest]
    like = "hardly one like this" if pair.alike else "none like this"
    given = {"irrelevant": round.irrelevant, "like": like, "p": percent(p)}
    return {key: text.format(**given) for key, text in WHY.items()}


def trust_text(
    round: DetectorRound, curve: DeltaCurve, later: Mapping[str, Any] | None
) -> CardText:
    """Card 7.

    Args:
        later: the shipped figures of the round after; None for another run.
    """
    little = curve.deltas[1]
    more = ""
    if later:
        at = dict(zip(later["deltas"], later["precision"], strict=True))
        more = (
            f" In round {later['round']} too: {percent(at[0.0])}, {percent(at[0.2])} at 0.2, "
            f"{percent(at[1.0])}."
        )
    return CardText(
        "Whom do you trust: words or detector?",
        f"Formula (5) mixes both. In round {round.ranking.round} words alone (δ = 0) would make "
        f"**{percent(curve.precision[0])}** of the next {curve.size} relevant.",
        "What would the detector alone (δ = 1) reach? Guess, then drag δ.",
        f"**{percent(curve.precision[-1])}.** δ = {little:g} already gives "
        f"{percent(curve.precision[1])}; the best is {percent(max(curve.precision))} at δ = "
        f"{curve.best:g}. {_who_is_best(curve)}{more}",
    )


def _who_is_best(curve: DeltaCurve) -> str:
    if 0.0 < curve.best < 1.0:
        return "Neither alone is best."
    return "Here the words alone are best." if curve.best == 0.0 else "Here the detector wins."


def wide_scores(curve: DeltaCurve) -> str:
    """The remark of card 7, behind a popover."""
    return (
        f"δ = {curve.schedule:g} does not mean {percent(curve.schedule)}. The detector's scores "
        f"are {curve.ratio:.0f} times as spread out as the words', so at δ = {curve.schedule:g} "
        f"it decides **{percent(curve.share)}** of what tells one picture's score from "
        "another's."
    )


def parts_text(parts: Mapping[str, Any]) -> CardText:
    """Card 8, from the shipped figures."""
    mean = {name: percent(part["mean"]) for name, part in parts.items()}
    first = {name: percent(part["rounds"][0]) for name, part in parts.items()}
    bare, blind = "without confusers", "without detector"
    return CardText(
        "Take one part away",
        f"The whole run again, five rounds, {SEEDS_WORD} seeds, each time without one part. With "
        f"**all parts** {mean['all parts']} of what is asked is relevant "
        f"({percent(parts['all parts']['possible'])} is possible).",
        "Put the four others in order, the best first.",
        f"{mean[bare]} {bare}, {mean[blind]} {blind}, {mean['at random']} at random, "
        f"{mean['uncertainty']} by uncertainty. In round 1: {first[bare]}, {first[blind]}, "
        f"{first['at random']}, {first['uncertainty']}. {_who_wins_when(parts)}",
    )


def _who_wins_when(parts: Mapping[str, Any]) -> str:
    whole, bare = parts["all parts"], parts["without confusers"]
    start = "Confusers win the start"
    if sum(bare["rounds"][2:]) > sum(whole["rounds"][2:]):  # what is found early is gone later
        start += ", and from round 3 on the run without them catches up"
    return f"{start}; the detector wins the end. A mean hides both."


SEEDS_WORD = "three"
PART_ORDER = ("without confusers", "without detector", "at random", "uncertainty")


def true_order(parts: Mapping[str, Any]) -> list[str]:
    """The four parts of card 8, the best first."""
    return sorted(PART_ORDER, key=lambda name: -parts[name]["mean"])


def way_name(way: str) -> str:
    """A way of card 4 on the screen."""
    return WAY_NAMES[way]
