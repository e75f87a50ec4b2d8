import numpy as np
import pytest

from laser_core.analysis.first_query import (
    ColdStart,
    batch_difference,
    bin_edges,
    cold_start,
    figures,
    histogram,
    leave_one_out,
)
from laser_core.analysis.known import Known
from laser_core.basics.arrays import unit_rows
from laser_core.basics.seeding import rng_for
from laser_core.config import ExperimentConfig
from laser_core.selection import Images
from laser_core.strategies.laser import Labeled, Laser, Parts
from laser_core.texts.cosines import TextCosines
from laser_core.texts.live_scores import LiveScores
from laser_core.view import PoolView, random_order


def a_table(images=400):
    rng = rng_for(2, "cold")
    cosines = rng.normal(0, 0.1, (9, images)).astype(np.float32)
    return TextCosines(cosines[:4], cosines[4:], np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2, 2]))


def knowing(states):
    """1 for relevant, 0 for irrelevant, -1 for not known."""
    return Known(np.array(states) == 1, np.array(states) >= 0)


IDS = np.array([f"i{n}" for n in range(400)])
VECTORS = unit_rows(rng_for(4, "cold").normal(size=(400, 6)))
IMAGES = Images(IDS, VECTORS.__getitem__)
OWNER = np.array([0, 0, 1, 1])
SELECTIONS = ["balanced", "quota", "global"]


def started(table, config):
    return cold_start(LiveScores(table), OWNER, 2, config, IMAGES)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_cold_start_is_the_first_query_of_a_run(selection):
    config = ExperimentConfig.of(batch_size=30, selection=selection, seed=3)
    table = a_table()
    ids = IDS
    signals = {
        "relevant_cosines": table.relevant,
        "irrelevant_cosines": table.irrelevant,
        "relevant_owner": table.relevant_owner,
        "irrelevant_owner": table.irrelevant_owner,
    }
    nothing = np.array([], dtype=np.intp)
    view = PoolView(1, ids, ids[:0], nothing, 2, signals, embeddings=VECTORS.__getitem__)
    query = Laser.from_config(config).select(view, 30, rng_for(3, "query", 1))
    start = started(table, config)
    assert ids[start.rows].tolist() == query.ids.tolist()


@pytest.mark.parametrize("selection", SELECTIONS)
def test_equal_scores_are_drawn_by_the_same_lot_as_in_a_run(selection):
    config = ExperimentConfig.of(batch_size=30, seed=3, selection=selection)
    flat = a_table().relevant.round(1)  # many equal scores
    table = TextCosines(flat, flat[:0], np.array([0, 0, 1, 1]), np.array([], dtype=np.intp))
    s_vlm, best = table.score().astype(float), flat.argmax(axis=0)
    nothing = np.zeros(400)
    parts = Parts(s_vlm, nothing, best, nothing, s_vlm, OWNER[best], "")
    labeled = Labeled(np.array([], dtype=np.intp), 2, OWNER)
    laser = Laser.from_config(config)
    order = random_order(IMAGES.ids, 3)  # as the engine hands out a pool
    images = Images(IMAGES.ids[order], lambda places: IMAGES.vectors(order[places]))
    picked = laser.pick(parts.at(order), labeled, images, 30, rng_for(3, "query", 1))
    assert started(table, config).rows.tolist() == order[picked].tolist()


@pytest.mark.parametrize("selection", SELECTIONS)
def test_leaving_one_out_is_the_cold_start_without_it(selection):
    config = ExperimentConfig.of(batch_size=30, selection=selection)
    table = a_table()
    found = leave_one_out(LiveScores(table), started(table, config), OWNER, 2, config, IMAGES)
    for place, rows in found.items():
        kept = table.irrelevant_owner != place
        without = TextCosines(
            table.relevant,
            table.irrelevant[kept],
            table.relevant_owner,
            table.irrelevant_owner[kept],
        )
        anew = started(without, config)
        assert rows.tolist() == anew.rows.tolist()


def test_precision_counts_only_what_is_known():
    known = knowing([1, 1, 0, -1, -1, 1])
    told = figures(np.array([0, 2, 3]), known)
    assert (told.known, told.precision, told.recall) == (2, 0.5, 1 / 3)


def test_where_nothing_is_known_there_is_no_precision():
    told = figures(np.array([0, 1]), knowing([-1, -1, -1, -1]))
    assert (told.known, told.precision, told.recall) == (0, None, None)


def test_a_histogram_has_each_groups_shares():
    scores = np.array([0.0, 0.1, 0.9, 1.0, 0.95])
    known = knowing([0, 0, 1, 1, 0])
    shares = histogram(scores, known, np.array([0.0, 0.5, 1.0]))
    assert shares["relevant"].tolist() == [0.0, 1.0]
    np.testing.assert_allclose(shares["irrelevant"], [2 / 3, 1 / 3])
    assert "not known" not in shares


def test_edges_hold_both_versions_even_when_all_scores_are_equal():
    assert bin_edges(np.array([0.0, 1.0]), np.array([-1.0]), 2).tolist() == [-1.0, 0.0, 1.0]
    assert bin_edges(np.zeros(3), np.zeros(3), 1).tolist() == [0.0, 1.0]


def test_batches_are_compared_by_their_pictures():
    def batch(*rows):
        return ColdStart(np.zeros(9), np.zeros(9, dtype=int), np.array(rows))

    assert batch(5, 1, 2).new_rows(batch(1)).tolist() == [5, 2]


def test_two_batches_are_parted_into_only_the_first_only_the_second_and_both():
    def start(*rows):
        return ColdStart(np.zeros(9), np.zeros(9, dtype=int), np.array(rows))

    parts = batch_difference(start(5, 1, 7, 2), start(2, 8, 5, 0))
    assert parts.first.tolist() == [1, 7]
    assert parts.second.tolist() == [8, 0]
    assert parts.both.tolist() == [5, 2]
