"""The Files page: labels in, results out, and what it says when something does not fit."""

from __future__ import annotations

from contextlib import closing

import pytest

from laser_core.jobs.client import Jobs
from laser_core.pool import Label
from laser_core.store.store import Store


def said(page):
    shown = [*page.markdown, *page.caption, *page.info, *page.error, *page.warning]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def button(page, label):
    return next(b for b in page.button if b.label == label)


def give(page, text, name="labels.csv"):
    page.file_uploader(key="files_table").set_value((name, text.encode(), "text/csv")).run()
    assert not page.exception
    return page


@pytest.fixture
def ahead(read_run):
    return read_run("ahead")


def test_without_a_run_it_leads_home(open_page):
    assert "No run is open" in said(open_page("8_Files"))


def test_without_labels_no_pictures_are_written(open_page):
    page = open_page("8_Files", "ahead")
    assert not page.exception
    assert button(page, "Write the pictures").disabled
    assert {d.proto.label for d in page.get("download_button")} >= {
        "labels.csv", "labels.parquet", "rounds.csv", "transcript.jsonl",
    }  # fmt: skip


def test_a_table_is_looked_at_taken_and_given_back(open_page, ahead):
    a, b, c, *_ = ahead.facts.ids.tolist()
    with closing(Store.open(ahead.folder)) as store:
        store.labels.append({c: Label("relevant", "dog")}, 1, "Bob")
    text = (
        f"id,label,status\n{a},cat,relevant\n{b},ship,relevant\n{c},lamp,irrelevant\nx.png,cat,\n"
    )
    page = give(open_page("8_Files", "ahead"), text)
    assert "3 pictures would get a label." in said(page)
    assert "New relevant classes: ship." in said(page)
    assert "1 row without a picture in this pool (the first in line 5): x.png." in said(page)
    assert "1 picture with another label before (the first in line 4): " in said(page)
    assert len(ahead.store.labels.by_id()) == 1
    button(page, "Take 3 labels").click().run()
    assert "3 labels taken from labels.csv." in said(page)
    assert ahead.space.relevant == ("cat", "dog", "ship")
    assert "3 labels from a file" in said(page)
    button(page, "Take back").click().run()
    assert ahead.store.labels.by_id() == {c: Label("relevant", "dog")}
    assert ahead.space.relevant == ("cat", "dog")
    assert "from a file" not in said(page)


def test_what_new_names_are_the_person_decides_before_anything_is_taken(open_page, ahead):
    """G2: the preview lists them; the button waits for the answer."""
    a, b, *_ = ahead.facts.ids.tolist()
    page = give(open_page("8_Files", "ahead"), f"path,label\n{a},CAT\n{b},dogs\n")
    assert "This run does not know: dogs (1 row, first line 3; did you mean dog?)" in said(page)
    assert "Read as classes of the run: CAT as cat (1 row, first line 2)." in said(page)
    assert page.button(key="files_take").disabled
    choice = next(g for g in page.get("button_group") if str(g.key).startswith("files_new_names"))
    choice.set_value("left out").run()
    assert "1 row with such a name left out." in said(page)
    page.button(key="files_take").click().run()
    assert ahead.store.labels.by_id() == {a: Label("relevant", "cat")}
    page = give(page, f"path,label\n{b},wolves\n")
    assert page.button(key="files_take").disabled  # what was said of dogs is not said of wolves


def test_a_table_that_fits_nothing_gets_one_sentence(open_page, ahead):
    page = give(open_page("8_Files", "ahead"), "path,note\na.png,x\n")
    assert "needed are id or path, and label" in page.error[0].value
    page = give(page, "path,label\nnobody.png,cat\n")
    assert "none of its 1 pictures is in this pool" in page.error[0].value
    assert ahead.store.events.history() == []


def test_the_pictures_are_written_by_a_job_with_what_was_chosen(open_page, ahead, monkeypatch):
    with closing(Store.open(ahead.folder)) as store:
        store.labels.append({ahead.facts.ids[0]: Label("relevant", "cat")}, 1, "me")
    started = []
    monkeypatch.setattr(Jobs, "start", lambda _, kind, params: started.append((kind, params)))
    page = open_page("8_Files", "ahead")
    page.text_input(key="files_out").set_value("somewhere").run()
    button(page, "Write the pictures").click().run()
    kind, params = started[0]
    assert kind == "export_pictures"
    assert params["formats"] == ["hugging_face", "label_studio", "fiftyone"]
    assert params["out"].endswith("somewhere")
    assert params["link"] is False
    for what in ("embeddings", "run"):
        page.button(key=f"files_make {what}").click().run()
    assert [(kind, params["what"]) for kind, params in started[1:]] == [
        ("export_file", "embeddings"), ("export_file", "run"),
    ]  # fmt: skip
