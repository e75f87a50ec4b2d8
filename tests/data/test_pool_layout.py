"""What folder names say of classes and splits."""

from __future__ import annotations

import pytest

from laser_core.data.folder_layout import is_litter, places, split_kind, split_roles, wrapper


def said(*paths: str) -> list[tuple[str | None, str]]:
    return [(place.label, place.word) for place in places(paths)]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("pool", ["train", "Training", "training_set", "trainset", "train2017", "pool"]),
        ("pool", ["unlabeled", "Unlabelled"]),
        ("test", ["test", "TEST", "test_set", "testset", "testing", "test data"]),
        ("validation", ["val", "valid", "validation", "eval", "dev", "held-out", "val2"]),
        (None, ["cat", "test tube", "pool table", "training shoes", "asset", "", "7", "trainer"]),
    ],
)  # fmt: skip
def test_split_names_are_known_with_endings_but_not_within_class_names(kind, names):
    assert {name: split_kind(name) for name in names} == dict.fromkeys(names, kind)


def test_classes_without_splits():
    assert said("cat/1.jpg", "dog/1.jpg") == [("cat", ""), ("dog", "")]


def test_classes_within_splits():
    paths = ("train/cat/1.jpg", "val/dog/1.jpg")
    assert said(*paths) == [("cat", "train"), ("dog", "val")]


def test_a_flat_folder_has_no_labels():
    assert said("1.jpg", "2.jpg") == [(None, ""), (None, "")]


def test_flat_splits_have_no_labels():
    assert said("train/1.jpg", "test/2.jpg") == [(None, "train"), (None, "test")]


def test_a_folder_called_unlabeled_is_no_class():
    assert said("cat/1.jpg", "unlabeled/2.jpg", "dog/3.jpg")[1] == (None, "")
    assert said("train/cat/1.jpg", "unlabeled/2.jpg")[1] == (None, "unlabeled")
    assert said("train/cat/1.jpg", "train/unlabeled/2.jpg")[1] == (None, "train")


def test_pictures_beside_class_folders_have_no_label():
    assert said("1.jpg", "cat/2.jpg", "dog/3.jpg")[0] == (None, "")


def test_deeper_folders_belong_to_the_class():
    assert said("cat/monday/am/1.jpg", "dog/1.jpg") == [("cat", ""), ("dog", "")]
    assert said("train/cat/monday/1.jpg", "test/dog/1.jpg")[0] == ("cat", "train")


def test_a_class_called_train_among_other_vehicles_is_a_class():
    assert said("train/1.jpg", "bus/1.jpg") == [("train", ""), ("bus", "")]
    assert said("train/steam/1.jpg", "bus/city/1.jpg") == [("train", ""), ("bus", "")]


def test_a_folder_beside_known_splits_is_a_split_too():
    paths = ("train/cat/1.jpg", "test/cat/1.jpg", "extra/cat/1.jpg")
    assert said(*paths)[2] == ("cat", "extra")


def test_top_folders_with_exactly_the_same_classes_are_splits_whatever_their_names():
    paths = ("a/cat/1.jpg", "a/dog/1.jpg", "b/cat/1.jpg", "b/dog/1.jpg")
    assert said(*paths) == [("cat", "a"), ("dog", "a"), ("cat", "b"), ("dog", "b")]


def test_top_folders_with_different_classes_are_classes():
    paths = ("animal/cat/1.jpg", "animal/dog/1.jpg", "tool/saw/1.jpg", "tool/axe/1.jpg")
    assert [label for label, _ in said(*paths)] == ["animal", "animal", "tool", "tool"]


def test_splits_may_lie_within_the_classes():
    paths = ("cat/train/1.jpg", "cat/test/2.jpg", "dog/train/1.jpg")
    assert said(*paths) == [("cat", "train"), ("cat", "test"), ("dog", "train")]


def test_a_split_repeated_and_a_folder_called_images_are_looked_through():
    paths = ("training_set/training_set/cat/1.jpg", "test_set/test_set/dog/1.jpg")
    assert said(*paths) == [("cat", "training_set"), ("dog", "test_set")]
    assert said("train/images/1.jpg", "test/images/1.jpg") == [(None, "train"), (None, "test")]


@pytest.mark.parametrize("name", ["train", "test", "val", "data", "images", "set", "Pictures"])
@pytest.mark.parametrize("around", ["", "data/", "images/", "my pictures/v2/"])
def test_a_class_below_a_split_may_be_called_like_a_split_or_like_nothing(name, around):
    """F1: `train/train/1.png` shows the vehicle; so do classes called test, data, images, set."""
    paths = [
        f"{around}{split}/{of}/{n}.png"
        for split in ("train", "test")
        for n, of in enumerate([name, "car"])
    ]
    assert said(*paths) == [(name, "train"), ("car", "train"), (name, "test"), ("car", "test")]


def test_a_class_called_like_its_split_is_a_class_in_a_split_where_it_stands_alone():
    """F1: the test split may hold pictures of that one class only."""
    paths = ("train/test/1.png", "train/car/1.png", "test/test/1.png", "val/data/1.png")
    assert [label for label, _ in said(*paths[:3])] == ["test", "car", "test"]
    assert said("train/data/1.png", "train/car/1.png", "val/data/2.png")[2] == ("data", "val")


def test_all_classes_may_be_called_like_splits():
    """F1: train, test and val as classes of one split, of two, and around splits."""
    one = ("train/train/1.png", "train/test/1.png", "train/val/1.png")
    assert [label for label, _ in said(*one)] == ["train", "test", "val"]
    two = ("train/train/1.png", "train/test/2.png", "test/train/3.png", "test/test/4.png")
    assert said(*two)[1:3] == [("test", "train"), ("train", "test")]
    around = ("train/train/1.png", "train/test/2.png", "bus/train/3.png", "bus/test/4.png")
    assert said(*around) == [
        ("train", "train"), ("train", "test"), ("bus", "train"), ("bus", "test"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "other", "expected"),
    [
        ("train/images/cat/1.jpg", "test/images/dog/1.jpg", ("cat", "train")),
        ("train/train/cat/1.jpg", "train/test/cat/1.jpg", ("cat", "train")),
        ("data/train/cat/1.jpg", "data/val/dog/1.jpg", ("cat", "train")),
        ("images/cat/1.jpg", "images/dog/1.jpg", ("cat", "")),
        ("training_set/training_set/cat/1.jpg", "test_set/dog/1.jpg", ("cat", "training_set")),
        ("train/n01/images/1.jpg", "val/images/1.jpg", ("n01", "train")),
        ("images/train/1.jpg", "images/val/1.jpg", (None, "train")),
    ],
)
def test_folders_that_say_nothing_are_still_looked_through(path, other, expected):
    """F1: what lies around classes in the wild is no class."""
    assert said(path, other)[0] == expected


@pytest.mark.parametrize(
    ("paths", "around"),
    [
        ([], ""),
        (["1.jpg"], ""),
        (["photos/cat/1.jpg", "photos/dog/1.jpg"], "photos/"),
        (["a/b/cat/1.jpg", "a/b/dog/1.jpg"], "a/b/"),
        (["photo1/1.jpg", "photo2/1.jpg"], ""),  # a shared beginning of the names is no folder
        (["data/train/cat/1.jpg"], "data/"),
        (["unlabeled/1.jpg"], ""),
        (["cat/1.jpg", "2.jpg"], ""),
    ],
)
def test_folders_around_everything_are_a_wrapper_but_splits_are_not(paths, around):
    assert wrapper(paths) == around


def test_hidden_files_and_what_systems_leave_behind_is_litter():
    litter = [".DS_Store", "._1.jpg", "__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir"]
    assert all(map(is_litter, litter))
    assert not any(map(is_litter, ["cat", "1.jpg", "my.photo.jpg"]))


def test_test_measures_accuracy_and_validation_is_left_out_and_that_is_said():
    roles, notes = split_roles(["train"] * 3 + ["test"] + ["val"] * 2)
    assert roles == {"train": "pool", "test": "test", "val": None}
    assert notes == (
        "the split 'val' (2 pictures) is left out, because the split 'test' measures accuracy",
    )


def test_validation_measures_accuracy_when_there_is_no_test():
    assert split_roles(["train", "valid"]) == ({"train": "pool", "valid": "test"}, ())


def test_any_other_split_is_pool():
    roles, _ = split_roles(["", "fold 1", "test", "unlabeled"])
    assert roles == {"": "pool", "fold 1": "pool", "test": "test", "unlabeled": "pool"}


def test_without_a_pool_the_splits_that_are_there_take_its_place_and_that_is_said():
    assert split_roles(["val"])[0] == {"val": "pool"}
    roles, notes = split_roles(["val", "test"])
    assert roles == {"val": "pool", "test": "test"}
    assert "the split 'val' is the pool" in notes[0]
