"""Card 2: the pictures nearest to a sentence, also to one of a person's own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.analysis.lesson.pictures import (
    checked_sentence,
    first_texts,
    nearest,
    offered_sentences,
    truth_of,
)
from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.learn.elements import show_words, wall
from ui.learn.texts import sentence_text
from ui.shared.runs import ensure_cosines, requests

OWN, OFFERED = "learn own sentence", "learn sentence"
WAIT = 60.0  # seconds that a cold worker may take


def show_sentence(run: RunReader) -> None:
    """Draw the card."""
    texts = first_texts(run)
    ensure_cosines(run, texts)
    options = offered_sentences(texts)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        words = st.container()
        said = st.pills(
            "Sentence",
            options,
            default=options[0],
            key=OFFERED,
            required=True,
            format_func=escape_text,
            wrap=True,
            label_visibility="collapsed",
        )
        given = st.text_input(
            "My own sentence",
            key=OWN,
            persist_state="session",
            placeholder="something round to sit on",
        )
        sentence = _own(run, given) or str(said)
        near = nearest(run.table.rows([sentence])[0].astype(np.float64), truth_of(run))
        wrong = None if near.first_wrong is None else run.facts.labels[near.rows[near.first_wrong]]
        text = sentence_text(near, len(run.facts.ids), wrong)
        with words:
            show_words(text)
        st.latex(rf"\cos(x,t)=\frac{{x\cdot t}}{{|x|\,|t|}}={near.best:.3f}")
        st.markdown(text.answer)
    with right:
        st.markdown(f"**The {len(near.rows)} pictures closest to** “{escape_text(sentence)}”")
        wall(run, near.rows, "learn sentence wall", True, 84, 440)


def _own(run: RunReader, given: str) -> str:
    """The person's sentence, compared with the pool by now; "" for none, or where that failed."""
    try:
        sentence = checked_sentence(given)
        if sentence and sentence not in run.table:
            with st.spinner("The model reads your sentence…"):
                params = {"folder": str(run.folder), "texts": [sentence]}
                requests().ask("embed_sentences", params, timeout=WAIT)
        return sentence
    except LaserError as error:
        st.warning(escape_text(error))
        return ""
