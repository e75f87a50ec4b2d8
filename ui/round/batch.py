"""Round page: the pictures of a batch, what came in and went out, and one of them explained."""

from __future__ import annotations

import streamlit as st

from laser_core.analysis.known import Known
from laser_core.analysis.ranking import Ranking
from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.round.state import RoundView
from ui.shared.explanation import show_explanation
from ui.shared.runs import picture_urls
from ui.widgets.gallery import Badge, Mark, Thumb, Tone, gallery

PAGE = 60  # pictures at a time: a batch may have 1,500
ALL, CHANGES = "Batch", "Changes only"


def show_batch(run: RunReader, view: RoundView, tried: Ranking, truth: bool) -> None:
    """The gallery on the left, the chosen picture's explanation on the right.

    Args:
        view: the round, with its own batch.
        tried: what is shown; pictures that differ from the round's own batch are marked.
        truth: whether true labels may be shown in an explanation.
    """
    key = f"round batch {run.name} {view.ranking.round}"
    left, right = st.columns([6, 5], gap="medium")
    with left:
        entries = _entries(view.ranking, tried)
        entries = _filter(entries, key)
        place, pages = st.container(), -(-len(entries) // PAGE)
        page = 1
        if pages > 1:  # below the pictures
            page = st.pagination(pages, key=f"{key} page {pages}", max_visible_pages=5)
        with place:
            shown = entries[(page - 1) * PAGE : page * PAGE]
            chosen = _gallery(run, view, tried, shown, key)
    with right, st.container(border=True):
        if chosen:
            show_explanation(run, chosen, f"{key} explained", tried, truth)
        else:
            st.caption("Choose a picture to see why it stands where it does.")


def _entries(own: Ranking, tried: Ranking) -> list[tuple[int, Mark]]:
    """(row, mark) of the tried batch in order, then of what it left out."""
    before, now = set(own.rows.tolist()), set(tried.rows.tolist())
    entries: list[tuple[int, Mark]] = [
        (row, "" if row in before else "in") for row in tried.rows.tolist()
    ]
    return entries + [(row, "out") for row in own.rows.tolist() if row not in now]


def _filter(entries: list[tuple[int, Mark]], key: str) -> list[tuple[int, Mark]]:
    came = sum(mark == "in" for _, mark in entries)
    went = sum(mark == "out" for _, mark in entries)
    if not came and not went:
        return entries
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "Pictures", [ALL, CHANGES], default=ALL, key=f"{key} view", required=True,
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        st.caption(f"{came:,} in, {went:,} out", width="content")
    return [entry for entry in entries if entry[1]] if view == CHANGES else entries


def _gallery(
    run: RunReader, view: RoundView, tried: Ranking, shown: list[tuple[int, Mark]], key: str
) -> str:
    """Draw the pictures; the chosen one's id, or the first one's."""
    ids = [str(run.facts.ids[row]) for row, _ in shown]
    try:
        with st.spinner("Making small copies of the pictures…"):  # shown only if it takes a while
            urls = picture_urls(run, ids)
    except LaserError as error:
        st.error(escape_text(error))
        return ""
    texts = tried.texts_of([row for row, _ in shown])
    items = [
        _thumb(id, urls[id], row, mark, text, tried, view.known)
        for id, (row, mark), text in zip(ids, shown, texts, strict=True)
    ]
    chosen = gallery(items, key, label="Pictures of the batch", size=92, max_height=560)
    return chosen[0] if chosen else (ids[0] if ids else "")


def _thumb(
    id: str, url: str, row: int, mark: Mark, text: str, tried: Ranking, known: Known
) -> Thumb:
    tone: Tone = ""
    badges = [Badge(f"{tried.score_of(row):.3f}")]
    words = [text or id]
    if known.known[row]:
        tone = "good" if known.relevant[row] else "bad"
        badges.append(Badge("✓" if known.relevant[row] else "✗", tone))
        words.append("relevant" if known.relevant[row] else "irrelevant")
    return Thumb(id, url, text, ", ".join(words), tuple(badges), tone, mark)
