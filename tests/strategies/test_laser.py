import numpy as np
import pytest

from laser_core.basics.seeding import rng_for
from laser_core.config import RoundChoice
from laser_core.errors import ConfigError
from laser_core.strategies.helpers.delta import (
    DeltaSchedule,
    delta_schedule,
    scheduled_delta,
    why_no_detector,
)
from laser_core.strategies.laser import Laser
from laser_core.view import PoolView, RoundRecord

LINEAR = DeltaSchedule("linear")


def laser(**settings):
    return Laser(Laser.Settings(**settings))


def view(labels, round_index=2, logits=None, delta=None):
    cosines = np.array([[0.3, 0.1, 0.2], [0.1, 0.2, 0.1]])  # one sentence a class, three images
    signals = {
        "relevant_cosines": cosines,
        "irrelevant_cosines": np.empty((0, 3)),
        "relevant_owner": np.array([0, 1]),
        "irrelevant_owner": np.array([], dtype=int),
    }
    if logits is not None:
        signals["detector.logits"] = np.array(logits)
    ids = np.array(["a", "b", "c"])
    labeled = np.array([f"l{i}" for i in range(len(labels))])
    return PoolView(
        round_index, ids, labeled, np.array(labels), 2, signals, choice=RoundChoice(delta),
        embeddings=np.eye(3).__getitem__,
    )  # fmt: skip


ENOUGH = [0, 1, *[2] * 10]
LOGITS = [[0.0, 0.0, 5.0], [5.0, 0.0, 0.0], [0.0, 5.0, 0.0]]  # irrelevant, class 0, class 1


def test_delta_grows_by_a_tenth_a_round_and_stops_at_nine_tenths():
    deltas = [scheduled_delta(LINEAR, j, ()) for j in (1, 2, 6, 10, 14)]
    assert deltas == pytest.approx([0.0, 0.1, 0.5, 0.9, 0.9])


def test_a_fixed_delta_starts_in_round_2():
    fixed = DeltaSchedule("fixed", 0.3)
    assert [scheduled_delta(fixed, j, ()) for j in (1, 2, 9)] == [0.0, 0.3, 0.3]


def test_schedules_are_read_from_their_names():
    assert delta_schedule("linear") == DeltaSchedule("linear")
    assert delta_schedule("fixed:0.3") == DeltaSchedule("fixed", 0.3)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"delta": "fixed:2"}, "X from 0 to 1"),
        ({"delta": "cosine"}, "choose linear, precision, or fixed:X"),
        ({"temperature": 0.0}, "the paper has 0.5"),
        ({"temperature": 10.5}, "be at most 10"),
        ({"temperature": float("nan")}, "must lie above 0"),
    ],
)
def test_a_setting_that_cannot_be_says_what_is_allowed(settings, told):
    with pytest.raises(ConfigError, match=told):
        laser(**settings)


def record(**figures):
    return RoundRecord(1, (), (), 0, 0, None, None, None, None, figures)


def test_precision_based_delta_is_the_detectors_share_of_both_precisions():
    schedule = DeltaSchedule("precision")
    last = (record(precision_det=0.6, precision_vlm=0.2),)
    assert scheduled_delta(schedule, 2, last) == pytest.approx(0.75)
    nothing = (record(precision_det=0.0, precision_vlm=0.0),)
    assert scheduled_delta(schedule, 2, nothing) == 0.5


def test_round_1_is_language_alone_whatever_a_person_sets():
    parts = laser().parts(view([], round_index=1, delta=0.9))
    np.testing.assert_allclose(parts.final, [0.3, 0.2, 0.2])
    assert parts.note == ""


def test_from_round_2_on_the_detector_takes_its_share():
    parts = laser(temperature=1.0).parts(view(ENOUGH, logits=LOGITS, delta=1.0))
    assert parts.final[0] < -0.9
    assert (parts.final[1:] > 0.9).all()


def test_the_detector_is_read_at_the_temperature_of_the_run():
    # image a at T = 0.5: odds 9 : 1 : 1 for class 0, so S_det = 9/11 - 1/11; at T = 1: 3/5 - 1/5
    logits = [[np.log(3.0), 0.0, 0.0]] * 3
    sharp = laser(temperature=0.5).parts(view(ENOUGH, logits=logits, delta=1.0))
    plain = laser(temperature=1.0).parts(view(ENOUGH, logits=logits, delta=1.0))
    np.testing.assert_allclose(sharp.s_det, [8 / 11] * 3)
    np.testing.assert_allclose(plain.s_det, [2 / 5] * 3)


def test_images_of_a_class_without_a_label_keep_delta_zero():
    # class 1 has no label, so its relevant classes seen are 1 of 2: one more class would be needed
    labels = [0, *[2] * 10]
    parts = laser().parts(view(labels, logits=LOGITS, delta=0.5))
    assert "1 of 2 relevant classes" in parts.note
    np.testing.assert_allclose(parts.final, parts.s_vlm)


def test_with_three_classes_only_images_of_the_unlabeled_one_keep_delta_zero():
    given = view(ENOUGH, logits=LOGITS, delta=0.5)
    signals = dict(given.signals)
    signals["relevant_owner"] = np.array([0, 2])  # the second sentence describes class 2, unseen
    unseen = PoolView(
        2, given.unlabeled, given.labeled, np.array([0, 1, *[3] * 10]), 3, signals,
        choice=RoundChoice(0.5),
    )  # fmt: skip
    parts = laser().parts(unseen)
    # images 0 and 2 match sentence 0 best, image 1 sentence 1
    assert parts.delta.tolist() == [0.5, 0.0, 0.5]


def test_a_detector_that_counts_says_of_which_class_an_image_may_be():
    # all three match a sentence of class 0 best, but for image 1; class 2 has no label
    given = view([0, 1, *[3] * 10], logits=[[0.0, 5.0, -9.0, 0.0]] * 3, delta=0.5)
    signals = {**given.signals, "relevant_owner": np.array([0, 2])}
    three = PoolView(
        2, given.unlabeled, given.labeled, given.labels, 3, signals, choice=RoundChoice(0.5)
    )
    assert laser().parts(three).classes.tolist() == [1, 2, 1]
    alone = PoolView(
        2, given.unlabeled, given.labeled, given.labels, 3, signals, choice=RoundChoice(0.0)
    )
    assert laser().parts(alone).classes.tolist() == [0, 2, 0]


def test_few_labels_make_no_detector_and_the_reason_is_a_sentence():
    assert why_no_detector(np.array([0, 1, *[2] * 9]), 2).startswith("9 irrelevant labels")
    assert why_no_detector(np.array([0, *[2] * 10]), 2).startswith("1 of 2 relevant classes")
    assert why_no_detector(np.array([0, *[1] * 10]), 1) == ""
    assert why_no_detector(np.array(ENOUGH), 2) == ""


def test_quota_spreads_a_batch_over_descriptions_and_global_does_not():
    cosines = np.array([[0.9, 0.8, 0.7, 0.0], [0.0, 0.0, 0.0, 0.5]])
    signals = {
        "relevant_cosines": cosines,
        "irrelevant_cosines": np.empty((0, 4)),
        "relevant_owner": np.array([0, 0]),
        "irrelevant_owner": np.array([], dtype=int),
    }
    ids = np.array(["a", "b", "c", "d"])
    empty = np.array([], dtype=np.str_)
    four = PoolView(1, ids, empty, np.array([], dtype=int), 1, signals)
    quota = laser(selection="quota").select(four, 2, rng_for(0))  # 4 images: 2 batches
    highest = laser(selection="global").select(four, 2, rng_for(0))
    assert quota.ids.tolist() == ["a", "d"]
    assert highest.ids.tolist() == ["a", "b"]
    assert quota.arrays.laser.best.tolist() == [0, 0, 0, 1]


def test_without_a_detector_in_any_round_none_is_asked_for():
    assert "detector.logits" not in laser(delta="fixed:0").needs
    assert "detector.logits" in laser(delta="fixed:0.1").needs
