"""Data page, step 2: which classes matter; by hand, by share, or from a task sentence."""

from __future__ import annotations

from typing import Any

import streamlit as st

from laser_core.config import ExperimentConfig
from laser_core.data.class_split import relevant_by_mismatch
from laser_core.errors import LaserError
from ui.data.source import Source
from ui.escape import escape_text
from ui.look.notes import note
from ui.shared.jobs import start_job
from ui.shared.pictures import Thumbnails
from ui.shared.runs import config_dict, jobs, requests
from ui.widgets.gallery import Thumb, gallery
from ui.widgets.late_button import late_button

BY_HAND, BY_SHARE, BY_TASK = "Name them", "Take a share", "From a task (Section 4.5)"


def choose_classes(source: Source, facts: dict[str, Any], llm: str, vlm: str) -> tuple[str, ...]:
    """The relevant classes in order; empty while none are chosen."""
    if source.preset is not None:
        st.markdown(f"Relevant: **{escape_text(', '.join(source.preset.relevant))}**")
        return source.preset.relevant
    ways = [BY_HAND, BY_SHARE, BY_TASK] if facts["classes"] else [BY_HAND, BY_TASK]
    way = st.segmented_control(
        "How the relevant classes are chosen", ways, default=ways[0], key="data_way",
        required=True, persist_state="session", bind="query-params",
    )  # fmt: skip
    if way == BY_SHARE:
        return _by_share(facts)
    if way == BY_TASK:
        return _by_task(source, facts, llm, vlm)
    return _by_hand(facts)


def _by_hand(facts: dict[str, Any]) -> tuple[str, ...]:
    chosen = st.multiselect(
        "Classes that matter", facts["classes"], key="data_relevant", persist_state="session",
        bind="query-params",
        accept_new_options=not facts["classes"],
        placeholder="Choose classes" if facts["classes"] else "Type a name and press Enter",
    )  # fmt: skip
    if not chosen:
        note("Name at least one class that matters; everything else counts as irrelevant.")
    return tuple(chosen)


def _by_share(facts: dict[str, Any]) -> tuple[str, ...]:
    left, right = st.columns(2)
    ratio = left.slider(
        "Mismatch ratio: share of classes that are relevant", 0.05, 0.95, 0.2, 0.05,
        key="data_ratio", persist_state="session",
        bind="query-params",
    )  # fmt: skip
    split = right.number_input(
        "Split (0: the first classes; 1, 2, ...: random ones)", 0, 999, 0, key="data_split",
        persist_state="session", bind="query-params",
    )  # fmt: skip
    try:
        chosen = relevant_by_mismatch(list(facts["pool_counts"]), ratio, int(split))
    except LaserError as error:
        st.error(escape_text(error))
        return ()
    st.markdown(f"Relevant ({len(chosen)}): **{escape_text(', '.join(chosen))}**")
    return chosen


def _by_task(source: Source, facts: dict[str, Any], llm: str, vlm: str) -> tuple[str, ...]:
    task = st.text_input(
        "The task, as a sentence", key="data_task", persist_state="session",
        bind="query-params",
        placeholder="Help a person get dressed",
    ).strip()  # fmt: skip
    known = st.multiselect(
        "Classes known so far", facts["classes"], key="data_known", persist_state="session",
        bind="query-params",
        accept_new_options=not facts["classes"],
    )  # fmt: skip
    wanted = st.number_input("How many more to find", 1, 20, 2, key="data_propose",
                             persist_state="session", bind="query-params")  # fmt: skip
    note("The model sees the sentence and the known names, never the pool's class names.")
    config = ExperimentConfig(
        pool=source.pool, data_root=source.data_root, task=task, known=tuple(known),
        propose=int(wanted), llm=llm, vlm=vlm,
    )  # fmt: skip
    question = [source.pool, task, *known, str(wanted), llm, vlm]
    late_button(
        "Propose classes", lambda: _ask(config, question), key="data_ask",
        disabled=not (task and known) or jobs().active() is not None,
    )  # fmt: skip
    if not task or not known:
        note("A task sentence and at least one known class are needed.")
    chosen = (*known, *_choose_proposals(source, facts, question)) if known else ()
    if chosen:
        st.markdown(f"Relevant: **{escape_text(', '.join(dict.fromkeys(chosen)))}**")
    return tuple(dict.fromkeys(chosen))


def _ask(config: ExperimentConfig, question: list[str]) -> None:
    start_job(jobs(), "propose", {"config": config_dict(config), "question": question})


def _choose_proposals(source: Source, facts: dict[str, Any], question: list[str]) -> list[str]:
    """The proposals of the last answer to this very question, as the user has dealt with them."""
    latest = jobs().latest_of("propose")
    if latest is None or latest.status != "done" or latest.params.get("question") != question:
        return []
    offers = jobs().result(latest.id)["proposals"]
    if not offers:
        st.warning("Nothing was proposed; try another sentence, or name the classes by hand.")
    small = Thumbnails(f"{source.pool} {source.data_root or ''}")
    ids = [id for offer in offers for id in offer["nearest"]]
    if ids and not small.complete(ids):
        params = {"pool": source.pool, "data_root": source.data_root, "ids": ids}
        params["thumbnails"] = str(small.folder)
        requests().ask("make_thumbnails", params, timeout=120)
    chosen = [_offer(offer, facts, small) for offer in offers]
    return [name for name in chosen if name]


def _offer(offer: dict[str, Any], facts: dict[str, Any], small: Thumbnails) -> str:
    """One proposal: accept, rename or reject; the name to use, or ""."""
    with st.container(border=True):
        left, middle, right = st.columns([1, 2, 4], vertical_alignment="center")
        key = f"offer {offer['name']}"
        taken = left.checkbox(
            "Accept",
            value=offer["taken"],
            key=f"{key} taken",
            persist_state="session",
            bind="query-params",
        )
        if facts["classes"]:
            options = facts["classes"]
            at = options.index(offer["name"]) if offer["name"] in options else None
            name = middle.selectbox(
                f"“{escape_text(offer['name'])}” is the class",
                options,
                index=at,
                key=f"{key} name",
                persist_state="session",
                bind="query-params",
                placeholder="none of this pool",
            )
        else:
            name = middle.text_input(
                "Name",
                offer["name"],
                key=f"{key} name",
                persist_state="session",
                bind="query-params",
            )
        with middle:
            note(offer["reason"])
        with right:
            items = [
                Thumb(id, small.url(id), alt=f"near {offer['name']}") for id in offer["nearest"]
            ]
            gallery(items, f"{key} near", label=f"Nearest to {offer['name']}", size=72)
    return name if taken and name else ""
