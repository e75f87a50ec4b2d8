"""The home page: what it says, what it offers, and the runs it lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

REPOSITORY = Path(__file__).resolve().parents[2]


def home() -> AppTest:
    return AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60).run()


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.error]
    return "\n".join(str(element.value) for element in shown)


def test_it_says_what_it_is_about_and_offers_one_button(runs: Path) -> None:
    page = home()
    assert not page.exception
    assert "**Open-set active learning** finds the pictures worth labeling" in words(page)
    assert [button.label for button in page.button if button.label == "Start the demo"]


def test_runs_are_listed_with_their_state(runs: Path) -> None:
    text = words(home())
    assert "0 of 4 rounds" in text
    assert "2 of 4 rounds" in text
    assert "4 of 4 rounds" in text


def test_without_a_run_it_says_what_makes_the_first(runs: Path) -> None:
    for folder in runs.iterdir():
        folder.rename(runs.parent / folder.name)
    page = home()
    assert not page.exception
    assert "No runs yet. The demo makes the first" in words(page)


def test_a_damaged_run_is_listed_and_breaks_nothing(runs: Path) -> None:
    for file in (runs / "going").glob("run.db*"):
        file.write_bytes(b"no database" * 100)
    page = home()
    assert not page.exception
    assert "4 of 4 rounds" in words(page)


def test_a_run_that_is_opened_is_the_run_in_use(runs: Path) -> None:
    page = home()
    page.button(key="open going").click().run()
    assert not page.exception
    assert "**Run** going" in words(page)


def test_a_reload_while_a_run_is_made_still_leads_to_its_query(runs: Path, monkeypatch) -> None:
    from laser_core.jobs.client import JobState
    from ui.shared import runs as state

    job = JobState(
        id="00000001-create_run",
        kind="create_run",
        status="done",
        params={"folder": str(runs / "ahead")},
    )
    for of in (job, None):
        monkeypatch.setattr(type(state.jobs()), "latest", lambda _, of=of: of)
        page = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
        page.query_params["opening"] = "ahead"
        page.run()
        assert not page.exception
        assert bool(page.session_state["opening"]) == (of is None)
        assert ("run" in page.session_state) == (of is not None)


PAGES = [None, *sorted(path.stem for path in (REPOSITORY / "pages").glob("*.py"))]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_a_damaged_run_that_is_open_is_said_in_a_sentence_on_every_page(
    runs: Path, name: str | None, content: bytes
) -> None:
    for file in (runs / "going").glob("run.db*"):
        file.unlink()
    (runs / "going" / "run.db").write_bytes(content)
    page = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
    page.query_params["run"] = "going"
    page = page.switch_page(f"pages/{name}.py").run() if name else page.run()
    assert not page.exception
    if name not in (None, "0_Home", "1_Data", "7_Arena", "9_Learn"):  # these need no open run
        assert len(page.error) == 1
        assert "going" in page.error[0].value
