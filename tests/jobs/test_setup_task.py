from contextlib import closing
from dataclasses import replace

import pytest

from laser_core.analysis.reader import RunReader
from laser_core.analysis.setup.kept import KEPT_FILE, kept_comparison
from laser_core.errors import LLMError
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.progress import drain
from laser_core.store.folder import FileWriter
from tests.app.conftest import _on_disk, prepared, read_run, runs
from tests.fakes import ListedModel, config, materials

__all__ = ["prepared", "read_run", "runs"]


@pytest.fixture
def work(runs, prepared):
    """work("going") is the helper's job on that run, with the small world's models at hand."""

    def start(name, llm=None):
        made = _on_disk(materials(config()), prepared / "cache")
        if llm is not None:
            made = replace(made, llm=llm)
        folder = runs / name
        context = JobContext(folder, folder, lambda: False, {"materials": (str(folder), made)})
        return tasks.try_words({"folder": str(folder)}, context)

    return start


def test_the_grid_is_tried_and_kept_beside_the_run_and_no_version_is_made(work, read_run):
    versions = len(read_run("going").store.texts.all())
    assert drain(work("going")) == {"settings": 12}
    run = read_run("going")
    found = kept_comparison(run)
    assert found.whole
    assert found.advice.basis == "labels"
    assert found.labels == 40
    assert len(run.store.texts.all()) == versions


def test_without_an_answer_true_labels_are_not_looked_at(work, read_run):
    drain(work("ahead"))
    found = kept_comparison(read_run("ahead"))
    assert (found.labels, found.note) == (0, "No label is known yet.")
    assert found.trials[0].figures.average_precision is None


def test_a_grid_that_is_stopped_half_way_keeps_what_it_has(work, read_run):
    steps = work("going")
    for progress in steps:
        if progress.stage == "trying words" and progress.done == 4:
            break
    steps.close()
    found = kept_comparison(read_run("going"))
    assert (len(found.trials), found.whole) == (4, False)
    assert found.advice.sentence


def test_the_same_grid_comes_to_the_same(work, read_run):
    drain(work("going"))
    first = kept_comparison(read_run("going"))
    drain(work("going"))
    assert kept_comparison(read_run("going")) == first


class Silent(ListedModel):
    """A model that cannot be reached."""

    def descriptions(self, classes, wanted):
        raise LLMError("nobody answers")


def test_a_language_model_that_is_silent_leaves_names_and_the_words_in_use(work, read_run):
    drain(work("ahead", Silent()))
    found = kept_comparison(read_run("ahead"))
    assert {trial.setting.style for trial in found.trials} == {"now", "name", "photo"}
    assert "No sentences could be asked for: nobody answers." in found.note


def test_a_damaged_file_counts_as_nothing_tried(work, runs, prepared):
    FileWriter(runs / "going").write(KEPT_FILE, '{"trials": [')
    with closing(RunReader(runs / "going", prepared / "cache")) as run:
        assert kept_comparison(run) is None
