"""ResNet-18 on a pool of small coloured squares."""

from contextlib import closing

import numpy as np
import pytest
import torch
from painted import Squares

from laser_core.basics.seeding import rng_for
from laser_core.errors import ConfigError, StoreError
from laser_core.nets.device import ON_CPU, choose_device
from laser_core.nets.objectives import (
    CLASSIFIER,
    Clustered,
    CrossEntropy,
    Energy,
    Negative,
    NetSpec,
    OneVsRest,
    detector,
)
from laser_core.nets.resnet import ResNet18, build
from laser_core.progress import drain

SIZE = 8  # pixels
EPOCHS = 10
TRAIN, TEST = slice(0, 48), slice(48, 96)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Pictures this small are learned faster by one thread, on a busy computer several times."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def squares():
    return Squares(side=SIZE)


def training(squares, epochs, some=TRAIN, labels=None, n_outputs=4, seed=1, temperature=1.0):
    labels = squares.labels[some] if labels is None else labels
    learner = ResNet18(epochs, ON_CPU, size=SIZE)
    seen = squares.ids[some], labels
    return learner.train(detector(temperature), squares, *seen, n_outputs - 1, rng_for(seed))


def logits_of(net, squares):
    return drain(net.logits(squares, squares.ids[TEST]))


@pytest.fixture(scope="module")
def reports():
    return []


@pytest.fixture(scope="module")
def net(squares, reports):
    """Trained on classes 0, 1, 2 of 4."""
    return drain(training(squares, EPOCHS), reports.append)


def test_it_learns_the_colour_of_a_square(net, squares):
    right = logits_of(net, squares).argmax(axis=1) == squares.labels[TEST]
    assert right.mean() > 0.9  # guessing: a third


def test_a_class_without_an_image_has_minus_infinity(net, squares):
    logits = logits_of(net, squares)
    assert logits.dtype == np.float32
    assert (logits[:, 3] == -np.inf).all()
    assert np.isfinite(logits[:, :3]).all()


def test_a_missing_class_takes_no_part_in_the_training(squares):
    labels = np.array([0, 2] * 4)
    some = slice(0, 8)
    gap = logits_of(drain(training(squares, 1, some, labels, n_outputs=3)), squares)
    close = logits_of(drain(training(squares, 1, some, labels // 2, n_outputs=2)), squares)
    np.testing.assert_array_equal(gap[:, [0, 2]], close)
    assert (gap[:, 1] == -np.inf).all()


def test_a_picture_s_logits_do_not_depend_on_the_others_beside_it(net, squares):
    alone = drain(net.logits(squares, squares.ids[50:51]))
    np.testing.assert_allclose(alone[0], logits_of(net, squares)[2], rtol=1e-4, atol=1e-5)


def test_the_same_seed_gives_the_same_net_and_another_seed_another(squares):
    first, again, other = (
        logits_of(drain(training(squares, 1, slice(0, 16), seed=seed)), squares)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_training_neither_reads_nor_moves_the_global_generator(squares):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    drain(training(squares, 1, slice(0, 8)))
    assert torch.equal(before, torch.get_rng_state())


def test_the_report_counts_images_and_shows_how_it_learns(net, reports):
    decoding, start, *epochs = reports
    assert decoding.stage == "decoding pictures"
    assert [r.done for r in (start, *epochs)] == [48 * i for i in range(EPOCHS + 1)]
    assert {r.total for r in (start, *epochs)} == {EPOCHS * 48}
    assert epochs[0].figures["epoch"] == f"1 of {EPOCHS}"
    assert epochs[-1].figures["learning rate"] == 0.01
    assert epochs[-1].figures["loss"] < epochs[0].figures["loss"]


def test_stopped_between_two_reports_it_leaves_nothing_behind(squares):
    before = torch.are_deterministic_algorithms_enabled(), torch.get_rng_state()
    with closing(training(squares, 5, slice(0, 8))) as steps:
        next(steps)
        next(steps)  # the first epoch is over
        assert torch.are_deterministic_algorithms_enabled() == before[0]
    assert torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), before[1])


def test_one_class_alone_wins_everywhere_without_training(squares):
    net = drain(training(squares, 300, labels=np.full(48, 2)))
    np.testing.assert_array_equal(
        logits_of(net, squares), np.tile([-np.inf, -np.inf, 0.0, -np.inf], (48, 1))
    )


def test_one_image_more_than_a_batch_can_be_learned_from(squares):
    # 129 = 65 + 64: no batch of a single picture, of which 1 x 1 maps have no variance
    some = np.arange(129) % 96
    assert np.isfinite(logits_of(drain(training(squares, 1, some)), squares)[:, :3]).all()


def test_a_net_without_labels_is_a_broken_promise(squares):
    with pytest.raises(ValueError, match="at least one labeled image"):
        drain(training(squares, 1, slice(0, 0)))


def test_no_images_to_score_give_no_rows(net, squares):
    assert drain(net.logits(squares, squares.ids[:0])).shape == (0, 4)


@pytest.mark.parametrize(("side", "size"), [(28, 32), (48, 32), (49, 64), (500, 64)])
def test_small_pictures_are_seen_at_32_pixels_and_larger_ones_at_64(side, size):
    squares = Squares(n=3, side=64)
    squares.side = side
    net = drain(
        ResNet18(1, ON_CPU).train(
            CLASSIFIER, squares, squares.ids[:1], np.array([0]), 2, rng_for(1)
        )
    )
    assert squares.prepared == [size]
    assert drain(net.logits(squares, squares.ids)).shape == (3, 2)


@pytest.mark.parametrize(("size", "last_map"), [(32, 4), (64, 8), (65, 3)])
def test_small_pictures_get_a_stem_that_shrinks_nothing(size, last_map):
    """Three halvings from 32 pixels leave 4 x 4; torchvision's own stem would halve twice more."""
    model = build(10, size, seed=0).eval()
    maps = []
    model.layer4.register_forward_hook(lambda _, __, output: maps.append(output.shape))
    with torch.inference_mode():
        model(torch.zeros(1, 3, size, size))
    assert maps == [(1, 512, last_map, last_map)]


def test_the_net_for_small_pictures_has_the_size_of_the_one_that_open_set_codes_use():
    weights = {name: tuple(w.shape) for name, w in build(10, 32, seed=0).named_parameters()}
    assert weights["conv1.weight"] == (64, 3, 3, 3)
    assert sum(int(np.prod(shape)) for shape in weights.values()) == 11_173_962


def test_a_loss_that_is_no_number_says_what_to_change(squares):
    with pytest.raises(ConfigError, match=r"diverged .* temperature=1e-30; choose a temperature"):
        drain(training(squares, 3, slice(0, 16), temperature=1e-30))


def test_cuda_where_there_is_none_says_what_to_choose(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="device='cuda': PyTorch sees no CUDA device here; cho"):
        choose_device("cuda")


def test_a_saved_net_scores_as_before(net, squares, tmp_path):
    path = tmp_path / "detector.safetensors"
    net.save(path)
    loaded = ResNet18(1, ON_CPU).load(path, detector())
    np.testing.assert_array_equal(logits_of(loaded, squares), logits_of(net, squares))


def test_a_file_of_another_learner_is_an_error_that_says_what_to_do(tmp_path):
    from laser_core.nets.head import LinearNet

    path = tmp_path / "detector.safetensors"
    LinearNet(np.zeros((2, 3), np.float32), np.zeros(2, np.float32)).save(path)
    with pytest.raises(StoreError, match=r"as a resnet18 \(another kind of net wrote it\); delete"):
        ResNet18(1, ON_CPU).load(path, detector())


def test_a_net_cut_off_on_disk_is_an_error_that_says_what_to_do(net, tmp_path):
    path = tmp_path / "detector.safetensors"
    net.save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StoreError, match="trained again from the labels"):
        ResNet18(1, ON_CPU).load(path, detector())
    with pytest.raises(StoreError, match="cannot be read as a resnet18"):
        ResNet18(1, ON_CPU).load(tmp_path / "missing.safetensors", detector())


SPECS = [
    NetSpec("bald", CrossEntropy(on="relevant"), dropout=0.2, passes=3),
    NetSpec("eoal", OneVsRest()),
    NetSpec("energy", Energy()),
    NetSpec("clustered", Clustered()),
    NetSpec("negative", Negative(), snapshots=1),
]


def for_spec(squares, spec, start=None):
    """A net of two epochs: two relevant classes, the third irrelevant or unlabeled."""
    labels = squares.labels[TRAIN].copy()
    keep = np.ones(len(labels), dtype=bool)
    if spec.objective.on == "relevant":
        keep = labels < 2
    elif spec.objective.on == "labeled and pool":
        labels[labels == 2] = -1
    some = squares.ids[TRAIN][keep], labels[keep]
    learner = ResNet18(2, ON_CPU, size=SIZE)
    return drain(learner.train(spec, squares, *some, 2, rng_for(1), start=start))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_objective_trains_two_epochs_and_comes_back_from_disk(squares, spec, tmp_path):
    net = for_spec(squares, spec)
    net.save(tmp_path / "net.safetensors")
    loaded = ResNet18(2, ON_CPU, size=SIZE).load(tmp_path / "net.safetensors", spec)
    assert loaded.outputs == net.outputs
    some = squares.ids[TEST]
    for what in ("logits", "features", *({"binary"} if spec.name == "eoal" else set())):
        said = drain(net.read(what, squares, some))
        assert len(said) == 48
        assert np.isfinite(said).all()
        np.testing.assert_array_equal(drain(loaded.read(what, squares, some)), said)
    samples = drain(net.read("samples", squares, some, rng_for(2)))
    assert samples.shape == (spec.passes, 48, net.outputs)
    with pytest.raises(ValueError, match="no 'gone'"):
        drain(net.read("gone", squares, some))


def test_a_warm_start_is_another_training_and_the_same_each_time(squares):
    classifier = for_spec(squares, NetSpec("classifier", CrossEntropy(on="relevant")))
    spec, some = NetSpec("negative", Negative(), start="classifier"), squares.ids[TEST]
    cold, warm, again = (for_spec(squares, spec, net) for net in (None, classifier, classifier))
    said = [drain(net.read("features", squares, some)) for net in (cold, warm, again)]
    assert not np.allclose(said[0], said[1])
    np.testing.assert_array_equal(said[1], said[2])


def test_snapshots_answer_together_as_the_log_of_their_mean_softmax(squares):
    net, some = for_spec(squares, NetSpec("negative", Negative(), snapshots=1)), squares.ids[TEST]
    logits = drain(net.logits(squares, some))
    np.testing.assert_allclose(np.exp(logits).sum(axis=1), 1.0, atol=1e-5)
    alone = drain(for_spec(squares, NetSpec("negative", Negative())).logits(squares, some))
    assert not np.allclose(logits, alone)
