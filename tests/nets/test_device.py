"""Which processor computes, how, and what waits for what. None of these tests has a GPU."""

import threading
from contextlib import closing, contextmanager, nullcontext

import numpy as np
import pytest
import torch
from painted import Squares

from laser_core.basics.seeding import rng_for
from laser_core.errors import ConfigError
from laser_core.nets import make_learner
from laser_core.nets.device import ON_CPU, Compute, choose_compute, in_bf16, repeatable
from laser_core.nets.objectives import CLASSIFIER, detector
from laser_core.nets.resident import Resident
from laser_core.nets.resnet import ResNet18
from laser_core.nets.training.side_by_side import side_by_side
from laser_core.progress import Progress, drain
from tests.fakes import config


def test_a_cpu_computes_in_float32_and_repeatably_unless_told_otherwise():
    usual = choose_compute(config(device="cpu"))
    assert (usual.bf16, usual.compiler, usual.on_gpu) == (False, "", False)
    with usual.rules():
        assert torch.are_deterministic_algorithms_enabled()
    assert choose_compute(config(device="cpu", precision="bf16")).bf16
    assert choose_compute(config(device="cpu", compiled=True)).compiler == "inductor"


def test_a_gpu_may_take_the_fastest_operations_unless_the_same_numbers_are_asked_for():
    gpu = torch.device("cuda")
    for compute in (Compute(gpu), Compute(gpu, deterministic=True)):
        with compute.rules():
            assert torch.are_deterministic_algorithms_enabled() == compute.deterministic
            assert torch.backends.cudnn.deterministic == compute.deterministic
            assert torch.backends.cudnn.benchmark != compute.deterministic
        assert not torch.are_deterministic_algorithms_enabled()


def test_float32_is_meant_when_it_is_asked_for():
    assert not in_bf16("fp32", torch.device("cuda"))
    assert in_bf16("bf16", torch.device("cuda"))
    assert not in_bf16("auto", torch.device("cpu"))


def test_a_precision_that_does_not_exist_says_what_does():
    with pytest.raises(
        ConfigError, match="precision='fp16' is unknown; choose one of auto, fp32, "
    ):
        config(precision="fp16")


def test_nets_of_another_precision_are_not_found_and_those_of_another_speed_are():
    trainings = [
        make_learner(config(learner="resnet18", device="cpu", **given)).training_words
        for given in ({}, {"precision": "bf16"}, {"compiled": True}, {"deterministic": True})
    ]
    assert trainings[0] == trainings[2] == trainings[3] == "resnet18, 300 epochs, usual pixels"
    assert trainings[1] == "resnet18, 300 epochs, usual pixels, bf16"


def test_the_switch_for_repeatable_numbers_goes_back_when_the_last_one_leaves():
    before = torch.are_deterministic_algorithms_enabled()
    first, second = repeatable(), repeatable()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert torch.are_deterministic_algorithms_enabled()
    second.__exit__(None, None, None)
    assert torch.are_deterministic_algorithms_enabled() == before


# ---- pictures that stay on the device


class Asked(Squares):
    """Keeps how many pictures were read, each time."""

    def __init__(self, **given):
        super().__init__(**given)
        self.read = []

    def pixels(self, ids, size):
        self.read.append(len(ids))
        return super().pixels(ids, size)


def test_pictures_are_sent_once_and_found_on_the_device_ever_after():
    squares, resident = Asked(n=40, side=8), Resident(ON_CPU, room=10**6)
    orders = [np.arange(10), np.array([3, 3, 1]), np.array([39, 0, 25]), np.arange(40)[::-1]]
    for rows in orders:
        found = resident.take(squares, squares.ids[rows], 8)
        np.testing.assert_array_equal(found.numpy(), squares._pixels[rows])
    assert squares.read == [10, 2, 28]


def test_pictures_that_have_no_room_are_sent_each_time():
    squares = Asked(n=40, side=8)
    resident = Resident(ON_CPU, room=20 * 8 * 8 * 3)
    for rows in (np.arange(20), np.arange(40), np.arange(5, 15), np.array([30])):
        found = resident.take(squares, squares.ids[rows], 8)
        np.testing.assert_array_equal(found.numpy(), squares._pixels[rows])
    assert squares.read == [20, 40, 1]


def test_other_pictures_or_another_size_take_their_place():
    resident = Resident(ON_CPU, room=10**6)
    for squares, size in ((Asked(side=8), 8), (Asked(side=12), 8), (Asked(side=12), 12)):
        found = resident.take(squares, squares.ids[:4], size)
        np.testing.assert_array_equal(found.numpy(), squares._pixels[:4, :size, :size])
        assert squares.read == [4]


def test_nets_learn_and_score_the_same_from_pictures_that_stay():
    squares, logits = Squares(48, side=8), []
    for room in (0, 10**6):
        learner = ResNet18(1, ON_CPU, size=8)
        learner._resident = Resident(ON_CPU, room)
        net = drain(learner.train(detector(), squares, squares.ids, squares.labels, 2, rng_for(1)))
        logits.append(drain(net.logits(squares, squares.ids)))
    np.testing.assert_array_equal(*logits)


# ---- side by side


def test_nets_that_learn_side_by_side_learn_what_they_would_learn_alone():
    squares, seen = Squares(48, side=8), Squares(48, side=8).labels

    def trainings(learner):
        for seed, spec in enumerate((detector(), CLASSIFIER, detector(1.0))):
            some = seen < 2 if spec is CLASSIFIER else seen < 3
            ids = squares.ids[some]
            yield learner.train(spec, squares, ids, seen[some], 2, rng_for(seed))

    learner, state = ResNet18(2, ON_CPU, size=8), torch.get_rng_state()
    alone = drain(learner.train_all(list(trainings(learner))))
    together = drain(side_by_side(list(trainings(learner)), nullcontext))
    assert torch.equal(torch.get_rng_state(), state)
    for one, other in zip(alone, together, strict=True):
        weights = other.model.state_dict()
        for name, tensor in one.model.state_dict().items():
            assert torch.equal(tensor, weights[name])


def counting_up(to, seen=None):
    """Work that says how far it is; `seen` gets "closed" when it is closed before its end."""
    try:
        for done in range(to):
            yield Progress("counting", done, to)
    except GeneratorExit:
        if seen is not None:
            seen.append("closed")
        raise
    return to


def test_results_come_in_the_order_of_the_works_and_progress_of_all_of_them():
    reports = []
    works = [counting_up(3), counting_up(1), counting_up(2)]
    assert drain(side_by_side(works, nullcontext), reports.append) == [3, 1, 2]
    assert {report.total for report in reports} == {1, 2, 3}


def test_stopped_half_way_all_works_are_closed():
    seen = []
    with closing(side_by_side([counting_up(10**9, seen) for _ in range(2)], nullcontext)) as steps:
        next(steps)
    assert seen == ["closed", "closed"]


def test_the_error_of_one_stops_the_others_and_is_told():
    def failing():
        yield Progress("failing")
        raise ConfigError("the memory is full")

    seen = []
    with pytest.raises(ConfigError, match="the memory is full"):
        drain(side_by_side([counting_up(10**9, seen), failing()], nullcontext))
    assert seen == ["closed"]


def test_each_work_runs_within_a_place_of_its_own():
    inside = []

    @contextmanager
    def place():
        inside.append(threading.current_thread())
        yield

    drain(side_by_side([counting_up(2), counting_up(2)], place))
    assert len({*inside, threading.current_thread()}) == 3
