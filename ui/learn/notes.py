"""What a teacher has beside each card: two lines to say, the misconception, the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from laser_core.analysis.lesson.kept import WAY_NAMES
from ui.learn.texts import percent, true_order

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Note:
    """One card's note, as Markdown.

    Args:
        minutes: that it takes.
        say: two lines.
        misconception: what many think before.
        answer: what is true, with the lesson's figures.
    """

    minutes: float
    say: str
    misconception: str
    answer: str


def _random(f: Figures) -> Note:
    r = f["random"]
    looks = r["drawn"] / max(1, r["relevant"])
    return Note(
        1, "Look at the wall for ten seconds, then guess. Nobody has sorted this pile for us.",
        "“Unlabelled pictures are mostly what I want.” Ordinary active learning takes that for "
        "granted.",
        f"{r['relevant']} of {r['drawn']}, {looks:.0f} looks for each. In the pile it is "
        f"{r['in_pool']} of {r['pool']:,} ({r['in_pool'] / r['pool']:.1%}).",
    )  # fmt: skip


def _words(f: Figures) -> Note:
    s = f["sentences"][0]
    wrong = f"; the first wrong one shows {s['first_wrong']}" if s["first_wrong"] else ""
    return Note(
        1.5, "No one taught the model this task. Try a sentence of your own, also a strange one.",
        "“0.4 means 40% sure.”",
        f"Only the order counts. “{s['text']}”: best {s['best']:.3f}, median {s['median']:.3f}, "
        f"{s['relevant']} of {s['shown']} relevant{wrong}.",
    )  # fmt: skip


def _confusers(f: Figures) -> Note:
    c = f["confusers"]
    alone = {name: c["batches"][name]["relevant"] for name in c["names"]}
    best, worst = max(alone, key=alone.__getitem__), min(alone, key=alone.__getitem__)
    bare, every = c["batches"]["none"]["relevant"], c["batches"]["all"]["relevant"]
    return Note(
        2, "Ask for one confuser by hands, switch it on, look at what left. Then all of them.",
        "“More confusers always help.” “The model recognises things”: it only measures nearness.",
        f"None {bare} of {c['size']}; {best} {alone[best]} (best alone); {worst} **{alone[worst]} "
        f"(worse)**; all {every}.",
    )  # fmt: skip


def _spread(f: Figures) -> Note:
    table = "; ".join(
        f"{WAY_NAMES[way]} {percent(f['ways'][f'{way} 20']['relevant'])} relevant, "
        f"**{percent(f['ways'][f'{way} 20']['accuracy'])}**"
        for way in WAY_NAMES
    )
    return Note(
        2, "Look at the wall of “The best” first: what is wrong with it? Then try the others.",
        "“Pure means good.”",
        f"Accuracy after 20 labels: {table}. The plain head (anchor 0); the app's own starts from "
        "the text and hides much of the failure.",
    )  # fmt: skip


def _label(f: Figures) -> Note:
    return Note(
        1.5, "Five pictures, by keyboard, as fast as you can be sure. Who was under two seconds?",
        "“A wrong picture is a wasted label.” It is what the detector learns from.",
        f"There is no right pace. The deck: {', '.join(f['deck'])}.",
    )  # fmt: skip


def _detector(f: Figures) -> Note:
    d = f["detector"]
    wrong = d["wrong"]
    return Note(
        1.5, "Read (3) and (4) with the numbers of both pictures. Then: why is it so sure?",
        f"“{wrong['probabilities'][wrong['likeliest']]:.2f} means it is right.”",
        f"It has seen {d['irrelevant']} irrelevant labels, {d['alike'] or 'none'} of them "
        f"{wrong['shows']}. (4): {wrong['score']:.3f}.",
    )  # fmt: skip


def _trust(f: Figures) -> Note:
    t = f["trust"]
    at = dict(zip(t["deltas"], t["precision"], strict=True))
    best = max(at, key=lambda delta: at[delta])
    return Note(
        1.5, "Guess δ = 1 before you press. Then drag slowly from the right to the left.",
        "“δ = 0.2 means 20%.” “The learned part is always better.”",
        f"δ = 0 {percent(at[0.0])}, 0.05 {percent(at[0.05])}, best {percent(at[best])} at "
        f"{best:g}, 1 {percent(at[1.0])}. At δ = {t['schedule']:g} the detector "
        f"makes {percent(t['share'])} of the spread.",
    )  # fmt: skip


def _parts(f: Figures) -> Note:
    p = f["parts"]
    listed = ", ".join(f"{name} {percent(p[name]['mean'])}" for name in true_order(p))
    return Note(
        1, "Order the four, then reveal. Compare round 1 with the mean of all rounds.",
        "“One number ranks methods.”",
        f"All parts {percent(p['all parts']['mean'])}; {listed}. Uncertainty asks for what it "
        "cannot place, and in an open pile that is mostly irrelevant.",
    )  # fmt: skip


NOTES: dict[str, Callable[[Figures], Note]] = {
    "1": _random, "2": _words, "3": _confusers, "4": _spread,
    "5": _label, "6": _detector, "7": _trust, "8": _parts,
}  # fmt: skip
