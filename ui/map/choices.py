"""What the map page shows: which map, what colours; and drawing one that is not kept yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.maps.layout import kept_layouts, newest_version
from ui.escape import escape_text
from ui.look.notes import note
from ui.map.points import thumbnail_folder
from ui.shared.jobs import start_job
from ui.shared.runs import jobs, thumbnails
from ui.widgets.late_button import late_button

WHATS = {"joint": "Both", "image": "Pictures", "text": "Sentences"}
METHODS = {"umap": "UMAP", "pca": "PCA"}


@dataclass(frozen=True)
class MapChoice:
    """The map asked for.

    Args:
        what: "joint", "image" or "text".
        method: "umap" or "pca".
        kept: newest version of the sentences that it was drawn for; None when it was never drawn.
        newest: newest version of the sentences there is; 0 without any.
    """

    what: str
    method: str
    kept: int | None
    newest: int

    @property
    def outdated(self) -> bool:
        """Whether the sentences have changed since it was drawn."""
        return self.kept is not None and self.what != "image" and self.kept < self.newest


def choose_map(run: RunReader) -> MapChoice:
    """The two switches above the map; they start at the map that was drawn last."""
    kept = kept_layouts(run.store)
    texts = run.descriptions()
    first = kept[-1][:2] if kept else ("joint" if texts else "image", "umap")
    what = st.segmented_control(
        "Show",
        list(WHATS),
        default=first[0],
        required=True,
        format_func=WHATS.__getitem__,
        key="map_what",
        persist_state="session",
        help="Sentences alone are Fig. 2 of the paper. On the map of both, pictures and sentences "
        "are each taken less their own mean, else they would lie on two islands.",
    )
    method = st.segmented_control(
        "By",
        list(METHODS),
        default=first[1],
        required=True,
        format_func=METHODS.__getitem__,
        key="map_method",
        persist_state="session",
        help="UMAP keeps neighbours together. PCA shows the two widest directions and is drawn "
        "much sooner.",
    )
    version = newest_version(run.store, what, method)  # type: ignore[arg-type]
    return MapChoice(str(what), str(method), version, texts[0] if texts else 0)


def choose_colour(options: list[str], key: str) -> str:
    """The switch for the colours; `options` is not empty, `key` tells kinds of maps apart."""
    chosen = st.selectbox(
        "Coloured by", options, key=f"map_colour_{key}", persist_state="session", width=240
    )
    return str(chosen or options[0])


def offer_to_draw(run: RunReader, choice: MapChoice) -> None:
    """What stands where a map will be, and the button that draws it."""
    if choice.what != "image" and choice.newest == 0:
        st.markdown(
            "This run has no sentences: either the first query has not been prepared, or its "
            f"strategy ({escape_text(run.config.strategy)}) asks for none. Choose Pictures above."
        )
        return
    busy = jobs().active()
    if busy is not None and busy.kind == "project":
        st.caption("The map appears here when it is done.")
        return
    st.markdown(
        f"This map is not drawn yet. {METHODS[choice.method]} draws it once: a bar shows how far "
        "that is, and the map is kept with the run."
    )
    _draw_button(run, choice, "Draw the map", "primary")


def show_remarks(run: RunReader, choice: MapChoice) -> None:
    """What is to be known of the map that is shown: older sentences, pictures still to be made."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if choice.outdated:
            note(
                "The sentences have changed since this map was drawn: it shows version "
                f"{choice.kept}, the newest is {choice.newest}.",
                width="content",
            )
            _draw_button(run, choice, "Draw it again", "secondary")
        if choice.what != "text" and not thumbnail_folder(run):
            note("Hovering shows no pictures until small copies are made.", width="content")
            st.button(
                "Make them",
                key="map_thumbnails",
                disabled=jobs().active() is not None,
                on_click=start_job,
                args=(jobs(), "make_thumbnails", _thumbnail_params(run)),
            )


def _draw_button(
    run: RunReader, choice: MapChoice, label: str, kind: Literal["primary", "secondary"]
) -> None:
    params = {
        "folder": str(run.folder),
        "what": choice.what,
        "method": choice.method,
        "thumbnails": str(thumbnails(run).folder),
    }
    late_button(
        label,
        lambda: start_job(jobs(), "project", params),
        key="map_draw",
        type=kind,
        icon=":material/scatter_plot:",
        disabled=jobs().active() is not None,
    )


def _thumbnail_params(run: RunReader) -> dict[str, object]:
    return {
        "pool": run.config.pool,
        "data_root": run.config.data_root,
        "ids": None,
        "thumbnails": str(thumbnails(run).folder),
    }
