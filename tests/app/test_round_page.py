"""The Round page: what a newcomer reads, what moving delta shows, and every empty state."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.analysis.class_report import BatchWorth
from laser_core.analysis.explain_run import ClassPlace, RankingPlace
from laser_core.analysis.ranking import Ranking, Trial, next_ranking
from laser_core.config import RoundChoice
from laser_core.experiment.experiment import Experiment
from laser_core.jobs import tasks
from laser_core.jobs.client import Jobs
from laser_core.jobs.folder import Lane
from laser_core.jobs.worker import JobContext
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.strategies.explanation import Explanation, Match, Part, Prediction
from laser_core.strategies.hooks import Dial
from laser_core.strategies.laser import laser_settings
from laser_core.studies.run import keep_pool
from laser_core.view import RoundRecord
from tests import fakes
from ui.escape import escape_text
from ui.round.batch import page_of
from ui.round.buttons import TO_LABEL
from ui.round.cards import batch_cards, dial_curve
from ui.round.controls import FUSIONS
from ui.round.sentences import group_note, list_names, round_result
from ui.shared.explanation import (
    answer_text,
    class_sentence,
    classifier_formula,
    confuser_bars,
    fusion_formula,
    place_sentence,
    rule_sentence,
)
from ui.widgets.figures import Card, figure_cards


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.success, *page.error]
    return "\n".join(str(element.value) for element in shown)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> dict[str, Card]:
    """The cards of the page that was run last, by name; the browser's half draws them."""
    shown: dict[str, Card] = {}

    def note(drawn: Sequence[Card], key: str) -> None:
        shown.clear()
        shown.update({card.name: card for card in drawn})
        figure_cards(drawn, key)

    monkeypatch.setattr("ui.round.view.figure_cards", note)
    return shown


def button(page: AppTest, label: str):
    return next(found for found in page.button if found.label == label)


def labels(page: AppTest) -> list[str]:
    return [found.label for found in page.button]


def move_delta(page: AppTest, delta: float) -> AppTest:
    return page.slider[0].set_value(delta).run()


def test_without_a_run_it_says_where_to_begin(open_page) -> None:
    page = open_page("4_Round")
    assert not page.exception
    assert "No run is open" in words(page)


def test_a_newcomer_reads_why_these_pictures_and_what_they_are_worth(open_page, cards) -> None:
    page = open_page("4_Round", "ahead")
    assert not page.exception
    text = words(page)
    assert "Why these 20 pictures?" in text
    assert "Closest to the descriptions of **cat and dog**" in text
    assert "confusers (look-alikes) such as wolf and fox" in text
    assert cards["Precision"].value == "9 of 20"
    assert cards["Precision"].note == "0.45"
    assert cards["By luck"].value == "7 of 20"
    assert labels(page).count("Ask, answer, train") == 1


def test_in_round_one_delta_cannot_be_moved_and_the_page_says_why(open_page) -> None:
    page = open_page("4_Round", "ahead")
    assert not page.slider
    assert "No picture has a label yet, so the text alone decides." in words(page)


def test_the_first_picture_is_explained_with_its_equations(open_page) -> None:
    text = words(open_page("4_Round", "going"))
    for equation in ("(1) $", "(2) $", "(3) $", "(4) $", "(5) $"):
        assert equation in text


def test_without_true_labels_the_page_says_what_the_model_expects(open_page, cards) -> None:
    page = open_page("4_Round", "going")
    page.toggle[0].set_value(False).run()
    assert not page.exception
    assert list(cards) == ["Expected", "As planned", "Detector"]
    assert re.fullmatch(r"\d+ of 20", cards["Expected"].value)
    assert len(cards["Expected"].line) == 11
    assert "It shows" not in words(page)


def test_moving_delta_shows_another_batch_at_once(open_page, read_run, cards) -> None:
    page = open_page("4_Round", "going")
    assert page.slider[0].value == 0.2  # the schedule of round 3
    assert cards["As planned"].value == "20 of 20"
    move_delta(page, 1.0)
    assert not page.exception
    run = read_run("going")
    tried = next_ranking(run).with_choice(RoundChoice(delta=1.0), run.pool(), run.config)
    expected = int(run.relevant_rows[tried.rows].sum())
    assert cards["Precision"].value == f"{expected} of 20"
    assert cards["Detector"].value == "100%"
    assert cards["Detector"].at == 1.0
    assert cards["As planned"].value != "20 of 20"
    assert re.search(r"\d+ in, \d+ out", words(page))


def test_a_round_of_gated_is_tried_at_another_gate_by_the_same_slider(
    open_page, make_run, read_run, cards
) -> None:
    given = {"gate": 0.85, "text_weight": 0.5}  # a command line writes every setting down
    make_run("mine", 2, strategy="gated", settings=tuple(given.items()))
    page = open_page("4_Round", "mine")
    assert not page.exception
    assert not page.error
    (slider,) = page.slider
    assert (slider.label, slider.value) == (
        "**Gate, how probably relevant** · planned 0.85", 0.85
    )  # fmt: skip
    assert list(cards) == ["Precision", "By luck", "As planned", "Past gate"]
    planned = cards["Past gate"].value
    slider.set_value(0.0).run()
    assert not page.exception
    assert not page.error
    run = read_run("mine")
    choice = RoundChoice(settings=(("gate", 0.0),))
    tried = next_ranking(run).with_choice(choice, run.pool(), run.config)
    assert cards["Precision"].value == f"{int(run.relevant_rows[tried.rows].sum())} of 20"
    assert cards["Precision"].at == 0.0
    assert len(cards["Precision"].line) == 11
    assert cards["Past gate"].value == "140" != planned  # of 180, 40 have a label


@pytest.mark.parametrize(("strategy", "value"), [("gated", 0.0), ("laser", 0.9)])
def test_the_batch_that_a_slider_shows_is_the_one_that_is_then_asked(
    make_run, read_run, runs, strategy, value
) -> None:
    make_run("mine", 2, strategy=strategy)
    run = read_run("mine")
    ranking, before = next_ranking(run), run.pool()
    choice = ranking.dial(before).choice_at(value, RoundChoice())
    tried = ranking.with_choice(choice, before, run.config)
    with closing(Store.open(runs / "mine")) as store:
        asked = drain(Experiment(fakes.materials(store.config()), store).query(choice))
    assert asked.ids.tolist() == tried.ids.tolist() != ranking.ids.tolist()


def test_before_any_label_a_round_of_gated_has_no_slider(open_page, make_run) -> None:
    make_run("mine", 0, strategy="gated")
    assert not open_page("4_Round", "mine").slider


def test_looking_spends_nothing(open_page, read_run) -> None:
    before = read_run("going").stamp()
    move_delta(open_page("4_Round", "going"), 0.7)
    assert read_run("going").stamp() == before


def test_another_strategy_is_known_only_when_asked(open_page, cards) -> None:
    page = open_page("4_Round", "going")
    next(box for box in page.selectbox if box.label == "Strategy").set_value("random")
    cards.clear()
    page.run()
    assert not page.exception
    assert "press the button to see its batch" in words(page)
    assert not cards


def test_a_strategy_that_reads_descriptions_is_explained_by_its_own_parts(
    open_page, make_run
) -> None:
    make_run("mine", 2, strategy="gated")
    page = open_page("4_Round", "mine")
    assert not page.exception
    assert "Chosen by *Gated (ours)*, which reads the descriptions of" in words(page)
    assert "most probably: **" in words(page)
    assert re.search(r"score = -?\d\.\d+ \(text\) [+-] \d\.\d+ \(labels\) = ", words(page))
    assert "matched “" in words(page)


@pytest.mark.parametrize(("strategy", "start"), [("random", "cold"), ("gated", "random")])
def test_a_batch_that_was_drawn_at_random_reads_no_descriptions(
    open_page, make_run, strategy, start
) -> None:
    make_run("mine", 1, strategy=strategy, start=start)
    page = open_page("4_Round", "mine")
    page.selectbox[0].set_value(1).run()
    assert not page.exception
    assert "reads no descriptions" in words(page)


def test_a_past_round_is_examined_under_another_delta(open_page, cards) -> None:
    page = open_page("4_Round", "done")
    assert "All rounds are done" in words(page)
    assert page.selectbox[0].value == 4  # its last round, instead of an empty page
    page.selectbox[0].set_value(3).run()
    assert cards["As planned"].value == "20 of 20"
    assert "Ask, answer, train" not in labels(page)
    move_delta(page, 0.9)
    assert not page.exception
    assert "Nobody asked for this batch" in words(page)
    assert cards["As planned"].value != "20 of 20"


def test_a_past_rounds_own_precision_is_its_records(open_page, read_run, cards) -> None:
    page = open_page("4_Round", "done")
    page.selectbox[0].set_value(2).run()
    record = read_run("done").records()[1]
    assert cards["Precision"].value == f"{record.relevant} of {record.queried}"


def test_a_pool_without_labels_is_queried_for_a_person(open_page, cards) -> None:
    page = open_page("4_Round", "unlabeled")
    assert not page.exception
    assert "Ask, and label" in labels(page)
    assert "Ask, answer, train" not in labels(page)
    assert not page.toggle  # there are no true labels to show
    assert list(cards) == ["Expected"]


@pytest.fixture
def waiting(runs, read_run):
    """The unlabeled run with its first query asked."""
    looked = read_run("unlabeled").preview()
    with closing(Store.open(runs / "unlabeled")) as store:
        store.rounds.save_query(1, 1, looked)
        yield store


def test_training_waits_for_the_first_answer(open_page, waiting) -> None:
    page = open_page("4_Round", "unlabeled")
    assert button(page, "Train").disabled
    assert button(page, "Train").help == "Training needs at least one answer."


def test_with_an_answer_training_can_begin(open_page, waiting, read_run) -> None:
    first = read_run("unlabeled").preview().ids[0]
    waiting.labels.append({str(first): Label("relevant", "cat")}, 1, "me")
    page = open_page("4_Round", "unlabeled")
    assert not button(page, "Train on 1").disabled


def test_a_query_that_waits_in_a_simulation_can_be_answered_by_the_oracle(
    open_page, runs, read_run
) -> None:
    looked = read_run("ahead").preview()
    with closing(Store.open(runs / "ahead")) as store:
        store.rounds.save_query(1, 1, looked)
    page = open_page("4_Round", "ahead")
    assert not page.exception
    assert not button(page, "Answer and train").disabled
    assert "Ask, answer, train" not in labels(page)


def test_a_model_that_may_cost_is_asked_only_on_a_click(open_page, runs) -> None:
    config = fakes.config(llm="openai:gpt-4o-mini")
    with closing(Store.create(runs / "new", config)) as store:
        store.files.write("pool.json", (runs / "ahead" / "pool.json").read_text("utf-8"))
    page = open_page("4_Round", "new")
    assert "has not been looked at yet" in words(page)
    assert not button(page, "Look at the next batch").disabled
    assert Jobs(runs / ".app").latest() is None


def test_a_damaged_run_is_an_error_on_the_page(open_page, runs) -> None:
    next((runs / "done" / "arrays" / "round-002").glob("s_vlm.npy")).unlink()
    page = open_page("4_Round", "done")
    page.selectbox[0].set_value(2).run()
    assert not page.exception
    assert "missing or damaged" in page.error[0].value


# ---- the words alone


def test_long_lists_of_names_are_cut() -> None:
    assert list_names(["cat"]) == "cat"
    assert list_names(["cat", "dog", "ox"]) == "cat, dog and ox"
    assert list_names([str(n) for n in range(7)], 3) == "0, 1, 2 and 4 more"


def test_a_classs_heading_says_how_much_of_it_is_known() -> None:
    assert group_note(9, 9, 4) == "9, 4 relevant"
    assert group_note(9, 5, 4) == "5 known ones of 9, 4 relevant"
    assert group_note(9, 0, 0) == "9"


def test_a_round_is_summed_up_with_what_is_known() -> None:
    record = RoundRecord(2, (), (), 20, 15, 0.75, None, None, 0.5)
    assert round_result(record) == ("Round 2: 15 of 20 relevant · accuracy 0.50")


def explanation(**changes) -> Explanation:
    given = {
        "id": "a", "best": Match("a cat", "cat", 0.5), "runner_up": None, "penalty": 0.3,
        "confusers": (Part("wolf", 0.4, 0.2), Part("fox", 0.2, 0.1)), "s_vlm": 0.2,
        "probabilities": {"cat": 0.8, "irrelevant": 0.2}, "s_det": 0.6, "delta": 0.5,
        "fusion": "raw", "centre": (0.0, 1.0, 0.0, 1.0), "score": 0.4, **changes,
    }  # fmt: skip
    return Explanation(**given)


def test_eq_5_is_written_with_the_pictures_numbers() -> None:
    assert "0.50 \\cdot 0.200 + 0.50 \\cdot 0.600 = 0.400" in fusion_formula(explanation())


def test_eq_5_of_z_scores_shows_the_z_scores() -> None:
    scaled = explanation(fusion="zscore", centre=(0.1, 0.1, 0.4, 0.1), score=1.5)
    assert "0.50 \\cdot 1.000 + 0.50 \\cdot 2.000 = 1.500" in fusion_formula(scaled)
    assert "z-scores" in fusion_formula(scaled)


def test_small_confusers_are_summed_up_in_one_bar() -> None:
    parts = tuple(Part(str(n), 0.1, 0.01) for n in range(12))
    names, values = confuser_bars(explanation(confusers=parts), summed=True)
    assert names[-1] == "7 others"
    assert values[-1] == pytest.approx(0.07)
    assert sum(values) == pytest.approx(0.12)


def test_a_standing_reads_as_a_sentence() -> None:
    place = RankingPlace(3, 2880, 1, 40, 2, True)
    assert place_sentence(place) == "**In the batch**, place 3 of 2,880 by score."
    assert rule_sentence(place).startswith("Number 1 of the 40 that match its description")
    place = RankingPlace(9, 10, 1, 0, 0, False)
    assert place_sentence(place) == "Not in the batch, place 9 of 10 by score."
    assert rule_sentence(place) == ""


def test_answers_and_file_names_are_shown_as_they_are() -> None:
    assert answer_text(Label("irrelevant", "car")) == "irrelevant: car"
    assert answer_text(Label("unsure")) == "unsure"
    assert escape_text("a_*b*.png") == "a\\_\\*b\\*.png"


def test_what_was_set_is_there_again_in_another_session(open_page):
    page = open_page("4_Round", "going")
    box = next(b for b in page.selectbox if b.label == "Fusion")
    own = box.value
    other = next(o for o in FUSIONS if o != own)
    box.set_value(other).run()
    again = open_page("4_Round", "going")
    assert not again.exception
    assert next(b for b in again.selectbox if b.label == "Fusion").value == other


def test_with_delta_at_0_by_hand_the_page_says_who_set_it(open_page) -> None:
    """C4: in the words above the batch and in the explanation of a picture."""
    page = move_delta(open_page("4_Round", "going"), 0.0)
    assert not page.exception
    assert "The text alone decides: a person set δ to 0 for this round." in words(page)
    assert "have no say, $\\delta = 0$: a person set δ to 0 for this round." in words(page)
    assert "detector is needed" not in words(page)
    assert "none counts" not in words(page)


def test_the_page_warns_where_the_labels_speak_against_the_schedules_delta(
    open_page, read_run
) -> None:
    """H6: nobody said that the schedule went against what the labels had told."""
    run = read_run("going")
    with closing(Store.open(run.folder)) as store, store._database.write_transaction() as cursor:
        record = run.records()[-1]
        figures = {**record.figures, "precision_vlm": 0.2, "precision_det": 0.9}
        cursor.execute("DELETE FROM rounds WHERE round = 2")
    with closing(Store.open(run.folder)) as store:
        store.rounds.append(replace(record, figures=figures))
    share = next_ranking(run).figures["delta_effective"]
    assert share < 0.5
    page = open_page("4_Round", "going")
    warned = " ".join(str(each.value) for each in page.warning)
    assert "Your labels speak for more δ: in round 2 20% of what the text alone would" in warned
    assert f"lets the detector decide {share:.0%}" in warned
    page = move_delta(page, 0.9)
    assert not page.warning  # it is the schedule's value that is warned of


def test_a_run_whose_rule_is_gone_asks_once_and_goes_on_balanced(open_page, runs) -> None:
    with closing(Store.open(runs / "going")) as store:
        former = store.config().with_changes(selection="quota", retired=(("quota_reach", 2),))
        store.change_config(former)
    page = open_page("4_Round", "going")
    assert not page.exception
    assert "This run asked by quotas with a reach of 2 batches" in words(page)
    assert "Ask, answer, train" not in labels(page)
    button(page, "Go on with balanced").click().run()
    assert not page.exception
    assert "This run asked by" not in words(page)
    with closing(Store.open(runs / "going")) as store:
        config = store.config()
    assert (laser_settings(config).selection, config.retired, config.since) == ("balanced", (), 3)
    assert config.in_round(2) == former


@pytest.mark.parametrize("kind", ["look_ahead", "query", "run_rounds"])
@pytest.mark.parametrize("gone", [("quota_reach", 2), ("aggregator", "softmax")])
def test_a_worker_that_knew_the_gone_rule_goes_on_balanced(tmp_path, kind, gone) -> None:
    former = fakes.config(selection="quota", retired=(gone,))
    materials, folder = fakes.materials(former), tmp_path / "run"
    with closing(Store.create(folder, former)) as store:
        keep_pool(store, materials)
        store.go_on_balanced()
    warm = {"materials": (str(folder), materials)}  # prepared before a person agreed
    context = JobContext(tmp_path, tmp_path, lambda: False, warm)
    drain(getattr(tasks, kind)({"folder": str(folder), "rounds": 1}, context))
    with closing(Store.open(folder)) as store:
        assert (folder / "preview.json").is_file() or store.rounds.query(1) is not None
        assert len(store.rounds.records()) == (kind == "run_rounds")


def test_the_classifiers_logit_is_written_out_with_its_parts() -> None:
    thought = Prediction("mug", 0.93, 1.0, 2.25, -0.5, 0.125, 1.875)
    assert classifier_formula(thought) == (
        "Classifier: **mug** (0.93 among the relevant classes)  \n$\\small a\\,z_c + w x + b = "
        "1 \\cdot 2.250 + (-0.500) + 0.125 = 1.875$"
    )


@pytest.mark.parametrize(
    ("place", "picked", "said"),
    [
        (ClassPlace("mug", 1, 40, 8, 12, "score"), True, "**its score** brought it in"),
        (ClassPlace("mug", 9, 40, 8, 12, "spread"), True, "taken to **differ** from the others"),
        (ClassPlace("mug", 9, 40, 8, 12, "spread"), False, "**too like** others"),
        (ClassPlace("mug", 30, 40, 8, 12, "score"), False, "**its score** kept it out"),
        (ClassPlace("mug", 1, 40, 0, 0, "share"), False, "gets none of this batch"),
    ],
)
def test_a_picture_of_a_balanced_batch_says_what_decided(place, picked, said) -> None:
    told = class_sentence(place, picked)
    assert said in told
    assert "**mug**" in told
    assert "of 40 by score" in told


# ---- cards, the line of delta, and the way to Label


def test_every_page_of_a_big_batch_has_a_share_of_every_class() -> None:
    groups = [("cat", list(range(7))), ("dog", list(range(7, 12))), ("ox", [12])]
    pages = [dict(page_of(groups, page, 3)) for page in range(3)]
    assert [len(page["cat"]) for page in pages] == [2, 2, 3]
    assert [len(page["dog"]) for page in pages] == [1, 2, 2]
    shown = [row for page in pages for rows in page.values() for row in rows]
    assert sorted(shown) == list(range(13))


def trial(delta: float, precision: float | None, **more) -> Trial:
    return Trial(delta, 0.5, precision, **more)


DELTA = Dial("delta", "δ", "δ, the detector's say", 0.2, "Eq. (5).")


def ranking_of(read_run) -> Ranking:
    return next_ranking(read_run("going"))


def test_a_card_counts_and_its_line_has_every_delta(read_run) -> None:
    own, tried = BatchWorth(20, 20, 12, 0.9, 4.0), BatchWorth(20, 20, 15, 0.9, 4.0)
    found = [trial(0.0, 0.6, shared=20, detector=0.0), trial(1.0, 0.75, shared=8, detector=1.0)]
    cards = batch_cards(tried, own, None, ranking_of(read_run), 8, found, DELTA, 0.4)
    assert [card.name for card in cards] == ["Precision", "By luck", "As planned", "Detector"]
    assert (cards[0].value, cards[0].note, cards[0].tone) == ("15 of 20", "0.75, +3", "good")
    assert [card.line for card in cards] == [(0.6, 0.75), (), (1.0, 0.4), (0.0, 1.0)]
    assert cards[2].value == "8 of 20"


def test_a_ceiling_below_1_stands_beside_the_precision(read_run) -> None:
    worth = BatchWorth(20, 20, 12, 0.75, 4.0)
    assert batch_cards(worth, worth, None, ranking_of(read_run), 20, ())[0].note == "0.60, max 0.75"


def test_what_is_expected_is_not_called_precision(read_run) -> None:
    worth = BatchWorth(20, 0, 0, None, None)
    (card,) = batch_cards(worth, worth, 0.7, ranking_of(read_run), 20, ())
    assert (card.name, card.value) == ("Expected", "14 of 20")
    (card,) = batch_cards(worth, worth, None, ranking_of(read_run), 20, ())
    assert card.value == "not known"


def test_the_line_of_delta_names_its_best_and_what_is_possible() -> None:
    found = [trial(0.0, 0.5), trial(0.5, 0.7), trial(1.0, 0.6)]
    line = dial_curve(found, DELTA, 0.4, BatchWorth(20, 20, 12, 0.8, 4.0))
    assert line is not None
    assert line.words == "Precision for every δ: best 0.70 at 0.5, 0.80 is possible"
    assert line.points == ((0.0, 0.5), (0.5, 0.7), (1.0, 0.6))
    guessed = [trial(0.0, None, expected=0.5), trial(1.0, None, expected=0.9)]
    line = dial_curve(guessed, DELTA, 0.4, BatchWorth(20, 0, 0, None, None))
    assert line is not None
    assert line.words.startswith("Expected precision for every δ: best 0.90 at 1.0")
    assert dial_curve([], DELTA, 0.4, BatchWorth(20, 0, 0, None, None)) is None


@pytest.mark.parametrize(
    ("kind", "status", "leads"),
    [("query", "done", True), ("query", "failed", False), ("run_rounds", "done", False)],
)
def test_a_query_to_be_labeled_by_hand_leads_to_label(open_page, runs, kind, status, leads) -> None:
    """H3: once it is asked, and only in the tab that asked for it."""
    page = open_page("4_Round", "going")
    ended = Lane(runs / ".app", "jobs").job(f"000001-{kind}")
    ended.mkdir(parents=True)
    (ended / "job.json").write_text(json.dumps({"kind": kind, "params": {}}))
    (ended / "progress.json").write_text(json.dumps({"status": status}))
    assert page.run().slider  # another tab's
    page.session_state[TO_LABEL] = "going"
    page.run()
    assert not page.exception
    assert bool(page.slider) != leads  # on the way there nothing else is drawn
    assert TO_LABEL not in page.session_state
    assert page.run().slider
