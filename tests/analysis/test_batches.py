"""Batches of one round side by side: what all asked, what one alone, how many answers it takes."""

from __future__ import annotations

import pytest

from laser_core.analysis.batches import repetitions, run_of, side_by_side
from laser_core.analysis.comparison import Group, KeptRun
from laser_core.errors import PoolError
from tests import fakes


def run(strategy: str, *batches: dict[str, int], **settings: object) -> KeptRun:
    """A run that asked these pictures, id -> label (0, 1 relevant, 2 irrelevant, -1 skipped)."""
    records = tuple(
        fakes.record(round=i, ids=tuple(b), labels=tuple(b.values()), classes=("cat", "dog"))
        for i, b in enumerate(batches, 1)
    )
    return KeptRun(strategy, fakes.config(strategy=strategy, **settings), records)


LASER = run("laser", {"a": 0, "b": 1, "c": 2})
GATED = run("gated", {"b": 1, "d": 0, "a": 0})
RANDOM = run("random", {"a": 0, "e": -1, "f": 2})


def test_two_lines_share_some_pictures_and_each_has_its_own() -> None:
    both = side_by_side([LASER, GATED], 1)
    assert [(part.by, part.ids) for part in both.parts] == [
        ((0, 1), ("a", "b")), ((0,), ("c",)), ((1,), ("d",)),
    ]  # fmt: skip
    assert [part.relevant for part in both.parts] == [(True, True), (False,), (True,)]
    assert (both.asked, both.relevant) == ((3, 3), (2, 3))


def test_three_lines_have_a_part_for_every_combination_of_them() -> None:
    three = side_by_side([LASER, GATED, RANDOM], 1)
    found = {part.by: part.ids for part in three.parts}
    assert found == {
        (0, 1, 2): ("a",), (0, 1): ("b",), (0, 2): (), (1, 2): (),
        (0,): ("c",), (1,): ("d",), (2,): ("e", "f"),
    }  # fmt: skip
    assert three.parts[-1].relevant == (None, False)


def test_a_picture_that_several_ask_is_answered_once() -> None:
    three = side_by_side([LASER, GATED, RANDOM], 1)
    assert (three.answers, three.reuses) == (6, 3)  # a to f, for nine that were asked


def test_a_round_that_one_of_them_has_not_finished_is_refused() -> None:
    longer = run("laser", {"a": 0}, {"b": 0})
    with pytest.raises(PoolError, match="round 2 is not finished by all of them; it can be 1 to 1"):
        side_by_side([longer, GATED], 2)


def test_one_line_four_lines_and_two_pools_are_refused() -> None:
    with pytest.raises(PoolError, match="choose 2 or 3"):
        side_by_side([LASER], 1)
    with pytest.raises(PoolError, match="choose 2 or 3"):
        side_by_side([LASER] * 4, 1)
    with pytest.raises(PoolError, match="different pools"):
        side_by_side([LASER, run("laser", {"a": 0}, pool="other")], 1)


def test_lines_are_held_side_by_side_on_a_split_and_seed_that_all_have() -> None:
    one = Group("a", tuple(run("laser", {"a": 0}, split_seed=s) for s in (0, 1)))
    two = Group("b", (run("random", {"a": 0}, split_seed=1),))
    assert repetitions([one, two]) == [(1, 0)]
    assert run_of(one, (1, 0)).config.split_seed == 1
    assert run_of(two, (7, 7)) is two.runs[0]
    assert repetitions([]) == []
