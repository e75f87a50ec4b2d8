"""What nets are trained for: the losses by hand, and which images and outputs they have."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from laser_core.basics.seeding import rng_for
from laser_core.nets.objectives import (
    CLASSIFIER,
    Batch,
    Clustered,
    CrossEntropy,
    Energy,
    Negative,
    NetSpec,
    OneVsRest,
    Seen,
    UnknownGroups,
    detector,
    mean_of,
    unknown_groups,
)

LN2, LN3 = np.log(2.0), np.log(3.0)


def loss(objective, seen, targets, extra=None, features=None, **outputs):
    tensors = {head: torch.tensor(z, dtype=torch.float64) for head, z in outputs.items()}
    batch = Batch(tensors, features, torch.tensor(targets), extra)
    return float(objective.loss(batch, seen))


def test_cross_entropy_of_outputs_that_are_all_equal_is_the_log_of_their_number():
    found = loss(CrossEntropy(), Seen(2, 1), [0, 2], logits=[[0, 0, 0], [5, 5, 5]])
    assert found == pytest.approx(LN3)


def test_one_vs_rest_of_a_relevant_image_costs_its_own_head_and_the_hardest_other():
    # all outputs 0: cross-entropy ln 2, and half of ln 2 (own) + ln 2 (the other head)
    found = loss(OneVsRest(), Seen(2, 0), [0], logits=[[0, 0]], binary=[[0, 0, 0, 0]])
    assert found == pytest.approx(LN2 + 0.5 * 2 * LN2)


def test_one_vs_rest_counts_the_hardest_wrong_head_alone():
    # heads of classes 1 and 2 say "of it" with log odds ln 3 and 0: q = 3/4 and 1/2
    binary = [[0, 0, 0, LN3, 0, 0]]
    found = loss(OneVsRest(), Seen(3, 0), [0], logits=[[0, 0, 0]], binary=binary)
    assert found == pytest.approx(LN3 + 0.5 * (LN2 + np.log(4)))


def test_one_vs_rest_pushes_an_irrelevant_image_towards_undecided():
    flat = loss(OneVsRest(), Seen(2, 1), [2], logits=[[0, 0, 0]], binary=[[0, 0, 0, 0]])
    assert flat == pytest.approx(LN3 + 0.5 * 0.8 * 2 * LN2)
    sure = loss(OneVsRest(), Seen(2, 1), [2], logits=[[0, 0, 0]], binary=[[0, 4, 4, 0]])
    assert sure > flat


def test_with_irrelevant_images_the_relevant_ones_count_one_minus_alpha_in_the_binary_loss():
    outputs = {"logits": [[0, 0, 0]], "binary": [[0, 0, 0, 0]]}
    found = loss(OneVsRest(alpha=0.8), Seen(2, 1), [0], **outputs)
    assert found == pytest.approx(LN3 + 0.5 * 0.2 * 2 * LN2)


def test_groups_of_features_cost_a_tenth_of_the_distances_and_of_the_tuplet_term():
    # distances 0 and 2 to the two centres, own first: 0.1 (0.1 * 0 + log(1 + exp(0 - 2)))
    groups = UnknownGroups(torch.tensor([[0.0], [2.0]]), torch.tensor([0]))
    outputs = {"logits": [[0, 0, 0]], "binary": [[0, 0, 0, 0]]}
    features = torch.tensor([[0.0]])
    without = loss(OneVsRest(), Seen(2, 1), [2], features=features, **outputs)
    found = loss(OneVsRest(), Seen(2, 1), [2], extra=groups, features=features, **outputs)
    assert found - without == pytest.approx(0.1 * np.log(1 + np.exp(-2)), abs=1e-6)


def test_a_tenth_of_the_own_distance_counts_within_that_term():
    groups = UnknownGroups(torch.tensor([[0.0], [10.0]]), torch.tensor([0]))
    found = float(groups.spread(torch.tensor([[3.0]])))  # own centre at 3, the other at 7
    assert found == pytest.approx(0.1 * 3 + np.log(1 + np.exp(3 - 7)))


def test_a_batch_without_an_irrelevant_image_has_no_term_for_their_features():
    groups = UnknownGroups(torch.tensor([[0.0], [2.0]]), torch.tensor([-1]))
    assert float(groups.spread(torch.tensor([[9.0]]))) == 0.0


def test_groups_of_an_epoch_are_of_the_irrelevant_images_alone():
    features = torch.tensor([[7.0, 7.0]] * 2 + [[0.0, 1.0]] * 5 + [[9.0, 0.0]] * 5)
    targets = torch.tensor([0, 1] + [2] * 10)
    found = OneVsRest().each_epoch(features, targets, rng_for(0))
    assert found.group[:2].tolist() == [-1, -1]
    assert sorted(found.centres.tolist()) == [[0.0, 1.0], [9.0, 0.0]]
    batch = found.at(torch.tensor([11, 0]))
    assert batch.centres[batch.group[0]].tolist() == [9.0, 0.0]


@pytest.mark.parametrize(("irrelevant", "groups"), [(0, 0), (9, 0), (10, 2), (16, 3), (900, 8)])
def test_irrelevant_groups_have_five_images_on_the_average_or_there_are_none(irrelevant, groups):
    assert unknown_groups(1.0, 8, irrelevant) == groups


def test_negative_learning_expects_the_classes_that_an_image_is_not():
    logits = np.log([[0.5, 0.3, 0.2]])
    labeled = loss(Negative(), Seen(3, 0), [0], logits=logits)
    assert labeled == pytest.approx(-(np.log(0.7) + np.log(0.8)) / 2)  # 0.2899
    unlabeled = loss(Negative(), Seen(3, 0), [-1], logits=logits)
    assert unlabeled == pytest.approx(-(np.log(0.5) + np.log(0.7) + np.log(0.8)) / 3)  # 0.4243
    both = loss(Negative(), Seen(3, 0), [0, -1], logits=np.repeat(logits, 2, axis=0))
    assert both == pytest.approx((labeled + unlabeled) / 2)


def test_negative_learning_of_a_sure_net_stays_finite():
    assert np.isfinite(loss(Negative(), Seen(2, 0), [1, -1], logits=[[90.0, 0.0]] * 2))


def test_a_single_class_has_no_class_that_an_image_is_not():
    assert loss(Negative(), Seen(1, 0), [0], logits=[[0.0]]) == 0.0


def test_energy_of_a_relevant_image_is_pushed_below_its_margin():
    # -log-sum-exp of two zeros is -ln 2, 25 - ln 2 above the margin
    found = loss(Energy(), Seen(2, 1), [0], logits=[[0, 0, 0]])
    assert found == pytest.approx(LN3 + 0.01 * (25 - LN2) ** 2)  # 7.007


def test_energy_of_an_irrelevant_image_is_pushed_above_its_margin():
    low = loss(Energy(), Seen(2, 1), [2], logits=[[9, 9, 9]])  # energy -9 - ln 2
    assert low == pytest.approx(LN3 + 0.01 * (2 + LN2) ** 2)
    assert loss(Energy(), Seen(2, 1), [2], logits=[[0, 0, 0]]) == pytest.approx(LN3)


def test_without_an_irrelevant_image_energy_is_cross_entropy_alone():
    assert loss(Energy(), Seen(2, 0), [0, 1], logits=[[0, 0]] * 2) == pytest.approx(LN2)


@pytest.mark.parametrize("objective", [OneVsRest(), Energy()])
def test_a_small_batch_of_one_kind_has_a_finite_loss(objective):
    for target in (0, 2):
        outputs = {"logits": [[1.0, 0, 0]], "binary": [[0.0, 1, 1, 0]]}
        assert np.isfinite(loss(objective, Seen(2, 1), [target], **outputs))


def test_a_mean_counts_what_is_marked_and_is_zero_where_nothing_is():
    costs = torch.tensor([1.0, 5.0, 3.0])
    assert float(mean_of(costs, torch.tensor([True, False, True]))) == 2.0
    assert float(mean_of(costs, torch.zeros(3, dtype=torch.bool))) == 0.0


@pytest.mark.parametrize(
    "objective", [CrossEntropy(), OneVsRest(), Energy(), Negative(), Clustered()]
)
def test_a_loss_reads_no_number_from_the_device(objective):
    # tensors of this device have a shape and no numbers: to ask for one fails
    with torch.device("meta"):
        outputs = {head: torch.empty(4, k) for head, k in objective.heads(Seen(3, 1)).items()}
        groups = UnknownGroups(torch.empty(2, 5), torch.empty(4, dtype=torch.int64))
        batch = Batch(outputs, torch.empty(4, 5), torch.empty(4, dtype=torch.int64), groups)
    assert objective.loss(batch, Seen(3, 1)).shape == ()


def test_that_test_would_notice_a_mask():
    with torch.device("meta"):
        costs, marked = torch.empty(4), torch.empty(4, dtype=torch.bool)
    with pytest.raises((RuntimeError, NotImplementedError)):
        costs[marked].mean()


def test_unknown_groups_are_k_means_of_the_vectors_with_five_in_each():
    vectors = np.repeat(np.eye(3), 5, axis=0)
    group = Clustered().split_unknown(vectors, rng_for(0))
    assert len(set(group.tolist())) == 3
    assert all(len(set(group[i : i + 5].tolist())) == 1 for i in (0, 5, 10))


@pytest.mark.parametrize("count", [1, 9])
def test_few_irrelevant_images_are_one_group(count):
    assert set(Clustered().split_unknown(np.eye(count), rng_for(0)).tolist()) == {0}


def test_copies_leave_no_group_without_an_image():
    group = Clustered(groups=4).split_unknown(np.ones((40, 3)), rng_for(0))
    assert sorted(set(group.tolist())) == list(range(len(set(group.tolist()))))


@pytest.mark.parametrize(("pool", "drawn"), [(3, 0), (400, 100), (50_000, 5000)])
def test_negative_learning_draws_a_quarter_of_the_pool_and_no_more_than_was_published(pool, drawn):
    assert Negative().from_pool(pool) == drawn


def test_other_objectives_draw_nothing_from_the_pool():
    assert {o.from_pool(400) for o in (CrossEntropy(), OneVsRest(), Energy(), Clustered())} == {0}


def test_a_changed_number_or_version_is_another_training(monkeypatch):
    spec = NetSpec("energy", Energy())
    others = [
        replace(spec, objective=Energy(inside=-24.0)),
        replace(spec, name="other"),
        replace(spec, dropout=0.5),
        replace(spec, start="classifier"),
        replace(spec, snapshots=5),
    ]
    assert len({s.training_words for s in (spec, *others)}) == 6
    assert (
        replace(spec, passes=99).training_words == spec.training_words
    )  # passes are read, not trained
    before = spec.training_words
    monkeypatch.setattr(Energy, "version", Energy.version + 1)
    assert spec.training_words != before


def test_laser_and_lfosa_ask_for_the_same_detector():
    assert detector(0.5) == detector()
    assert detector(0.5).training_words != detector(1.0).training_words
    assert CLASSIFIER.objective.on == "relevant"


def test_naming_an_objective_imports_no_torch():
    code = (
        "import sys; from laser_core.nets.objectives import OneVsRest, NetSpec; "
        "NetSpec('eoal', OneVsRest()).training_words; print('torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_that_test_would_notice():
    code = "import sys, laser_core.nets.training.headed; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "True"
