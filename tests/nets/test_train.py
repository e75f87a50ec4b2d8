"""The training of Section 4.1, step by step against a recursion that is written out by hand."""

import numpy as np
import pytest
import torch
from counting import Counting
from painted import Squares

from laser_core.basics.seeding import rng_for
from laser_core.errors import ConfigError
from laser_core.nets import make_learner
from laser_core.nets.batches import Normalisation, crop_and_flip, epoch_draws
from laser_core.nets.device import Compute, torch_seed
from laser_core.nets.objectives import CLASSIFIER, CrossEntropy, Seen, detector
from laser_core.nets.resnet import ResNet18, build
from laser_core.nets.train import fit, sgd, step
from laser_core.nets.training.headed import Headed, ObjectiveLoss
from laser_core.progress import drain
from tests.fakes import config

AS_THEY_ARE = Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
SIDE = 12


class Biases(torch.nn.Module):
    """A net that looks at no picture: its logits are its biases, so its steps can be worked out."""

    def __init__(self, start) -> None:
        super().__init__()
        self.bias = torch.nn.Parameter(torch.tensor(start))
        self.width = SIDE

    def forward(self, images, keep=None):
        return images, {"logits": self.bias.expand(len(images), -1)}


class Watching(Biases):
    """Keeps each batch it is shown."""

    def __init__(self) -> None:
        super().__init__([0.0, 0.0])
        self.shown = []

    def forward(self, images, keep=None):
        self.shown.append(images)
        return super().forward(images)


def trained(model, labels, epochs, temperature=1.0, picture=None):
    """Reports of `fit` on as many copies of one picture as there are labels."""
    picture = torch.zeros((SIDE, SIDE, 3), dtype=torch.uint8) if picture is None else picture
    pixels = picture.repeat(len(labels), 1, 1, 1)
    reports = []
    generator = torch.Generator().manual_seed(1)
    targets, seen = torch.tensor(labels), Seen(len(model.bias), 0)
    loss = ObjectiveLoss(CrossEntropy(temperature), seen, targets, 0.0, rng_for(0))
    steps = fit(model, pixels, loss, AS_THEY_ARE, epochs, generator)
    drain(steps, reports.append)
    return reports[1:]  # the first says that training begins


def by_hand(start, labels, epochs, temperature):
    """SGD on Eq. (2), one batch an epoch: rate 0.01 halved every 60, momentum 0.9, decay 5e-4."""
    bias, velocity = np.array(start), np.zeros(len(start))
    shares = np.bincount(labels, minlength=len(start)) / len(labels)
    for epoch in range(epochs):
        powers = np.exp(bias / temperature)
        slope = (powers / powers.sum() - shares) / temperature + 5e-4 * bias
        velocity = 0.9 * velocity + slope
        bias = bias - 0.01 * 0.5 ** (epoch // 60) * velocity
    return bias


@pytest.mark.parametrize("temperature", [1.0, 0.5])
@pytest.mark.parametrize("epochs", [1, 2, 60, 150])
def test_weights_go_the_way_of_section_4_1_from_epoch_to_epoch(epochs, temperature):
    start, labels = [4.0, -3.0, 0.5], [0, 0, 1, 2]
    model = Biases(np.array(start))
    trained(model, labels, epochs, temperature)
    np.testing.assert_allclose(
        model.bias.detach().numpy(), by_hand(start, labels, epochs, temperature), rtol=1e-9
    )


def test_the_learning_rate_is_a_hundredth_and_is_halved_every_60_epochs():
    rates = [report.figures["learning rate"] for report in trained(Biases([0.0, 0.0]), [0, 1], 121)]
    assert [rates[i] for i in (0, 59, 60, 119, 120)] == [0.01, 0.01, 0.005, 0.005, 0.0025]


def test_a_net_is_shown_crops_and_mirrored_pictures_in_training():
    picture = torch.zeros((SIDE, SIDE, 3), dtype=torch.uint8)
    picture[3, 1] = 200  # one bright pixel, far on the left
    model = Watching()
    trained(model, [0, 1] * 32, 10, picture=picture)
    bright = torch.cat(model.shown)[:, 0].nonzero()[:, 1:].tolist()
    assert {row for row, _ in bright} == set(range(8))  # moved by 4 at most, as far as it is seen
    # columns 0 to 5 as it is; mirrored it starts in column 10, so 6 to 11
    assert {column for _, column in bright} == set(range(SIDE))


META = torch.device("meta")


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_step_reads_nothing_from_the_device_and_an_epoch_is_sent_there_at_once(dropout):
    """Whatever read a number, or sent one beside the epoch's draws, would fail or be counted."""
    model = Headed(build(3, 8, seed=0), {"logits": 3}, seed=0).to(META)
    compute, pixels = Compute(META), torch.zeros(300, 8, 8, 3, dtype=torch.uint8, device=META)
    targets = torch.zeros(300, dtype=torch.int64, device=META)
    loss = ObjectiveLoss(CrossEntropy(0.5), Seen(3, 0), targets, dropout, rng_for(0))
    optimiser, generator = sgd(model, compute), torch.Generator().manual_seed(0)
    numbers = Normalisation((9.0, 8.0, 7.0), (1.0, 2.0, 3.0 + dropout))
    sent = []
    for _ in range(2):
        with Counting() as counted:
            for draws in epoch_draws(300, generator, compute.send, model.width, dropout):
                images = numbers.apply(crop_and_flip(pixels[draws.rows], draws))
                step(model, optimiser, loss, images, draws)
        sent.append(counted.sent)
    assert sent == [3, 1]  # mean and deviation go along with the first epoch's draws


def test_bfloat16_learns_nearly_what_float32_does():
    """It keeps 8 bits of a number: the first loss is that of float32 but for a hundredth, the next
    one but for a twentieth. After that two trainings part, as those of two seeds do."""
    squares, losses = Squares(48, side=8), {}
    for bf16 in (False, True):
        learner, reports = ResNet18(2, Compute(torch.device("cpu"), bf16=bf16), size=8), []
        seen = squares.ids, squares.labels
        net = drain(learner.train(detector(), squares, *seen, 2, rng_for(1)), reports.append)
        losses[bf16] = [report.figures["loss"] for report in reports if report.figures]
        assert {weights.dtype for weights in net.model.parameters()} == {torch.float32}
        assert drain(net.logits(squares, squares.ids)).dtype == np.float32
    for loss, exact, most in zip(losses[True], losses[False], (0.01, 0.05), strict=True):
        assert loss == pytest.approx(exact, rel=most)
    assert losses[True] != losses[False]


class Tiny(torch.nn.Module):
    """A network that is compiled in seconds: one convolution, its mean, one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = torch.nn.Conv2d(3, 4, 3), torch.nn.Linear(4, 2)

    def forward(self, images):
        return self.fc(self.conv(images).mean(dim=(2, 3)))


def compiled(compiler):
    """Weights of a tiny trunk and head after two epochs."""
    with torch_seed(0):
        model = Headed(Tiny(), {"logits": 2}, seed=0)
    compute = Compute(torch.device("cpu"), compiler=compiler)
    model.speed_up(compute)
    pixels = torch.from_numpy(Squares(24, side=8)._pixels.copy())
    loss = ObjectiveLoss(CrossEntropy(), Seen(2, 0), torch.tensor([0, 1] * 12), 0.0, rng_for(0))
    generator = torch.Generator().manual_seed(1)
    drain(fit(model, pixels, loss, AS_THEY_ARE, 2, generator, compute=compute))
    return {name: weights.detach().numpy() for name, weights in model.named_parameters()}


def test_a_compiled_trunk_learns_what_it_would_learn_otherwise():
    expected, found = compiled(""), compiled("eager")  # traced, and run by the same operations
    assert expected.keys() == found.keys()
    for name, weights in expected.items():
        np.testing.assert_allclose(found[name], weights, rtol=1e-4, atol=1e-6)


def test_a_compiler_that_fails_is_an_error_that_says_what_to_do():
    def broken(graph, inputs):
        raise RuntimeError("no C++ compiler here")

    with pytest.raises(
        ConfigError, match=r"compiled=True: .*no C\+\+ compiler here.*; set compiled"
    ):
        compiled(broken)


def test_resnet18_trains_as_many_epochs_as_the_settings_have():
    learner = make_learner(config(learner="resnet18", epochs=2, device="cpu"))
    pictures, reports = Squares(n=4, side=32), []
    seen = pictures.ids, np.array([0, 1, 0, 1])
    steps = learner.train(CLASSIFIER, pictures, *seen, 2, rng_for(0))
    drain(steps, reports.append)
    assert reports[-1].figures["epoch"] == "2 of 2"
