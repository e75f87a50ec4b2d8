"""MQ-Net: its numbers by hand."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.strategies.mqnet import MonotoneNet, inputs_of, lesson_of
from laser_core.view import Query
from tests.strategies.views import record, strategy, view

SIGNALS = {
    "classifier.logits": np.log([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]]),
    "vectors": [[1, 0], [0, 1], [0.6, 0.8]],
    "labeled_vectors": [[1, 0], [0, 1]],
}
IDS = ("a", "b", "c", "d")
KEPT = {
    "meta_inputs": np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 3.0], [4.0, 4.0]]),
    "probabilities": np.array([[0.9, 0.1], [0.5, 0.5], [0.8, 0.2], [0.6, 0.4]]),
}


def seen(labels=(0, 1, 2, -1), kept=KEPT):
    last = Query(np.array(IDS), np.zeros(4), batch=kept)
    return view(SIGNALS, [0, 2], records=[record(0.5, IDS, labels)], last=last)


def test_inputs_are_standardised_over_the_pool_and_exponentiated():
    # 1 - max p is .1, .5, .3; the cosine with the one relevant labeled image 1, 0, .6
    inputs = inputs_of(view(SIGNALS, [0, 2]))
    np.testing.assert_allclose(np.log(inputs[:, 0]), [-1.2247, 1.2247, 0], atol=1e-4)
    assert inputs[:, 1].argsort().tolist() == [1, 2, 0]


def test_an_input_without_a_spread_is_one():
    same = {**SIGNALS, "classifier.logits": np.zeros((3, 2))}
    np.testing.assert_allclose(inputs_of(view(same, [0, 2]))[:, 0], 1)


def test_without_a_relevant_label_purity_says_nothing():
    np.testing.assert_allclose(inputs_of(view(SIGNALS, [2, 2]))[:, 1], 1)


def test_the_batch_before_teaches_by_what_it_cost_to_know_it():
    inputs, target = lesson_of(seen())
    np.testing.assert_allclose(inputs, KEPT["meta_inputs"][:3])  # the fourth answer is "unsure"
    np.testing.assert_allclose(target, [-np.log(0.9), -np.log(0.5), 0])


@pytest.mark.parametrize(
    "given",
    [
        seen(kept={}),  # of another strategy
        seen((0, 1, 1, 0)),  # all relevant
        seen((2, 2, -1, 2)),  # none
        seen(kept={**KEPT, "probabilities": np.full((4, 3), 1 / 3)}),  # of other classes
        view(SIGNALS, [0, 2]),
    ],
)
def test_another_batch_teaches_nothing_and_inputs_are_added(given):
    assert lesson_of(given) is None
    scores = strategy("mqnet").score(given, rng_for(0))
    np.testing.assert_allclose(scores, inputs_of(given).sum(axis=1))


def test_a_query_keeps_what_the_next_one_learns_from():
    query = strategy("mqnet").select(seen(), 2, rng_for(0))
    assert query.figures == {"taught_by": 3.0}
    assert query.batch["meta_inputs"].shape == (2, 2)
    np.testing.assert_allclose(query.batch["probabilities"].sum(axis=1), 1)


def trained(target, steps=3000, rate=0.1):
    inputs = rng_for(3).random((20, 2))
    net = MonotoneNet(8, rng_for(4))
    net.learn(inputs, target(inputs), steps, rate, rng_for(5))
    return net


def test_its_output_never_falls_as_an_input_grows():
    net = trained(lambda x: x[:, 0] - 2 * x[:, 1])  # a lesson against the second input
    grid = np.linspace(-3, 3, 13)
    values = net.output(np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)).reshape(13, 13)
    assert (np.diff(values, axis=0) >= 0).all()
    assert (np.diff(values, axis=1) >= 0).all()


def test_it_learns_which_input_ranks_the_lesson():
    net = trained(lambda x: x[:, 0])
    one, other = (
        net.output(np.array([a, b])) for a, b in (([0, 0.5], [1, 0.5]), ([0.5, 0], [0.5, 1]))
    )
    assert one[1] - one[0] > 2 * (other[1] - other[0])


def test_equal_targets_leave_the_weights_alone():
    net, untouched = trained(lambda x: np.zeros(20)), MonotoneNet(8, rng_for(4))
    for mine, theirs in (
        (net.first, untouched.first),
        (net.bias, untouched.bias),
        (net.second, untouched.second),
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_a_step_goes_down_the_slope():
    """The gradient by hand agrees with differences."""
    net = MonotoneNet(3, rng_for(1))
    a, b, sign = rng_for(2).random((4, 2)), rng_for(3).random((4, 2)), np.array([1, -1, 1, 0.0])

    def loss():
        gap = np.maximum(1 - sign * (net.output(a) - net.output(b)), 0)
        return gap[sign != 0].mean()

    before = [array.copy() for array in (net.first, net.bias, net.second)]
    slopes = []
    for array in (net.first, net.bias, net.second):
        slope = np.zeros_like(array)
        for at in np.ndindex(array.shape):
            array[at] += 1e-6
            up = loss()
            array[at] -= 2e-6
            slope[at] = (up - loss()) / 2e-6
            array[at] += 1e-6
        slopes.append(slope)
    net._step(a, b, sign, rate=1.0)
    for array, old, slope in zip((net.first, net.bias, net.second), before, slopes, strict=True):
        np.testing.assert_allclose(old - array, slope, atol=1e-5)
