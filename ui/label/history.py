"""Below the widget: what the labels come to, what can be changed in them, and names met often."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from laser_core.experiment.oracle import take_answers
from laser_core.io.label_files.label_text import full_text
from laser_core.metrics.paper import precision
from laser_core.pool import Label
from laser_core.store.log.replay import Disagreement, HistoryEntry
from laser_core.texts.edits import Edit, apply_edit
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.runs import picture_urls, writable
from ui.widgets.gallery import Badge, Thumb, Tone, gallery
from ui.widgets.late_button import late_button
from ui.widgets.selection import Selection

OFTEN = 5  # pictures of one irrelevant name that make it worth a class or a confuser
PROMOTE_HELP = "Its pictures count as relevant from now on."
HISTORY = 48  # labels shown
TONES: dict[str, Tone] = {"relevant": "good", "irrelevant": "bad", "unsure": "unsure"}
CHOSEN = "label_history"


def show_counts(run: RunReader) -> None:
    """How many pictures are in each of the five states, and the share of relevant ones."""
    counts = run.store.labels.counts()
    labeled = sum(counts.values())
    counts["unlabeled"] = len(run.facts.ids) - labeled
    states = ("relevant", "irrelevant", "unsure", "excluded", "unlabeled")
    relevant = counts.get("relevant", 0)
    counted = relevant + counts.get("irrelevant", 0)
    share = f"{precision(relevant, counted):.1%}" if counted else "–"
    figures = [(state.capitalize(), f"{counts.get(state, 0):,}") for state in states]
    figures.append(("Precision", share))
    for column, (name, figure) in zip(st.columns(6), figures, strict=True):
        column.metric(name, figure)
    note("Precision = relevant / (relevant + irrelevant) over all labels of the run.")


def show_history(run: RunReader, actor: str) -> None:
    """The last labels of everybody, to be taken back or changed, also of trained rounds."""
    happened = run.store.events.history(HISTORY)
    labels = [one for one in happened if one.kind == "label" and not one.undone]
    others = [one for one in happened if one.kind != "label"]
    if not labels and not others:
        note("No labels yet. Each answer appears here and can be taken back at any time.")
        return
    urls = picture_urls(run, list(dict.fromkeys(one.image for one in labels)))
    items = [_thumb(one, urls[one.image]) for one in labels]
    chosen = gallery(items, CHOSEN, label="Labels, newest first", multiple=True, size=84,
                     max_height=320)  # fmt: skip
    _change(run, actor, [int(id) for id in chosen], labels)
    for one in others:
        _class_event(run, actor, one)


def _thumb(one: HistoryEntry, url: str) -> Thumb:
    label = one.label or Label("unsure")
    badges = (Badge(f"round {one.round}"),) if one.round else ()
    caption = f"{full_text(label)} · {one.actor}"
    return Thumb(str(one.seq), url, caption, badges=badges, tone=TONES.get(label.state, ""))


def _change(run: RunReader, actor: str, chosen: list[int], labels: list[HistoryEntry]) -> None:
    options = [Label("relevant", name) for name in run.store.classes.space().relevant]
    options += [
        Label("irrelevant"),
        *(Label("irrelevant", n) for n in run.store.classes.irrelevant_names()),
    ]
    options += [Label("unsure"), Label("excluded")]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        late_button(
            f"Take back {len(chosen) or 'the chosen'}", partial(_take_back, run, actor, chosen),
            disabled=not chosen, key="label_take_back",
        )  # fmt: skip
        new = st.selectbox(
            "Change to", options, format_func=full_text, key="label_change_to", width=260
        )
        images = {one.seq: (one.image, one.round or 1) for one in labels}
        late_button(
            "Change", partial(_relabel, run, actor, [images[seq] for seq in chosen], new),
            disabled=not chosen, key="label_change",
        )  # fmt: skip


def _take_back(run: RunReader, actor: str, chosen: list[int]) -> None:
    _with_notice(lambda: writable(run).events.take_back(chosen, actor))
    Selection(CHOSEN).set(())


def _relabel(run: RunReader, actor: str, images: list[tuple[str, int]], new: Label) -> None:
    def change() -> None:
        for round in {round for _, round in images}:
            answers = {image: new for image, of in images if of == round}
            take_answers(writable(run), answers, round, actor)

    _with_notice(change)
    Selection(CHOSEN).set(())


def _class_event(run: RunReader, actor: str, one: HistoryEntry) -> None:
    words = {"class_added": "added as a class", "promoted": "made a relevant class"}
    text = words.get(one.kind, f"{one.kind.removeprefix('class_')} to {one.other}")
    with st.container(horizontal=True, vertical_alignment="center"):
        undone = " · taken back" if one.undone else ""
        st.markdown(f"**{escape_text(one.name)}** {escape_text(f'{text} · {one.actor}{undone}')}")
        if not one.undone:
            late_button("Take back", partial(_take_back, run, actor, [one.seq]),
                        key=f"label_class_back {one.seq}")  # fmt: skip


def show_changed_rounds(run: RunReader) -> None:
    """Say which finished rounds were changed by hand since."""
    changed = run.store.rounds.changed_rounds()
    if changed:
        rounds = ", ".join(map(str, changed))
        st.warning(
            f"Labels of round {rounds} were changed after it was trained. Its record stays as it "
            "was; the next training uses the labels as they are now."
        )


def show_disagreements(run: RunReader, actor: str) -> None:
    """Pictures that several people labeled differently: the last answer stands until settled."""
    found = run.store.labels.disagreements()
    if not found:
        return
    st.subheader(f"Disagreements ({len(found)})", anchor=False)
    note("Labeled differently by several people. The last answer counts until one is chosen.")
    urls = picture_urls(run, [one.image for one in found[:12]])
    for one in found[:12]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            gallery([Thumb(one.image, urls[one.image])], f"disagree {one.image}", size=84)
            for answer in one.answers:
                late_button(
                    escape_text(f"{answer.actor}: {full_text(answer.label)}"),
                    partial(_settle, run, actor, one, answer.label), key=f"settle {answer.seq}",
                )  # fmt: skip


def _settle(run: RunReader, actor: str, one: Disagreement, chosen: Label) -> None:
    """Take the other answers back, and keep those that say what was chosen."""
    others = [answer.seq for answer in one.answers if answer.label != chosen]
    _with_notice(lambda: writable(run).events.take_back(others, actor))


def show_names_met(run: RunReader, actor: str) -> None:
    """Irrelevant names met often: offer each as a confuser or as a relevant class."""
    often = {name: n for name, n in run.store.classes.irrelevant_names().items() if n >= OFTEN}
    kept = run.descriptions()
    known = kept[1].names() if kept else set()
    for name, count in often.items():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{count}** irrelevant pictures are called **{escape_text(name)}**.",
                width="stretch",
            )
            if kept and name.lower() not in known:
                st.button("Make it a confuser", key=f"confuser {name}",
                          help="Pictures that look like it are ranked lower: Eq. (1), second term.",
                          on_click=_make_confuser, args=(run, name))  # fmt: skip
            late_button("Make it a relevant class", partial(_promote, run, name, actor),
                        key=f"promote {name}",
                        help=PROMOTE_HELP)  # fmt: skip


def _make_confuser(run: RunReader, name: str) -> None:
    def make() -> None:
        version, texts = run.descriptions() or (0, None)
        if texts is not None:
            after, done = apply_edit(texts, Edit("add", "confusers", new=name))
            writable(run).texts.append(after, done, "edit", version)

    _with_notice(make)


def _promote(run: RunReader, name: str, actor: str) -> None:
    _with_notice(lambda: writable(run).classes.promote(name, actor))


def show_class_editor(run: RunReader, actor: str) -> None:
    """Add, rename and merge classes while labeling; labels, sentences and nets follow."""
    irrelevant = run.store.classes.irrelevant_names()
    names = [*run.space.relevant, *irrelevant]

    def add() -> None:
        _with_notice(lambda: writable(run).classes.add(added, actor))

    def rename() -> None:
        _with_notice(lambda: writable(run).classes.rename(old, new, actor))

    def merge() -> None:
        whole = into
        if whole is not None:
            _with_notice(lambda: writable(run).classes.merge(old, whole, actor))

    with st.popover("Classes", icon=":material/category:"):
        added = st.text_input("New relevant class", key="label_new_class", placeholder="teapot")
        late_button("Add", add, key="label_add_class")
        old = st.selectbox("Or change", names, key="label_old_class")
        new = st.text_input("New name", key="label_new_name", placeholder="sofa")
        late_button("Rename", rename, key="label_rename")
        if old in irrelevant:
            late_button("Make it a relevant class", lambda: _promote(run, old, actor),
                        key="label_promote", help=PROMOTE_HELP)  # fmt: skip
        into = st.selectbox("Count all of it as", names, index=None, key="label_into",
                            placeholder="another class")  # fmt: skip
        late_button("Merge", merge, key="label_merge")
        note("Each of these stands in the history and can be taken back there.")


def _with_notice(verb: Callable[[], object]) -> None:
    """Do what a button is for; what stands in the way is shown as a notice on the next run."""
    try:
        verb()
    except LaserError as error:
        st.session_state["job_notice"] = str(error)
