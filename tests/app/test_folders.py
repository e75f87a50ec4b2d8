"""Folders of this machine in the app: what the box lists, and how one walks to a pool with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.shared.folders import listing
from ui.shared.folders.listing import list_folder, nearest_folder

HOSTILE = "**bold** [l](http:evil)"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("photos", "Animals", ".hidden", HOSTILE):
        (tmp_path / name).mkdir()
    for name in ("a.jpg", "b.PNG", "c.txt", "pool.zip", "table.csv"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def test_a_folder_lists_folders_pools_and_counts_pictures(home: Path) -> None:
    found = list_folder(home)
    assert found.folders == (HOSTILE, "Animals", "photos")
    assert found.pools == ("pool.zip", "table.csv")
    assert found.pictures == 2
    assert found.whole


def test_a_linked_folder_is_one_and_a_link_in_a_circle_is_none(home: Path) -> None:
    (home / "link").symlink_to(home / "photos")
    (home / "round").symlink_to(home / "round")
    assert "link" in list_folder(home).folders
    assert "round" not in list_folder(home).folders


def test_a_folder_that_cannot_be_read_says_why(home: Path) -> None:
    assert list_folder(home / "none").trouble == "No such file or directory"


def test_of_a_huge_folder_only_the_beginning_is_looked_at(home: Path, monkeypatch) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 3)
    assert not list_folder(home).whole


def test_a_name_that_no_field_can_hold_is_left_out(home: Path) -> None:
    (home / "two\nlines").mkdir()
    assert "two\nlines" not in list_folder(home).folders


def test_the_walk_begins_where_the_typed_path_ends(home: Path) -> None:
    assert nearest_folder(str(home / "photos" / "none" / "x.zip")) == home / "photos"
    assert nearest_folder("") == home
    assert nearest_folder("not a path") == home


def opened(open_page) -> AppTest:
    page = open_page("1_Data")
    page.session_state["data_kind"] = "On this machine"
    return page.run()


def labels(page: AppTest) -> list[str]:
    return [button.label.replace("\\", "").replace("\u2060", "") for button in page.button]


def test_nothing_is_listed_before_somebody_asks(open_page, home: Path) -> None:
    assert "photos" not in labels(opened(open_page))


def test_one_walks_to_a_folder_and_takes_it(open_page, home: Path) -> None:
    page = opened(open_page)
    page.button(key="data_path_browse").click().run()
    assert HOSTILE in labels(page)
    page.button(key="data_path_in photos").click().run()
    assert "No folder and no picture lies here." in "".join(m.value for m in page.markdown)
    page.button(key="data_path_up").click().run()
    page.button(key="data_path_in photos").click().run()
    page.button(key="data_path_use").click().run()
    assert not page.exception
    assert page.text_input(key="data_path").value == str(home / "photos")
    assert page.error  # it was read at once, and is no pool
    assert "photos" not in labels(page)


def test_a_zip_is_taken_by_its_name(open_page, home: Path) -> None:
    page = opened(open_page)
    page.button(key="data_path_browse").click().run()
    page.button(key="data_path_file pool.zip").click().run()
    assert page.text_input(key="data_path").value == str(home / "pool.zip")
