"""A trunk with heads, trained for every objective on a pool of small coloured squares."""

import numpy as np
import pytest
import torch
from painted import Squares
from torch import nn

from laser_core.basics.seeding import rng_for
from laser_core.nets.batches import Draws, draw, epoch_draws, normalisation_of
from laser_core.nets.objectives import (
    Clustered,
    CrossEntropy,
    Energy,
    Negative,
    OneVsRest,
    Seen,
    UnknownGroups,
)
from laser_core.nets.resnet import build
from laser_core.nets.training.headed import Headed, ObjectiveLoss
from laser_core.nets.training.outputs import outputs_of
from laser_core.nets.training.snapshots import MOST, mean_logits, snapshot, snapshot_epochs

SIZE, N = 8, 2  # pixels; red and blue are relevant, green is not
OBJECTIVES = [CrossEntropy(0.5), OneVsRest(), Energy(), Negative(), Clustered()]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Pictures this small are learned faster by one thread, on a busy computer several times."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Trained:
    """Two epochs of one objective on 30 squares."""

    def __init__(self, objective, dropout=0.0, epochs=2, seed=1):
        squares = Squares(30, side=SIZE)
        labels = squares.labels.copy()
        if objective.on == "labeled and pool":
            labels[labels == N] = -1
        self.outputs = outputs_of(
            objective, labels, N, lambda rows: squares.vectors(squares.ids[rows]), rng_for(0)
        )
        pixels = squares.pixels(squares.ids, SIZE)
        self.images = normalisation_of(pixels).apply(torch.from_numpy(pixels.copy()))
        heads = objective.heads(self.outputs.seen)
        self.model = Headed(build(heads["logits"], SIZE, seed), heads, seed)
        targets = torch.from_numpy(self.outputs.targets)
        self.loss = ObjectiveLoss(objective, self.outputs.seen, targets, dropout, rng_for(2))
        self.losses = [self.epoch(torch.Generator().manual_seed(e)) for e in range(epochs)]

    def features(self, rows):
        self.model.eval()
        with torch.no_grad():
            return self.model(self.images[rows])[0]

    def epoch(self, generator):
        optimiser = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9)
        self.loss.before_epoch(self.features)
        losses = []
        width, dropout = self.model.width, self.loss.dropout
        for draws in epoch_draws(len(self.images), generator, torch.clone, width, dropout):
            self.model.train()
            optimiser.zero_grad()
            loss = self.loss(self.model, self.images[draws.rows], draws)
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        return losses

    def logits(self):
        self.model.eval()
        with torch.no_grad():
            return self.model(self.images)[1]["logits"]


def only(rows):
    """Draws of images that nothing is left out of."""
    return Draws(rows, torch.zeros(2, len(rows)), torch.zeros(len(rows)))


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: type(o).__name__)
def test_every_objective_trains_a_trunk_and_its_heads(objective):
    trained = Trained(objective, dropout=0.2, epochs=3)
    assert np.isfinite(trained.losses).all()
    assert np.mean(trained.losses[-1]) < np.mean(trained.losses[0])
    features, found = trained.model(trained.images)
    assert features.shape == (30, 512) == (30, trained.model.width)
    sizes = objective.heads(trained.outputs.seen)
    assert {head: z.shape[1] for head, z in found.items()} == sizes


def test_the_same_seed_trains_the_same_net_with_dropout_and_groups_too():
    first, second = (Trained(OneVsRest(), dropout=0.5).logits() for _ in range(2))
    assert torch.equal(first, second)


def test_eoal_looks_at_the_irrelevant_images_features_before_each_epoch():
    trained = Trained(OneVsRest(w=1.0), epochs=0)
    seen = []

    def features(rows):
        seen.append(rows.tolist())
        return trained.features(rows)

    trained.loss.before_epoch(features)
    assert seen == [list(range(2, 30, 3))]  # the green ones
    extra = trained.loss._extra
    assert isinstance(extra, UnknownGroups)
    assert len(extra.centres) == 2
    assert (extra.group >= 0).tolist() == [False, False, True] * 10


def test_an_image_keeps_its_group_wherever_it_stands_in_a_batch():
    trained = Trained(OneVsRest(), epochs=0)
    trained.loss.before_epoch(trained.features)
    trained.model.eval()
    orders = torch.arange(30), torch.randperm(30, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        losses = [trained.loss(trained.model, trained.images[rows], only(rows)) for rows in orders]
    torch.testing.assert_close(*losses)


def test_the_loss_sees_outputs_divided_by_the_temperature():
    trained = Trained(CrossEntropy(0.5), epochs=0)
    trained.model.eval()
    rows = torch.arange(30)
    with torch.no_grad():
        found = trained.loss(trained.model, trained.images, only(rows))
        targets = torch.from_numpy(trained.outputs.targets)
        expected = nn.functional.cross_entropy(trained.logits() / 0.5, targets)
    torch.testing.assert_close(found, expected)


def test_other_objectives_look_at_nothing_between_epochs():
    trained = Trained(Energy(), epochs=0)
    trained.loss.before_epoch(lambda rows: pytest.fail("no features are needed"))


def test_a_net_with_one_head_is_the_network_it_was_built_from():
    images = torch.rand(4, 3, SIZE, SIZE)
    network = build(3, SIZE, seed=5).eval()
    expected = network(images)
    headed = Headed(build(3, SIZE, seed=5), {"logits": 3}, seed=9).eval()
    torch.testing.assert_close(headed(images)[1]["logits"], expected)


def test_a_trunk_whose_last_layer_is_no_logits_head_is_refused():
    with pytest.raises(ValueError, match="fc has 3 outputs, logits 2"):
        Headed(build(3, SIZE, seed=5), {"logits": 2}, seed=0)


def test_a_warm_start_takes_the_trunk_and_no_head():
    first, second = (Headed(build(2, SIZE, seed), {"logits": 2}, seed) for seed in (1, 2))
    heads = second.heads["logits"].weight.clone()
    second.start_from(first)
    for name, weights in first.trunk.state_dict().items():
        assert torch.equal(weights, second.trunk.state_dict()[name])
    assert torch.equal(heads, second.heads["logits"].weight)
    assert not torch.equal(heads, first.heads["logits"].weight)


class Seeing(nn.Module):
    """A net that keeps what its heads' features are multiplied by."""

    def forward(self, images, keep=None):
        self.keep = keep
        return images, {"logits": images}


def test_features_are_left_out_at_the_rate_and_the_rest_counts_more():
    draws = draw(torch.arange(100), torch.Generator().manual_seed(0), 512, 0.75)
    model, targets = Seeing(), torch.zeros(100, dtype=torch.int64)
    loss = ObjectiveLoss(CrossEntropy(), Seen(2, 0), targets, 0.75, rng_for(0))
    loss(model, torch.zeros(100, 2), draws)
    assert set(model.keep.unique().tolist()) == {0.0, 4.0}
    assert float(model.keep.mean()) == pytest.approx(1.0, abs=0.05)
    assert draw(torch.arange(100), torch.Generator(), 512, 0.0).left is None


def test_snapshots_answer_with_the_mean_of_their_softmaxes():
    model = nn.Linear(1, 2, bias=False)
    inputs, snapshots = torch.ones(1, 1), []
    for odds in (1.0, 3.0):  # probabilities 1/2 and 3/4 of the first class
        with torch.no_grad():
            model.weight.copy_(torch.tensor([[odds], [1.0]]).log())
        snapshots.append(snapshot(model))
    found = mean_logits(model, snapshots, lambda: model(inputs).detach())
    torch.testing.assert_close(found.exp(), torch.tensor([[0.625, 0.375]]))


def test_a_snapshot_does_not_change_when_training_goes_on():
    model = nn.Linear(1, 1)
    kept = snapshot(model)
    with torch.no_grad():
        model.weight.add_(1.0)
    assert not torch.equal(kept["weight"], model.weight)


@pytest.mark.parametrize(
    ("every", "epochs", "expected"),
    [(0, 10, ()), (5, 10, (0, 5, 10)), (5, 12, (0, 5, 10, 12)), (5, 3, (0, 3))],
)
def test_snapshots_are_taken_each_few_epochs_and_at_the_end(every, epochs, expected):
    assert snapshot_epochs(every, epochs) == expected


def test_a_long_training_keeps_a_few_snapshots_spread_over_all_of_it():
    found = snapshot_epochs(5, 300)
    assert len(found) <= MOST
    assert found[-1] == 300
    assert len(set(np.diff(found).tolist())) == 1
