"""The report: one file that opens offline and shows everything."""

import base64
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from laser_core.studies import parts
from laser_core.studies.cells import Cell, Line, Study
from laser_core.studies.files import study_of
from laser_core.studies.parts import Wanted, ready_study
from laser_core.studies.report.differences import differences
from laser_core.studies.report.page import report_html
from laser_core.studies.report.results import Result, Results
from laser_core.studies.report.svg import Drawn, Limit, line_chart, nice_step
from laser_core.studies.report.tables import study_tables
from tests.studies.fakes import LASER, PLACE, part, results, study

SHOWS = (
    "accuracy", "precision", "recall", "recall without given", "delta", "rounds",
    "recall by round", "final", "ranks",
)  # fmt: skip
LOADING = {"script", "link", "img", "iframe", "object", "embed", "video", "audio", "source", "base"}


class Page(HTMLParser):
    """What a page would load, links to, and is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.downloads = [], [], set(), {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [given[name] for name in ("src", "href", "xlink:href") if name in given]
        self.ids.add(given.get("id"))
        if "download" in given:
            data = given["href"].removeprefix("data:text/csv;base64,")
            self.downloads[given["download"]] = base64.b64decode(data).decode("utf-8")


def page_of(found):
    text = report_html(found, study_tables(found))
    return text, Page(text)


def test_a_report_loads_nothing_and_forbids_itself_to():
    text, page = page_of(results(study(*(part(s, name=f"p{i}") for i, s in enumerate(SHOWS)))))
    assert not LOADING & set(page.tags)
    assert all(link.startswith(("#", "data:text/csv;base64,")) for link in page.links)
    assert "http:" not in text.replace("http-equiv", "")
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text


@pytest.mark.parametrize("shows", SHOWS)
def test_a_report_has_a_section_for_each_part_whatever_it_shows(shows):
    text, page = page_of(results(study(part(shows, name="fig-x", title="Figure X"))))
    assert "fig-x" in page.ids
    assert "<h2>Figure X</h2>" in text
    assert "LaSeR" in text.split('id="fig-x"')[1].split("</section>")[0]


def test_every_table_lies_in_the_report_as_it_lies_on_disk():
    found = results()
    assert page_of(found)[1].downloads == study_tables(found)


def test_names_from_outside_are_shown_and_not_obeyed():
    evil = "<script>alert(1)</script>"
    made = Study("made", {}, (PLACE,), (Line(evil, {"strategy": "laser"}),),
                 (part("accuracy", lines=(evil,)),))  # fmt: skip
    text, page = page_of(Results(made, (Result(made.cells()[0], "failed", None, evil),)))
    assert "script" not in page.tags
    assert "&lt;script&gt;" in text


def test_a_report_of_cells_that_have_not_begun_says_so():
    text, page = page_of(results(made={}))
    assert "Nothing is finished here yet" in text
    assert "svg" not in page.tags


def test_failures_and_missing_strategies_stand_at_the_head(monkeypatch):
    monkeypatch.setitem(parts.NAMES, "to-come", "To come")
    later = Line("To come", {"strategy": "to-come"})
    made = Study("made", {}, (PLACE,), (LASER, later),
                 (part("accuracy", lines=("LaSeR", "To come")),))  # fmt: skip
    failed = Result(Cell(PLACE, LASER, 0, 0), "failed", None, "the disk is full; free some")
    missing = Result(Cell(PLACE, later, 0, 0), "unavailable", None, "no strategy")
    text, _ = page_of(Results(made, (failed, missing)))
    head = text.split("<section")[0]
    assert "the disk is full; free some" in head
    assert "these lines are empty: To come." in head


def test_what_is_not_like_the_paper_follows_from_settings_and_models():
    said = " ".join(differences(results()))
    assert "linear heads" in said
    assert "vision-language model is offline model; the paper has CLIP" in said
    assert "2 rounds are asked for; the paper has 10" in said
    assert "A batch is 10 pictures; the paper's is 1,500" in said
    assert "over 2 class splits; the paper has 4" in said
    assert "The pool demo is none of the paper's" in said


def test_the_papers_own_settings_are_not_called_different():
    asked = ready_study("paper", Wanted(pools=("cifar10",), parts=("fig3",)))
    waiting = tuple(Result(cell, "waiting") for cell in asked.cells())
    said = " ".join(differences(Results(asked, waiting)))
    for word in ("linear heads", "rounds", "batch is", "class splits;", "balanced", "cold"):
        assert word not in said


def test_a_chart_names_every_line_at_its_end_without_one_upon_another():
    lines = [Drawn(f"line {i}", i, (0.0, 1.0), (0.2, 0.5), (0.0, 0.1), 3) for i in range(21)]
    chart = line_chart(lines, [Limit("limit", (), (0.6,), "2 3")], "labels", "title")
    heights = sorted(float(y) for y in re.findall(r'y="([\d.]+)">line', chart))
    assert len(heights) == 21
    assert min(b - a for a, b in pairwise(heights)) >= 12.9
    assert "line 3: 1, 0.500 ± 0.100 (n = 3)" in chart


def test_ticks_are_round_numbers():
    assert [nice_step(span) for span in (1.0, 0.35, 516, 7)] == [0.2, 0.1, 200, 2]


def test_a_chart_without_a_point_is_none():
    assert line_chart([Drawn("a", 0, (), (), (), 0)], [], "x", "t") == ""


def test_both_colour_schemes_are_served():
    text, _ = page_of(results())
    assert "prefers-color-scheme:dark" in text
    assert 'content="light dark"' in text


def test_a_study_read_back_is_the_same_study():
    for name in ("demo", "paper"):
        made = ready_study(name, Wanted())
        assert study_of(json.loads(made.to_json())).to_json() == made.to_json()
