"""What all cards are drawn with: words, the one thing to do, the answer, the wall of pictures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from laser_core.analysis.lesson.pictures import truth_of
from laser_core.analysis.reader import RunReader
from laser_core.basics.arrays import Ints
from ui.learn.texts import CardText
from ui.look.sizes import presenting
from ui.shared.runs import picture_urls
from ui.widgets.gallery import Badge, Mark, Thumb, Tone, gallery


def show_words(text: CardText) -> None:
    """Heading, introduction and the task."""
    st.subheader(text.heading, anchor=False)
    st.markdown(text.intro)
    st.markdown(f":blue-badge[:material/touch_app: Now you] {text.task}")


def answer_is_open(key: str, label: str = "Show me") -> bool:
    """Whether the answer is shown; a guess comes first, and the button is always there."""
    if not st.session_state.get(key):
        st.button(label, type="primary", icon=":material/visibility:", key=f"{key} button",
                  on_click=_open, args=(key,))  # fmt: skip
    return bool(st.session_state.get(key))


def _open(key: str) -> None:
    st.session_state[key] = True


def wall(
    run: RunReader,
    rows: Ints | Sequence[int],
    key: str,
    truth: bool,
    size: int = 64,
    tall: int = 480,
    came: Collection[int] = (),
) -> None:
    """A wall of pictures; with `truth` each is framed by what it shows.

    Args:
        size: of a picture, and `tall`: of the wall, in CSS pixels at a desk.
        came: rows that are marked as new.
    """
    places = [int(row) for row in rows]
    ids = [str(run.facts.ids[row]) for row in places]
    urls, true = picture_urls(run, ids), truth_of(run)
    items = []
    for row, id in zip(places, ids, strict=True):
        tone: Tone = ("good" if true[row] else "bad") if truth else ""
        badges = (Badge("✓" if true[row] else "✗", tone),) if truth else ()
        kind = "relevant" if true[row] else "irrelevant"
        alt = f"{run.facts.labels[row]}, {kind}" if truth else "not named yet"
        mark: Mark = "in" if row in came else ""
        items.append(Thumb(id, urls[id], "", alt, badges, tone, mark))
    gallery(items, key, label="Pictures", size=size, max_height=tall)


def picture(run: RunReader, row: int, truth: str, width: int = 132) -> None:
    """One picture with its name below."""
    id = str(run.facts.ids[row])
    url = picture_urls(run, [id])[id]
    shown = round(1.5 * width) if presenting() else width
    item = Thumb(id, url, truth, truth, (), "")
    with st.container(width=shown + 16):
        gallery([item], f"learn picture {id}", label=id, size=width)
