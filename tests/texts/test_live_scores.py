from dataclasses import replace

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.texts.cosine_table import MemoryTable
from laser_core.texts.cosines import TextCosines
from laser_core.texts.descriptions import ClassText, Descriptions
from laser_core.texts.live_scores import CosineMemory, LiveScores

OWNERS = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 2, 3, 3])  # confuser 1 has no sentence


def a_table(images=50):
    rng = rng_for(4, "cosines")
    relevant = rng.uniform(-1, 1, (4, images)).astype(np.float32)
    irrelevant = rng.uniform(-1, 1, (6, images)).astype(np.float32)
    return TextCosines(relevant, irrelevant, *OWNERS)


@pytest.mark.parametrize("off", [(), (0,), (1,), (2, 3), (0, 2, 3)])
def test_switching_confusers_equals_computing_anew_from_their_sentences(off):
    table = a_table()
    on = ~np.isin(np.arange(4), off)
    kept = ~np.isin(table.irrelevant_owner, off)
    anew = TextCosines(
        table.relevant, table.irrelevant[kept], OWNERS[0], table.irrelevant_owner[kept]
    )
    live = LiveScores(table).score(np.ones(3, dtype=bool), on)
    np.testing.assert_allclose(live, anew.score(), atol=1e-6)


def test_a_class_switched_off_attracts_nothing():
    relevant = np.array([[0.9, 0.1], [0.2, 0.3]], dtype=np.float32)
    nothing = np.empty((0, 2), dtype=np.float32)
    table = TextCosines(relevant, nothing, np.array([0, 1]), np.array([], dtype=np.intp))
    score = LiveScores(table).score(np.array([False, True]), np.array([], dtype=bool))
    np.testing.assert_allclose(score, [0.2, 0.3])


def test_with_every_class_switched_off_nothing_can_be_scored():
    with pytest.raises(ValueError, match="at least one description"):
        LiveScores(a_table()).score(np.zeros(3, dtype=bool), np.ones(4, dtype=bool))


CLASSES = ("mug", "chair", "book"), ("cup", "empty", "sofa", "rule")


def some_texts():
    counts = (2, 1, 1), (3, 0, 1, 2)
    sides = [
        tuple(
            ClassText(name, tuple(f"{name} {i}" for i in range(count)))
            for name, count in zip(names, numbers, strict=True)
        )
        for names, numbers in zip(CLASSES, counts, strict=True)
    ]
    return Descriptions(*sides)


def a_memory(texts):
    """The memory of a pool of 50, and its cosines read without one."""
    rows, table = a_table(), MemoryTable(50)
    table.append(texts.relevant_texts(), rows.relevant)
    table.append(texts.confuser_texts(), rows.irrelevant)
    return CosineMemory(table), rows


def test_leaving_one_confuser_out_equals_computing_anew():
    table = a_table()
    found = dict(LiveScores(table).without_each())
    assert sorted(found) == [0, 2, 3]  # confuser 1 has no sentence
    for place, live in found.items():
        kept = table.irrelevant_owner != place
        anew = TextCosines(
            table.relevant, table.irrelevant[kept], OWNERS[0], table.irrelevant_owner[kept]
        )
        np.testing.assert_allclose(live, anew.score(), atol=1e-6)


def test_without_its_only_confuser_no_penalty_is_left():
    row = np.array([[0.5, 0.2]], dtype=np.float32)
    table = TextCosines(row, row, np.array([0]), np.array([0]))
    np.testing.assert_allclose(dict(LiveScores(table).without_each())[0], [0.5, 0.2])


def test_the_best_description_is_the_row_with_the_highest_cosine():
    table = a_table()
    best = LiveScores(table).best_description()
    np.testing.assert_array_equal(best, table.relevant.argmax(axis=0))


def test_remembered_classes_give_what_reading_every_sentence_gives():
    texts = some_texts()
    memory, rows = a_memory(texts)
    live = LiveScores(memory.reduce(texts))
    np.testing.assert_allclose(live.score(), rows.score(), atol=1e-6)
    np.testing.assert_array_equal(live.best_description(), rows.relevant.argmax(axis=0))


def test_an_edit_reads_the_sentences_of_its_own_class_alone():
    texts = some_texts()
    memory, rows = a_memory(texts)
    memory.reduce(texts)
    memory.table.append(["a big mug"], rows.relevant[:1])
    asked = []
    read = memory.table.rows
    memory.table.rows = lambda sentences, columns=None: asked.append(sentences) or read(sentences)
    mug = replace(texts.relevant[0], sentences=("mug 1", "a big mug"))
    memory.reduce(replace(texts, relevant=(mug, *texts.relevant[1:])))
    assert asked == [("mug 1", "a big mug")]


def test_what_is_switched_off_counts_for_nothing():
    texts = some_texts()
    memory, _ = a_memory(texts)
    off = replace(texts, confusers=tuple(replace(c, enabled=False) for c in texts.confusers))
    assert memory.reduce(off).means.shape == (0, 50)


def test_the_least_recently_used_class_is_forgotten_first():
    texts = some_texts()
    table = a_memory(texts)[0].table
    memory = CosineMemory(table, keep=2)
    memory.reduce(texts)
    assert [key[0] for key in memory._best] == ["chair 0", "book 0"]


def test_a_peak_is_the_highest_cosine_of_a_sentence():
    texts = some_texts()
    memory, rows = a_memory(texts)
    assert memory.peaks(texts)["chair 0"] == pytest.approx(rows.relevant[2].max())
