"""Test pictures named by a vision chat model: accuracy, interval, cost, and the sample drawn."""

from dataclasses import replace

import numpy as np
import pytest

from laser_core.errors import ConfigError
from laser_core.experiment.zero_shot.chat import (
    Prices,
    ask_about_tests,
    sample_of,
    zero_shot_lines,
)
from laser_core.experiment.zero_shot.task import NamingTask
from laser_core.llm.endpoint.connection import Patience
from laser_core.llm.vision.model import VisionModel
from laser_core.progress import drain
from tests import fakes
from tests.llm.pictures import ColouredSource, saying
from tests.llm.server import Answer, serving

QUICK = Patience(timeout=5, attempts=2, first_wait=0.01, longest_wait=0.05)
CLASSES = ("cat", "dog")


@pytest.fixture
def vision(monkeypatch, tmp_path):
    def make(url):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        return VisionModel("llava", tmp_path, patience=QUICK)

    return make


def world(shown, true=None):
    """(task, materials) of test pictures that show `shown` and are truly of `true`."""
    true = true or shown
    ids = np.array(sorted(shown))
    labels = np.array([CLASSES.index(true[id]) for id in ids.tolist()])
    made = replace(fakes.materials(fakes.config()), source=ColouredSource(shown))
    return NamingTask(CLASSES, ((), ()), ids, labels), made


def test_two_of_three_right_of_a_sample_are_667_with_an_interval_of_21_to_94(vision):
    """The replies "Dog.", "a cat on a mat" and "wolf"; the third is no answer and wrong."""
    shown = {"a": "dog", "b": "cat", "c": "truck"}
    task, made = world(shown, {"a": "dog", "b": "cat", "c": "cat"})
    more = replace(task, ids=np.array(["a", "b", "c", "d"]), labels=np.array([1, 0, 0, 0]))
    sample = next(
        replace(made, config=replace(made.config, seed=seed))
        for seed in range(100)
        if sample_of(more, 3, seed).tolist() == [0, 1, 2]
    )
    with serving(by=saying(dog="Dog.", cat="a cat on a mat", truck="wolf")) as endpoint:
        answers = drain(ask_about_tests(more, sample, vision(endpoint.url), at_most=3))
    line = answers.line
    assert (round(line.accuracy, 3), line.n, line.asked, line.no_answer) == (0.667, 3, 3, 1)
    assert (round(line.low, 2), round(line.high, 2)) == (0.21, 0.94)
    assert (line.tokens_in, line.tokens_out, line.cost) == (120, 21, None)
    assert answers.unreadable == "wolf"
    assert line.method == "vision chat: llava"


def test_all_pictures_asked_about_need_no_interval(vision):
    task, made = world({"a": "dog", "b": "cat"})
    with serving(by=saying(dog="dog", cat="dog", truck="")) as endpoint:
        line = drain(ask_about_tests(task, made, vision(endpoint.url), at_most=500)).line
    assert (line.accuracy, line.low, line.high, line.no_answer) == (0.5, None, None, 0)


def test_the_cost_is_that_of_tokens_at_the_prices_given(vision):
    """Two replies of 40 and 7 tokens at 1,000 and 10,000 a million: 0.08 + 0.14."""
    task, made = world({"a": "dog", "b": "cat"})
    with serving(by=saying(dog="dog", cat="cat", truck="")) as endpoint:
        asked = vision(endpoint.url)
        first = drain(ask_about_tests(task, made, asked, prices=Prices(1_000, 10_000))).line
        kept = drain(ask_about_tests(task, made, asked, prices=Prices(1_000, 10_000))).line
    assert first.cost == pytest.approx(0.22)
    assert kept == first  # a figure costs what it cost, whenever it was paid


def test_without_counted_tokens_there_is_no_cost(vision):
    task, made = world({"a": "dog"})
    bare = '{"choices": [{"index": 0, "message": {"role": "assistant", "content": "dog"}}]}'
    with serving(Answer(raw=bare)) as endpoint:
        line = drain(ask_about_tests(task, made, vision(endpoint.url), prices=Prices(1, 1))).line
    assert (line.accuracy, line.tokens_in, line.cost) == (1.0, None, None)


def test_a_picture_that_is_refused_counts_as_wrong(vision):
    task, made = world({"a": "cat", "b": "dog"})
    refused = Answer(status=400, error={"message": "against our policy"})
    with serving(Answer("cat"), refused) as endpoint:
        answers = drain(ask_about_tests(task, made, vision(endpoint.url)))
    assert (answers.line.accuracy, answers.line.no_answer) == (0.5, 1)
    assert "against our policy" in answers.refusal


def test_a_sample_depends_on_ids_and_seed_and_grows(vision):
    ids = np.array([f"p{i}" for i in range(50)])
    task = NamingTask(CLASSES, ((), ()), ids, np.zeros(50, dtype=np.intp))
    turned = replace(task, ids=ids[::-1].copy())
    few, more = (set(task.ids[sample_of(task, n, 0)].tolist()) for n in (10, 20))
    assert len(few) == 10
    assert few < more
    assert set(turned.ids[sample_of(turned, 10, 0)].tolist()) == few
    assert set(task.ids[sample_of(task, 10, 1)].tolist()) != few
    assert sample_of(task, None, 0).tolist() == sample_of(task, 999, 0).tolist() == list(range(50))


@pytest.mark.parametrize("at_most", [0, -1])
def test_a_sample_of_nothing_is_refused(at_most):
    task = NamingTask(CLASSES, ((), ()), np.array(["a"]), np.array([0]))
    with pytest.raises(ConfigError, match="it is a number of pictures, so at least 1"):
        sample_of(task, at_most, 0)


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf")])
def test_a_price_is_a_number_of_at_least_0(price):
    with pytest.raises(ConfigError, match="what a million tokens cost"):
        Prices(0.1, price)


def test_all_lines_stand_in_one_table(vision, tmp_path):
    made = fakes.materials(fakes.config())
    ids = np.array([i for i in made.source.ids("test").tolist() if i[-1] in "01"])
    task = NamingTask(CLASSES, (("cat 0",), ("dog 0",)), ids, np.array([int(i[-1]) for i in ids]))
    with serving(Answer("cat")) as endpoint:
        asked = vision(endpoint.url)
        lines = drain(zero_shot_lines(task, made, tmp_path, asked, at_most=4))
    assert [line.method for line in lines] == [
        "names", "sentences", "anchored head", "vision chat: llava",
    ]  # fmt: skip
    assert len(endpoint.requests) == 4
    assert [line.method for line in drain(zero_shot_lines(task, made, tmp_path))] == [
        line.method for line in lines[:3]
    ]
