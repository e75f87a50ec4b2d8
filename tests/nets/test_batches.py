"""Order, crops, flips and normalisation of picture batches."""

import numpy as np
import pytest
import torch
from counting import Counting

from laser_core.nets.batches import (
    PADDING,
    Normalisation,
    crop_and_flip,
    draw,
    epoch_batches,
    epoch_draws,
    normalisation_of,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def cropped(pixels, generator):
    return crop_and_flip(pixels, draw(torch.arange(len(pixels)), generator))


def test_every_image_comes_once_an_epoch_in_batches_of_nearly_equal_size():
    batches = epoch_batches(300, seeded())
    assert [len(b) for b in batches] == [100, 100, 100]
    assert sorted(torch.cat(batches).tolist()) == list(range(300))


def test_no_batch_is_larger_than_128_and_none_holds_a_single_image():
    assert [len(b) for b in epoch_batches(128, seeded())] == [128]
    assert [len(b) for b in epoch_batches(129, seeded())] == [65, 64]


def test_the_order_changes_from_epoch_to_epoch_and_not_from_run_to_run():
    one, two = seeded(), seeded()
    first, second = epoch_batches(50, one)[0], epoch_batches(50, one)[0]
    assert not torch.equal(first, second)
    assert torch.equal(first, epoch_batches(50, two)[0])


def test_a_crop_is_a_window_of_the_padded_picture_mirrored_or_not():
    picture = torch.arange(1, 6 * 6 * 3 + 1, dtype=torch.uint8).reshape(6, 6, 3)
    crops = cropped(picture.repeat(64, 1, 1, 1), seeded())
    assert crops.dtype == torch.uint8
    padded = np.pad(picture.numpy(), ((PADDING, PADDING), (PADDING, PADDING), (0, 0)))
    windows = {
        padded[top : top + 6, left : left + 6][:, ::step].tobytes()
        for top in range(2 * PADDING + 1)
        for left in range(2 * PADDING + 1)
        for step in (1, -1)
    }
    found = {crop.numpy().tobytes() for crop in crops}
    assert found <= windows
    assert len(found) > 32  # of 64 draws from 162 windows


def test_a_crop_is_moved_by_up_to_4_pixels_each_way_and_half_of_all_are_mirrored():
    picture = torch.zeros((12, 12, 3), dtype=torch.uint8)
    picture[5, 5], picture[5, 6] = 100, 200  # two pixels side by side, the darker one on the left
    crops = cropped(picture.repeat(2000, 1, 1, 1), seeded())[..., 0]
    darker, brighter = ((crops == shade).nonzero()[:, 1:] for shade in (100, 200))
    assert set((5 - darker[:, 0]).tolist()) == set(range(-4, 5))
    straight = darker[:, 1] < brighter[:, 1]
    assert set((5 - darker[straight, 1]).tolist()) == set(range(-4, 5))
    assert 900 < int(straight.sum()) < 1100  # 1,000 expected, give or take 22


def test_crops_are_the_same_for_the_same_seed():
    pictures = torch.randint(0, 256, (8, 6, 6, 3), dtype=torch.uint8, generator=seeded(5))
    assert torch.equal(cropped(pictures, seeded(1)), cropped(pictures, seeded(1)))


def test_the_normalisation_is_that_of_each_channel():
    # red: 0 and 200, mean 100, deviation 100; green: 10 and 30; blue: always 7, so deviation 1
    pixels = np.array([[[[0, 10, 7], [200, 30, 7]]]], dtype=np.uint8)
    assert normalisation_of(pixels) == Normalisation((100.0, 20.0, 7.0), (100.0, 10.0, 1.0))


def test_normalised_pixels_have_channels_first_and_mean_0():
    pixels = torch.tensor([[[[0, 10, 7], [200, 30, 7]]]], dtype=torch.uint8)
    numbers = Normalisation((100.0, 20.0, 7.0), (100.0, 10.0, 1.0)).apply(pixels)
    expected = [[[[-1.0, 1.0]], [[-1.0, 1.0]], [[0.0, 0.0]]]]
    np.testing.assert_allclose(numbers.numpy(), expected)


def test_an_epoch_draws_what_its_steps_would_draw_one_after_another():
    whole = list(epoch_draws(300, seeded(7), lambda tensor: tensor, width=5, dropout=0.4))
    generator = seeded(7)
    for rows, found in zip(epoch_batches(300, generator), whole, strict=True):
        shift = torch.randint(0, 2 * PADDING + 1, (2, 100), generator=generator)
        mirrored = torch.rand(100, generator=generator) < 0.5
        left = torch.rand(100, 5, generator=generator) >= 0.4
        assert torch.equal(found.rows, rows)
        assert torch.equal(found.shift, shift)
        assert torch.equal(found.mirrored, mirrored.long())
        assert torch.equal(found.left, left.to(torch.uint8))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_an_epoch_goes_to_the_device_in_one_transfer(dropout):
    sent = []
    draws = epoch_draws(1000, seeded(), lambda tensor: sent.append(tensor) or tensor, 4, dropout)
    assert len(list(draws)) == 8
    assert len(sent) == 1


def test_without_dropout_no_features_are_left_out():
    assert next(epoch_draws(10, seeded(), lambda tensor: tensor, 4)).left is None


def test_normalisation_goes_to_the_device_once():
    numbers, pixels = Normalisation((1.0, 2.0, 4.0), (1.0, 1.0, 1.0)), torch.zeros(1, 2, 2, 3)
    with Counting() as before:
        numbers.apply(pixels.to("meta"))
    with Counting() as after:
        numbers.apply(pixels.to("meta"))
    assert before.sent == after.sent + 2  # mean and deviation
