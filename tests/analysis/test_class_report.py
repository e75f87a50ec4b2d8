"""What a batch asks for, class by class, and what is said of it."""

from dataclasses import replace

from laser_core.analysis.class_report import ClassShare, class_shares, found_by_class, remarks
from laser_core.analysis.ranking import next_ranking, round_ranking
from laser_core.metrics.summary import summarise
from tests.metrics.test_metrics import record


def test_a_batch_is_told_class_by_class(read_run) -> None:
    run = read_run("going")
    ranking, before = next_ranking(run), run.pool()
    shares = class_shares(ranking, before)
    assert [share.name for share in shares] == ["cat", "dog"]
    assert sum(share.asked for share in shares) == len(ranking.ids)
    labels = before.training_labels()[1]
    assert [share.labels for share in shares] == [(labels == 0).sum(), (labels == 1).sum()]
    after = [share.asked + share.labels for share in shares]
    assert abs(after[0] - after[1]) <= 1  # balanced
    assert sum(share.left for share in shares) == len(ranking.arrays.row)


def test_a_finished_round_is_told_by_what_was_asked_for_each_class(read_run) -> None:
    run = read_run("going")
    last = run.records()[0]
    found = found_by_class(round_ranking(run, 1), last)
    assert sum(asked for asked, _ in found.values()) == len(last.ids)
    assert 0 < sum(right for _, right in found.values()) <= last.relevant


def test_pictures_without_an_answer_that_counts_do_not_speak_against_a_class(read_run) -> None:
    run = read_run("going")
    last, ranking = run.records()[0], round_ranking(run, 1)
    for answered in (0, 1, 7):  # the rest unanswered, unsure or excluded: all are -1
        partly = (*last.labels[:answered], *[-1] * (len(last.labels) - answered))
        found = found_by_class(ranking, replace(last, labels=partly))
        assert sum(asked for asked, _ in found.values()) == answered


def test_a_class_that_gets_nothing_is_named_with_the_reason() -> None:
    nothing = [ClassShare("cat", 0, 30, 50), ClassShare("dog", 20, 1, 90)]
    assert remarks(nothing, {}) == [
        "cat gets none of this batch: it has 30 labels, and others have fewer or score higher"
    ]
    gone = [ClassShare("cat", 0, 30, 0), ClassShare("dog", 20, 1, 90)]
    assert remarks(gone, {}) == ["no picture is left that may be cat, so it gets none"]


def test_a_class_that_eats_the_batch_and_finds_little_is_named() -> None:
    eats = [ClassShare("cat", 15, 0, 50), ClassShare("dog", 5, 9, 90)]
    assert remarks(eats, {"cat": (10, 1), "dog": (10, 9)}) == [
        "cat takes 15 of 20 pictures, and the last round found 1 of the 10 asked for it: it may be "
        "rare here, or its sentences describe something else"
    ]
    assert remarks(eats, {"cat": (10, 2), "dog": (10, 9)}) == []  # a fifth is not little
    assert remarks(eats, {}) == []  # nothing is known before the first round
    assert remarks([ClassShare("cat", 20, 0, 50)], {"cat": (10, 0)}) == []  # the only class


def test_looked_at_is_pictures_asked_for_each_relevant_one() -> None:
    assert summarise([record(1, 20, 10, None), record(2, 20, 15, None)]).looked_at == 40 / 25
    assert summarise([record(1, 20, 0, None)]).looked_at is None
