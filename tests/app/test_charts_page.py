"""The Charts page: zero, one, some and all rounds, and pools nobody knows the labels of."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from laser_core.analysis.yields import Yield
from laser_core.metrics.summary import rounds_csv
from laser_core.pool import Label
from laser_core.store.store import Store
from laser_core.view import RoundRecord
from ui.charts.rounds import accuracy_plot, axis_of, precision_plot
from ui.charts.texts import confusion_chart, yield_chart


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.error]
    return "\n".join(str(element.value) for element in shown)


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def show(page: AppTest, part: str) -> AppTest:
    return next(b for b in page.segmented_control if b.label == "Show").set_value(part).run()


def lines(chart: dict) -> list[str]:
    return [trace["name"] for trace in chart["data"]]


def test_before_the_first_round_it_says_what_to_do(open_page) -> None:
    page = open_page("6_Charts", "ahead")
    assert not page.exception
    assert "No round is finished yet" in words(page)
    assert not charts(page)


def test_without_a_run_it_says_where_to_begin(open_page) -> None:
    assert "No run is open" in words(open_page("6_Charts"))


def test_precision_comes_with_its_ceiling_luck_and_running_mean(open_page) -> None:
    page = open_page("6_Charts", "done")
    assert not page.exception
    assert {"ceiling", "precision", "mean so far", "at random"} <= set(lines(charts(page)[0]))


def test_all_plots_over_rounds_are_one_figure_with_a_table_of_its_numbers(open_page) -> None:
    page = open_page("6_Charts", "done")
    assert len(charts(page)) == 1
    titles = [note["text"] for note in charts(page)[0]["layout"]["annotations"]]
    for measure in ("Precision", "Recall", "Accuracy", "δ"):
        assert any(title.startswith(f"<b>{measure}") for title in titles), measure
    assert page.dataframe[0].value["round"].tolist() == [4, 3, 2, 1]


def test_at_most_four_cards_have_short_names(open_page) -> None:
    cards = open_page("6_Charts", "done").metric
    assert len(cards) <= 4
    assert all(len(card.label) <= 12 for card in cards)


@pytest.mark.parametrize("part", ["Rounds", "Descriptions", "Classes", "Confusion matrix"])
def test_one_part_is_drawn_at_a_time(open_page, part) -> None:
    page = show(open_page("6_Charts", "done"), part)
    assert not page.exception
    assert len(charts(page)) >= 1
    assert ("4 descriptions." in words(page)) == (part == "Descriptions")


def test_a_run_half_way_is_drawn(open_page) -> None:
    page = open_page("6_Charts", "going")
    assert not page.exception
    assert "2 of 4 rounds" in words(page)


@pytest.mark.parametrize(
    ("against", "title"), [("Labels paid", "labels paid"), ("Minutes spent", "minutes")]
)
def test_rounds_are_drawn_against_labels_or_minutes(open_page, against, title) -> None:
    page = open_page("6_Charts", "done")
    next(b for b in page.selectbox if b.label == "Against").set_value(against).run()
    assert not page.exception
    assert title in charts(page)[0]["layout"]["xaxis"]["title"]["text"]


def test_labels_paid_are_the_places_of_the_points(read_run) -> None:
    records = read_run("done").records()
    assert axis_of("Labels paid", records).values == [20.0, 40.0, 60.0, 80.0]
    assert axis_of("Rounds", records).values == [1.0, 2.0, 3.0, 4.0]


def test_one_round_alone_is_drawn(read_run) -> None:
    run = read_run("done")
    first = run.records()[:1]
    plot = precision_plot(run, first, axis_of("Rounds", first))
    assert plot.lines[0].x == (1.0,)


@pytest.fixture
def without_truth(runs, read_run):
    """The unlabeled run with one round that a person answered."""
    looked = read_run("unlabeled").preview()
    ids = tuple(looked.ids.tolist())
    labels = (0,) * 10 + (2,) * 10
    record = RoundRecord(1, ids, labels, 20, 10, 0.5, None, None, None, looked.figures)
    answers = {
        id: Label("relevant", "cat") if n < 10 else Label("irrelevant") for n, id in enumerate(ids)
    }
    with closing(Store.open(runs / "unlabeled")) as store:
        store.rounds.save_query(1, 1, looked)
        store.labels.append(answers, 1, "me")
        store.rounds.append(replace(record, figures=dict(looked.figures)))


def test_without_true_labels_it_says_what_is_unknown(open_page, without_truth) -> None:
    page = open_page("6_Charts", "unlabeled")
    assert not page.exception
    text = words(page)
    assert "need the true labels of the whole pool" in text
    assert "no labeled test split" in text
    assert lines(charts(page)[0])[:2] == ["mean so far", "precision"]  # the strong one on top
    assert "How many the pool holds is unknown" in words(show(page, "Classes"))


def test_the_csv_is_that_of_the_command_line(open_page, read_run) -> None:
    page = open_page("6_Charts", "done")
    assert any(found.proto.label == "rounds.csv" for found in page.get("download_button"))
    rows = list(csv.DictReader(io.StringIO(rounds_csv(read_run("done").records()))))
    assert [row["round"] for row in rows] == ["1", "2", "3", "4"]


def test_an_earlier_rounds_confusions_can_be_chosen(open_page) -> None:
    page = show(open_page("6_Charts", "done"), "Confusion matrix")
    box = next(box for box in page.selectbox if box.label == "After round")
    assert box.value == 4
    box.set_value(1).run()
    assert not page.exception


def test_bars_of_a_description_add_up_to_what_it_queried() -> None:
    chart = yield_chart([Yield("a cat", "cat", 9, 6, 20, 0.1, "")])
    assert [list(bar.x) for bar in chart.data] == [[6], [3]]


def test_a_confusion_cell_shows_its_count_and_its_share_of_the_row() -> None:
    chart = confusion_chart(("cat", "dog"), ((3, 1), (0, 0)))
    assert [list(row) for row in chart.data[0].text] == [[3, 1], [0, 0]]
    assert [list(row) for row in chart.data[0].z] == [[0.75, 0.25], [0.0, 0.0]]


def test_the_text_alone_stands_beside_the_accuracy_from_0_on() -> None:
    record = RoundRecord(1, ("a",), (0,), 20, 9, 0.5, 1.0, 0.1, 0.8, {"zero_shot": 0.75})
    second = replace(record, round=2, accuracy=0.9, relevant=12)
    for name, last in (("Rounds", 2.0), ("Labels paid", 40.0), ("Relevant labels", 21.0)):
        records = [record, second]
        plot = accuracy_plot(records, axis_of(name, records))
        text, accuracy = plot.limits[0], plot.lines[0]
        assert (text.name, text.y) == ("text alone", (0.75, 0.75, 0.75))
        assert (text.x[0], text.x[-1], accuracy.x[-1]) == (0.0, last, last)
    without = [replace(record, figures={})]
    assert not accuracy_plot(without, axis_of("Rounds", without)).limits
