import json
from contextlib import closing

import pytest

from laser_core.errors import PoolError
from laser_core.experiment import Experiment
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.reader import RunReader
from laser_core.stopping import below_the_line, outlook, start_audit
from laser_core.store import Store
from tests import fakes


@pytest.fixture
def run(tmp_path):
    """One finished round and a second query that waits; 180 pictures, 60 of them relevant."""
    config = fakes.config()
    experiment = Experiment(fakes.materials(config), Store.create(tmp_path / "run", config))
    facts = {
        "ids": experiment.pool.ids.tolist(), "labels": [], "classes": [], "test_images": 0,
        "cosines": "", "vlm": "", "llm": "",
    }  # fmt: skip
    experiment.store.write_text("pool.json", json.dumps(facts))
    drain(experiment.query())
    experiment.annotate(experiment.materials.oracle.answer(experiment.pending.ids.tolist()))
    drain(experiment.train())
    drain(experiment.query())
    experiment.store.close()
    with closing(RunReader(tmp_path / "run", tmp_path)) as reader:
        yield reader, experiment.materials.oracle


def test_an_audit_is_drawn_below_the_line_and_kept(run):
    reader, _ = run
    below = below_the_line(reader)
    assert len(below) == 180 - 20 - 20  # one batch answered, one waiting
    audit = start_audit(reader, "Ada", 10)
    assert set(audit.ids) <= set(below.tolist())
    assert (audit.number, audit.population, audit.round) == (1, 140, 1)
    assert outlook(reader).recall is None  # nobody answered yet


def test_the_outlook_holds_the_truth_and_follows_what_is_found_later(run):
    reader, oracle = run
    assert outlook(reader).hint.colour == "red"
    audit = start_audit(reader, "Ada", 40)
    reader.store.append_labels(oracle.answer(audit.ids), 2, "Ada")
    first = outlook(reader)
    found = reader.pool().found()
    pending = reader.store.query(2)[1].ids.tolist()
    there = sum(label.state == "relevant" for label in oracle.answer(pending).values())
    left = 60 - found - there  # the audit speaks of what lay below the line, not of the batch
    assert first.audited.left.low <= left <= first.audited.left.high
    assert first.recall.low < 1.0
    reader.store.append_labels(oracle.answer(pending), 2, "Ada")
    assert outlook(reader).audited.left == first.audited.left  # the batch was not audited
    rest = below_the_line(reader).tolist()[:30]
    more = dict.fromkeys(rest, Label("relevant", "cat"))
    reader.store.append_labels(more, 2, "Ada")
    later = outlook(reader).audited.left
    assert later.high == max(0, first.audited.left.high - 30)


def test_with_everything_labeled_the_hint_is_green_and_there_is_nothing_to_audit(run):
    reader, oracle = run
    reader.store.append_labels(oracle.answer(reader.pool().unlabeled().tolist()), 2, "Ada")
    assert outlook(reader).hint.colour == "green"
    with pytest.raises(PoolError, match="nothing to audit"):
        start_audit(reader, "Ada")
