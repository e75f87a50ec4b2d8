"""What the map's points are coloured by."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.maps.values import (
    TextValues,
    label_states,
    next_query,
    next_scores,
    rounds_queried,
    text_classes,
)
from laser_core.texts.descriptions import Descriptions
from ui.shared.plots import colours
from ui.widgets.map import CATEGORY_COLOURS, SCORE_COLOURS, MapColours

CLASS, BEST, ROUND = "True class", "Class of the best description", "Round queried"
S_VLM, SCORE, LABEL = "Score of the words, Eq. (1)", "Score of the next query", "Label"
KIND, EVERY = "Relevant class or confuser", "Every class by itself"
CONFUSER = "confuser"
STATES = ("relevant", "irrelevant", "unsure", "excluded")
STATE_COLOURS = ("#009e73", "#d55e00", "#e69f00", "#56b4e9")
NOTES = {
    CLASS: "The pool's own labels. Irrelevant classes are grey; their names show on hovering.",
    BEST: "The class whose description has the highest cosine: the first term of Eq. (1).",
    ROUND: "When each picture was queried. Grey ones were not queried yet.",
    S_VLM: "Best cosine with a relevant description less the mean cosine with confusers (S_vlm).",
    SCORE: "Eq. (5): (1 - δ) S_vlm + δ S_det, what the next query goes by. Labeled pictures are "
    "grey.",
    LABEL: "The answers so far.",
    KIND: "Relevant descriptions by class; all confusers in grey.",
    EVERY: "Relevant classes and confusers, each in a colour of its own (there are 20).",
}


def colour_options(run: RunReader, values: TextValues | None) -> list[str]:
    """What pictures can be coloured by in this run, the most telling first."""
    choices = [CLASS] if run.relevant_rows is not None else []
    choices += [BEST, S_VLM] if values is not None else []
    choices += [SCORE] if next_query(run) is not None else []
    return [*choices, ROUND, LABEL]


@st.cache_resource(show_spinner=False, max_entries=32)
def picture_colours(
    version: str,
    choice: str,
    _run: RunReader,
    _values: TextValues | None,
    _sentences: Descriptions | None,
) -> MapColours:
    """The colours of all pictures, and of the sentences where the map has them.

    Args:
        version: changes with the run, with the map and with its sentences.
        choice: one of `colour_options`.
        _values: what the sentences say of the pictures; None when that is not known yet.
        _sentences: those on the map; None without any.
    """
    version = f"{version} {choice}"
    texts = text_classes(_sentences) if _sentences is not None else []
    if choice in (S_VLM, SCORE):
        scores = _values.s_vlm if choice == S_VLM and _values else next_scores(_run)
        nothing = np.full(len(texts), np.nan)
        grey = "sentences" if choice == S_VLM else "labeled already"
        return MapColours.by_score(version, scores, nothing, title=choice, unknown=grey)
    if choice == ROUND:
        return _by_round(_run, version, len(texts))
    if choice == LABEL:
        states = label_states(_run.facts.ids, _run.pool())
        return MapColours.by_category(
            version, states, STATES, [None] * len(texts), colours=STATE_COLOURS, title=choice
        )
    return _by_class(_run, version, choice, _values, texts)


def _by_class(
    run: RunReader,
    version: str,
    choice: str,
    values: TextValues | None,
    texts: list[tuple[str, bool]],
) -> MapColours:
    """Relevant classes in colour; what is irrelevant in grey, confusers' sentences in dark grey."""
    relevant = run.config.relevant
    if choice == BEST and values is not None:
        labels: list[str | None] = [values.names[row] for row in values.best.tolist()]
    else:
        labels = list(run.facts.labels)
    others = any(not is_relevant for _, is_relevant in texts)
    names = (*relevant, CONFUSER) if others else relevant
    return MapColours.by_category(
        version,
        labels,
        names,
        [name if is_relevant else CONFUSER for name, is_relevant in texts],
        colours=_class_colours(len(relevant)),
        title=choice,
        unknown="irrelevant",
    )


def _class_colours(classes: int) -> list[str]:
    """One colour a class, and the confusers' grey after them."""
    palette = category_palette()
    return [*(palette[i % len(palette)] for i in range(classes)), colours().grey]


def category_palette() -> tuple[str, ...]:
    """The theme's class colours, as charts have them, then more for runs with many classes."""
    own = colours().classes
    return (*own, *CATEGORY_COLOURS[len(own) :])


def _by_round(run: RunReader, version: str, texts: int) -> MapColours:
    rounds = rounds_queried(run).tolist()
    last = max(rounds, default=0)
    names = [f"round {number}" for number in range(1, last + 1)]
    steps = np.linspace(0, len(SCORE_COLOURS) - 1, max(last, 1)).round().astype(int)
    return MapColours.by_category(
        version,
        [f"round {number}" if number else None for number in rounds],
        names,
        [None] * texts,
        colours=[SCORE_COLOURS[step] for step in steps],
        title=ROUND,
        unknown="not queried",
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def sentence_colours(version: str, choice: str, _sentences: Descriptions) -> MapColours:
    """The colours of sentences that are the points themselves, by KIND or EVERY."""
    classes = text_classes(_sentences)
    relevant = list(dict.fromkeys(name for name, is_relevant in classes if is_relevant))
    if choice == EVERY:
        names = list(dict.fromkeys(name for name, _ in classes))
        return MapColours.by_category(
            version, [n for n, _ in classes], names, colours=category_palette(), title="Class"
        )
    labels = [name if is_relevant else CONFUSER for name, is_relevant in classes]
    return MapColours.by_category(
        version,
        labels,
        [*relevant, CONFUSER],
        colours=_class_colours(len(relevant)),
        title="Class",
    )
