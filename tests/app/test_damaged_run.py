"""One run that cannot be read: the others go on, and there is a way out on the home page."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.data.confirmation import mark_unconfirmed
from laser_core.pool import Label
from laser_core.store.backup import back_up
from laser_core.store.store import Store
from tests import fakes
from ui.shared.runs import jobs

REPOSITORY = Path(__file__).resolve().parents[2]
SPOILED = {
    "a record": "UPDATE rounds SET record = '{' WHERE round = 1",
    "the settings": "UPDATE meta SET value = '{\"rounds\": []}' WHERE key = 'config'",
    "an event": "UPDATE events SET state = 'relevant' WHERE seq = 3",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
    "a query": "UPDATE queries SET query = '[]'",
    "a version of the texts": "UPDATE texts SET descriptions = 'null'",
}


def home() -> AppTest:
    return AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60).run()


def shown(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.warning, *page.error]
    return "\n".join(str(part.value) for part in parts)


@pytest.fixture
def spoiled(runs: Path) -> Path:
    """A run with a backup, and one label more, that is not what was written any more."""
    with closing(Store.open(runs / "going")) as store:
        back_up(store.folder)
        first = store.labels.answers()[0].image
        store.labels.append({first: Label("unsure")}, 1, "Ada")
    spoil(runs / "going", SPOILED["a record"])
    return runs / "going"


def spoil(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "run.db")) as database, database:
        database.execute(sql)


@pytest.mark.parametrize("what", SPOILED)
def test_one_damaged_run_takes_no_page_down(open_page, runs: Path, what: str) -> None:
    """B4: one broken JSON record took Home and Compare down for all runs."""
    spoil(runs / "going", SPOILED[what])
    page = home()
    assert not page.exception
    assert "4 of 4 rounds" in shown(page)
    page = open_page("7_Arena")
    assert not page.exception
    assert "done (laser, 4 rounds)" in page.multiselect(key="arena_folders").options
    for name in ("2_Prompts", "3_Map", "4_Round", "5_Label", "6_Charts", "8_Files"):
        page = open_page(name, "going")
        assert not page.exception, name
        page = open_page(name, "done")
        assert not page.exception, name


def test_the_card_of_a_damaged_run_shows_what_its_backup_holds_before_it_is_taken(
    spoiled: Path,
) -> None:
    """B4: a sentence, what the backup holds, and a button."""
    page = home()
    assert "the record of round 1 is not what was written" in page.error[0].value
    before = (spoiled / "run.db").read_bytes()
    page.button(key="look going").click().run()
    assert not page.exception
    row = page.dataframe[0].value.iloc[0]
    assert (row["Labeled"], row["Rounds"], row["Can be read"]) == (40, 2, True)
    assert (spoiled / "run.db").read_bytes() == before
    page.button(key="restore going").click().run()
    assert not page.exception
    assert "going is back as of its backup: 40 pictures labeled" in shown(page)
    assert page.button(key="open going")
    assert len(list(spoiled.glob("run-damaged-*.db"))) == 1


def test_a_damaged_run_can_be_left_out(spoiled: Path, open_page) -> None:
    """B4: it is out of every list then, and still there."""
    page = home()
    page.button(key="leave going").click().run()
    assert not page.exception
    assert not page.error
    assert (spoiled.parent / ".left-out" / "going" / "run.db").is_file()
    assert "cannot be read" not in shown(open_page("7_Arena"))


def test_a_run_whose_database_is_gone_is_listed_with_its_backups(spoiled: Path) -> None:
    """B4: also where the file itself was deleted."""
    (spoiled / "run.db").unlink()
    page = home()
    assert "holds no run" in page.error[0].value
    page.button(key="look going").click().run()
    assert page.dataframe[0].value.iloc[0]["Labeled"] == 40


@pytest.mark.parametrize(
    "name", ["2_Prompts", "3_Map", "4_Round", "5_Label", "6_Charts", "8_Files"]
)
def test_a_run_from_elsewhere_asks_on_every_page_before_it_uses_anything(
    open_page, runs: Path, name: str
) -> None:
    """B3: the pool is asked for, and models that go online are shown, with the same card."""
    with closing(Store.open(runs / "going")) as store:
        there = fakes.config(pool="/root", llm="openai:gpt-4o", vlm="open_clip:ViT-L-14/x")
        store.change_config(mark_unconfirmed(there))
    page = open_page(name, "going")
    assert not page.exception
    assert "going was made elsewhere" in shown(page)
    assert "sends names of classes to a server" in shown(page)
    assert page.text_input(key="adopt_pool").value == ""
    assert page.button(key="adopt_use").disabled
    assert jobs().latest() is None or jobs().latest().kind != "query"
    assert not page.error
