"""Round page: the pictures of a batch by class, what came in and went out, and one explained."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from laser_core.analysis.class_report import by_class
from laser_core.analysis.known import Known
from laser_core.analysis.ranking import Ranking
from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from ui.escape import escape_text
from ui.look.notes import note
from ui.round.sentences import group_note
from ui.round.state import RoundView
from ui.shared.explanation import show_explanation
from ui.shared.runs import picture_urls
from ui.widgets.gallery import Badge, Mark, Thumb, Tone, box_beside_gallery, gallery

WHOLE = 120  # pictures that one page shows at most; a batch may have 1,500
PAGE = 60  # pictures at a time where they are more
ALL, CHANGES = "Batch", "Changes only"
LEAST = 240  # CSS pixels of gallery and explanation where the window is low

Entries = list[tuple[int, Mark]]


def show_batch(run: RunReader, view: RoundView, tried: Ranking, truth: bool) -> None:
    """The gallery on the left, the chosen picture's explanation on the right.

    Args:
        view: the round, with its own batch.
        tried: what is shown; pictures that differ from the round's own batch are marked.
        truth: whether true labels may be shown in an explanation.
    """
    key = f"round batch {run.name} {view.ranking.round}"
    left, right = st.columns([7, 5], gap="small")
    with left:
        entries = _page(_filter(_entries(view.ranking, tried), key), tried, key)
        chosen = _gallery(run, view, tried, entries, key)
    with right, box_beside_gallery("round_reason", LEAST):
        if chosen:
            show_explanation(run, chosen, f"{key} explained", tried, truth)
        else:
            note("Choose a picture to see why it stands where it does.")


def _entries(own: Ranking, tried: Ranking) -> Entries:
    """(row, mark) of the tried batch in order, then of what it left out."""
    before, now = set(own.rows.tolist()), set(tried.rows.tolist())
    entries: Entries = [(row, "" if row in before else "in") for row in tried.rows.tolist()]
    return entries + [(row, "out") for row in own.rows.tolist() if row not in now]


def _filter(entries: Entries, key: str) -> Entries:
    came = sum(mark == "in" for _, mark in entries)
    went = sum(mark == "out" for _, mark in entries)
    if not came and not went:
        return entries
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "Pictures", [ALL, CHANGES], default=ALL, key=f"{key} view", required=True,
            label_visibility="collapsed", persist_state="session", wrap=True,
        )  # fmt: skip
        note(f"{came:,} in, {went:,} out", width="content")
    return [entry for entry in entries if entry[1]] if view == CHANGES else entries


def _page(entries: Entries, tried: Ranking, key: str) -> dict[str, Entries]:
    """Class -> the pictures of it that are shown now, best first."""
    marks = dict(entries)
    best_first = sorted(entries, key=lambda entry: (entry[1] == "out", -tried.score_of(entry[0])))
    groups = by_class(tried, [row for row, _ in best_first])
    pages = 1 if len(entries) <= WHOLE else -(-len(entries) // PAGE)
    page = 0
    if pages > 1:
        page = st.pagination(pages, key=f"{key} page {pages}", max_visible_pages=5) - 1
    shown = page_of(groups, page, pages)
    return {name: [(row, marks[row]) for row in rows] for name, rows in shown}


def page_of(
    groups: Sequence[tuple[str, list[int]]], page: int, pages: int
) -> list[tuple[str, list[int]]]:
    """One of `pages` parts, counted from 0, with a share of every group; empty ones left out."""
    parts = []
    for name, rows in groups:
        first, last = (len(rows) * place // pages for place in (page, page + 1))
        parts.append((name, rows[first:last]))
    return [(name, rows) for name, rows in parts if rows]


def _gallery(
    run: RunReader, view: RoundView, tried: Ranking, shown: dict[str, Entries], key: str
) -> str:
    """Draw the pictures; the chosen one's id, or the first one's."""
    rows = [row for entries in shown.values() for row, _ in entries]
    ids = [str(run.facts.ids[row]) for row in rows]
    try:
        with st.spinner("Making small copies of the pictures…"):  # shown only if it takes a while
            urls = picture_urls(run, ids)
    except LaserError as error:
        st.error(escape_text(error))
        return ""
    texts = dict(zip(rows, tried.texts_of(rows), strict=True))
    items = [
        _thumb(run, urls, row, mark, name, texts[row], tried, view.known)
        for name, entries in shown.items()
        for row, mark in entries
    ]
    notes = {
        name: _note(view.known, [row for row, mark in entries if mark != "out"])
        for name, entries in shown.items()
    }
    chosen = gallery(
        items, key, label="Pictures of the batch", size=92, fill=LEAST, notes=notes,
        empty="No picture differs from the planned batch.",
    )  # fmt: skip
    return chosen[0] if chosen else (ids[0] if ids else "")


def _note(known: Known, rows: list[int]) -> str:
    told = [row for row in rows if known.known[row]]
    return group_note(len(rows), len(told), sum(bool(known.relevant[row]) for row in told))


def _thumb(
    run: RunReader,
    urls: dict[str, str],
    row: int,
    mark: Mark,
    name: str,
    text: str,
    tried: Ranking,
    known: Known,
) -> Thumb:
    id = str(run.facts.ids[row])
    tone: Tone = ""
    badges = [Badge(f"{tried.score_of(row):.3f}")]
    words = [f"looks like {name}" if name else id, text]
    if known.known[row]:
        tone = "good" if known.relevant[row] else "bad"
        badges.append(Badge("✓" if known.relevant[row] else "✗", tone))
        words.append("relevant" if known.relevant[row] else "irrelevant")
    alt = ", ".join(filter(None, words))
    return Thumb(id, urls[id], "" if name else text, alt, tuple(badges), tone, mark, name)
