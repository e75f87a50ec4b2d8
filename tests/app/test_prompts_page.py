import json
from contextlib import closing

import pytest

from laser_core.store.store import Store
from laser_core.store.text_versions import saved_version
from laser_core.texts.descriptions import ClassText, Descriptions
from ui.prompts.state import NOTICE
from ui.shared.navigation import HANDED_OVER
from ui.widgets.class_lists import take_actions
from ui.widgets.figures import figure_cards

PAGE = "2_Prompts"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """Nothing is loaded ahead of time: the small world has no models to load."""
    monkeypatch.setattr("ui.prompts.effect.warm_up_edits", lambda *_: "")


def newest(run):
    return run.store.texts.read()[1]


@pytest.fixture
def cards(monkeypatch):
    """The cards of the page that was run last, by name; the browser's half draws them."""
    shown = {}

    def note(drawn, key):
        shown.clear()
        shown.update({card.name: card for card in drawn})
        figure_cards(drawn, key)

    monkeypatch.setattr("ui.prompts.effect.figure_cards", note)
    return shown


def choose(page, part):
    page.segmented_control(key="prompts_part").set_value(part).run()
    assert not page.exception
    return page


def do(page, **action):
    """What the lists' half in the browser would report, once it is Python's turn."""
    import streamlit as st

    from ui.prompts.lists import apply_action

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", page.session_state)
        apply_action("ahead", action)
    return page.run()


def words(*confusers):
    return Descriptions(
        (ClassText("cat", ("cat 0",)), ClassText("dog", ("dog 0",))),
        tuple(ClassText(name, (f"{name} 0",)) for name in confusers),
    )


def test_without_a_run_the_page_says_where_to_get_one(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert any("No run is open" in each.value for each in page.markdown)


def test_the_page_shows_precision_recall_and_what_changed(open_page, cards):
    page = open_page(PAGE, "ahead")
    assert not page.exception
    assert not page.error
    assert list(cards) == ["Precision", "Recall", "Changed"]
    assert cards["Changed"].value == "0 of 20"


def test_the_figures_are_those_of_the_first_query(open_page, read_run, cards):
    run = read_run("ahead")
    looked = run.preview()
    rows = [run.facts.ids.tolist().index(id) for id in looked.ids.tolist()]
    found = run.relevant_rows[rows]
    open_page(PAGE, "ahead")
    precision, recall = cards["Precision"], cards["Recall"]
    assert (precision.value, precision.note) == (f"{found.sum()} of 20", f"{found.mean():.3f}")
    assert recall.value == f"{found.sum()} of {run.relevant_rows.sum()}"


def test_without_labels_precision_is_not_known(open_page, cards):
    page = open_page(PAGE, "unlabeled")
    assert not page.exception
    assert cards["Precision"].value == "not known"


def test_an_edit_is_kept_at_once_and_undo_takes_it_back(open_page, read_run):
    run = read_run("ahead")
    before = newest(run)
    page = open_page(PAGE, "ahead")
    do(page, do="switch", side="confusers", name=before.confusers[0].name)
    assert not newest(run).confusers[0].enabled
    page.button(key="prompts_undo").click().run()
    assert newest(run) == before
    page.button(key="prompts_redo").click().run()
    assert not newest(run).confusers[0].enabled
    assert not page.exception


def test_a_chosen_picture_is_marked_as_like_or_unlike_a_class_and_undone(open_page, read_run):
    """The worker compares it with the pool by the vectors that are kept: no model is loaded."""
    run = read_run("ahead")
    before, id = newest(run), str(run.preview().ids[0])
    page = open_page(PAGE, "ahead")
    page.session_state["_selection_prompts_gallery"] |= {"ids": (id,)}
    page.run()
    page.selectbox(key=f"prompts_example {id}").set_value("dog")
    page.button(key="prompts_example False").click().run()
    assert not page.exception
    assert not page.error
    assert newest(run).confusers[-1] == ClassText("unlike dog", (f"[picture {id}]",), "person")
    page.button(key="prompts_undo").click().run()
    assert newest(run) == before


def test_an_edit_that_makes_no_sense_is_a_sentence(open_page, read_run):
    run = read_run("ahead")
    before = run.store.texts.read()
    page = do(open_page(PAGE, "ahead"), do="add", side="confusers", new="cat")
    assert "'cat' is in the lists already" in page.warning[0].value
    assert run.store.texts.read() == before


def test_a_named_version_is_what_later_edits_are_compared_with(open_page, read_run, cards):
    run = read_run("ahead")
    page = open_page(PAGE, "ahead")
    do(page, do="switch", side="confusers", name=newest(run).confusers[0].name)
    number = run.store.texts.read()[0]
    page.text_input(key=f"prompts_name_of_{number}").set_value("fewer").run()
    page.button(key="prompts_keep_name").click().run()
    versions = run.store.texts.all()
    assert versions[-1].name == "fewer"
    assert saved_version(versions) == number
    assert cards["Changed"].value == "0 of 20"


def test_a_class_that_became_relevant_is_a_confuser_again_after_undo(open_page, read_run):
    """H5: undo stopped there, and the way back was on another page."""
    run = read_run("unlabeled")
    name = newest(run).confusers[0].name
    page = open_page(PAGE, "unlabeled")
    from ui.prompts.state import make_relevant

    make_relevant("unlabeled", name)
    page.run()
    assert run.space.relevant == ("cat", "dog", name)
    assert [c.name for c in newest(run).relevant] == ["cat", "dog", name]
    page.button(key="prompts_undo").click().run()
    assert not page.exception
    assert run.space.relevant == ("cat", "dog")
    assert name in [c.name for c in newest(run).confusers]
    page.button(key="prompts_redo").click().run()
    assert run.space.relevant == ("cat", "dog", name)
    assert not page.exception


def test_a_template_with_a_fault_says_so_and_hides_the_prompt(open_page):
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    filled = [code.value for code in page.code]
    assert '["cat", "dog"]' in filled[0]
    page.session_state["_typed_prompts_template_ahead_confusers"]["text"] = "Name {M} for {N}"
    page.run()
    assert "has the placeholder {M}; allowed are" in page.error[0].value
    assert not page.code


def test_a_draft_is_there_again_after_a_reload(open_page, read_run):
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    mine = "Name {N} things like {class_names}."
    page.session_state["_typed_prompts_template_ahead_confusers"]["text"] = mine
    page.run()
    assert json.loads(read_run("ahead").store.files.read("prompt_drafts.json"))["confusers"] == mine
    fresh = choose(open_page(PAGE, "ahead"), "Ask a model")
    assert 'things like ["cat", "dog"].' in fresh.code[0].value


def test_the_offline_reasoner_is_called_what_it_is(open_page, read_run):
    assert read_run("ahead").config.llm == "offline"
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    said = " ".join(text.value for text in page.markdown)
    assert "offline semantic reasoner (no LLM)" in said
    assert "reads no prompt" in said


def test_a_pasted_reply_becomes_a_version_with_its_prompt(open_page, read_run):
    run = read_run("ahead")
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    wanted = run.config.confusers
    names = ["pond", "stone", "cloud", "rope", "brick", "comb", "fork", "kite"][:wanted]
    page.session_state["_typed_prompts_reply"]["text"] = json.dumps({"class_names": names})
    page.run()
    page.button(key="prompts_take").click().run()
    assert not page.exception
    kept = newest(run)
    assert [c.name for c in kept.confusers] == names
    assert "{class_names}" in kept.prompts["confusers"]
    assert run.store.exchanges.all()[-1].model == "pasted reply"


def test_a_pasted_reply_with_too_few_names_is_taken_as_far_as_it_goes(open_page, read_run):
    run = read_run("ahead")
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    names = ["pond", "stone", "cloud", "rope", "brick"][: run.config.confusers - 1]
    page.session_state["_typed_prompts_reply"]["text"] = json.dumps({"class_names": names})
    page.run()
    page.button(key="prompts_take").click().run()
    assert not page.exception
    assert [c.name for c in newest(run).confusers] == names
    title = run.store.texts.all()[-1].title
    assert title == f"pasted: {len(names)} of {run.config.confusers} confusers"


def test_a_pasted_reply_is_told_and_undone_in_one_step(open_page, read_run):
    """E7: what was taken, refused and replaced stands there, with the way back."""
    run = read_run("ahead")
    before = newest(run)
    relevant = run.config.relevant[0]
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    page.session_state["_typed_prompts_reply"]["text"] = json.dumps(["pond", relevant])
    page.run()
    page.button(key="prompts_take").click().run()
    assert saved_version(run.store.texts.all()) == 1  # H5: what the reply changed is shown
    (told,) = [box.value for box in page.success]
    assert "Taken: pond (1 of" in told
    assert f"Refused: {relevant} (repeats the relevant class" in told
    assert f"Replaced: {before.confusers[0].name}" in told
    page.button(key="prompts_undo_paste").click().run()
    assert not page.exception
    assert newest(run) == before
    assert not page.success


def test_a_pasted_reply_that_lacks_something_is_a_sentence_and_stays(open_page, read_run):
    before = read_run("ahead").store.texts.read()
    page = choose(open_page(PAGE, "ahead"), "Ask a model")
    page.session_state["_typed_prompts_reply"]["text"] = "I cannot help with that."
    page.run()
    page.button(key="prompts_take").click().run()
    assert not page.exception
    assert page.warning[0].value.startswith("The reply cannot be used: ")
    assert page.session_state["_typed_prompts_reply"]["text"] == "I cannot help with that."
    assert read_run("ahead").store.texts.read() == before


def test_two_versions_stand_side_by_side_with_their_difference(open_page, read_run):
    run = read_run("ahead")
    name = newest(run).confusers[0].name
    page = open_page(PAGE, "ahead")
    do(page, do="remove", side="confusers", name=name)
    choose(page, "Versions")
    assert f"-confuser: {name}" in page.code[0].value
    said = [text.value for text in page.markdown]
    assert sum(text.startswith("Cold-start precision") for text in said) == 2
    page.multiselect[0].set_value([1, 2]).run()
    assert any("mean ± standard deviation" in text.value for text in page.markdown)


def test_a_run_without_texts_offers_to_ask_the_model(open_page, read_run):
    run = read_run("ahead")
    with closing(Store.open(run.folder)) as store, store._database.write_transaction() as cursor:
        cursor.execute("DELETE FROM texts")
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'texts'")
    page = open_page(PAGE, "ahead")
    assert not page.exception
    assert any("no descriptions yet" in text.value for text in page.markdown)
    assert page.button(key="prompts_ask").label == "Ask again"


def test_a_reported_action_is_done_once_however_often_it_is_sent(monkeypatch):
    import streamlit as st

    state = {"_words_w": {"id": "x", "done": 1}, "w": {"log": [{"seq": 1}, {"seq": 2}]}}
    monkeypatch.setattr(st, "session_state", state)
    done = []
    take_actions("w", lambda action: done.append(action["seq"]))
    take_actions("w", lambda action: done.append(action["seq"]))
    assert done == [2]


def test_a_notice_is_said_once(open_page):
    page = open_page(PAGE, "ahead")
    page.session_state[NOTICE] = "something was refused"
    page.run()
    assert [warning.value for warning in page.warning] == ["something was refused"]
    page.run()
    assert not page.warning


def test_all_confusers_off_shows_both_queries_and_changes_no_version(open_page, read_run):
    before = len(read_run("ahead").store.texts.all())
    page = open_page(PAGE, "ahead")
    page.toggle(key="prompts_confusers_off").set_value(True).run()
    assert not page.exception
    said = [each.value for each in page.markdown]
    assert any("with confusers: **" in text and "without: **" in text for text in said)
    assert any(text.startswith("**Only without** (") for text in said)
    assert len(read_run("ahead").store.texts.all()) == before


def test_two_versions_show_and_hand_over_the_pictures_that_only_one_would_ask_for(
    open_page, read_run
):
    run = read_run("ahead")
    page = choose(open_page(PAGE, "ahead"), "Versions")
    assert not any(text.value.startswith("**Only A") for text in page.markdown)
    do(page, do="switch", side="relevant", name="cat")  # now dogs alone are asked for
    said = [each.value for each in page.markdown]
    (only_a,) = [text for text in said if text.startswith("**Only A (version ")]
    (only_b,) = [text for text in said if text.startswith("**Only B (version ")]
    assert any(text.startswith("**In both** (") for text in said)
    page.button(key="prompts_label_difference").click().run()
    assert not page.exception
    handed = page.session_state[HANDED_OVER]
    count = sum(int(text.split("(")[-1].rstrip(")")) for text in (only_a, only_b))
    assert count == len(handed) > 0
    assert set(handed) <= set(run.facts.ids.tolist())
