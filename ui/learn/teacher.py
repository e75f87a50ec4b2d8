"""The teacher's part: what to say, what the room said by show of hands, and what can be printed.

No names, no accounts, no network: counts live in this session, and leave it as a CSV alone.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from laser_core.analysis.lesson.kept import WAY_NAMES, lesson_figures
from laser_core.analysis.reader import RunReader
from laser_core.errors import LessonError
from ui.escape import chart_text, escape_text
from ui.learn.cards import confusers, detector, parts, random_draw, sentence, trust
from ui.learn.notes import NOTES
from ui.learn.texts import PART_ORDER, TITLES, true_order
from ui.learn.worksheet import Guesses, worksheet
from ui.look.notes import note_markdown
from ui.shared.plots import colours, draw, figure

MOST_HANDS = 999


@dataclass(frozen=True)
class Question:
    """What the room is asked at a card.

    Args:
        asked: the question.
        choices: what hands are raised for.
        right: the true one; "" where there is none.
    """

    asked: str
    choices: tuple[str, ...]
    right: str = ""


def question(card: str, figures: Mapping[str, Any]) -> Question:
    """The question of a card, with its truth from the lesson's figures."""
    if card == "1":
        return _in_ranges(
            f"How many of the {figures['random']['drawn']} are relevant?",
            figures["random"]["relevant"],
            (5, 10, 20),
            figures["random"]["drawn"],
            "",
        )
    if card == "2":
        first = figures["sentences"][0]
        return _in_ranges(
            f"How many of the {first['shown']} nearest to “{first['text']}” are relevant?",
            first["relevant"],
            (6, 12, first["shown"]),
            first["shown"],
            "",
        )
    if card == "3":
        batches, names = figures["confusers"]["batches"], figures["confusers"]["names"]
        best = max(names, key=lambda name: batches[name]["relevant"])
        return Question("Which confuser helps most, alone?", tuple(names), best)
    if card == "4":
        best = max(WAY_NAMES, key=lambda way: figures["ways"][f"{way} 20"]["accuracy"])
        asked = "Which way teaches the classifier most with 20 labels?"
        return Question(asked, tuple(WAY_NAMES.values()), WAY_NAMES[best])
    if card == "5":
        ways = ("under 1 s", "1 to 2 s", "2 to 4 s", "over 4 s")
        return Question("How long did you take a picture?", ways)
    if card == "6":
        reasons = ("None like it among the labels", "Too small and dark", "Bad luck")
        return Question("Why is the detector sure and wrong?", reasons, reasons[0])
    if card == "7":
        return _in_ranges(
            "What does the detector alone reach?",
            round(100 * figures["trust"]["precision"][-1]),
            (25, 50, 75),
            100,
            "%",
        )
    return Question(
        "Which of the four is best over five rounds?", PART_ORDER, true_order(figures["parts"])[0]
    )


def _in_ranges(asked: str, true: int, steps: tuple[int, int, int], top: int, unit: str) -> Question:
    """A question whose answers are four ranges of whole numbers from 0 to `top`."""
    ends = [*(step - 1 for step in steps), top]
    starts = [0, *steps]
    names = tuple(
        f"{a} to {b}{unit}" if a < b else f"{a}{unit}" for a, b in zip(starts, ends, strict=True)
    )
    right = next(name for name, end in zip(names, ends, strict=True) if true <= end)
    return Question(asked, names, right)


def hands(given: object, choice: str) -> int:
    """How many hands were counted for a choice.

    Raises:
        LessonError: `given` is no whole number from 0 to 999.
    """
    number = given if isinstance(given, (int, float)) and not isinstance(given, bool) else math.nan
    if not (0 <= number <= MOST_HANDS) or number != int(number):
        raise LessonError(
            f"The count for “{choice}” is no whole number from 0 to {MOST_HANDS}; it counts as 0 "
            "until it is one."
        )
    return int(number)


def counts_csv(answers: Mapping[str, Mapping[str, int]], figures: Mapping[str, Any]) -> str:
    """All cards' counts as a table: card, question, choice, hands, right."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["card", "question", "choice", "hands", "right"])
    for card in TITLES:
        asked = question(card, figures)
        for choice in asked.choices:
            counted = answers.get(card, {}).get(choice, 0)
            right = "yes" if choice == asked.right else "no" if asked.right else ""
            table.writerow([card, asked.asked, choice, counted, right])
    return text.getvalue()


def show_teacher(run: RunReader | None, card: str) -> None:
    """Draw the teacher's part of a card."""
    figures = lesson_figures()
    with st.container(border=True):
        left, right = st.columns([5, 6], gap="medium")
        with left:
            _notes(card, figures)
            _downloads(figures)
        with right:
            _class_answers(card, question(card, figures), figures)


def _notes(card: str, figures: Mapping[str, Any]) -> None:
    note = NOTES[card](figures)
    st.markdown(
        f"**{TITLES[card]}** · {note.minutes:g} min  \n**Say:** {note.say}  \n"
        f"**They think:** {note.misconception}  \n**Answer:** {note.answer}"
    )
    gain = figures["confusers"]["gain"]
    pairs = figures["search"]["pairs"]
    note_markdown(
        f"This task was *searched for*, because confusers help in it (round 1: "
        f"{gain:+.2f} precision). Over all {pairs['tasks']:.0f} pairs of the demo's classes they "
        f"help in {pairs['helps']:.0%} and hurt in {pairs['hurts']:.0%}, "
        f"{pairs['mean']:+.3f} on average, with the offline models."
    )


def _downloads(figures: Mapping[str, Any]) -> None:
    with st.container(horizontal=True):
        for name, copy, teacher in (
            ("Worksheet", "worksheet.html", False),
            ("Teacher's copy", "worksheet-answers.html", True),
        ):
            st.download_button(
                name,
                worksheet(figures, session_guesses(), teacher),
                copy,
                "text/html",
                on_click="ignore",
                icon=":material/print:",
                key=f"learn {copy}",
                help="Opens in a browser and prints on one page.",
            )


def session_guesses() -> Guesses:
    """What was guessed in this session, for the worksheet; only of cards whose answer is open."""
    state = st.session_state
    return Guesses(
        drawn=state.get(random_draw.GUESS) if state.get(random_draw.OPEN) else None,
        sentence=str(state.get(sentence.OWN) or ""),
        trust=state.get(trust.GUESS) if state.get(trust.OPEN) else None,
        order=tuple(state.get(parts.GUESS) or ()) if state.get(parts.OPEN) else (),
        confusers=tuple(state.get(confusers.ON) or ()),
        why=str(state.get(detector.GUESS) or ""),
    )


def _class_answers(card: str, asked: Question, figures: Mapping[str, Any]) -> None:
    st.markdown(f"**The class:** {escape_text(asked.asked)}")
    version = st.session_state.get("learn class version", 0)
    counted: dict[str, int] = {}
    with st.container(horizontal=True, gap="small"):
        for choice in asked.choices:
            given = st.number_input(
                choice,
                0,
                MOST_HANDS,
                0,
                1,
                persist_state="session",
                width=112,
                key=f"learn class {version} {card} {choice}",
            )
            counted[choice] = _count(given, choice)
    answers = st.session_state.setdefault("learn class", {})
    answers[card] = counted
    _chart(asked, counted)
    with st.container(horizontal=True):
        st.download_button(
            "Download as CSV",
            counts_csv(answers, figures),
            "class-answers.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
            key="learn class csv",
        )
        st.button("Clear", icon=":material/delete:", key="learn class clear", on_click=_clear)


def _count(given: object, choice: str) -> int:
    try:
        return hands(given, choice)
    except LessonError as error:
        st.warning(escape_text(error))
        return 0


def _clear() -> None:
    """Start all counts anew: other keys, so that the boxes begin at 0 again."""
    st.session_state["learn class"] = {}
    st.session_state["learn class version"] = st.session_state.get("learn class version", 0) + 1


def _chart(asked: Question, counted: Mapping[str, int]) -> None:
    palette = colours()
    names = [f"{'✓ ' if name == asked.right else ''}{chart_text(name)}" for name in asked.choices]
    made = figure(40 + 28 * len(names))
    values = [counted[name] for name in asked.choices]
    made.add_bar(
        x=values,
        y=names,
        orientation="h",
        text=values,
        textposition="outside",
        cliponaxis=False,
        marker_color=[
            palette.blue if name == asked.right or not asked.right else palette.grey
            for name in asked.choices
        ],
    )
    made.update_layout(showlegend=False, hovermode=False)
    made.update_xaxes(visible=False, range=[0, 1.15 * max(1, *values)])
    made.update_yaxes(autorange="reversed")
    draw(made, "learn class chart", "class", f"hands counted: {asked.asked}", toolbar=False)
