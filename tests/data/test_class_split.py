"""Which classes are relevant, and smaller pools."""

from __future__ import annotations

import pytest
from PIL import Image
from pool_pictures import assert_refused

from laser_core.data.base import ImageSource, Item
from laser_core.data.class_split import limit_per_class, relevant_by_mismatch, relevant_by_name

TEN = tuple("abcdefghij")


class Named(ImageSource):
    """A source of labels alone."""

    def content_key(self, id):
        return id

    def image(self, id):
        return Image.new("RGB", (1, 1))


def source(pool: dict[str | None, int], test: dict[str, int] | None = None) -> Named:
    """Pool and test pictures by class: ids "cat 0", "cat 1" and "test cat 0"."""
    items = [Item(f"{label} {n}", label, "pool") for label, m in pool.items() for n in range(m)]
    for label, m in (test or {}).items():
        items += [Item(f"test {label} {n}", label, "test") for n in range(m)]
    return Named("my pool", items)


def test_split_0_is_the_first_classes():
    assert relevant_by_mismatch(TEN, 0.2) == ("a", "b")


@pytest.mark.parametrize(
    ("ratio", "count"), [(0.01, 1), (0.2, 2), (0.24, 2), (0.26, 3), (0.6, 6), (0.99, 9)]
)
def test_the_share_is_rounded_and_leaves_a_class_on_either_side(ratio, count):
    assert len(relevant_by_mismatch(TEN, ratio)) == count
    assert len(relevant_by_mismatch(TEN, ratio, split_seed=3)) == count


def test_other_splits_are_drawn_by_their_seed_and_keep_the_order_of_the_classes():
    splits = [relevant_by_mismatch(TEN, 0.4, seed) for seed in range(1, 9)]
    assert splits == [relevant_by_mismatch(TEN, 0.4, seed) for seed in range(1, 9)]
    assert len(set(splits)) > 5
    assert all(list(split) == sorted(split) for split in splits)


def test_more_relevant_classes_of_one_split_include_the_fewer():
    assert set(relevant_by_mismatch(TEN, 0.2, 5)) < set(relevant_by_mismatch(TEN, 0.4, 5))


@pytest.mark.parametrize("ratio", [0.0, 1.0, 20.0, -0.2, float("nan")])
def test_a_share_outside_0_and_1_explains_itself(tmp_path, ratio):
    assert_refused(
        lambda: relevant_by_mismatch(TEN, ratio),
        tmp_path,
        "the share of classes that are relevant",
        "write 20% as 0.2",
    )


def test_a_pool_with_fewer_than_two_classes_cannot_be_split(tmp_path):
    assert_refused(
        lambda: relevant_by_mismatch(["a"], 0.5), tmp_path, "1 labeled classes", "name the relevant"
    )
    assert_refused(lambda: relevant_by_mismatch(TEN, 0.5, -1), tmp_path, "split seed -1", "0 or")


def test_names_are_matched_without_case_and_marks_and_keep_the_order_given():
    pool = source({"wine glass": 1, "Maple_Tree": 1, "cat": 1})
    given = ["maple tree", "WINE-GLASS", " "]
    assert relevant_by_name(given, pool) == ("Maple_Tree", "wine glass")


def test_an_exact_name_is_preferred_to_one_that_is_alike(tmp_path):
    pool = source({"hot dog": 1, "hotdog": 1})
    assert relevant_by_name(["hotdog"], pool) == ("hotdog",)
    assert relevant_by_name(["hotdog", "hot dog"], pool) == ("hotdog", "hot dog")
    assert_refused(
        lambda: relevant_by_name(["Hot-Dog"], pool), tmp_path, "'hot dog', 'hotdog'", "spell it"
    )


def test_an_unknown_class_names_the_closest(tmp_path):
    pool = source({"airplane": 1, "automobile": 1, "bird": 1})
    assert_refused(
        lambda: relevant_by_name(["aeroplane"], pool),
        tmp_path,
        "'aeroplane' is not in the pool my pool",
        "did you mean 'airplane'?",
    )


def test_an_unknown_class_like_no_other_lists_what_is_there(tmp_path):
    pool = source({f"class {n}": 1 for n in range(30)})
    assert_refused(
        lambda: relevant_by_name(["zebra"], pool),
        tmp_path,
        "it has 'class 0', 'class 1'",
        "10 more",
    )


def test_a_class_without_a_pool_picture_is_refused(tmp_path):
    pool = source({"cat": 1}, test={"cat": 1, "dog": 1})
    assert_refused(
        lambda: relevant_by_name(["dog"], pool), tmp_path, "'dog' has no picture in the pool",
        "leave it out or add",
    )  # fmt: skip


def test_a_name_twice_or_none_is_refused(tmp_path):
    pool, unlabeled = source({"cat": 1}), source({None: 2})
    for where in (pool, unlabeled):
        assert_refused(
            lambda where=where: relevant_by_name(["cat", "Cat"], where), tmp_path, "named twice"
        )
    assert_refused(
        lambda: relevant_by_name([" ", ""], pool), tmp_path, "no relevant class is named"
    )


def test_an_unlabeled_pool_takes_any_name():
    assert relevant_by_name(["my  cat", "sofa"], source({None: 2})) == ("my cat", "sofa")


def test_a_limit_keeps_so_many_of_each_class_and_the_whole_test_split():
    whole = source({"cat": 50, "dog": 3, None: 20}, test={"cat": 9})
    small = limit_per_class(whole, 5)
    assert small.counts("pool") == {"cat": 5, "dog": 3}
    assert small.counts("test") == {"cat": 9, "dog": 0}
    assert sum(item.label is None for item in small.items) == 5


def test_the_choice_depends_on_the_seed_and_the_class_alone():
    cats = {i.id for i in limit_per_class(source({"cat": 50}), 5).items}
    beside_dogs = limit_per_class(source({"dog": 9, "cat": 50}), 5).items
    assert cats == {i.id for i in beside_dogs if i.label == "cat"}
    assert cats != {i.id for i in limit_per_class(source({"cat": 50}), 5, seed=1).items}


def test_a_limit_below_one_is_refused(tmp_path):
    assert_refused(lambda: limit_per_class(source({"cat": 1}), 0), tmp_path, "1 or more")
