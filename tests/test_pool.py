import numpy as np
import pytest

from laser_core.errors import ConfigError, PoolError
from laser_core.pool import Label, LabelSpace, Pool

SPACE = LabelSpace(("cat", "dog"))
IDS = np.array(["a", "b", "c", "d"])


def pool_with(**answers: Label) -> Pool:
    pool = Pool(IDS, SPACE)
    for id, answer in answers.items():
        pool.label(id, answer)
    return pool


def test_the_irrelevant_class_has_the_index_after_the_last_relevant_one():
    assert SPACE.index(Label("irrelevant", "truck")) == SPACE.n == 2
    assert SPACE.index(Label("relevant", "dog")) == 1


def test_labels_leave_the_unlabeled_pool():
    pool = pool_with(b=Label("relevant", "cat"), c=Label("unsure"))
    assert pool.unlabeled().tolist() == ["a", "d"]


def test_unsure_and_excluded_images_train_nothing():
    pool = pool_with(
        d=Label("irrelevant"), a=Label("relevant", "dog"), b=Label("unsure"), c=Label("excluded")
    )
    ids, labels = pool.training_labels()
    assert ids.tolist() == ["a", "d"]
    assert labels.tolist() == [1, 2]


def test_names_of_irrelevant_images_are_discovered_once_in_the_order_met():
    pool = pool_with(
        c=Label("irrelevant", "truck"), a=Label("irrelevant"), b=Label("irrelevant", "truck")
    )
    assert pool.discovered_names() == ["truck"]


def test_an_unknown_image_and_an_unknown_class_are_told_by_name():
    with pytest.raises(PoolError, match="'z' is no image"):
        pool_with(z=Label("unsure"))
    with pytest.raises(PoolError, match="'bird' is no relevant class|bird is no relevant class"):
        pool_with(a=Label("relevant", "bird"))


def test_a_pool_says_where_its_images_stand_and_of_which_it_has_none():
    pool = pool_with(b=Label("unsure"))
    assert pool.positions(["d", "b"]).tolist() == [3, 1]
    with pytest.raises(PoolError, match="'z' is no image of this pool"):
        pool.positions(["a", "z"])


def test_a_run_without_a_relevant_class_is_refused():
    with pytest.raises(ConfigError, match="name at least one"):
        LabelSpace(())
