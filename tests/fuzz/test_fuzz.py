"""A few cases of every fuzzing target; many more by hand with `python -m tests.fuzz`."""

import json

import pytest

from laser_core.basics.seeding import rng_for
from laser_core.errors import PoolError
from tests.fuzz import mutate
from tests.fuzz.harness import Target, WrongReadingError, run, targets


@pytest.mark.parametrize("target", targets().values(), ids=list(targets()))
def test_spoiled_input_is_read_rightly_or_refused_in_a_sentence(target):
    report = run(target, target.short)
    assert not report.faults, report.faults[0][1]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("x"), "KeyError"),
        (WrongReadingError("cat became dog"), "wrong reading: cat became dog"),
        (PoolError(""), "without a text"),
        (PoolError("x" * 3000), "3,000 signs"),
    ],
)
def test_a_fault_is_noticed(error, told):
    def case(rng, folder):
        raise error

    report = run(Target("bad", case), 2)
    assert [number for number, _ in report.faults] == [0, 1]
    assert told in report.faults[0][1]


def test_a_case_depends_on_its_seed_and_number_alone():
    def case(rng, folder):
        return str(rng.integers(1000))

    several = run(Target("even", case), 3).outcomes
    assert several == sum(
        (run(Target("even", case), 1, 0, n).outcomes for n in range(3)), start=type(several)()
    )


def test_spoiled_json_differs_from_what_it_was_made_of():
    tree = {"ids": ["a", "b"], "more": {"x": 1.5}}
    made = {mutate.spoiled_json(json.dumps(tree), rng_for(0, n)) for n in range(40)}
    assert len(made - {json.dumps(tree)}) > 20


@pytest.mark.parametrize("n", range(6))
def test_spoiled_bytes_leave_the_beginning_alone_if_asked_to(n):
    data = bytes(range(256)) * 40
    assert mutate.spoiled_bytes(data, rng_for(n), start=100)[1][:100] == data[:100]
