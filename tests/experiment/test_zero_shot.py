"""Zero-shot lines by text: numbers that can be worked out by hand, and what they rest on."""

from dataclasses import replace

import numpy as np
import pytest

from laser_core.basics.arrays import unit_rows
from laser_core.data.base import Item
from laser_core.errors import PoolError
from laser_core.experiment.experiment import Experiment
from laser_core.experiment.zero_shot.line import COLUMNS, ZeroShot, zero_shot_csv
from laser_core.experiment.zero_shot.task import NamingTask, task_of_pool, task_of_run
from laser_core.experiment.zero_shot.text import text_lines
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.texts.cosines import Cosines
from laser_core.texts.descriptions import ClassText
from laser_core.vlm.offline.smoothing import smooth_among
from tests import fakes

# Angles in degrees: pictures and sentences are directions in a plane.
TEXTS = {"a photo of a cat": 0, "a photo of a dog": 90, "cat 0": 10, "cat 1": 30, "dog 0": 50}
POOL = {"p-1": 0, "p-2": 90}
TESTS = {"t-cat": 20, "t-cat-2": 39, "t-dog": 48, "t-dog-2": 80}


def at(*degrees):
    turned = np.radians(degrees)
    return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)


class Encoder:
    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        return at(*(TEXTS[text] for text in texts))


class Neighbourly:
    """A model that looks at neighbours: the mean with one picture of the pool."""

    looks_at_neighbours = True

    def __init__(self):
        self.looked = 0

    def vectors_among(self, vectors, pool):
        self.looked += 1
        return smooth_among(vectors, pool, 1)


def world(vlm=None, key="", encode=None):
    """A pool of two pictures, four test pictures of two classes, laid out by angle."""
    items = [Item(id, "cat", "pool") for id in POOL]
    items += [Item(id, "cat" if "cat" in id else "dog", "test") for id in TESTS]
    source = fakes.GreySource("plane", items)
    vectors = at(*POOL.values(), *TESTS.values())
    made = fakes.materials(fakes.config(descriptions=2), fakes.source())
    return replace(
        made,
        pool_ids=source.ids("pool"),
        pictures=fakes.ArrayPictures(source.ids(), vectors),
        cosines=Cosines(vectors[:2], encode or Encoder()),
        source=source,
        vlm=vlm,
        cosines_key=key,
    )


def a_task(sentences=(("cat 0", "cat 1"), ("dog 0",))):
    ids = np.array(list(TESTS))
    return NamingTask(("cat", "dog"), sentences, ids, np.array([0, 0, 1, 1]))


def accuracies(lines):
    return {line.method: line.accuracy for line in lines}


def test_names_and_sentences_give_the_class_with_the_highest_cosine(tmp_path):
    """Names: 39 degrees is nearer to 0 than to 90, 48 is not, so all four are right. Sentences: at
    39 a cat's cosines are .875 and .988, in the mean .931 against .982 of the dog's: wrong."""
    lines = drain(text_lines(a_task(), world(), tmp_path))
    found = accuracies(lines)
    assert found["names"] == 1.0
    assert found["sentences"] == 0.75
    assert [line.n for line in lines] == [4, 4, 4]
    assert all(line.low is None and line.asked == 0 for line in lines)


def test_the_anchored_head_is_the_figure_that_a_round_tells(tmp_path):
    run = experiment(tmp_path)
    drain(run.query())
    task = task_of_run(run.materials, run.store)
    found = accuracies(drain(text_lines(task, run.materials, tmp_path)))
    assert found["anchored head"] == run.pending.figures["zero_shot"]


def test_a_class_without_a_sentence_is_never_named_by_sentences(tmp_path):
    found = accuracies(drain(text_lines(a_task((("cat 0",), ())), world(), tmp_path)))
    assert found["sentences"] == 0.5  # both cats, no dog


def test_without_any_sentence_names_alone_are_compared(tmp_path):
    lines = drain(text_lines(a_task(((), ())), world(), tmp_path))
    assert [line.method for line in lines] == ["names"]


def test_with_k_0_sentences_are_the_names_and_stand_once(tmp_path):
    made = world()
    task = drain(task_of_pool(replace(made, config=replace(made.config, descriptions=0))))
    lines = drain(text_lines(task, made, tmp_path))
    assert [line.method for line in lines] == ["names", "anchored head"]


def test_a_model_that_looks_at_neighbours_has_lines_of_both_kinds(tmp_path):
    """At 48 degrees the pool's nearest is at 90, at 39 at 0: all go further to their own side."""
    lines = drain(text_lines(a_task(), world(Neighbourly()), tmp_path))
    found = accuracies(lines)
    assert found["sentences"] == 0.75
    # 39 with 0 weighted by .777 is at 22.0: cat .984 against dog .883
    assert found["sentences with neighbours"] == 1.0
    assert [line.method for line in lines][:4] == [
        "names", "sentences", "names with neighbours", "sentences with neighbours",
    ]  # fmt: skip


def test_a_picture_among_the_pool_is_drawn_to_its_nearest():
    """44 degrees and 0 degrees weighted by cos 44: atan2(sin 44, cos 44 + cos 44)."""
    (drawn,) = smooth_among(at(44), at(0, 90), 1)
    np.testing.assert_allclose(np.degrees(np.arctan2(drawn[1], drawn[0])), 25.77, atol=0.01)


@pytest.mark.parametrize("pool", [0, 1, 5, 700])
def test_neighbours_in_a_pool_of_any_size_are_those_of_the_definition(pool):
    rng = np.random.default_rng(0)
    rows = unit_rows(rng.normal(size=(9, 6)).astype(np.float32))
    others = unit_rows(rng.normal(size=(pool, 6)).astype(np.float32).reshape(pool, 6))
    cosines = rows @ others.T
    nearest = np.argsort(-cosines, axis=1)[:, :10]
    wanted = [
        row + np.maximum(cosines[at_row][near], 0.0) @ others[near]
        for at_row, (row, near) in enumerate(zip(rows, nearest, strict=True))
    ]
    np.testing.assert_allclose(smooth_among(rows, others), unit_rows(np.array(wanted)), atol=1e-5)


def test_a_second_look_computes_no_cosine_and_looks_for_no_neighbour(tmp_path):
    vlm, encode = Neighbourly(), Encoder()
    first = drain(text_lines(a_task(), world(vlm, "key", encode), tmp_path))
    asked, looked = len(encode.asked), vlm.looked
    second = drain(text_lines(a_task(), world(vlm, "key", encode), tmp_path))
    assert accuracies(first) == accuracies(second)
    assert vlm.looked == looked == 1
    assert len(encode.asked) - asked == 3  # the anchored head's; text vectors have a cache below
    changed = world(vlm, "another pool", encode)
    drain(text_lines(a_task(), changed, tmp_path))
    assert vlm.looked == 2  # other neighbours


def experiment(tmp_path):
    config = fakes.config(anchor=1.0)
    return Experiment(fakes.materials(config), Store.create(tmp_path / "run", config))


def test_a_run_is_named_by_its_classes_and_sentences_as_they_are_now(tmp_path):
    run = experiment(tmp_path)
    drain(run.query())
    run.store.classes.rename("dog", "hound", "somebody")
    _, texts = run.store.texts.read()
    edited = (ClassText("cat", ("cat 0", "cat 0")), ClassText("dog", ("dog 7",), enabled=False))
    run.store.texts.append(replace(texts, relevant=edited), "by hand")
    task = task_of_run(run.materials, run.store)
    assert task.classes == ("cat", "hound")
    assert task.sentences == (("cat 0",), ())
    assert sorted(set(task.labels.tolist())) == [0, 1]
    assert run.store.classes.resolve(Label("relevant", "dog")).name == "hound"


def test_a_pool_without_test_pictures_is_one_sentence(tmp_path):
    made = fakes.materials(fakes.config(), fakes.source(tests=0))
    with pytest.raises(PoolError, match="no labeled test picture of a relevant class"):
        drain(task_of_pool(made))


def test_the_table_has_empty_cells_for_what_nobody_knows():
    lines = [ZeroShot("names", 2 / 3, 3), ZeroShot("=cmd", 0.5, 4, 0.2, 0.8, 4, 1, 2.0, 8, 9, 0.1)]
    head, first, second = zero_shot_csv(lines).splitlines()
    assert head == ",".join(COLUMNS)
    assert first == "names,0.666667,3,,,0,0,0.0,,,"
    assert second.split(",")[0].strip('"') == "'=cmd"
