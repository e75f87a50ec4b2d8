"""Prompts page, the effect: what the texts in use would select, against another version."""

from __future__ import annotations

from functools import partial

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
from ui.look.notes import note_markdown
from ui.prompts.state import TextsEffect, known_in_pool, mark_example
from ui.shared.explanation import language_formula
from ui.shared.plots import colours, draw, figure
from ui.shared.runs import picture_urls, requests, thumbnails
from ui.widgets.figures import Card, Tone, figure_cards
from ui.widgets.gallery import Badge, Thumb, gallery
from ui.widgets.late_button import late_button
from ui.widgets.selection import Selection

SHOWN = 48  # pictures at a time
LEAST = 160  # CSS pixels of the pictures where the window is low
GALLERY = "prompts_gallery"
PREFETCHED = 400  # best pictures whose small copies are made before anyone asks
TOP, ENTERED, LEFT = "Top of the query", "Entered", "Left"
MARK_HELP = {
    True: "It joins the sentences of the class, T_R, so that pictures like it rise. Ours: the "
    "paper has sentences alone.",
    False: "It joins the confusers, T_I, as “unlike” the class, so that pictures like it sink. "
    "Ours: the paper has sentences alone.",
}


def draw_effect(run: RunReader, now: TextsEffect, base: TextsEffect) -> None:
    """Figures of the query that the texts would ask first; below, the histogram, or one picture."""
    rule = laser_settings(run.config).selection
    figure_cards(effect_cards(now, base, rule), "prompts_cards")
    if (row := _chosen_row(run)) is not None:
        _explain(run, now if row in now.start.rows else base, row)
    else:
        _histogram(run, now, base)


def effect_cards(now: TextsEffect, base: TextsEffect, rule: str) -> list[Card]:
    """Precision, recall and what changed against `base`; `rule` is how a batch is selected."""
    b, batch, before = len(now.start.rows), now.figures, base.figures
    changed = len(now.start.new_rows(base.start))
    known = "" if batch.known == b else f" Of {batch.known:,} it is known whether they are."
    return [
        Card(
            "Precision", _count(batch.found, batch.known if batch.precision is not None else None),
            *_note(batch.precision, before.precision),
            help=f"Relevant pictures among the {b:,} that these words alone would ask for first, "
            f"over the whole pool ({rule}).{known}",
        ),
        Card(
            "Recall", _count(batch.found, batch.in_pool if batch.recall is not None else None),
            *_note(batch.recall, before.recall),
            help="How many of the pool's relevant pictures this one query would find.",
        ),
        Card(
            "Changed", _count(changed, b), f"against version {base.number}",
            help="Pictures of the query that are others than under the version compared with.",
        ),
    ]  # fmt: skip


def _count(part: int, whole: int | None) -> str:
    return "not known" if whole is None else f"{part:,} of {whole:,}"


def _note(value: float | None, before: float | None) -> tuple[str, Tone]:
    """The share, and by how much it differs from before."""
    if value is None:
        return "", ""
    if before is None or abs(value - before) < 0.0005:
        return f"{value:.3f}", ""
    return f"{value:.3f}, {value - before:+.3f}", "good" if value > before else "bad"


def _histogram(run: RunReader, now: TextsEffect, base: TextsEffect) -> None:
    used = colours()
    marks = {"relevant": used.blue, "irrelevant": used.orange, "not known": used.grey}
    known = known_in_pool(run)
    edges = bin_edges(now.start.s_vlm, base.start.s_vlm)
    middles = (edges[:-1] + edges[1:]) / 2
    made = figure(128)
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
    shows = "share of pictures by S_vlm of Eq. (1)"
    draw(made, "prompts_histogram", "s_vlm", shows, toolbar=False)
    dotted = "" if now.number == base.number else f"; dotted: version {base.number}"
    note_markdown(f"Shares of pictures by $S_{{vlm}}$, Eq. (1){dotted}")


def draw_pictures(run: RunReader, now: TextsEffect, base: TextsEffect) -> None:
    """The query's pictures, best first, and those that came or went against `base`."""
    came, went = now.start.new_rows(base.start), base.start.new_rows(now.start)
    rows = {TOP: now.start.rows, ENTERED: came, LEFT: went}
    with st.container(horizontal=True, vertical_alignment="center"):
        which = st.segmented_control(
            "Pictures", [TOP, ENTERED, LEFT], default=TOP, required=True, key="prompts_pictures",
            format_func=lambda name: name if name == TOP else f"{name} ({len(rows[name]):,})",
            label_visibility="collapsed", persist_state="session", wrap=True,
        )  # fmt: skip
        if (row := _chosen_row(run)) is not None:
            _mark(run, base if which == LEFT else now, row)
    shown = rows[which or TOP][:SHOWN]
    urls = small_copies(run, run.facts.ids[shown].tolist())
    effect = base if which == LEFT else now
    items = [_thumb(run, effect, int(row), urls, came, which or TOP) for row in shown]
    more = len(rows[which or TOP]) - len(shown)
    gallery(
        items,
        GALLERY,
        label=f"Pictures of the query{f', the first {SHOWN}' if more else ''}",
        size=72,
        fill=LEAST,
        empty=f"Nothing here: the query is the same as under version {base.number}.",
    )


def _chosen_row(run: RunReader) -> int | None:
    """The pool's row of the picture that is chosen in the gallery; None for none."""
    chosen = Selection(GALLERY).ids[:1]
    return run.facts.rows.get(chosen[0]) if chosen else None


def _mark(run: RunReader, effect: TextsEffect, row: int) -> None:
    """The picture as an example of a class, or of what it is not: one click, one version."""
    names, id = [c.name for c in effect.texts.relevant], str(run.facts.ids[row])
    with st.popover("Example", icon=":material/add_photo_alternate:"):
        name: str = st.selectbox(
            "Class", names, index=_best_class(effect, row), key=f"prompts_example {id}"
        )
        for alike, label in ((True, "Like this"), (False, "Not like this")):
            late_button(
                label, partial(mark_example, run.name, name, id, alike), help=MARK_HELP[alike],
                key=f"prompts_example {alike}", width="stretch",
            )  # fmt: skip


def _best_class(effect: TextsEffect, row: int) -> int:
    """Which relevant class, 0 to n - 1, has the line that matches the image at `row` best."""
    return int(effect.texts.relevant_owner()[effect.start.best[row]])


def picture_thumbs(run: RunReader, effect: TextsEffect, rows: Ints) -> list[Thumb]:
    """The pictures at `rows` of the effect's query, each with its rank and what is known of it."""
    urls = small_copies(run, run.facts.ids[rows].tolist())
    return [_thumb(run, effect, int(row), urls, rows[:0], TOP) for row in rows]


def _thumb(
    run: RunReader, effect: TextsEffect, row: int, urls: dict[str, str], came: Ints, which: str
) -> Thumb:
    known = known_in_pool(run)
    id = str(run.facts.ids[row])
    rank = int(np.flatnonzero(effect.start.rows == row)[0]) + 1
    tone: Tone = ""
    if known.known[row]:
        tone = "good" if known.relevant[row] else "bad"
    name = effect.texts.relevant[_best_class(effect, row)].name
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


def small_copies(run: RunReader, ids: list[str]) -> dict[str, str]:
    """Addresses of small copies; a picture that cannot be read shows as missing."""
    try:
        return picture_urls(run, ids)
    except JobError:
        small = thumbnails(run)
        return {id: small.url(id) for id in ids}


def _explain(run: RunReader, effect: TextsEffect, place: int) -> None:
    """Eq. (1) for one picture, with its numbers."""
    id, row, names = str(run.facts.ids[place]), np.array([place]), run.names()
    why = explain(
        id,
        0,
        run.cosines(effect.texts, row),
        effect.texts,
        [c.name for c in effect.texts.relevant],
        None,
        0.0,
        float(effect.start.s_vlm[place]),
        s_vlm=float(effect.start.s_vlm[place]) if names is not None else None,
    )
    if names is not None:
        why = with_shares(why, run.cosines(effect.texts, row), effect.texts, names.at(row))
    label = run.facts.labels[place]
    shows = f" · {escape_text(label)}" if label else ""
    if why.shares:
        lines = [escape_text(line) for line in why.sentences()[:-1]]
    else:
        closest = f"closest “{escape_text(why.best.text)}” ({escape_text(why.best.name)})"
        lines = [f"{closest}  \n{language_formula(why)}"]
        if why.confusers:
            most = why.confusers[0]
            lines.append(f"Nearest confuser: {escape_text(most.name)}, cosine {most.cosine:.3f}")
    with st.container(border=True, gap="small"):
        st.markdown("  \n".join([f"**{escape_text(id)}**{shows}", *lines]))


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
