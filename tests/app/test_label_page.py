"""The Label page around its widget: what it says and offers, before, while and after labeling."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from laser_core.analysis.review.second_look import second_look
from laser_core.analysis.stopping import outlook, start_audit
from laser_core.pool import Label
from laser_core.store.store import Store
from tests import fakes
from ui.shared.navigation import HANDED_OVER
from ui.shared.pictures import Thumbnails

FROG = Label("irrelevant", "frog")


@pytest.fixture(autouse=True)
def large_copies(prepared):
    source = fakes.source()
    for pool in ("demo", "flat folder"):
        copies = Thumbnails(f"{pool} ", prepared / "static", side=512)
        copies.make(source, source.ids("pool").tolist())


@pytest.fixture
def asked(read_run):
    """The run "ahead" with its first query asked; gives its reader."""
    run = read_run("ahead")
    with closing(Store.open(run.folder)) as store:
        store.rounds.save_query(1, run.descriptions()[0], run.preview())
    return run


def texts(elements):
    return " ".join(str(element.value) for element in elements)


def button(page, label):
    return next(b for b in page.button if b.label == label)


def test_without_a_run_it_leads_home(open_page):
    page = open_page("5_Label")
    assert not page.exception
    assert "No run is open" in texts(page.markdown)


def test_without_a_query_it_offers_to_ask_one(open_page):
    page = open_page("5_Label", "ahead")
    assert not page.exception
    assert "No query waits for labels. Ask for that of round 1: the 20 pictures" in texts(
        page.markdown
    )
    assert not button(page, "Ask the next query").disabled


def test_at_the_end_it_points_to_the_charts(open_page):
    page = open_page("5_Label", "done")
    assert not page.exception
    assert "All 4 rounds are done" in texts(page.success)


def test_a_pool_without_labels_can_be_asked_and_labeled_too(open_page, read_run):
    run = read_run("unlabeled")
    with closing(Store.open(run.folder)) as store:
        store.rounds.save_query(1, run.descriptions()[0], run.preview())
    page = open_page("5_Label", "unlabeled")
    assert not page.exception
    assert not page.error
    assert button(page, "Train with fewer answers").disabled


def test_training_is_offered_with_the_first_answer_and_urged_with_the_last(open_page, asked):
    ids = asked.store.rounds.query(1)[1].ids.tolist()
    page = open_page("5_Label", "ahead")
    assert button(page, "Train with fewer answers").disabled
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({ids[0]: FROG}, 1, "me")
    assert not button(page.run(), "Train with fewer answers").disabled
    with closing(Store.open(asked.folder)) as store:
        store.labels.append(dict.fromkeys(ids, FROG), 1, "me")
    assert not button(page.run(), "Train round 1 on the answers").disabled


def test_a_name_met_five_times_can_become_a_confuser(open_page, asked):
    ids = asked.facts.ids.tolist()
    with closing(Store.open(asked.folder)) as store:
        store.labels.append(dict.fromkeys(ids[:4], FROG), 1, "me")
    page = open_page("5_Label", "ahead")
    assert "are called" not in texts(page.markdown)
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({ids[4]: FROG}, 1, "me")
    page.run()
    assert "**5** irrelevant pictures are called **frog**" in texts(page.markdown)
    sentence = np.zeros((1, len(asked.facts.ids)), dtype=np.float32)
    asked.table.append(["a photo of a frog"], sentence)  # or a worker would be asked for it
    button(page, "Make it a confuser").click().run()
    assert "frog" in [c.name for c in asked.descriptions()[1].confusers]
    assert "Make it a confuser" not in [b.label for b in page.button]


def test_a_name_met_often_can_become_a_relevant_class_and_that_can_be_taken_back(open_page, asked):
    with closing(Store.open(asked.folder)) as store:
        store.labels.append(dict.fromkeys(asked.facts.ids.tolist()[:5], FROG), 1, "me")
    page = open_page("5_Label", "ahead")
    button(page, "Make it a relevant class").click().run()
    assert not page.exception
    assert asked.space.relevant == ("cat", "dog", "frog")
    assert set(asked.store.labels.by_id().values()) == {Label("relevant", "frog")}


def test_pictures_handed_over_by_another_page_are_labeled_here(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.session_state[HANDED_OVER] = asked.facts.ids.tolist()[:3]
    page.run()
    assert not page.exception
    assert page.session_state["label_source"] == "Chosen pictures"


def test_a_changed_label_of_a_trained_round_is_said_so(open_page, read_run):
    run = read_run("going")
    first = run.records()[0].ids[0]
    with closing(Store.open(run.folder)) as store:
        store.labels.append({first: Label("unsure")}, 1, "me")
    page = open_page("5_Label", "going")
    assert "Labels of round 1 were changed after it was trained" in texts(page.warning)


def test_two_answers_about_one_picture_are_listed_until_one_is_chosen(open_page, asked):
    id = asked.facts.ids[0]
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({id: FROG}, 1, "Ada")
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({id: Label("relevant", "cat")}, 1, "Bob")
    page = open_page("5_Label", "ahead")
    assert "Disagreements (1)" in texts(page.subheader)
    button(page, "Ada: irrelevant: frog").click().run()
    assert "Disagreements" not in texts(page.subheader)
    assert asked.store.labels.by_id() == {id: FROG}


def test_the_name_of_the_simulated_oracle_is_not_taken_by_a_person(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.text_input(key="label_actor").set_value("oracle").run()
    assert not page.exception


def test_a_class_can_be_added_while_labeling_and_a_wrong_name_is_refused(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.text_input(key="label_new_class").set_value("ship")
    button(page, "Add").click().run()
    assert asked.space.relevant == ("cat", "dog", "ship")
    button(page, "Add").click().run()
    assert "'ship' is a relevant class already" in texts(page.warning)
    assert not page.exception


def test_a_class_can_be_called_otherwise(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.selectbox(key="label_old_class").set_value("cat")
    page.text_input(key="label_new_name").set_value("kitten")
    button(page, "Rename").click().run()
    assert asked.space.relevant == ("kitten", "dog")
    assert not page.exception


def test_an_irrelevant_name_becomes_a_relevant_class_where_classes_are_changed(open_page, asked):
    """H4: also one that was met once only."""
    met = asked.store.rounds.query(1)[1].ids.tolist()[0]
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({met: FROG}, 1, "me")
    page = open_page("5_Label", "ahead")
    assert "Make it a relevant class" not in [found.label for found in page.button]
    page.selectbox(key="label_old_class").set_value("frog").run()
    button(page, "Make it a relevant class").click().run()
    assert asked.space.relevant == ("cat", "dog", "frog")
    assert asked.store.labels.by_id()[met] == Label("relevant", "frog")
    assert not page.exception


def test_an_audit_is_drawn_below_the_line_and_offered_to_be_labeled(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.session_state["label_below"] = "So far, and when to stop"
    page.run()
    assert "No round is finished yet." in texts(page.markdown)
    button(page, "Draw an audit of 50 random pictures").click().run()
    assert not page.exception
    audit = asked.store.audits.all()[0]
    assert (len(audit.ids), audit.population) == (50, 160)
    assert not set(audit.ids) & set(asked.store.rounds.query(1)[1].ids.tolist())
    answers = dict.fromkeys(audit.ids, FROG)
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({**answers, audit.ids[0]: Label("relevant", "cat")}, 1, "me")
    page.run()
    assert "1 of 50 answered pictures below the line were relevant" in texts(page.markdown)


def test_the_least_sure_pictures_stay_while_they_are_answered_and_others_follow(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.session_state["label_source"] = "Least sure"
    page.run()
    assert not page.exception
    first = next(iter(page.session_state["_label_least_sure"].values()))
    assert len(first) == 48
    with closing(Store.open(asked.folder)) as store:
        store.labels.append({first[0]: FROG}, 1, "me")
    page.run()
    assert next(iter(page.session_state["_label_least_sure"].values())) == first
    with closing(Store.open(asked.folder)) as store:
        store.labels.append(dict.fromkeys(first, FROG), 1, "me")
    page.run()
    after = next(iter(page.session_state["_label_least_sure"].values()))
    assert not set(after) & set(first)


@pytest.mark.parametrize("answered", [0, 1, 20])
def test_the_page_says_of_stopping_what_the_engine_says(open_page, asked, answered):
    """C1: of a query that waited the page said green and 100% where the engine said amber."""
    with closing(Store.open(asked.folder)) as store:
        audit = start_audit(asked, store, "Ada", 1000)
    cats = [id for id, name in zip(asked.facts.ids, asked.facts.labels, strict=True)
            if name == "cat"]  # fmt: skip
    said = {id: Label("relevant", "cat") if id in cats else FROG for id in audit.ids}
    with closing(Store.open(asked.folder)) as store:
        store.labels.append(said, 1, "Ada")
    waiting = asked.store.rounds.query(1)[1].ids.tolist()[:answered]
    with closing(Store.open(asked.folder)) as store:
        store.labels.append(dict.fromkeys(waiting, FROG), 1, "Ada")
    page = open_page("5_Label", "ahead")
    page.session_state["label_below"] = "So far, and when to stop"
    page.run()
    seen = outlook(asked)
    assert seen.hint.colour == ("green" if answered == 20 else "amber")
    assert seen.hint.reason in texts(page.markdown)
    bars = " ".join(part.proto.body for part in page.get("html"))
    assert seen.recall.text() in bars


def test_an_own_key_is_kept_for_the_person_in_every_run_and_can_be_given_back(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.selectbox(key="label_key_class").set_value("dog")
    page.text_input(key="label_key").set_value("M")
    button(page, "Set the key").click().run()
    assert not page.warning
    other = open_page("5_Label", "done")  # another session, another run of the same classes
    assert other.selectbox(key="label_key_class").options == ["cat: 1", "dog: M"]
    other.text_input(key="label_key").set_value("c")
    button(other, "Set the key").click().run()
    assert "Streamlit itself uses C to empty its cache" in texts(other.warning)
    other.text_input(key="label_actor").set_value("Bob").run()
    assert other.selectbox(key="label_key_class").options == ["cat: 1", "dog: 2"]
    button(page, "All as numbers again").click().run()
    assert page.selectbox(key="label_key_class").options == ["cat: 1", "dog: 2"]


def test_near_duplicates_are_folded_for_a_person_and_not_where_the_oracle_answers(open_page, asked):
    def switch(run):
        page = open_page("5_Label", run)
        return page, next(t for t in page.toggle if t.label == "Fold near-duplicates")

    assert not switch("done")[1].value
    page, on = switch("ahead")
    assert on.value
    on.set_value(False).run()
    assert not page.exception
    assert not switch("ahead")[1].value  # a new session: kept with the run


def test_a_second_look_asks_about_labels_that_are_spoken_against_until_all_are_settled(
    open_page, read_run
):
    run = read_run("done")
    page = open_page("5_Label", "done")
    page.session_state["label_source"] = "Second look"
    page.run()
    assert not page.exception
    look = page.session_state["_label_again"]["done"]
    assert look.doubts == tuple(second_look(run, 24))
    rounds = {a.image: a.round for a in run.store.labels.answers()}
    first, *rest = look.doubts
    with closing(Store.open(run.folder)) as store:
        store.labels.append({first.image: first.label}, rounds[first.image], "me")
    page.run()
    assert page.session_state["_label_again"]["done"] is look
    with closing(Store.open(run.folder)) as store:
        store.labels.append({doubt.image: doubt.label for doubt in rest}, 1, "me")
    page.run()
    assert page.session_state["_label_again"]["done"] is look  # one key takes the last one back
    button(page, "Look for more").click().run()
    after = page.session_state["_label_again"]["done"]
    assert not {d.image for d in after.doubts} & {d.image for d in look.doubts}


def test_a_second_look_before_any_label_says_what_to_do(open_page, asked):
    page = open_page("5_Label", "ahead")
    page.session_state["label_source"] = "Second look"
    page.run()
    assert not page.exception
    assert "answer some pictures of the query first" in texts(page.markdown)
