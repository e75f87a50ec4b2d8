"""Prompts page, the effect: what the texts in use would select, against another version."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from laser_core.analysis.first_query import bin_edges, histogram
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Ints
from laser_core.errors import JobError
from laser_core.strategies.explanation import explain, with_shares
from laser_core.strategies.laser import laser_settings
from ui.escape import escape_text
from ui.prompts.state import TextsEffect, known_in_pool
from ui.shared.plots import colours, draw, figure
from ui.shared.runs import picture_urls, requests, thumbnails
from ui.widgets.gallery import Badge, Thumb, Tone, gallery

SHOWN = 24  # pictures at a time
PREFETCHED = 400  # best pictures whose small copies are made before anyone asks
TOP, ENTERED, LEFT = "Top of the query", "Entered", "Left"


def draw_effect(run: RunReader, now: TextsEffect, base: TextsEffect) -> None:
    """Figures and histogram of the query that the texts would ask first."""
    _figures(now, base, run)
    _histogram(run, now, base)


def _figures(now: TextsEffect, base: TextsEffect, run: RunReader) -> None:
    b, batch, rule = len(now.start.rows), now.figures, laser_settings(run.config).selection
    same = now.number == base.number
    left, middle, right = st.columns(3)
    left.metric(
        f"Precision (b = {b:,})",
        _share(batch.precision),
        None if same else _gain(batch.precision, base.figures.precision),
        help="Cold start: round 1's query by S_vlm alone, over the whole pool, with the run's own "
        f"selection ({rule}). Of {batch.known:,} of its pictures it is known "
        "whether they are relevant.",
    )
    middle.metric(
        "Recall",
        _share(batch.recall),
        None if same else _gain(batch.recall, base.figures.recall),
        help="The share of the pool's relevant pictures that this one query would find.",
    )
    right.metric(
        "Changed",
        f"{len(now.start.new_rows(base.start)):,} of {b:,}",
        help="How many pictures of the query are others than under the version compared with.",
    )


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _gain(value: float | None, before: float | None) -> str | None:
    if value is None or before is None or abs(value - before) < 0.0005:
        return None
    return f"{value - before:+.3f}"


def _histogram(run: RunReader, now: TextsEffect, base: TextsEffect) -> None:
    used = colours()
    marks = {"relevant": used.blue, "irrelevant": used.orange, "not known": used.grey}
    known = known_in_pool(run)
    edges = bin_edges(now.start.s_vlm, base.start.s_vlm)
    middles = (edges[:-1] + edges[1:]) / 2
    made = figure(165)
    for name, shares in histogram(now.start.s_vlm, known, edges).items():
        made.add_trace(
            go.Scatter(
                x=middles, y=100 * shares, name=name, mode="lines", line_shape="hvh",
                fill="tozeroy", line={"color": marks[name], "width": 2},
                hovertemplate="%{y:.1f} %",
            )
        )  # fmt: skip
    if now.number != base.number:
        for name, shares in histogram(base.start.s_vlm, known, edges).items():
            made.add_trace(
                go.Scatter(
                    x=middles, y=100 * shares, name=f"{name} before", mode="lines",
                    showlegend=False,
                    line_shape="hvh", line={"color": marks[name], "width": 1.5, "dash": "dot"},
                    hovertemplate="%{y:.1f} %",
                )
            )  # fmt: skip
    made.update_xaxes(title=None)
    made.update_yaxes(ticksuffix=" %", nticks=4)
    draw(made, "prompts_histogram", "s_vlm", toolbar=False)
    st.caption(
        "$S_{vlm}$ of Eq. (1): best cosine with $T_R$ less the mean cosine with $T_I$. "
        "Shares of each group's pictures"
        + ("." if now.number == base.number else f"; dotted: version {base.number}.")
    )


def draw_pictures(run: RunReader, now: TextsEffect, base: TextsEffect) -> None:
    """The query's pictures, best first, and those that came or went against `base`."""
    came, went = now.start.new_rows(base.start), base.start.new_rows(now.start)
    rows = {TOP: now.start.rows, ENTERED: came, LEFT: went}
    which = st.segmented_control(
        "Pictures", [TOP, ENTERED, LEFT], default=TOP, required=True, key="prompts_pictures",
        format_func=lambda name: name if name == TOP else f"{name} ({len(rows[name]):,})",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    shown = rows[which or TOP][:SHOWN]
    urls = _urls(run, run.facts.ids[shown].tolist())
    effect = base if which == LEFT else now
    items = [_thumb(run, effect, int(row), urls, came, which or TOP) for row in shown]
    chosen = gallery(
        items,
        "prompts_gallery",
        label="Pictures of the query",
        size=72,
        max_height=320,
        empty=f"Nothing here: the query is the same as under version {base.number}.",
    )
    if chosen:
        _explain(run, effect, chosen[0])
    if len(rows[which or TOP]) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(rows[which or TOP]):,}; choose one to see why.")


def _thumb(
    run: RunReader, effect: TextsEffect, row: int, urls: dict[str, str], came: Ints, which: str
) -> Thumb:
    known = known_in_pool(run)
    id = str(run.facts.ids[row])
    rank = int(np.flatnonzero(effect.start.rows == row)[0]) + 1
    tone: Tone = ""
    if known.known[row]:
        tone = "good" if known.relevant[row] else "bad"
    owner = effect.texts.relevant_owner()[effect.start.best[row]]
    name = effect.texts.relevant[owner].name
    state = {"good": ", relevant", "bad": ", irrelevant", "": ""}[tone]
    return Thumb(
        id,
        urls[id],
        caption=name,
        alt=f"{id}, matched as {name}, rank {rank}{state}",
        badges=(Badge(f"{rank}", tone),),
        tone=tone,
        mark="out" if which == LEFT else "in" if row in came else "",
    )


def _urls(run: RunReader, ids: list[str]) -> dict[str, str]:
    """Addresses of small copies; a picture that cannot be read shows as missing."""
    try:
        return picture_urls(run, ids)
    except JobError:
        small = thumbnails(run)
        return {id: small.url(id) for id in ids}


def _explain(run: RunReader, effect: TextsEffect, id: str) -> None:
    """Eq. (1) for one picture, with its numbers."""
    row, names = np.flatnonzero(run.facts.ids == id)[:1], run.names()
    why = explain(
        id,
        0,
        run.cosines(effect.texts, row),
        effect.texts,
        [c.name for c in effect.texts.relevant],
        None,
        0.0,
        float(effect.start.s_vlm[row[0]]),
        s_vlm=float(effect.start.s_vlm[row[0]]) if names is not None else None,
    )
    if names is not None:
        why = with_shares(why, run.cosines(effect.texts, row), effect.texts, names.at(row))
    label = run.facts.labels[row[0]]
    with st.container(border=True):
        st.markdown(f"**{escape_text(id)}**" + (f" · {escape_text(label)}" if label else ""))
        st.markdown("  \n".join(escape_text(line) for line in why.sentences()[:-1]))


@st.cache_resource(show_spinner=False, max_entries=8)
def warm_up_edits(folder: str, version: int, _run: RunReader, _effect_now: TextsEffect) -> str:
    """Once a version: load what an edit needs and make the likely pictures' small copies."""
    requests().send("warm_up", {"folder": folder})
    start, small = _effect_now.start, thumbnails(_run)
    best = np.argsort(-start.s_vlm)[: 2 * len(start.rows)]
    rows = dict.fromkeys([*start.rows[:SHOWN].tolist(), *best.tolist()])
    ids = [str(_run.facts.ids[row]) for row in list(rows)[:PREFETCHED]]
    if not small.complete(ids):
        params = {
            "pool": _run.config.pool,
            "data_root": _run.config.data_root,
            "ids": ids,
            "thumbnails": str(small.folder),
        }
        requests().send("make_thumbnails", params)
    return "sent"
