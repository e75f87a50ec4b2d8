"""The map page: what it offers, what it says when something is missing, what it starts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from laser_core.analysis.reader import RunReader
from laser_core.maps.layout import Layout, Method, What, save_layout
from laser_core.store.store import Store
from ui.map.points import picture_points, values_of
from ui.shared.runs import jobs


def keep_map(run: RunReader, what: What, method: Method = "umap") -> Layout:
    """A map as `project` would keep it: pictures along a line, sentences above them."""
    version, texts = run.descriptions() or (0, None)
    sentences: list[str] = []
    if texts is not None and what != "image":
        sentences = [*texts.relevant_texts(), *texts.confuser_texts()]
    count = 0 if what == "text" else len(run.facts.ids)
    images = np.stack([np.arange(count), np.zeros(count)], axis=1)
    text_xy = np.stack([np.arange(len(sentences)), np.ones(len(sentences))], axis=1)
    layout = Layout(
        what, method, 0 if what == "image" else version, images, tuple(sentences), text_xy
    )
    with closing(Store.open(run.folder)) as store:
        save_layout(store, layout)
    return layout


def said(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.error, *page.warning]
    return "\n".join(part.value for part in parts)


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def test_without_an_open_run_it_says_where_to_open_one(open_page) -> None:
    page = open_page("3_Map")
    assert not page.exception
    assert "No run is open" in said(page)


def test_before_the_first_map_it_says_so_and_offers_to_draw_one(open_page) -> None:
    page = open_page("3_Map", "ahead")
    assert not page.exception
    assert "not drawn yet. UMAP draws it once" in said(page)
    assert "Draw the map" in labels(page)
    page.segmented_control(key="map_method").set_value("pca").run()
    assert "PCA draws it once" in said(page)


def test_the_button_starts_the_job_that_draws_and_makes_thumbnails(open_page) -> None:
    page = open_page("3_Map", "ahead")
    page.segmented_control(key="map_what").set_value("image").run()
    page.button(key="map_draw").click().run()
    state = jobs().latest()
    assert state is not None
    jobs().cancel(state.id)
    assert state.kind == "project"
    assert (state.params["what"], state.params["method"]) == ("image", "umap")
    assert Path(state.params["thumbnails"]).parent.name == "thumbs"
    assert "The map appears here when it is done" in said(page)


def test_what_was_drawn_last_is_shown_at_once(open_page, read_run) -> None:
    keep_map(read_run("going"), "joint", "umap")
    keep_map(read_run("going"), "image", "pca")
    page = open_page("3_Map", "going")
    assert not page.exception
    assert page.segmented_control(key="map_what").value == "image"
    assert page.segmented_control(key="map_method").value == "pca"
    assert "Pictures that lie together look alike." in said(page)


@pytest.mark.parametrize(
    ("run", "offered"),
    [
        (
            "going",
            [
                "True class",
                "Class of the best description",
                "Score of the words, Eq. (1)",
                "Score of the next query",
                "Round queried",
                "Label",
            ],
        ),
        (
            "unlabeled",
            [
                "Class of the best description",
                "Score of the words, Eq. (1)",
                "Score of the next query",
                "Round queried",
                "Label",
            ],
        ),
        (
            "done",
            [
                "True class",
                "Class of the best description",
                "Score of the words, Eq. (1)",
                "Round queried",
                "Label",
            ],
        ),
    ],
)
def test_it_offers_the_colours_that_the_run_knows(
    open_page, read_run, run: str, offered: list[str]
) -> None:
    keep_map(read_run(run), "joint")
    page = open_page("3_Map", run)
    colours = page.selectbox(key="map_colour_pictures")
    assert colours.options == offered
    for colour in offered:
        page.selectbox(key="map_colour_pictures").set_value(colour).run()
        assert not page.exception
        assert not page.error


def test_sentences_alone_are_coloured_by_class(open_page, read_run) -> None:
    keep_map(read_run("going"), "text")
    page = open_page("3_Map", "going")
    assert page.selectbox(key="map_colour_sentences").options[1] == "Every class by itself"
    page.selectbox(key="map_colour_sentences").set_value("Every class by itself").run()
    assert not page.exception
    assert "Click a sentence" in said(page)


def test_new_sentences_make_a_map_old_and_offer_it_anew(open_page, read_run) -> None:
    run = read_run("going")
    keep_map(run, "joint")
    version, texts = run.descriptions() or (0, None)
    assert texts is not None
    with closing(Store.open(run.folder)) as store:
        store.texts.append(texts, "edited")
    page = open_page("3_Map", "going")
    assert f"it shows version {version}, the newest is {version + 1}" in said(page)
    assert "Draw it again" in labels(page)


def test_a_picture_is_tied_to_its_best_description(open_page, read_run) -> None:
    run = read_run("going")
    layout = keep_map(run, "joint")
    values = values_of(run, layout.texts_version)
    assert values is not None
    points = picture_points(run, layout, values)
    first = run.cosines(run.descriptions()[1]).relevant[:, 0]
    assert points.best is not None
    assert points.best[0] == first.argmax()
    assert points.texts[points.best[0]].split()[0] in ("cat", "dog")


def test_a_damaged_map_is_a_sentence_and_not_a_traceback(open_page, read_run) -> None:
    run = read_run("going")
    keep_map(run, "image")
    (run.folder / "arrays/maps/image-umap-images.npy").write_bytes(b"no array")
    page = open_page("3_Map", "going")
    assert not page.exception
    assert "missing or damaged" in page.error[0].value
