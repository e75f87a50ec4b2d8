from contextlib import closing

from laser_core.experiment.experiment import Experiment
from laser_core.progress import drain
from laser_core.store.store import Store
from tests import fakes


def one_round(tmp_path, **pool):
    config = fakes.config()
    source = fakes.source(**pool)
    run = Experiment(fakes.materials(config, source), Store.create(tmp_path / "run", config))
    with closing(run.store):
        labels = run.materials.oracle.answer(run.pool.ids.tolist()[:60])
        drain(run.query())
        run.annotate(labels)
        run.annotate(run.materials.oracle.answer(run.pending.ids.tolist()))
        return drain(run.train())


def test_without_test_images_accuracy_is_an_interval_from_held_out_labels(tmp_path):
    record = one_round(tmp_path, tests=0)
    assert record.accuracy is None
    assert 0.0 <= record.figures["accuracy_low"] < record.figures["accuracy_high"] <= 1.0
    assert record.figures["accuracy_labels"] >= 10  # a fifth of 60 and of what the query found


def test_with_test_images_no_label_is_held_out(tmp_path):
    record = one_round(tmp_path)
    assert record.accuracy is not None
    assert "accuracy_low" not in record.figures


def test_an_audit_is_kept_with_the_run_and_changes_its_stamp(tmp_path):
    with closing(Store.create(tmp_path / "run", fakes.config())) as store:
        before = store.stamp()
        assert store.audits.append(["b", "a"], 400, 2, "Ada") == 1
        assert store.stamp() != before
    with closing(Store.open(tmp_path / "run")) as store:
        (audit,) = store.audits.all()
    assert (audit.ids, audit.population, audit.round) == (("b", "a"), 400, 2)
