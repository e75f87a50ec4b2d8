"""Closing a round: whose answers count in precision, its ceiling and recall."""

import numpy as np
import pytest

from laser_core.experiment.evaluation import make_record
from laser_core.pool import Label, LabelSpace, Pool
from laser_core.view import Query

IDS = np.array([f"i{number}" for number in range(10)])
TRULY_RELEVANT = {"i0", "i1", "i2", "i3"}


def answered(**labels):
    """The run's labels: id -> "cat", "unsure" or "irrelevant"."""
    pool = Pool(IDS, LabelSpace(("cat",)))
    for id, said in labels.items():
        pool.label(id, Label("relevant", "cat") if said == "cat" else Label(said))
    return pool


def record(pool, *queried):
    query = Query(np.array(queried), np.zeros(len(queried)))
    return make_record(2, query, pool, TRULY_RELEVANT, {}, None, (), 0.0)


def test_precision_counts_relevant_and_irrelevant_answers_and_no_other():
    pool = answered(i0="cat", i4="irrelevant", i5="unsure")
    closed = record(pool, "i0", "i4", "i5")
    assert (closed.queried, closed.relevant, closed.precision) == (2, 1, 0.5)
    assert closed.labels == (0, 1, -1)


def test_a_round_in_which_all_were_unsure_has_no_precision():
    assert record(answered(i5="unsure"), "i5").precision is None


def test_the_ceiling_counts_relevant_images_that_were_left_before_the_query():
    # i0 was found in round 1, so 3 of the 4 relevant were left when this round asked for 4
    pool = answered(i0="cat", i1="cat", i2="cat", i4="irrelevant", i5="irrelevant")
    assert record(pool, "i1", "i2", "i4", "i5").ceiling == 0.75


def test_recall_counts_all_rounds_and_not_this_one_alone():
    pool = answered(i0="cat", i1="cat", i4="irrelevant")
    assert record(pool, "i1", "i4").recall == pytest.approx(2 / 4)
