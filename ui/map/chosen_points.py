"""What was chosen on the map: how many of what, the best of them as pictures, one explained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Floats, Ids, Ints
from laser_core.maps.values import TextValues, commonest, nearest_pictures
from laser_core.metrics.paper import precision
from laser_core.pool import positions
from ui.escape import escape_text
from ui.look.notes import note, note_markdown
from ui.shared.navigation import label_by_hand
from ui.shared.runs import picture_urls
from ui.widgets.gallery import Badge, Thumb, Tone, gallery

SHOWN = 60  # pictures of a choice that are drawn; the rest is counted
TONES: dict[str, Tone] = {"relevant": "good", "irrelevant": "bad", "unsure": "unsure"}
HINT = (
    "Draw a line around some points, or click one: they appear here, the highest score first. A "
    "click on a description (◆) takes the pictures that it describes best."
)
SENTENCE_HINT = (
    "Click a sentence, or draw a line around some: the pictures nearest to them appear here."
)


def show_chosen_pictures(run: RunReader, ids: Ids, values: TextValues | None) -> str:
    """Draw the pictures chosen on a map; returns the one to be explained, or ""."""
    if len(ids) == 0:
        note_markdown(HINT)
        return ""
    rows = positions(run.facts.ids, ids.tolist())
    st.markdown(f"**{len(rows):,} chosen**" + _what_they_are(run, rows))
    if st.button("Label these by hand", key="map_label", icon=":material/label:"):
        label_by_hand(ids.tolist(), "Label these by hand")
    if values is None:
        return _gallery(run, rows[:SHOWN], None)
    note_markdown(_described_by(values, rows))
    order = np.argsort(-values.s_vlm[rows], kind="stable")[:SHOWN]
    if len(rows) > SHOWN:
        note(f"The {SHOWN} that the words score highest:")
    return _gallery(run, rows[order], values.s_vlm[rows[order]])


def show_pictures_of_sentences(run: RunReader, texts: Sequence[str]) -> str:
    """Draw the pictures nearest to chosen sentences; returns the one to be explained, or ""."""
    if not texts:
        note_markdown(SENTENCE_HINT)
        return ""
    if len(texts) == 1:
        st.markdown(f"Nearest to “{escape_text(texts[0])}”")
    else:
        st.markdown(f"**{len(texts):,} sentences chosen**; nearest to any of them")
    rows, cosines = nearest_pictures(run, texts, SHOWN)
    note(f"The {len(rows)} pictures of highest cosine, which the numbers are.")
    return _gallery(run, rows, cosines)


def _gallery(run: RunReader, rows: Ints, numbers: Floats | None) -> str:
    """Draw pictures in the order given; returns the one that is clicked, or the only one."""
    shown = run.facts.ids[rows]
    picked = gallery(
        _thumbs(run, rows, numbers),
        "map_gallery",
        label="Chosen pictures",
        size=92,
        max_height=430,
    )
    if len(shown) == 1:
        return str(shown[0])
    if not picked:
        note("Click a picture to see why it stands where it does.")
    return picked[0] if picked else ""


def _what_they_are(run: RunReader, rows: Ints) -> str:
    """How many are truly relevant, where that is known; else how many are labeled."""
    if run.relevant_rows is not None:
        relevant = int(run.relevant_rows[rows].sum())
        return f", {relevant:,} of them relevant ({precision(relevant, len(rows)):.0%})"
    labels = run.store.labels.by_id()
    labeled = sum(id in labels for id in run.facts.ids[rows].tolist())
    return f", {labeled:,} of them labeled"


def _described_by(values: TextValues, rows: Ints) -> str:
    """The sentences that describe most of them best."""
    best = [values.texts[row] for row in values.best[rows].tolist()]
    if len(set(best)) == 1:
        return f"Best description of all: “{escape_text(best[0])}”"
    counted = [f"“{escape_text(text)}” {count:,}" for text, count in commonest(best, 3)]
    return "Best descriptions: " + " · ".join(counted)


def _thumbs(run: RunReader, rows: Ints, numbers: Floats | None) -> list[Thumb]:
    ids, labels = run.facts.ids[rows].tolist(), run.store.labels.by_id()
    urls = picture_urls(run, ids)
    thumbs = []
    for place, (id, row) in enumerate(zip(ids, rows.tolist(), strict=True)):
        answer = labels.get(id)
        badges = () if numbers is None else (Badge(f"{numbers[place]:.2f}"),)
        tone = TONES.get(answer.state, "") if answer else ""
        caption = run.facts.labels[row] or ""
        thumbs.append(Thumb(id, urls[id], caption=caption, badges=badges, tone=tone))
    return thumbs
