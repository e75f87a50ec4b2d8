"""What is typed last counts, also where the click follows before the page was drawn again."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from laser_core.jobs.client import Jobs


def field_and_button() -> None:
    import streamlit as st

    from ui.widgets.late_button import do_pending_work, late_button

    do_pending_work()
    shown = st.session_state.setdefault("shown", "first")
    typed = st.text_input("Name", "old", key="name")

    def take() -> None:
        st.session_state["taken"] = typed
        st.session_state["name"] = ""  # refused by Streamlit once the field is drawn

    late_button("Take", take, key="take")
    st.markdown(f"{shown} {st.session_state.get('taken', 'nothing')}")


def test_the_work_sees_what_was_typed_just_before_the_click() -> None:
    page = AppTest.from_function(field_and_button).run()
    page.text_input(key="name").set_value("new")
    page.button(key="take").click()
    page.run()
    assert not page.exception
    assert page.markdown[0].value == "first new"
    assert page.text_input(key="name").value == ""


def test_the_work_is_done_once() -> None:
    page = AppTest.from_function(field_and_button).run()
    page.button(key="take").click().run()
    page.text_input(key="name").set_value("later").run()
    assert page.markdown[0].value == "first old"


def test_a_round_is_asked_with_the_delta_that_was_set_last(open_page, runs) -> None:
    page = open_page("4_Round", "going")
    page.slider[0].set_value(1.0)
    next(one for one in page.button if one.label == "Ask, answer, train").click()
    page.run()
    assert not page.exception
    asked = Jobs(runs / ".app").latest_of("run_rounds")
    assert asked is not None
    assert asked.params["choice"]["delta"] == 1.0


def test_pictures_are_looked_for_where_was_typed_last(open_page, tmp_path) -> None:
    page = open_page("8_Files", "ahead")
    page.text_input(key="files_place").set_value(str(tmp_path / "first")).run()
    page.text_input(key="files_place").set_value(str(tmp_path / "second"))
    page.button(key="files_move").click()
    page.run()
    shown = "\n".join(one.value for one in [*page.markdown, *page.warning, *page.error])
    assert str(tmp_path / "second") in shown
    assert str(tmp_path / "first") not in shown
