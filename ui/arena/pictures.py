"""The pictures that two or three lines asked in the same round: what all asked, what one alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from laser_core.analysis.batches import (
    AT_MOST,
    Shared,
    SideBySide,
    repetitions,
    run_of,
    side_by_side,
)
from laser_core.analysis.comparison import KeptRun
from laser_core.basics.sentences import count_of
from laser_core.config import ExperimentConfig
from laser_core.errors import LaserError
from ui.arena.subject import Line, Subject
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.runs import pool_picture_urls
from ui.widgets.gallery import Badge, Thumb, gallery

SHOWN = 24  # pictures of a part at a time: a batch may have 1,500
SIZE = 84  # of a picture, in CSS pixels
USUAL = ("gated", "laser", "random")


def show_pictures(subject: Subject, lines: Sequence[Line]) -> None:
    """Choose lines, run and round, and see their pictures."""
    if len(lines) < 2:
        st.markdown("Pictures are held side by side for two or three lines; here is one line only.")
        return
    chosen, runs, round = _choose(subject, lines)
    try:
        both = side_by_side(runs, round)
        _say(both, chosen, runs, round)
        _draw(both, [line.name for line in chosen], runs[0].config, f"{subject.name} {round}")
    except LaserError as error:
        st.warning(escape_text(error))


def _choose(subject: Subject, lines: Sequence[Line]) -> tuple[list[Line], list[KeptRun], int]:
    by_name = {line.name: line for line in lines}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = st.multiselect(
            "Two or three lines", list(by_name), default=_usual(lines), max_selections=AT_MOST,
            key=f"arena_sides {subject.name}", persist_state="session", width="stretch",
        )  # fmt: skip
        chosen = [by_name[name] for name in names]
        common = repetitions([line.group for line in chosen])
        repetition = None
        if len(common) > 1:
            repetition = st.selectbox(
                "Run", common, key=f"arena_run {subject.name}", width=190,
                format_func=lambda pair: f"class split {pair[0]}, seed {pair[1]}",
            )  # fmt: skip
        elif common:
            repetition = common[0]
        runs = [run_of(line.group, repetition) for line in chosen]
        last = min((len(run.records) for run in runs), default=1)
        round = st.number_input(
            "Round", 1, last, min(2, last), key=f"arena_round {subject.name} {last}", width=120
        )
    return chosen, runs, int(round)


def _usual(lines: Sequence[Line]) -> list[str]:
    """Two lines to begin with: ours beside random where they are there."""
    by_strategy = {line.group.runs[0].config.strategy: line.name for line in reversed(lines)}
    first = [by_strategy[name] for name in USUAL if name in by_strategy]
    rest = [line.name for line in lines if line.name not in first]
    wanted = [*first[:1], *first[-1:], *rest] if len(first) > 1 else [*first, *rest]
    return list(dict.fromkeys(wanted))[:2]


def _say(both: SideBySide, chosen: Sequence[Line], runs: Sequence[KeptRun], round: int) -> None:
    """What came of the round, in a sentence each, and that one answer serves several lines."""
    found = [
        f"{line.name} {relevant} of {asked}"
        for line, relevant, asked in zip(chosen, both.relevant, both.asked, strict=True)
    ]
    text = f"**Relevant in round {round}: {escape_text(', '.join(found))}.**"
    served = f" One label serves every line that asks for its picture: {both.answers} answers"
    text += f"{served} for {sum(both.asked)} questions."
    if len({(run.config.seed, run.config.split_seed) for run in runs}) > 1:
        text += " These runs have different seeds or class splits."
    st.markdown(text)


def _draw(both: SideBySide, names: Sequence[str], config: ExperimentConfig, key: str) -> None:
    """A column for each line alone, and one for what several asked."""
    alone = [part for part in both.parts if len(part.by) == 1]
    several = [part for part in both.parts if len(part.by) > 1]
    order = [[alone[0]], several, *[[part] for part in alone[1:]]]
    ids = [id for part in both.parts for id in part.ids[:SHOWN]]
    with st.spinner("Making small copies of the pictures…"):  # shown only if it takes a while
        urls = pool_picture_urls(config, ids)
    for column, parts in zip(st.columns(len(order), gap="small"), order, strict=True):
        with column:
            _column(parts, names, urls, key)


def _column(parts: Sequence[Shared], names: Sequence[str], urls: dict[str, str], key: str) -> None:
    """The pictures of one column under what they have in common."""
    count = sum(len(part.ids) for part in parts)
    only = len(parts[0].by) == 1
    title = f"Only {names[parts[0].by[0]]}" if only else "Asked by more than one"
    st.markdown(f"**{escape_text(title)}** :gray[{count_of(count, 'picture')}]")
    many = not only and len(names) > 2
    items = [
        _thumb(id, relevant, urls[id], part, names if many else ())
        for part in parts
        for id, relevant in zip(part.ids[:SHOWN], part.relevant, strict=False)
    ]
    gallery(
        items, f"arena {key} {[part.by for part in parts]}", label=title, size=SIZE,
        empty="No picture.",
    )  # fmt: skip
    if count > len(items):
        note(f"The first {len(items)} of {count}.")


def _thumb(id: str, relevant: bool | None, url: str, part: Shared, names: Sequence[str]) -> Thumb:
    """A picture with its answer, and who asked it where that is not said above."""
    by = " + ".join(names[place].partition(" (")[0] for place in part.by) if names else ""
    if relevant is None:
        return Thumb(id, url, by, f"{id}, skipped", (Badge("?", "unsure"),), "unsure")
    word = "relevant" if relevant else "irrelevant"
    tone = "good" if relevant else "bad"
    badge = Badge("✓" if relevant else "✗", tone)  # type: ignore[arg-type]
    return Thumb(id, url, by, f"{id}, {word}", (badge,), tone)  # type: ignore[arg-type]
