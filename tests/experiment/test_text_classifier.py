"""The text's part in a run: zero-shot accuracy, the anchored classifier, and what a round keeps."""

from dataclasses import replace

import numpy as np
import pytest

from laser_core.analysis.explain_run import explain_image
from laser_core.experiment.experiment import Experiment, simulate
from laser_core.metrics.summary import round_line, rounds_csv, start_line
from laser_core.nets.anchor import text_anchor
from laser_core.pool import Label
from laser_core.progress import drain
from laser_core.store.store import Store
from laser_core.texts.descriptions import ClassText
from tests import fakes


def experiment(tmp_path, name="run", tests=5, **settings):
    config = fakes.config(**{"anchor": 1.0, **settings})
    materials = fakes.materials(config, fakes.source(tests=tests))
    return Experiment(materials, Store.create(tmp_path / name, config))


def reopened(tmp_path, name="run"):
    store = Store.open(tmp_path / name)
    return Experiment(fakes.materials(store.config()), store)


def text_alone(run):
    """z_c of the run's sentences, from the vectors themselves."""
    texts = run.store.texts.read()[1]
    rows = [fakes.encode(c.sentences) for c in texts.relevant]
    return text_anchor(rows, run.materials.pictures, run.materials.pool_ids)


def test_the_zero_shot_accuracy_stands_in_every_round_and_before_the_first(tmp_path):
    run = experiment(tmp_path)
    records = drain(simulate(run))
    tests, truth = fakes.tests(run.materials.source, run.space)
    said = text_alone(run).logits(run.materials.pictures.vectors(tests)).argmax(axis=1)
    right = float((said == truth).mean())
    assert [r.figures["zero_shot"] for r in records] == [pytest.approx(right)] * 4
    assert f"{right:.3f} from the text alone" in start_line(records[0], 4)
    assert f"(zero-shot {right:.3f})" in round_line(records[1], 4)
    head, first, *_ = rounds_csv(records).splitlines()
    assert first.split(",")[head.split(",").index("zero_shot")] == f"{right:.6f}"


def test_a_strategy_that_reads_no_text_has_the_same_classifier(tmp_path):
    drain((laser := experiment(tmp_path, "laser")).query())
    drain((rival := experiment(tmp_path, "random", strategy="random")).query())
    assert rival.pending.figures["zero_shot"] == laser.pending.figures["zero_shot"]
    kept = rival.pending.arrays
    rows = rival.materials.pictures.vectors(rival.pool.ids[kept.row])
    np.testing.assert_allclose(kept.classifier.logits, text_alone(laser).logits(rows), atol=1e-5)


def test_with_anchor_0_labels_alone_teach_and_random_asks_for_no_text(tmp_path):
    run = experiment(tmp_path, anchor=0.0, strategy="random")
    records = drain(simulate(run))
    assert run.store.texts.read() is None
    assert "zero_shot" not in records[0].figures
    assert start_line(records[0], 4) == ""
    assert run.store.rounds.query(2)[1].arrays.classifier is None


def test_a_round_without_a_relevant_label_is_judged_by_the_text(tmp_path):
    run = experiment(tmp_path)
    drain(run.query())
    run.annotate({id: Label("irrelevant") for id in run.pending.ids.tolist()})
    record = drain(run.train())
    assert record.accuracy == record.figures["zero_shot"]


@pytest.mark.parametrize("stop_after", [1, 2])
def test_stopped_and_without_its_nets_a_run_ends_with_the_same_records(tmp_path, stop_after):
    whole = drain(simulate(experiment(tmp_path, "whole")))
    run = experiment(tmp_path, "cut")
    for _ in range(stop_after):
        drain(run.query())
        run.annotate(run.materials.oracle.answer(run.pending.ids.tolist()))
        drain(run.train())
    run.store.close()
    for file in (tmp_path / "cut" / "nets").rglob("*.safetensors"):
        file.unlink()
    for file in (tmp_path / "cut" / "nets").rglob("complete"):
        file.unlink()
    ended = drain(simulate(reopened(tmp_path, "cut")))
    same = [replace(record, seconds=0.0) for record in ended]
    assert rounds_csv(same) == rounds_csv([replace(r, seconds=0.0) for r in whole])


def test_an_edited_sentence_changes_the_text_s_part_from_its_round_on(tmp_path):
    run = experiment(tmp_path)
    drain(run.query())
    before = run.pending.figures["zero_shot"]
    run.annotate(run.materials.oracle.answer(run.pending.ids.tolist()))
    drain(run.train())
    texts = run.store.texts.read()[1]
    swapped = (
        replace(texts.relevant[0], sentences=texts.relevant[1].sentences, source="person"),
        replace(texts.relevant[1], sentences=texts.relevant[0].sentences, source="person"),
    )
    run.store.texts.append(replace(texts, relevant=swapped), "swapped")
    drain(run.query())
    assert before > 0.5 > run.pending.figures["zero_shot"]


def test_a_class_switched_off_is_said_nothing_of(tmp_path):
    run = experiment(tmp_path)
    drain(run.query())
    texts = run.store.texts.read()[1]
    off = ClassText("dog", texts.relevant[1].sentences, enabled=False)
    run.store.texts.append(replace(texts, relevant=(texts.relevant[0], off)), "dog off")
    again = reopened(tmp_path)
    _, looked = drain(again.preview())
    np.testing.assert_array_equal(looked.arrays.classifier.text[:, 1], 0.0)


def test_an_explanation_gives_the_predicted_class_s_logit_as_parts_that_add_up(tmp_path):
    run = experiment(tmp_path, rounds=3)
    drain(simulate(run))
    for round in (1, 3):
        kept = run.store.rounds.query(round)[1].arrays
        ids = run.pool.ids[kept.row]
        for at in (0, 9, len(ids) - 1):
            told = explain_image(
                str(ids[at]), round, run.store, run.config, run.pool.ids, run.materials.cosines
            ).predicted
            assert told.logit == pytest.approx(kept.classifier.logits[at].max(), abs=1e-5)
            parts = told.factor * told.text + told.learned + told.bias
            assert parts == pytest.approx(told.logit, abs=1e-5)
            assert told.name in ("cat", "dog")
            assert f"{told.logit:.3f}" in told.sentence()
    first = explain_image(
        str(ids[0]), 1, run.store, run.config, run.pool.ids, run.materials.cosines
    ).predicted
    assert (first.learned, first.bias) == (pytest.approx(0.0), pytest.approx(0.0, abs=1e-5))


def test_without_test_images_the_held_out_classifier_starts_from_the_text_too(tmp_path):
    def interval(name, anchor):
        run = experiment(tmp_path, name, tests=0, anchor=anchor, batch_size=150)
        drain(run.query())
        run.annotate(run.materials.oracle.answer(run.pending.ids.tolist()))
        return drain(run.train()).figures

    plain, anchored = interval("plain", 0.0), interval("anchored", 3.0)
    assert anchored["accuracy_labels"] == plain["accuracy_labels"]
    assert anchored["accuracy_high"] >= plain["accuracy_high"]
    assert "zero_shot" not in anchored
