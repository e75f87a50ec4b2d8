from contextlib import closing
from dataclasses import replace

import pytest

from laser_core.experiment.experiment import Experiment, simulate
from laser_core.jobs import tasks
from laser_core.jobs.worker import JobContext
from laser_core.metrics.summary import rounds_csv
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.studies.run import keep_pool
from tests import fakes


@pytest.fixture
def context(tmp_path):
    """A worker that has the materials of the run in `tmp_path / "app"` at hand."""
    config = fakes.config()
    materials = fakes.materials(config)
    with closing(Store.create(tmp_path / "app", config)) as store:
        keep_pool(store, materials)
    warm = {"materials": (str(tmp_path / "app"), materials)}
    return JobContext(tmp_path, tmp_path, lambda: False, warm)


def lines(folder):
    """rounds.csv of a run, without its last column: seconds."""
    return [line.rpartition(",")[0] for line in (folder / "rounds.csv").read_text().splitlines()]


def kept(folder):
    """What rounds.csv should hold by what the run's database holds."""
    with closing(Store.open(folder)) as store:
        return rounds_csv(store.rounds.records())


def run_rounds(context, rounds=0, **params):
    folder = context.folder / "app"
    return drain(tasks.run_rounds({"folder": str(folder), "rounds": rounds, **params}, context))


def test_a_run_made_in_the_app_leaves_the_rounds_csv_of_the_command_line(context, tmp_path):
    """Twice: the worker had a loop of its own, which left no rounds.csv."""
    config = fakes.config()
    with closing(Store.create(tmp_path / "engine", config)) as store:
        drain(simulate(Experiment(fakes.materials(config), store)))
    assert run_rounds(context) == {"done": 4}
    assert lines(tmp_path / "app") == lines(tmp_path / "engine")
    assert len(lines(tmp_path / "app")) == 5


def test_a_job_that_is_stopped_leaves_the_rounds_it_has_closed_in_rounds_csv(context, tmp_path):
    """Twice: also half way; the next job goes on from there."""
    work = tasks.run_rounds({"folder": str(tmp_path / "app")}, context)
    for progress in work:
        if progress.stage == "round 3":
            break
    work.close()
    assert len(lines(tmp_path / "app")) == 3
    assert run_rounds(context, rounds=1) == {"done": 1}
    assert (tmp_path / "app" / "rounds.csv").read_text() == kept(tmp_path / "app")


def test_a_round_that_a_person_labels_is_in_rounds_csv_once_it_is_trained(context, tmp_path):
    """Twice: answers by hand, trained by the worker."""
    folder = {"folder": str(tmp_path / "app")}
    asked = drain(tasks.query(folder, context))["ids"]
    with closing(Store.open(tmp_path / "app")) as store:
        oracle = context.warm["materials"][1].oracle
        store.labels.append(oracle.answer(asked), 1, "Ada")
    assert drain(tasks.train(folder, context)) == {"round": 1}
    assert (tmp_path / "app" / "rounds.csv").read_text() == kept(tmp_path / "app")


def test_a_line_that_a_stop_kept_from_rounds_csv_is_there_when_the_run_goes_on(context, tmp_path):
    """Twice: also in a run that an earlier version made in the app, without the file."""
    run_rounds(context)
    table = tmp_path / "app" / "rounds.csv"
    whole = table.read_text()
    for stale in ("", whole.splitlines()[0] + "\n"):
        table.write_text(stale) if stale else table.unlink()
        assert run_rounds(context) == {"done": 0}
        assert table.read_text() == whole


def test_a_choice_counts_for_the_first_query_that_a_job_asks_and_for_no_other(context, tmp_path):
    run_rounds(context, rounds=1)
    assert run_rounds(context, rounds=2, choice={"delta": 0.7}) == {"done": 2}
    with closing(Store.open(tmp_path / "app")) as store:
        assert [record.figures["delta"] for record in store.rounds.records()] == [0.0, 0.7, 0.2]


def test_a_query_that_waits_half_answered_is_closed_and_not_asked_again(context, tmp_path):
    asked = drain(tasks.query({"folder": str(tmp_path / "app")}, context))["ids"]
    with closing(Store.open(tmp_path / "app")) as store:
        oracle = context.warm["materials"][1].oracle
        store.labels.append(oracle.answer(asked[:5]), 1, "Ada")
    assert run_rounds(context, rounds=1) == {"done": 1}
    with closing(Store.open(tmp_path / "app")) as store:
        assert store.rounds.records()[0].ids == tuple(asked)


def test_a_pool_without_labels_is_told_and_nothing_is_written(context, tmp_path):
    folder, materials = context.warm["materials"]
    context.warm["materials"] = (folder, replace(materials, oracle=None))
    with pytest.raises(Exception, match="nobody answers"):
        run_rounds(context)
    assert not (tmp_path / "app" / "rounds.csv").exists()
