"""Card 4's batches and classifiers on the small world, and what is kept of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from laser_core.analysis.lesson.kept import KEPT_FILE, WAY_NAMES, kept_ways, ways_of
from laser_core.data.sets.demo import preset
from laser_core.errors import LessonError
from laser_core.progress import drain
from laser_core.store.folder import FileWriter
from laser_core.studies.lesson import lesson_config, ways_of_choosing
from tests import fakes


def ways(run, **given):
    materials = fakes.materials(fakes.config(relevant=run.config.relevant))
    return drain(ways_of_choosing(run, materials, (10,), 2, **given))


def test_every_way_pays_for_the_same_number_of_labels(read_run):
    found = ways(read_run("going"))
    assert set(found) == {f"{way} 10" for way in WAY_NAMES}
    assert {len(way["ids"]) for way in found.values()} == {10}


def test_relevant_is_the_true_share_and_classes_count_the_relevant_ones(read_run):
    run = read_run("going")
    true = dict(zip(run.facts.ids.tolist(), run.relevant_rows.tolist(), strict=True))
    for name, way in ways(run).items():
        if not name.startswith("random"):
            assert way["relevant"] == pytest.approx(np.mean([true[id] for id in way["ids"]]))
            assert sum(way["classes"].values()) == round(10 * way["relevant"])


def test_balanced_at_the_run_s_batch_is_its_first_query(read_run):
    run = read_run("going")
    materials = fakes.materials(fakes.config())
    found = drain(ways_of_choosing(run, materials, (20,), 2))
    assert found["balanced 20"]["ids"] == list(run.records()[0].ids)


def test_the_best_are_the_highest_scores(read_run):
    run = read_run("going")
    found = ways(run)
    laser = run.store.rounds.query(1)[1].arrays.laser
    highest = run.facts.ids[np.argsort(-laser.s_vlm)[:10]].tolist()
    assert sorted(found["best 10"]["ids"]) == sorted(highest)


def test_one_class_cannot_be_told_apart(make_run, read_run):
    make_run("one", 0, relevant=("cat",))
    with pytest.raises(LessonError, match=r"one relevant class.*the lesson's own run"):
        ways(read_run("one"))


def test_what_is_kept_beside_a_run_comes_back(read_run):
    run = read_run("going")
    made = ways(run)
    assert kept_ways(run) is None
    FileWriter(run.folder).write(KEPT_FILE, json.dumps({"ways": made}))
    assert kept_ways(run) == ways_of(made)
    assert kept_ways(run)["random", 10].spread == pytest.approx(made["random 10"]["spread"])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ways": {"best 20": {}}}', '{"ways": 3}'])
def test_damaged_figures_are_made_again_and_not_believed(read_run, text):
    run = read_run("going")
    FileWriter(run.folder).write(KEPT_FILE, text)
    assert kept_ways(run) is None


def test_the_lesson_s_run_is_the_preset_s_task():
    config = lesson_config()
    assert config.relevant == preset("bag").relevant
    assert (config.pool, config.rounds, config.batch_size, config.seed) == ("demo", 5, 60, 0)
