"""Runs side by side: what is one line, its mean and spread, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from laser_core.analysis.comparison import (
    KeptRun,
    comparison_rows,
    curve,
    find_runs,
    group_runs,
    highest_ceiling,
    obstacles,
    read_run,
    reservations,
    rows_csv,
    text_level,
)
from laser_core.config import ExperimentConfig
from laser_core.errors import StoreError
from laser_core.metrics.summary import labels_paid
from laser_core.store.store import Store
from laser_core.view import RoundRecord
from tests import fakes


def record(number: int, relevant: int, found: int, of: int = 20) -> RoundRecord:
    """A round of ten pictures; `found` of the pool's `of` relevant ones after it."""
    ids = tuple(f"p{number}-{i}" for i in range(10))
    return RoundRecord(
        round=number,
        ids=ids,
        labels=(0,) * 10,
        queried=10,
        relevant=relevant,
        precision=relevant / 10,
        ceiling=1.0,
        recall=found / of,
        accuracy=None,
        seconds=2.0,
    )


def run(name: str, *relevant: int, **settings: object) -> KeptRun:
    """A run whose rounds found so many relevant pictures each."""
    records, found = [], 0
    for number, count in enumerate(relevant, 1):
        found += count
        records.append(record(number, count, found))
    return KeptRun(name, fakes.config(**settings), tuple(records))


def test_runs_that_differ_in_seed_alone_are_one_line_with_a_spread() -> None:
    groups = group_runs([run("a", 8, 4, seed=0), run("b", 6, 6, seed=1)])
    assert [(group.name, len(group.runs)) for group in groups] == [("laser", 2)]
    line = curve(groups[0], "precision", "round")
    assert (line.x, line.mean, line.runs) == ((1.0, 2.0), (0.7, 0.5), 2)
    # the standard deviation of 0.8 and 0.6 is sqrt(2 * 0.1 ** 2 / 1)
    assert line.spread == pytest.approx((0.1414, 0.1414), abs=1e-4)


def test_a_single_run_has_no_spread() -> None:
    line = curve(group_runs([run("a", 8, 4)])[0], "recall", "labels")
    assert (line.x, line.mean, line.spread) == ((10.0, 20.0), (0.4, 0.6), (0.0, 0.0))


def test_labels_paid_are_answers_that_count_as_on_charts() -> None:
    """Twice: Compare counted the pictures asked, Charts the answers that are no "unsure"."""
    first = record(1, 6, 6)
    unsure = replace(first, labels=(-1, -1, *first.labels[2:]), queried=8)
    half = KeptRun("a", fakes.config(), (unsure, record(2, 4, 10)))
    assert curve(group_runs([half])[0], "recall", "labels").x == (8.0, 18.0)
    assert labels_paid(half.records) == [8, 18]


def test_class_splits_are_repetitions_although_their_classes_differ() -> None:
    one = run("a", 8, split_seed=1, relevant=("cat", "dog"))
    two = run("b", 6, split_seed=2, relevant=("truck", "ship"))
    assert [len(group.runs) for group in group_runs([one, two])] == [2]


def test_classes_named_by_hand_are_another_task() -> None:
    one, two = run("a", 8, relevant=("cat",)), run("b", 6, seed=1, relevant=("ship",))
    groups = group_runs([one, two])
    assert [group.name for group in groups] == ["laser (a)", "laser (b)"]
    assert "Their relevant classes differ" in obstacles(groups)[0]


def test_the_same_seed_twice_is_no_repetition() -> None:
    assert [group.name for group in group_runs([run("a", 8), run("b", 6)])] == [
        "laser (a)",
        "laser (b)",
    ]


def test_lines_of_one_setting_are_told_apart_by_the_outermost_folder_that_does_it() -> None:
    runs = [run("new/laser/seed-0", 8), run("old/laser/seed-0", 6), run("old/again/seed-0", 4)]
    assert [group.name for group in group_runs(runs)] == [
        "laser (new)",
        "laser (old/laser/seed-0)",
        "laser (old/again/seed-0)",
    ]


def test_lines_are_named_by_strategy_and_by_the_settings_that_differ() -> None:
    runs = [run("a", 8), run("b", 6, strategy="random"), run("c", 7, delta="fixed:0.3")]
    names = [group.name for group in group_runs(runs)]
    assert names == ["laser, delta=linear", "random", "laser, delta=fixed:0.3"]


def test_auto_and_the_model_it_chose_are_the_same() -> None:
    one, two = run("a", 8, vlm="auto"), run("b", 6, vlm="offline", seed=1)
    models = ("offline model", "reasoner")
    runs = [KeptRun(r.name, r.config, r.records, models) for r in (one, two)]
    assert [len(group.runs) for group in group_runs(runs)] == [2]


def test_a_run_before_its_first_round_is_no_line() -> None:
    assert group_runs([run("a")]) == []


def test_a_line_ends_where_its_first_run_ends() -> None:
    group = group_runs([run("a", 8, 4, 2, seed=0), run("b", 6, seed=1)])[0]
    assert curve(group, "precision", "round").x == (1.0,)
    assert "different numbers of rounds (1 to 3)" in reservations([group])[0]


def test_what_nobody_measured_has_no_points() -> None:
    assert curve(group_runs([run("a", 8)])[0], "accuracy", "round").x == ()


def test_each_line_has_the_ceiling_of_its_own_runs() -> None:
    """C6: one line for "a selector that never errs" from round 1 on fell below LaSeR's own."""
    # 20 relevant, 10 a round: after 2 and 4 found, 20, 18 and 14 are left
    slow = KeptRun("a", fakes.config(), (
        record(1, 2, 2), replace(record(2, 4, 6), ceiling=1.0), replace(record(3, 9, 15),
                                                                          ceiling=1.0),
    ))  # fmt: skip
    fast = KeptRun("b", fakes.config(strategy="random"), (
        record(1, 10, 10), record(2, 9, 19), replace(record(3, 1, 20), ceiling=0.1),
    ))  # fmt: skip
    groups = group_runs([slow, fast])
    assert [curve(group, "ceiling", "round").mean for group in groups] == [
        (1.0, 1.0, 1.0),
        (1.0, 1.0, 0.1),
    ]
    for group in groups:
        reached = curve(group, "precision", "labels").mean
        assert all(
            p <= c for p, c in zip(reached, curve(group, "ceiling", "labels").mean, strict=True)
        )


def test_without_true_labels_there_is_no_ceiling_to_draw() -> None:
    """C6: nobody knows how many relevant pictures are left then."""
    blind = replace(record(1, 8, 8), ceiling=None, recall=None)
    group = group_runs([KeptRun("a", fakes.config(), (blind,))])[0]
    assert curve(group, "ceiling", "round").x == ()


@pytest.mark.parametrize(
    "names",
    [
        ("one/laser/seed-0-split-0", "two/laser/seed-1-split-0"),
        ("one/laser/seed-0-split-0", "plain"),
        ("one/seed-0", "two/seed-1"),
    ],
)
def test_runs_of_different_comparisons_are_never_one_line(names: tuple[str, str]) -> None:
    """C5: each ran once, and the chart said "n = 2"."""
    groups = group_runs([run(names[0], 8, seed=0), run(names[1], 6, seed=1)])
    assert [len(group.runs) for group in groups] == [1, 1]
    assert len({group.name for group in groups}) == 2
    assert groups[0].name == "laser (one)"


def test_lines_are_named_by_settings_and_by_comparison_where_there_are_several() -> None:
    """C5: the settings are the line's name, and one knows which comparison it is of."""
    first = [run(f"first/{f}/seed-{s}", 8, seed=s, fusion=f) for f in ("raw", "zscore")
             for s in (0, 1)]  # fmt: skip
    second = [run(f"second/{f}/seed-2", 8, seed=2, fusion=f) for f in ("raw", "zscore")]
    alone = [(group.name, len(group.runs)) for group in group_runs(first)]
    assert alone == [("laser, fusion=raw", 2), ("laser, fusion=zscore", 2)]
    both = [(group.name, len(group.runs)) for group in group_runs([*first, *second])]
    assert both == [
        ("laser, fusion=raw (first)", 2),
        ("laser, fusion=zscore (first)", 2),
        ("laser, fusion=raw (second)", 1),
        ("laser, fusion=zscore (second)", 1),
    ]


def test_different_pools_and_batches_are_told() -> None:
    groups = group_runs([run("a", 8), run("b", 6, pool="cifar10", batch_size=30)])
    said = " ".join(obstacles(groups))
    assert "different pools (cifar10, demo)" in said
    assert "batches of different sizes (20, 30)" in said
    assert obstacles(group_runs([run("a", 8), run("b", 6, strategy="random")])) == []


def test_different_numbers_of_repetitions_are_told() -> None:
    runs = [run("a", 8), run("b", 7, seed=1), run("c", 6, strategy="random")]
    assert reservations(group_runs(runs)) == [
        "They were repeated differently often (laser: 2; random: 1)."
    ]


def test_the_table_has_mean_and_spread_of_every_column_and_empty_cells() -> None:
    rows = comparison_rows(group_runs([run("a", 8, 4), run("b", 6, 2, seed=1)]))
    assert rows[0]["first_precision_mean"] == pytest.approx(0.7)
    assert rows[0]["mean_precision_mean"] == pytest.approx(0.5)  # of 0.6 and 0.4
    assert rows[0]["recall_mean"] == pytest.approx(0.5)
    assert rows[0]["seconds_mean"] == 4.0
    head, line = rows_csv(rows).splitlines()
    assert head.startswith("name,runs,rounds,first_precision_mean,first_precision_sd")
    assert line.startswith("laser,2,2,0.700000,0.141421")
    assert ",,4.000000" in line  # accuracy is not known


def make(folder: Path, config: ExperimentConfig) -> None:
    store = Store.create(folder, config)
    store.rounds.append(record(1, 8, 8))
    store.close()


def test_runs_of_comparisons_are_found_three_folders_deep_and_hidden_ones_are_not(
    tmp_path: Path,
) -> None:
    make(tmp_path / "plain", fakes.config())
    make(tmp_path / "compare" / "laser" / "seed-0-split-0", fakes.config(seed=3))
    make(tmp_path / ".app" / "left-over", fakes.config())
    make(tmp_path / "a" / "b" / "c" / "too-deep", fakes.config())
    assert find_runs(tmp_path) == ["compare/laser/seed-0-split-0", "plain"]
    kept = read_run(tmp_path, "compare/laser/seed-0-split-0")
    assert (kept.config.seed, len(kept.records)) == (3, 1)


def test_a_missing_home_has_no_runs(tmp_path: Path) -> None:
    assert find_runs(tmp_path / "nowhere") == []


def test_a_damaged_run_is_told(tmp_path: Path) -> None:
    make(tmp_path / "plain", fakes.config())
    (tmp_path / "plain" / "run.db").write_bytes(b"no database")
    with pytest.raises(StoreError):
        read_run(tmp_path, "plain")


def ceilings(name: str, *values: float | None, **settings: object) -> KeptRun:
    records = [replace(record(i, 1, i), ceiling=each) for i, each in enumerate(values, 1)]
    return KeptRun(name, fakes.config(**settings), tuple(records))


def test_no_line_can_lie_above_the_highest_ceiling() -> None:
    runs = [ceilings("a", 1.0, 0.4), ceilings("b", 0.9, 0.8, 0.5, strategy="random")]
    found = highest_ceiling(group_runs(runs), "labels")
    assert found is not None
    assert (found.x, found.mean) == ((10.0, 20.0, 30.0), (1.0, 0.8, 0.5))


def test_there_is_no_ceiling_where_nobody_knows_it() -> None:
    assert highest_ceiling(group_runs([ceilings("a", None)]), "round") is None


def test_the_text_alone_is_that_before_the_first_label_of_a_line_that_knows_it() -> None:
    known = replace(record(1, 1, 1), figures={"zero_shot": 0.7})
    later = replace(record(2, 1, 2), figures={"zero_shot": 0.9})
    runs = [run("a", 5), KeptRun("b", fakes.config(strategy="random"), (known, later))]
    assert text_level(group_runs(runs)) == 0.7
    assert text_level(group_runs([run("a", 5)])) is None
