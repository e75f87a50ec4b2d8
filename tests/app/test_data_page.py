"""The Data page: pools that can be used and that cannot, classes, models, and the run they make."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from laser_core.jobs.client import Jobs
from tests.app.conftest import REPOSITORY

ON_DISK = "On this machine"


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.warning, *page.error]
    return "\n".join(str(element.value) for element in shown)


def button(page: AppTest, label: str):
    return next(found for found in page.button if found.label == label)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three classes of two pictures, a broken file, and no test split."""
    monkeypatch.setattr("ui.shared.pictures.STATIC", tmp_path / "static")
    for n, name in enumerate(("cat", "dog", "frog")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for i in range(2):
            picture = Image.new("RGB", (40, 40), (n * 90, i * 90, 40))
            picture.save(tmp_path / "photos" / name / f"{i}.png")
    (tmp_path / "photos" / "cat" / "broken.jpg").write_bytes(b"no picture")
    return tmp_path / "photos"


def opened(open_page, path: str) -> AppTest:
    page = open_page("1_Data")
    page.session_state["data_kind"] = ON_DISK
    page.run()
    page.text_input(key="data_path").set_value(path)
    return page.run()


def test_a_folder_is_counted_and_what_is_left_out_is_listed(open_page, folder: Path) -> None:
    page = opened(open_page, str(folder))
    assert not page.exception
    assert metrics(page)["Pool pictures"] == "6"
    assert metrics(page)["Classes"] == "3"
    assert page.expander[0].label == "1 file is left out"
    assert "No test split: accuracy will stay empty." in words(page)


def test_the_page_offers_the_k_that_a_plan_would_take(open_page, folder: Path) -> None:
    """F10: by what the pool is; 15 where it has CIFAR-10's classes, wherever it lies."""
    page = opened(open_page, str(folder))
    assert page.number_input(key="data_k_5").value == 5
    for name in ["airplane", "automobile", "bird", "deer", "horse", "ship", "truck"]:
        (folder / name).mkdir()
        Image.new("RGB", (40, 40), (len(name), 0, 40)).save(folder / name / "0.png")
    page = opened(open_page, f"{folder}/")
    assert page.number_input(key="data_k_15").value == 15


def test_until_a_class_is_named_no_run_can_be_made(open_page, folder: Path) -> None:
    page = opened(open_page, str(folder))
    assert "Name at least one class that matters" in words(page)
    assert button(page, "Make the run").disabled
    page.multiselect(key="data_relevant").set_value(["dog"])
    page.run()
    assert not button(page, "Make the run").disabled


def test_a_share_of_the_classes_names_them(open_page, folder: Path) -> None:
    page = opened(open_page, str(folder))
    page.session_state["data_way"] = "Take a share"
    page.run()
    assert not page.exception
    assert "Relevant (1): **cat**" in words(page)


def test_a_flat_folder_has_no_classes_and_they_are_typed(open_page, folder: Path) -> None:
    flat = folder.parent / "flat"
    flat.mkdir()
    Image.new("RGB", (40, 40), (9, 9, 9)).save(flat / "one.png")
    page = opened(open_page, str(flat))
    assert not page.exception
    assert metrics(page)["of them labeled"] == "0"
    assert button(page, "Make the run").disabled
    page.multiselect(key="data_relevant").set_value(["cat"])
    page.run()
    assert not button(page, "Make the run").disabled


@pytest.mark.parametrize("path", ["nowhere at all", "empty"])
def test_a_folder_that_is_no_pool_is_one_sentence(open_page, folder: Path, path: str) -> None:
    (folder.parent / "empty").mkdir()
    page = opened(open_page, str(folder.parent / path))
    assert not page.exception
    assert len(page.error) == 1
    assert "Traceback" not in page.error[0].value
    assert path in page.error[0].value


def test_a_task_asks_for_its_sentence_and_a_known_class(open_page, folder: Path) -> None:
    page = opened(open_page, str(folder))
    page.session_state["data_way"] = "From a task (Section 4.5)"
    page.run()
    assert not page.exception
    assert "A task sentence and at least one known class are needed." in words(page)
    assert button(page, "Propose classes").disabled


def test_the_key_is_told_as_present_or_absent_and_never_shown(
    open_page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    page = opened(open_page, str(folder))
    page.selectbox(key="data_llm").set_value("OpenAI-compatible endpoint").run()
    assert "API key: absent" in words(page)
    assert "Set OPENAI_API_KEY" in words(page)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    page.run()
    assert "API key: present" in words(page)
    assert "sk-secret" not in words(page)


def test_of_each_model_the_page_says_what_it_is_and_what_it_needs(open_page, folder: Path) -> None:
    page = opened(open_page, str(folder))
    assert "nothing leaves this machine" in words(page)
    assert "no CLIP weights are on this machine" in words(page)
    page.selectbox(key="data_vlm").set_value("open_clip").run()
    assert not page.exception
    assert "ViT-B-32/openai" in words(page)


def test_the_run_is_made_by_a_job_with_what_was_chosen(
    open_page, runs: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(Jobs, "start", lambda _, kind, params: started.append((kind, params)))
    page = opened(open_page, str(folder))
    page.multiselect(key="data_relevant").set_value(["dog"])
    page.run()
    button(page, "Make the run").click().run()
    [(_, params)] = started
    assert params["config"]["pool"] == str(folder)
    assert params["config"]["relevant"] == ["dog"]


def test_a_pool_that_is_said_to_be_a_published_set_has_its_k_and_the_run_keeps_that(
    open_page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[dict[str, object]] = []
    monkeypatch.setattr(Jobs, "start", lambda self, kind, params: orders.append(params))
    page = opened(open_page, str(folder))
    page.selectbox(key="data_as").set_value("cifar10")
    page.run()
    assert page.number_input(key="data_k_15").value == 15
    page.multiselect(key="data_relevant").set_value(["dog"])
    page.run()
    button(page, "Make the run").click()
    page.run()
    (order,) = orders
    assert order["config"]["data_set"] == "cifar10"  # type: ignore[index]


def test_what_was_chosen_is_in_the_address_so_that_a_reload_keeps_it(runs, tmp_path):
    page = by_address(data_kind=ON_DISK, data_path=str(tmp_path / "nothing"))
    assert not page.exception
    assert page.text_input(key="data_path").value == str(tmp_path / "nothing")


def by_address(**said: str) -> AppTest:
    """Data, opened by a link that says all this."""
    page = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
    for name, value in said.items():
        page.query_params[name] = value
    return page.switch_page("pages/1_Data.py").run()


@pytest.mark.parametrize("made", ["folder", "folder/", "pool.zip", "table.csv", "gone"])
def test_a_path_in_the_address_is_read_only_once_someone_says_so(runs, tmp_path, made):
    """A4: a link to the app reads no folder, archive or table."""
    (tmp_path / "folder").mkdir()
    page = by_address(data_kind=ON_DISK, data_path=str(tmp_path / made))
    assert not page.exception
    assert "It is read once you say so." in words(page)
    assert not page.metric
    assert not page.error
    page.button(key="data_path_read").click().run()
    assert page.error  # it was looked at now: none of these is a pool
    assert by_address(data_kind=ON_DISK, data_path=str(tmp_path / made)).error  # a reload


def test_a_path_that_was_typed_is_read_at_once_and_after_a_reload(open_page, folder: Path):
    """A4: typing is saying so."""
    assert metrics(opened(open_page, str(folder)))["Pool pictures"] == "6"
    again = by_address(data_kind=ON_DISK, data_path=str(folder))
    assert metrics(again)["Pool pictures"] == "6"


def test_a_data_set_in_the_address_is_not_downloaded_before_a_click(runs):
    """A4: another word of the address that would make the app fetch and read."""
    page = by_address(data_kind="A known data set", data_set="cifar10")
    assert not page.exception
    assert button(page, "Open it, download if need be")
    assert not page.metric


@pytest.mark.parametrize("zip_name", ["../../../etc/passwd", "/etc/passwd", "x" * 5000])
def test_an_upload_in_the_address_is_one_of_the_uploads_or_none(runs, zip_name):
    """A4: a choice that is bound to the address takes what is on its list alone."""
    page = by_address(data_kind="Upload a zip", data_zip_before=zip_name)
    assert not page.exception
    assert not page.metric
