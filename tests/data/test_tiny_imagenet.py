"""Tiny-ImageNet in the layout of its authors."""

from __future__ import annotations

from pool_pictures import assert_refused, encoded, labels, reasons, write

from laser_core.data.sets.tiny_imagenet import class_names, open_tiny_imagenet
from laser_core.experiment.plan import plan
from tests.fakes import config

WORDS = "n01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane, hoist\nn99\tnot in the set\n"


def tiny(folder):
    """Three classes with a training picture each, and two pictures to validate with."""
    picture = encoded(kind="JPEG")
    annotations = "val_0.JPEG\tn03\t0\t0\t9\t9\nval_1.JPEG\tn01\t0\t0\t9\t9\n"
    files = {f"train/{number}/images/{number}_0.JPEG": picture for number in ("n02", "n01", "n03")}
    files |= {"words.txt": WORDS.encode(), "val/val_annotations.txt": annotations.encode()}
    files |= {"val/images/val_0.JPEG": picture, "test/images/test_0.JPEG": picture}
    return write(folder / "tiny-imagenet-200", files)


def test_train_is_the_pool_val_the_test_split_and_the_unlabeled_test_is_left_out(tmp_path):
    tiny(tmp_path)
    source = open_tiny_imagenet(tmp_path)
    assert labels(source) == {
        "train/n01/images/n01_0.JPEG": ("goldfish", "pool"),
        "train/n02/images/n02_0.JPEG": ("crane (n02)", "pool"),
        "train/n03/images/n03_0.JPEG": ("crane (hoist)", "pool"),
        "val/images/val_0.JPEG": ("crane (hoist)", "test"),
    }
    assert source.classes() == ["goldfish", "crane (n02)", "crane (hoist)"]
    assert source.image("val/images/val_0.JPEG").mode == "RGB"


def test_a_listed_picture_that_is_not_there_is_skipped(tmp_path):
    tiny(tmp_path)
    assert reasons(open_tiny_imagenet(tmp_path)) == {"val/images/val_1.JPEG": "no such file"}


def test_the_folder_itself_may_be_named(tmp_path):
    assert len(open_tiny_imagenet(tiny(tmp_path))) == 4


def test_two_sentences_a_class_as_in_the_paper(tmp_path):
    tiny(tmp_path)
    asked = config(
        pool="tiny-imagenet", data_root=str(tmp_path), relevant=("goldfish",), batch_size=1,
        descriptions=None, vlm="offline",
    )  # fmt: skip
    assert plan(asked, tmp_path).config.descriptions == 2


def test_no_two_classes_share_a_name():
    names = class_names(["n1", "n2", "n3"], ["n1\tcrane", "n2\tcrane, hoist", "n4\tcat"])
    assert names == {"n1": "crane (n1)", "n2": "crane (hoist)", "n3": "n3"}


def test_when_it_is_absent_the_address_and_the_place_are_said(tmp_path):
    assert_refused(
        lambda: open_tiny_imagenet(tmp_path),
        tmp_path,
        "get http://cs231n.stanford.edu/tiny-imagenet-200.zip",
        f"unpack it in {tmp_path}",
    )


def test_a_missing_part_is_said(tmp_path):
    (tiny(tmp_path) / "words.txt").unlink()
    assert_refused(lambda: open_tiny_imagenet(tmp_path), tmp_path, "words.txt", "unpack", "anew")
