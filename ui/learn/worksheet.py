"""The worksheet: one page of HTML that prints, and the teacher's copy with the answers."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ui.learn.texts import percent, true_order

STYLE = """
@page { size: A4; margin: 12mm 15mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.45 sans-serif; color: #111; max-width: 180mm; margin: auto; }
h1 { font-size: 15pt; margin: 0 0 1mm; }
p { margin: 0 0 2mm; }
ol { margin: 2mm 0 0; padding-left: 6mm; }
li { margin-bottom: 3mm; break-inside: avoid; }
b.gap { display: inline-block; min-width: 16mm; border-bottom: 0.3mm solid; text-align: center; }
b.line { display: block; min-height: 6.5mm; border-bottom: 0.3mm solid #555; font-weight: 600; }
b.answer { color: #0b4f94; }
.head { display: flex; justify-content: space-between; gap: 6mm; }
"""


@dataclass(frozen=True)
class Guesses:
    """What was guessed in a session; None or empty where nothing was.

    Args:
        drawn: card 1.
        sentence: card 2, a sentence of one's own.
        confusers: card 3, switched on.
        why: card 6.
        trust: card 7, in percent.
        order: card 8, the best first.
    """

    drawn: int | None = None
    sentence: str = ""
    confusers: tuple[str, ...] = ()
    why: str = ""
    trust: int | None = None
    order: tuple[str, ...] = ()


def worksheet(figures: Mapping[str, Any], guesses: Guesses, answers: bool) -> str:
    """The page as HTML, with nothing that has to be fetched.

    Args:
        figures: the lesson's.
        guesses: of this session, filled in.
        answers: whether it is the teacher's copy.
    """
    items = "\n".join(f"<li>{item}</li>" for item in _items(figures, guesses, answers))
    title = "Open-set active learning: worksheet" + (", with answers" if answers else "")
    relevant = html.escape(", ".join(figures["relevant"]))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n"
        f'<p class="head"><span>Task: {relevant}. δ mixes words and detector.</span>'
        "<span>Name: ____________________</span></p>\n"
        f"<ol>\n{items}\n</ol>\n</body></html>\n"
    )


def _items(f: Mapping[str, Any], mine: Guesses, answers: bool) -> list[str]:
    def gap(right: object, guess: object = None) -> str:
        return _blank("gap", right, guess, answers)

    def line(right: str, guess: str = "") -> str:
        return _blank("line", right, guess or None, answers)

    return [
        _first(f, mine, gap),
        _second(f, mine, gap, line),
        _third(f, gap),
        _fourth(f, line),
        f"Seconds I take for a picture: {gap('own')} × {f['random']['pool']:,} = "
        f"{gap('e.g. 2 s: ' + format(2 * f['random']['pool'] / 3600, '.1f'))} hours.",
        _sixth(f, gap, line),
        _seventh(f, mine, gap),
        _eighth(f, mine, line),
    ]


Blank = Any  # gap(right, guess) or line(right, guess) -> HTML


def _blank(kind: str, right: object, guess: object, answers: bool) -> str:
    shown = right if answers else ("" if guess is None else guess)
    text = html.escape(str(shown)) or "&nbsp;"
    return f'<b class="{kind}{" answer" if answers else ""}">{text}</b>'


def _first(f: Mapping[str, Any], mine: Guesses, gap: Blank) -> str:
    r = f["random"]
    looks = round(r["drawn"] / max(1, r["relevant"]))
    return (
        f"Of {r['drawn']} pictures at random I guess {gap('own', mine.drawn)} are relevant; it was "
        f"{gap(r['relevant'])}. So one relevant picture costs {gap(looks)} looks."
    )


def _second(f: Mapping[str, Any], mine: Guesses, gap: Blank, line: Blank) -> str:
    s = f["sentences"][0]
    return (
        f"My own sentence: {line('own', mine.sentence)} The first wrong picture shows "
        f"{gap(s['first_wrong'] or 'nothing wrong')}. Why did it come so near? "
        + line("Its shape and place look alike: the model measures nearness, it knows no things.")
    )


def _third(f: Mapping[str, Any], gap: Blank) -> str:
    c = f["confusers"]
    batches, bare = c["batches"], c["batches"]["none"]["relevant"]
    alone = {name: batches[name]["relevant"] - bare for name in c["names"]}
    best, worst = max(alone, key=alone.__getitem__), min(alone, key=alone.__getitem__)
    most = min(c["names"], key=lambda name: batches[name]["score"])
    score = batches[most]["score"]
    return (
        f"Alone, this confuser helped most: {gap(best)} ({gap(f'{alone[best]:+d}')}); this one "
        f"hurt most: {gap(worst)} ({gap(f'{alone[worst]:+d}')}). Work out (1) for "
        f"{html.escape(c['picture'])} with <i>{html.escape(most)}</i>: {c['closest']:.3f} − "
        f"{gap(format(c['closest'] - score, '.3f'))} = {gap(format(score, '.3f'))}."
    )


def _fourth(f: Mapping[str, Any], line: Blank) -> str:
    best = f["ways"]["best 20"]
    most = max(best["classes"], key=best["classes"].__getitem__)
    return (
        f"A batch of 20 is {percent(best['relevant'])} relevant, and the classifier still names "
        f"only {percent(best['accuracy'])} right. Explain in one sentence. "
        + line(f"{best['classes'][most]} of the labels are {most}: it has seen no other class.")
    )


def _sixth(f: Mapping[str, Any], gap: Blank, line: Blank) -> str:
    d = f["detector"]
    wrong = d["wrong"]
    p, rest = wrong["probabilities"][wrong["likeliest"]], wrong["probabilities"]["irrelevant"]
    return (
        f"Work out (4) for the {html.escape(wrong['shows'])}: {p:.3f} − {rest:.3f} = "
        f"{gap(format(wrong['score'], '.3f'))}. Why is it “{percent(p)} a "
        f"{html.escape(wrong['likeliest'])}”? "
        + line(f"Of {d['irrelevant']} irrelevant labels {d['alike'] or 'none'} is like it.")
    )


def _seventh(f: Mapping[str, Any], mine: Guesses, gap: Blank) -> str:
    t, right = f["trust"], f["detector"]["right"]
    at = dict(zip(t["deltas"], t["precision"], strict=True))
    best = max(at, key=lambda delta: at[delta])
    fused = 0.5 * right["s_vlm"] + 0.5 * right["score"]
    guess = None if mine.trust is None else f"{mine.trust}%"
    return (
        f"My guess for δ = 1: {gap('own', guess)}; true: {gap(percent(at[1.0]))}; best δ: "
        f"{gap(format(best, 'g'))}. Work out (5) for δ = 0.5: 0.5 · {right['s_vlm']:.3f} + 0.5 · "
        f"{right['score']:.3f} = {gap(format(fused, '.3f'))}."
    )


def _eighth(f: Mapping[str, Any], mine: Guesses, line: Blank) -> str:
    p = f["parts"]
    best, bare = true_order(p)[0], p["without confusers"]
    told = (
        f"{best[0].upper()}{best[1:]} costs least in the mean ({percent(p[best]['mean'])} against "
        f"{percent(p['all parts']['mean'])}). Confusers are missed in round 1 "
        f"({percent(bare['rounds'][0])}), the detector from round 3 on."
    )
    return "Which part would you drop first, and in which round would you notice? " + line(
        told, f"My order: {', '.join(mine.order)}" if mine.order else ""
    )
