import json
from contextlib import closing
from dataclasses import replace

import pytest

from laser_core.analysis.reader import RunReader
from laser_core.analysis.stopping import open_audit, outlook, start_audit, unqueried_ids
from laser_core.errors import PoolError
from laser_core.experiment.experiment import Experiment
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
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
    experiment.store.files.write("pool.json", json.dumps(facts))
    drain(experiment.query())
    experiment.annotate(experiment.materials.oracle.answer(experiment.pending.ids.tolist()))
    drain(experiment.train())
    drain(experiment.query())
    experiment.store.close()
    with closing(RunReader(tmp_path / "run", tmp_path)) as reader:
        yield reader, experiment.materials.oracle


def test_an_audit_is_drawn_below_the_line_and_kept(run):
    reader, _ = run
    below = unqueried_ids(reader)
    assert len(below) == 180 - 20 - 20  # one batch answered, one waiting
    with closing(Store.open(reader.folder)) as store:
        audit = start_audit(reader, store, "Ada", 10)
    assert set(audit.ids) <= set(below.tolist())
    assert (audit.number, audit.population, audit.round) == (1, 140, 1)
    assert outlook(reader).recall is None  # nobody answered yet


def test_the_outlook_holds_the_truth_and_follows_what_is_found_later(run):
    reader, oracle = run
    assert outlook(reader).hint.colour == "red"
    with closing(Store.open(reader.folder)) as store:
        audit = start_audit(reader, store, "Ada", 40)
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(audit.ids), 2, "Ada")
    first = outlook(reader)
    found = reader.pool().relevant_found()
    pending = reader.store.rounds.query(2)[1].ids.tolist()
    there = sum(label.state == "relevant" for label in oracle.answer(pending).values())
    left = 60 - found - there  # the audit speaks of what lay below the line, not of the batch
    assert first.audited.left.low <= left <= first.audited.left.high
    assert first.recall.low < 1.0
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(pending), 2, "Ada")
    assert outlook(reader).audited.left == first.audited.left  # the batch was not audited
    rest = unqueried_ids(reader).tolist()[:30]
    more = dict.fromkeys(rest, Label("relevant", "cat"))
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(more, 2, "Ada")
    later = outlook(reader).audited.left
    assert later.high == max(0, first.audited.left.high - 30)


def test_with_everything_labeled_the_hint_is_green_and_there_is_nothing_to_audit(run):
    reader, oracle = run
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(reader.pool().unlabeled().tolist()), 2, "Ada")
    assert outlook(reader).hint.colour == "green"
    with (
        closing(Store.open(reader.folder)) as store,
        pytest.raises(PoolError, match="nothing to audit"),
    ):
        start_audit(reader, store, "Ada")


def audit_all_below(reader, oracle):
    """An audit of everything below the line, all answered; returns it."""
    with closing(Store.open(reader.folder)) as store:
        audit = start_audit(reader, store, "Ada", 1000)
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(audit.ids), 2, "Ada")
    return audit


def test_a_query_that_waits_keeps_the_hint_amber_although_all_below_it_is_audited(run):
    """C1: the page had a rule of its own, and said green, "recall is 100% to 100%"."""
    reader, oracle = run
    audit_all_below(reader, oracle)
    waiting = reader.store.rounds.query(2)[1].ids.tolist()
    assert len(waiting) == 20
    seen, found = outlook(reader), reader.pool().relevant_found()
    assert (seen.left.low, seen.left.high) == (0, 20)
    assert seen.recall.low == pytest.approx(found / (found + 20))
    assert seen.recall.high == 1.0
    assert seen.hint.colour == "amber"
    assert seen.recall.text() in seen.hint.reason
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(waiting), 2, "Ada")
    assert outlook(reader).hint.colour == "green"


def test_the_outlook_counts_what_the_audit_does_not_speak_of_and_what_another_would_draw(run):
    reader, oracle = run
    assert outlook(reader).next_audit == 50  # of 140 below the line
    audit_all_below(reader, oracle)
    waiting = reader.store.rounds.query(2)[1].ids.tolist()
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(waiting[:5]), 2, "Ada")
    seen = outlook(reader)
    assert (seen.unanswered, seen.next_audit) == (15, 0)


def test_pictures_of_a_query_that_nobody_answered_stay_unknown_once_its_round_is_closed(run):
    """C1: back in the pool they were no part of the audit, and counted as nothing left."""
    reader, oracle = run
    audit_all_below(reader, oracle)
    first = reader.records()[0]
    with closing(Store.open(reader.folder)) as store:
        store.rounds.append(replace(first, round=2, ids=(), labels=()))
    assert reader.store.rounds.query(3) is None
    assert outlook(reader).left.high == 20


def test_a_label_of_before_the_audit_that_is_changed_takes_nothing_off_what_it_found(run):
    """C1: such a picture was no part of the audit, but came off what the audit says is left."""
    reader, oracle = run
    with closing(Store.open(reader.folder)) as store:
        audit = start_audit(reader, store, "Ada", 40)
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(audit.ids), 2, "Ada")
    before = outlook(reader).left
    wrong = [id for id, a in oracle.answer(reader.records()[0].ids).items()
             if a.state == "irrelevant"]  # fmt: skip
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(dict.fromkeys(wrong, Label("relevant", "cat")), 1, "Bob")
    assert len(wrong) > 3
    assert outlook(reader).left == before


def test_what_was_taken_back_before_the_audit_counts_as_found_by_a_later_query(run):
    """C1: undone in time it was part of the population."""
    reader, oracle = run
    ids = unqueried_ids(reader).tolist()[:30]
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(dict.fromkeys(ids, Label("relevant", "dog")), 2, "Ada")
    with closing(Store.open(reader.folder)) as store:
        store.events.undo("Ada")
    with closing(Store.open(reader.folder)) as store:
        audit = start_audit(reader, store, "Ada", 40)
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(audit.ids), 2, "Ada")
    before, later = outlook(reader).left, [id for id in ids if id not in audit.ids]
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(dict.fromkeys(later, Label("relevant", "dog")), 2, "Ada")
    assert outlook(reader).left.high == max(20, before.high - len(later))


def test_an_audit_is_open_until_its_last_picture_is_answered(run):
    """C1: one copy of what an open audit is."""
    reader, oracle = run
    assert open_audit(reader) == []
    with closing(Store.open(reader.folder)) as store:
        audit = start_audit(reader, store, "Ada", 3)
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(audit.ids[:2]), 2, "Ada")
    assert open_audit(reader) == list(audit.ids)
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(oracle.answer(audit.ids), 2, "Ada")
    assert open_audit(reader) == []


def test_skipped_pictures_of_the_batch_do_not_count_in_what_it_can_come_to(run):
    reader, _ = run
    ids = reader.store.rounds.query(2)[1].ids.tolist()
    answers = {ids[0]: Label("relevant", "cat"), ids[1]: Label("irrelevant"), ids[2]: Label(
        "unsure")}  # fmt: skip
    with closing(Store.open(reader.folder)) as store:
        store.labels.append(answers, 2, "Ada")
    batch = outlook(reader).batch  # 1 of 2 so far, 17 of 19 still open
    assert (batch.low, batch.high) == pytest.approx((1 / 19, 18 / 19))
