import numpy as np
import pytest

from laser_core.cosines import TextCosines
from laser_core.live_scores import LiveScores
from laser_core.seeding import rng_for

OWNERS = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 2, 3, 3])  # confuser 1 has no sentence


def a_table(images=50):
    rng = rng_for(4, "cosines")
    relevant = rng.uniform(-1, 1, (4, images)).astype(np.float32)
    irrelevant = rng.uniform(-1, 1, (6, images)).astype(np.float32)
    return TextCosines(relevant, irrelevant, *OWNERS)


@pytest.mark.parametrize("aggregator", ["mean", "max", "softmax"])
@pytest.mark.parametrize("off", [(), (0,), (1,), (2, 3), (0, 2, 3)])
def test_switching_confusers_equals_computing_anew_from_their_sentences(aggregator, off):
    table = a_table()
    on = ~np.isin(np.arange(4), off)
    kept = ~np.isin(table.irrelevant_owner, off)
    anew = TextCosines(
        table.relevant, table.irrelevant[kept], OWNERS[0], table.irrelevant_owner[kept]
    )
    live = LiveScores(table).score(np.ones(3, dtype=bool), on, aggregator)
    np.testing.assert_allclose(live, anew.score(aggregator), atol=1e-6)


def test_a_class_switched_off_attracts_nothing():
    relevant = np.array([[0.9, 0.1], [0.2, 0.3]], dtype=np.float32)
    nothing = np.empty((0, 2), dtype=np.float32)
    table = TextCosines(relevant, nothing, np.array([0, 1]), np.array([], dtype=np.intp))
    score = LiveScores(table).score(np.array([False, True]), np.array([], dtype=bool))
    np.testing.assert_allclose(score, [0.2, 0.3])


def test_with_every_class_switched_off_nothing_can_be_scored():
    with pytest.raises(ValueError, match="at least one description"):
        LiveScores(a_table()).score(np.zeros(3, dtype=bool), np.ones(4, dtype=bool))
