"""EOAL: its numbers by hand."""

import numpy as np

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import OneVsRest
from laser_core.strategies import eoal as module
from tests.strategies.views import strategy, view

NOBODY = np.empty((0, 1))


def signals(binary, features=None, irrelevant=NOBODY, logits=None):
    n = len(binary)
    return {
        "eoal.binary": binary,
        "eoal.logits": np.zeros((n, 3)) if logits is None else logits,
        "eoal.features": np.zeros((n, 1)) if features is None else features,
        "eoal.labeled.features": np.concatenate([np.zeros((2, 1)), irrelevant]),
    }


def seen(given, irrelevant=0):
    return view(given, labels=[0, 1] + [2] * irrelevant)


def test_s_k_is_the_mean_entropy_of_the_binary_heads_in_bits():
    # log odds ln 9 at T = 0.5 are q = 0.9; the second image is undecided
    lean = 0.5 * np.log(9)
    scores = strategy("eoal").score(seen(signals([[0, lean, lean, 0], [0, 0, 0, 0]])), rng_for(0))
    np.testing.assert_allclose(scores, [-0.4690, -1.0], atol=1e-4)


def test_s_u_is_the_entropy_over_the_groups_of_the_irrelevant():
    # groups at 0 and ln 3: an image at 0 has distances 0 and ln 3, softmax 3/4 and 1/4
    irrelevant = np.repeat([[0.0], [np.log(3)]], 5, axis=0)
    given = signals([[0, 0, 0, 0]] * 2, [[0.0], [np.log(3) / 2]], irrelevant)
    scores = strategy("eoal").score(seen(given, 10), rng_for(0))
    np.testing.assert_allclose(scores, [0.8113 - 1, 1.0 - 1], atol=1e-4)


def test_an_image_as_far_from_every_group_has_the_highest_s_u():
    corners = np.stack([np.cos([0, 2.0944, 4.1888]), np.sin([0, 2.0944, 4.1888])], axis=1)
    given = {
        "eoal.binary": [[0, 0, 0, 0]],
        "eoal.logits": np.zeros((1, 3)),
        "eoal.features": [[0.0, 0.0]],
        "eoal.labeled.features": np.concatenate([np.zeros((2, 2)), np.repeat(corners, 5, axis=0)]),
    }
    scores = strategy("eoal", w=1.5).score(seen(given, 15), rng_for(0))
    np.testing.assert_allclose(scores, [1.0 - 1], atol=1e-6)


def test_too_few_irrelevant_images_for_two_groups_leave_s_k_alone():
    given = signals([[0, 0, 0, 0]], irrelevant=np.arange(9.0)[:, None])
    np.testing.assert_allclose(strategy("eoal").score(seen(given, 9), rng_for(0)), [-1.0])


def asked(b):
    """Six images, surest first: 0 to 4 predicted relevant, in groups (0, 1, 2) and (3, 4)."""
    features = np.array([[1, 0], [1, 0.01], [1, 0.02], [0, 1], [0.01, 1], [-1, 0]])
    logits = [[1, 0, 0]] * 5 + [[0, 0, 1]]
    lean = np.array([9, 8, 7, 6, 5, 4.0])
    binary = np.stack([0 * lean, lean, lean, 0 * lean], axis=1)
    given = {
        "eoal.binary": binary,
        "eoal.logits": logits,
        "eoal.features": features,
        "eoal.labeled.features": np.zeros((2, 2)),
    }
    return strategy("eoal").select(seen(given), b, rng_for(0)).ids.tolist()


def test_groups_of_candidates_take_turns():
    assert asked(3) == ["u0", "u3", "u1"]


def test_few_candidates_come_first_and_the_rest_by_score():
    assert asked(6) == ["u0", "u1", "u2", "u3", "u4", "u5"]


def test_the_best_candidates_alone_are_grouped_where_they_are_very_many(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    assert asked(3) == ["u0", "u1", "u2"]  # two candidates, and the next best


def test_it_asks_for_a_net_with_its_own_settings():
    (net,) = strategy("eoal", alpha=0.5, w=2.0, temperature=1.0).nets()
    assert net.objective == OneVsRest(1.0, 0.5, 2.0)
