"""A round's two nets: what each learns from, and at which temperature."""

import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.experiment.nets import KeyedShelf, RunNets
from laser_core.nets.anchor import Anchor
from laser_core.nets.head import Head
from laser_core.nets.objectives import CLASSIFIER, CrossEntropy, Negative, NetSpec, detector
from laser_core.progress import drain
from laser_core.scores import temperature_probabilities
from laser_core.strategies import make_strategy
from tests.fakes import ArrayPictures, config

LABELS = np.repeat([0, 1, 2], 20)  # cat, dog, irrelevant
IDS = np.array([f"i{i:02d}" for i in range(60)])
LEFT = IDS[:0]  # nothing is left in the pool


@pytest.fixture
def pictures():
    rows = np.eye(3, 6)[LABELS] + rng_for(4).normal(0.0, 0.6, (60, 6))
    return ArrayPictures(IDS, rows.astype(np.float32))


def run_nets(tmp_path, pictures, **settings):
    shelf = KeyedShelf(tmp_path / "nets", Head())
    return RunNets(config(**settings), Head(), pictures, shelf)


def nets_of(tmp_path, pictures, spec=detector(), anchor=None, round=1, **settings):
    nets = run_nets(tmp_path, pictures, **settings)
    return drain(nets.require((spec,), round, (IDS, LABELS), LEFT, anchor))


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "nets").iterdir())


def logits_of(net, pictures):
    return drain(net.logits(pictures, IDS)).astype(float)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_detector_is_trained_at_the_temperature_that_it_is_read_at(
    tmp_path, pictures, temperature
):
    trained = nets_of(tmp_path, pictures, detector(temperature))["detector"]
    steps = Head().train(detector(1.0), pictures, IDS, LABELS, 2, rng_for(0))  # Eq. (2) at T = 1
    # what is fitted are probabilities at T, so they are the same for any T
    np.testing.assert_allclose(
        temperature_probabilities(logits_of(trained, pictures), temperature),
        temperature_probabilities(logits_of(drain(steps), pictures), 1.0),
        atol=1e-5,
    )


def test_laser_asks_for_a_detector_at_its_own_temperature():
    spec = CrossEntropy(0.25, "labeled")
    assert [net.objective for net in make_strategy(config(temperature=0.25)).nets()] == [spec]
    assert make_strategy(config(delta="fixed:0")).nets() == ()


def test_the_classifier_learns_from_relevant_images_alone(tmp_path, pictures):
    classifier = nets_of(tmp_path, pictures)["classifier"]
    relevant = LABELS < 2
    seen = IDS[relevant], LABELS[relevant]
    alone = drain(Head().train(CLASSIFIER, pictures, *seen, 2, rng_for(0)))
    np.testing.assert_array_equal(logits_of(classifier, pictures), logits_of(alone, pictures))


def test_the_detector_has_one_output_more_for_the_irrelevant(tmp_path, pictures):
    nets = nets_of(tmp_path, pictures)
    assert logits_of(nets["detector"], pictures).shape == (60, 3)
    assert logits_of(nets["classifier"], pictures).shape == (60, 2)
    found = logits_of(nets["detector"], pictures).argmax(axis=1)
    assert (found[LABELS == 2] == 2).mean() > 0.7


def test_a_net_is_trained_once_and_then_found_in_memory_or_on_disk(tmp_path, pictures):
    nets = run_nets(tmp_path, pictures)
    first = drain(nets.require((detector(),), 1, (IDS, LABELS), LEFT))
    again = drain(nets.require((detector(),), 1, (IDS, LABELS), LEFT))
    assert again["detector"] is first["detector"]
    loaded = nets_of(tmp_path, pictures)  # a new process
    np.testing.assert_array_equal(
        logits_of(loaded["detector"], pictures), logits_of(first["detector"], pictures)
    )
    assert len(kept(tmp_path)) == 2


ANCHOR = Anchor(np.ones((2, 6), np.float32), np.zeros(2, np.float32))
CHANGES = {
    "another round": {"round": 2},
    "another seed": {"seed": 1},
    "another temperature": {"spec": detector(0.3)},
    "dropout": {"spec": NetSpec("detector", CrossEntropy(0.5), dropout=0.2)},
    "more classes": {"relevant": ("cat", "dog", "ship")},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_training_has_another_key(tmp_path, pictures, change):
    nets_of(tmp_path, pictures)
    before = set(kept(tmp_path))
    nets_of(tmp_path, pictures, **change)
    assert set(kept(tmp_path)) > before


def test_a_corrected_label_has_another_key(tmp_path, pictures):
    nets = run_nets(tmp_path, pictures)
    drain(nets.require((), 1, (IDS, LABELS), LEFT))
    corrected = LABELS.copy()
    corrected[0] = 1
    drain(nets.require((), 1, (IDS, corrected), LEFT))
    assert len(kept(tmp_path)) == 2


def test_an_edited_sentence_finds_no_stale_classifier(tmp_path, pictures):
    nets = run_nets(tmp_path, pictures)
    for anchor in (ANCHOR, ANCHOR.times(0.5), ANCHOR):
        found = drain(nets.require((), 1, (IDS, LABELS), LEFT, anchor))["classifier"]
        np.testing.assert_array_equal(found.anchor.weights, anchor.weights)
    assert len(kept(tmp_path)) == 2


def test_kept_nets_with_other_outputs_are_trained_again(tmp_path, pictures):
    """B1: nets that came from elsewhere fit the run's classes, or are made anew."""
    nets_of(tmp_path, pictures)
    wrong = drain(Head().train(detector(), pictures, IDS, LABELS, 6, rng_for(0)))
    for name in kept(tmp_path):
        wrong.save(tmp_path / "nets" / name)
    found = nets_of(tmp_path, pictures)
    assert found["detector"].outputs == 3
    assert found["classifier"].outputs == 2


@pytest.mark.parametrize("content", [b"", b"no weights"])
def test_a_damaged_file_is_trained_again_to_the_same_numbers(tmp_path, pictures, content):
    first = nets_of(tmp_path, pictures)
    for name in kept(tmp_path):
        (tmp_path / "nets" / name).write_bytes(content)
    again = nets_of(tmp_path, pictures)
    np.testing.assert_array_equal(
        logits_of(again["detector"], pictures), logits_of(first["detector"], pictures)
    )


def test_only_the_newest_round_s_nets_are_kept_and_nothing_of_the_old_scheme(tmp_path, pictures):
    nets = run_nets(tmp_path, pictures)
    old = tmp_path / "nets" / "round-001"
    old.mkdir(parents=True)
    (old / "detector.safetensors").write_bytes(b"as an earlier version kept it")
    for round in (1, 2):
        drain(nets.require((detector(),), round, (IDS, LABELS), LEFT))
    newest = set(kept(tmp_path))
    nets.keep_no_others()
    assert set(kept(tmp_path)) < newest
    assert len(kept(tmp_path)) == 2


def runs_of_a_study(tmp_path, pictures, learners):
    """One run a learner, with a folder of its own and one in common."""
    return [
        RunNets(
            config(), learner, pictures, KeyedShelf(tmp_path / str(i), learner, tmp_path / "nets")
        )
        for i, learner in enumerate(learners)
    ]


class Spoiled(Head):
    """A head that loads but cannot train."""

    def train(self, *args, **settings):
        raise AssertionError("trained once more")


def test_runs_of_a_study_train_what_they_learn_from_the_same_first_batch_once(tmp_path, pictures):
    first, second = runs_of_a_study(tmp_path, pictures, (Head(), Spoiled()))
    trained = drain(first.require((detector(),), 1, (IDS, LABELS), LEFT))
    found = drain(second.require((detector(),), 1, (IDS, LABELS), LEFT))
    for name in ("classifier", "detector"):
        np.testing.assert_array_equal(
            logits_of(trained[name], pictures), logits_of(found[name], pictures)
        )


def test_a_run_of_a_study_removes_nothing_that_another_may_want(tmp_path, pictures):
    (nets,) = runs_of_a_study(tmp_path, pictures, (Head(),))
    for round in (1, 2, 3):
        drain(nets.require((), round, (IDS, LABELS), LEFT))
        nets.keep_no_others()
    assert len(kept(tmp_path)) == 1  # that of round 1
    assert len(list((tmp_path / "0").iterdir())) == 1  # its own, of round 3


def test_nothing_is_learned_from_nothing(tmp_path, pictures):
    nets = run_nets(tmp_path, pictures)
    nobody = IDS[:0], LABELS[:0]
    assert drain(nets.require((detector(),), 0, nobody, IDS)) == {
        "classifier": None, "detector": None,
    }  # fmt: skip
    alone = drain(nets.require((), 1, nobody, IDS, ANCHOR))["classifier"]
    np.testing.assert_allclose(logits_of(alone, pictures), ANCHOR.logits(pictures.vectors(IDS)))


def test_a_net_may_look_at_the_pool(tmp_path, pictures):
    spec = NetSpec("negative", Negative(pool_share=0.5))
    labels = np.where(LABELS < 2, LABELS, 2)[:40]
    nets = run_nets(tmp_path, pictures)
    first = drain(nets.require((spec,), 1, (IDS[:40], labels), IDS[40:]))["negative"]
    other = drain(nets.require((spec,), 1, (IDS[:40], labels), IDS[50:]))["negative"]
    assert first.outputs == 2
    assert not np.array_equal(logits_of(first, pictures), logits_of(other, pictures))


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        ((detector(0.5), detector(0.6)), "two nets called 'detector'"),
        ((NetSpec("classifier", CrossEntropy(2.0)),), "two nets called 'classifier'"),
        ((NetSpec("warm", CrossEntropy(), start="gone"),), "warm starts from gone"),
    ],
)
def test_nets_that_contradict_each_other_are_a_broken_promise(tmp_path, pictures, specs, said):
    nets = run_nets(tmp_path, pictures)
    with pytest.raises(ValueError, match=said):
        drain(nets.require(specs, 1, (IDS, LABELS), LEFT))
