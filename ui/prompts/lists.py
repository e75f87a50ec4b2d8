"""Prompts page, the lists: classes and sentences with what each is worth, and what edits do."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from laser_core.analysis.first_query import figures
from laser_core.analysis.known import Known
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Ints
from laser_core.errors import JobError, LaserError
from laser_core.llm.lexicon.synsets import lexicon
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.edits import Edit
from laser_core.texts.examples import words_of
from laser_core.texts.lint import (
    CLIP_TOKENS,
    SentenceFacts,
    class_remarks,
    estimated_tokens,
    name_remarks,
    sentence_facts,
    sentence_remarks,
)
from ui.prompts.state import (
    TextsEffect,
    apply,
    known_in_pool,
    make_relevant,
    memory,
    relevance_by_answers,
    without_each,
)
from ui.shared.jobs import start_job
from ui.shared.runs import jobs, reader, requests
from ui.widgets.class_lists import Action, ClassButton, ClassLine, SentenceLine, Tone, word_lists

LONG_ENOUGH_TO_COUNT = 40  # estimated tokens from which the model's own tokenizer is asked


def draw_lists(run: RunReader, now: TextsEffect) -> None:
    """Both lists, each line with its readout and remarks."""
    on = [sum(c.enabled for c in side) for side in (now.texts.relevant, now.texts.confusers)]
    facts = _facts(run, now)
    remarks = _remarks(run, now, facts)
    readouts = _readouts(run, now)
    busy = jobs().active() is not None
    lines = {
        side: [
            _line(
                c,
                side,
                facts,
                remarks,
                readouts.get((side, n), ("", "", "")),
                _buttons(c, side, run, busy),
            )
            for n, c in enumerate(getattr(now.texts, side))
        ]
        for side in ("relevant", "confusers")
    }
    titles = (
        f"Relevant classes, T_R ({_of(on[0], now.texts.relevant)})",
        f"Confusers, T_I ({_of(on[1], now.texts.confusers)})",
    )
    word_lists(
        lines["relevant"],
        lines["confusers"],
        "prompts_words",
        lambda action: apply_action(run.name, action),
        titles=titles,
    )


def apply_action(run_name: str, action: Action) -> None:
    """What one action of the lists does."""
    side, name = action["side"], action.get("name", "")
    if action["do"] == "ask":
        params = {"folder": str(reader(run_name).folder), "names": [name]}
        start_job(jobs(), "ask_sentences", params)
    elif action["do"] == "move":
        make_relevant(run_name, name)
    else:
        edit = Edit(action["do"], side, name, action.get("text", ""), action.get("new", ""))
        apply(run_name, edit)


def why_not_movable(run: RunReader, name: str) -> str:
    """Why a confuser cannot become a relevant class; "" if it can."""
    classes = run.facts.classes
    if classes and name not in classes:
        return f"“{name}” is no class of this pool's labels, so no picture would count for it."
    return ""


# ---- what stands in a line


def _line(
    c: ClassText,
    side: str,
    facts: dict[str, SentenceFacts],
    remarks: tuple[dict[str, list[str]], dict[tuple[str, str], list[str]]],
    readout: tuple[str, Tone, str],
    buttons: tuple[ClassButton, ...],
) -> ClassLine:
    of_class, of_sentence = remarks
    sentences = tuple(
        _sentence(text, side, facts.get(text), of_sentence.get((c.name, text), []))
        for text in c.sentences
    )
    return ClassLine(
        c.name,
        c.enabled,
        sentences,
        fixed=side == "relevant",
        tag={"discovered": "found in the pool", "person": "yours"}.get(c.source, ""),
        readout=readout[0],
        tone=readout[1],
        title=readout[2],
        remarks=tuple(of_class.get(c.name, [])),
        actions=buttons,
    )


def _sentence(text: str, side: str, fact: SentenceFacts | None, remarks: list[str]) -> SentenceLine:
    if fact is None:
        return SentenceLine(text, remarks=tuple(remarks))
    peak = f"{fact.peak:.2f}"
    if side == "relevant":
        stat, title = (
            f"{fact.wins:,} · {peak}",
            (f"the best description of {fact.wins:,} pictures of the pool; best cosine {peak}"),
        )
    else:
        stat, title = peak, f"best cosine with a picture of the pool: {peak}"
    return SentenceLine(text, stat, title, tuple(remarks))


def _buttons(c: ClassText, side: str, run: RunReader, busy: bool) -> tuple[ClassButton, ...]:
    pictures_alone = bool(c.sentences) and not words_of(c.sentences)
    ask = ClassButton(
        "ask", "Ask the model for its sentences", "Replaces the sentences of this class alone",
        busy or pictures_alone,
    )  # fmt: skip
    if side == "relevant":
        return (ask,)
    reason = why_not_movable(run, c.name)
    title = reason or "A relevant class of this run from the next query on, with these sentences"
    return (ask, ClassButton("move", "Make it relevant", title, bool(reason) or busy))


# ---- readouts


def _readouts(run: RunReader, now: TextsEffect) -> dict[tuple[str, int], tuple[str, Tone, str]]:
    known = known_in_pool(run)
    found: dict[tuple[str, int], tuple[str, Tone, str]] = {}
    owner = now.texts.relevant_owner()[now.start.best[now.start.rows]]
    for place in range(len(now.texts.relevant)):
        count = int((owner == place).sum())
        text = f"{count} in the query"
        found["relevant", place] = (text, "", "pictures of the query that one of its sentences "
                                    "matches best")  # fmt: skip
    others = without_each(run, now)
    for place, rows in others.items():
        found["confusers", place] = _without(rows, now, known, len(others))
    return found


def _without(rows: Ints, now: TextsEffect, known: Known, confusers: int) -> tuple[str, Tone, str]:
    """What the query would be without one of so many confusers."""
    swapped = int((~np.isin(rows, now.start.rows)).sum())
    if not swapped:
        return "changes nothing", "", (
            f"without it the query is the same: it is one of {confusers} in the mean of Eq. (1). "
            "It weighs more where fewer are switched on, or in a run with the aggregator NegLabel"
        )  # fmt: skip
    anew = figures(rows, known).precision
    if anew is None or now.figures.precision is None:
        return f"without: {swapped} swap", "", f"{swapped} pictures of the query would be others"
    gain = anew - now.figures.precision
    tone: Tone = "" if abs(gain) < 0.0005 else "good" if gain > 0 else "bad"
    title = (
        f"leave-one-out: without it the query's precision is {anew:.3f} instead of "
        f"{now.figures.precision:.3f}, and {swapped} of its pictures are others"
    )
    return f"without: {anew:.3f}" + (f" ({gain:+.3f})" if tone else ""), tone, title


# ---- remarks


def _facts(run: RunReader, now: TextsEffect) -> dict[str, SentenceFacts]:
    peaks = memory(str(run.folder), run.facts.cosines, run).peaks(now.texts)
    answers = relevance_by_answers(run)
    return sentence_facts(now.texts, now.start.best, peaks, answers.known, answers.relevant)


def _remarks(
    run: RunReader, now: TextsEffect, facts: dict[str, SentenceFacts]
) -> tuple[dict[str, list[str]], dict[tuple[str, str], list[str]]]:
    of_class: dict[str, list[str]] = {}
    for name, text in _name_remarks(
        tuple(c.name for c in now.texts.relevant), tuple(c.name for c in now.texts.confusers)
    ).items():
        of_class.setdefault(name, []).append(text)
    for name, remark in class_remarks(now.texts).items():
        of_class.setdefault(name, []).append(remark.text)
    tokens, limit = _tokens(run, now.texts)
    found = sentence_remarks(now.texts, facts, tokens, limit)
    return of_class, {key: [remark.text for remark in remarks] for key, remarks in found.items()}


@st.cache_data(show_spinner=False, max_entries=64)
def _name_remarks(relevant: tuple[str, ...], confusers: tuple[str, ...]) -> dict[str, str]:
    texts = Descriptions(
        tuple(ClassText(name, ()) for name in relevant),
        tuple(ClassText(name, ()) for name in confusers),
    )
    try:
        return {name: remark.text for name, remark in name_remarks(texts, lexicon()).items()}
    except LaserError:  # no lexicon is installed: the other checks still hold
        return {}


def _tokens(run: RunReader, texts: Descriptions) -> tuple[dict[str, int], int]:
    """Tokens of the sentences that may be too long, as the model counts them, and its limit."""
    sentences = {s for c in (*texts.relevant, *texts.confusers) for s in c.sentences}
    long = sorted(s for s in sentences if estimated_tokens(s) > LONG_ENOUGH_TO_COUNT)
    if not long:
        return {}, CLIP_TOKENS
    try:
        answer = _token_counts(str(run.folder), tuple(long))
        return dict(zip(long, answer["counts"], strict=True)), answer["limit"]
    except JobError:  # the estimate has to do
        return {}, CLIP_TOKENS


@st.cache_data(show_spinner=False, max_entries=64)
def _token_counts(folder: str, sentences: tuple[str, ...]) -> dict[str, Any]:
    params = {"folder": folder, "texts": list(sentences)}
    return requests().ask("count_tokens", params, timeout=60)


def _of(on: int, classes: tuple[ClassText, ...]) -> str:
    return str(len(classes)) if on == len(classes) else f"{on} of {len(classes)} on"
