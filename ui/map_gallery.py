"""What was chosen on the map: how many of what, the best of them as pictures, one explained."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.arrays import Floats, Ids, Ints
from laser_core.map_values import TextValues, commonest
from laser_core.pool import positions
from laser_core.reader import RunReader
from ui.gallery import Badge, Thumb, Tone, gallery
from ui.state import picture_urls

SHOWN = 60  # pictures of a choice that are drawn; the rest is counted
TONES: dict[str, Tone] = {"relevant": "good", "irrelevant": "bad", "unsure": "unsure"}
HINT = (
    "Draw a line around some points, or click one: they appear here, the highest score first. A "
    "click on a description (◆) takes the pictures that it describes best."
)


def chosen_pictures(run: RunReader, ids: Ids, values: TextValues | None) -> str:
    """Draw the chosen pictures; returns the one to be explained, or ""."""
    if len(ids) == 0:
        st.caption(HINT)
        return ""
    rows = positions(run.facts.ids, ids.tolist())
    st.markdown(f"**{len(rows):,} chosen**" + _what_they_are(run, rows))
    if values is not None:
        st.caption(_described_by(values, rows))
    scores = values.s_vlm[rows] if values is not None else np.zeros(len(rows))
    order = np.argsort(-scores, kind="stable")[:SHOWN]
    if len(rows) > SHOWN:
        st.caption(f"The {SHOWN} of highest S_vlm:")
    shown = run.facts.ids[rows[order]]
    picked = gallery(
        _thumbs(run, shown, scores[order] if values is not None else None),
        "map_gallery",
        label="Chosen pictures",
        size=92,
        max_height=430,
    )
    if len(shown) == 1:
        return str(shown[0])
    if not picked:
        st.caption("Click a picture to see why it stands where it does.")
    return picked[0] if picked else ""


def _what_they_are(run: RunReader, rows: Ints) -> str:
    """How many are truly relevant, where that is known; else how many are labeled."""
    if run.relevant_rows is not None:
        relevant = int(run.relevant_rows[rows].sum())
        return f", {relevant:,} of them relevant ({relevant / len(rows):.0%})"
    labels = run.store.labels()
    labeled = sum(id in labels for id in run.facts.ids[rows].tolist())
    return f", {labeled:,} of them labeled"


def _described_by(values: TextValues, rows: Ints) -> str:
    """The sentences that describe most of them best."""
    best = [values.texts[row] for row in values.best[rows].tolist()]
    if len(set(best)) == 1:
        return f"Best description of all: “{best[0]}”"
    counted = [f"“{text}” {count:,}" for text, count in commonest(best, 3)]
    return "Best descriptions: " + " · ".join(counted)


def _thumbs(run: RunReader, ids: Ids, scores: Floats | None) -> list[Thumb]:
    urls, labels, facts = picture_urls(run, ids.tolist()), run.store.labels(), run.facts
    rows = positions(facts.ids, ids.tolist()).tolist()
    thumbs = []
    for place, (id, row) in enumerate(zip(ids.tolist(), rows, strict=True)):
        answer = labels.get(id)
        badge = () if scores is None else (Badge(f"{scores[place]:.2f}"),)
        thumbs.append(
            Thumb(
                id,
                urls[id],
                caption=facts.labels[row] or "",
                badges=badge,
                tone=TONES.get(answer.state, "") if answer else "",
            )
        )
    return thumbs
