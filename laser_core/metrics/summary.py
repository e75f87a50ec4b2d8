"""Rounds as tables: `rounds.csv`, the line a round prints, and the summary of a whole run."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.metrics.paper import ceiling
from laser_core.view import RoundRecord

COLUMNS = (
    "round",
    "queried",
    "relevant",
    "precision",
    "ceiling",
    "recall",
    "accuracy",
    "zero_shot",
    "delta",
    "delta_effective",
    "sd_vlm",
    "sd_det",
    "seconds",
)


HIDDEN = {  # figures that stand elsewhere or in no table
    "precision_vlm", "precision_det", "accuracy_low", "accuracy_high", "accuracy_labels",
}  # fmt: skip


def columns_of(records: Sequence[RoundRecord]) -> tuple[str, ...]:
    """`COLUMNS`, and before the seconds what figures the strategy of the records has of its own."""
    figures = dict.fromkeys(name for record in records for name in record.figures)
    own = [name for name in figures if name not in HIDDEN and name not in COLUMNS]
    return (*COLUMNS[:-1], *own, COLUMNS[-1])


def rounds_csv(records: Sequence[RoundRecord]) -> str:
    """The text of `rounds.csv`: six decimals, an empty cell for what nobody knows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = columns_of(records)
    writer.writerow(columns)
    for record in records:
        writer.writerow([_cell(record, column) for column in columns])
    return text.getvalue()


def _cell(record: RoundRecord, column: str) -> str:
    value = record.figures.get(column) if column in record.figures else _field(record, column)
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6f}"


def _field(record: RoundRecord, column: str) -> float | int | None:
    value: float | int | None = getattr(record, column, None)
    return value


def round_line(record: RoundRecord, rounds: int) -> str:
    """One round in one line, for a terminal."""
    parts = [
        f"round {record.round:>{len(str(rounds))}}/{rounds}",
        f"queried {record.queried}",
        f"relevant {record.relevant}",
        f"precision {_share(record.precision)} of at most {_share(record.ceiling)}",
        f"recall {_share(record.recall)}",
        f"accuracy {_share(record.accuracy)}{_beside(record.zero_shot)}",
    ]
    if "delta" in record.figures:
        share = record.figures.get("delta_effective", record.figures["delta"])
        parts.append(f"delta {record.figures['delta']:.2f} (detector's share {share:.0%})")
    parts.append(f"{record.seconds:.1f} s")
    return " | ".join(parts)


def start_line(record: RoundRecord, rounds: int) -> str:
    """Round 0, before any label, in one line; "" where nobody knows how right the text is.

    Args:
        record: of round 1, whose query knew no label yet.
        rounds: how many the run has.
    """
    known = record.zero_shot
    if known is None:
        return ""
    return (
        f"round {0:>{len(str(rounds))}}/{rounds} | queried 0 | accuracy {known:.3f} from the text "
        "alone (zero-shot)"
    )


def _beside(zero_shot: float | None) -> str:
    return "" if zero_shot is None else f" (zero-shot {zero_shot:.3f})"


def _share(value: float | None) -> str:
    return "  -  " if value is None else f"{value:.3f}"


@dataclass(frozen=True)
class Summary:
    """A run in a few numbers; None where the pool's labels or test split cannot tell.

    Args:
        first_precision: of round 1, the cold start.
        mean_precision: over the rounds.
        mean_ceiling: of a selector that never errs, over the same rounds; 0.667 for the paper's
            CIFAR-10 at 20%.
        recall: at the end.
        accuracy: at the end.
        zero_shot: the accuracy of the text alone, at the end.
        looked_at: pictures queried for each relevant one found; None before the first.
        seconds: of all rounds.
        rounds: finished ones.
    """

    first_precision: float | None
    mean_precision: float | None
    mean_ceiling: float | None
    recall: float | None
    accuracy: float | None
    seconds: float
    zero_shot: float | None = None
    looked_at: float | None = None
    rounds: int = 0


def summarise(records: Sequence[RoundRecord]) -> Summary:
    """The summary of finished rounds; all empty before the first."""
    if not records:
        return Summary(None, None, None, None, None, 0.0)
    last, found = records[-1], sum(record.relevant for record in records)
    return Summary(
        first_precision=records[0].precision,
        mean_precision=_mean([r.precision for r in records]),
        mean_ceiling=_mean(perfect_ceilings(records)),
        recall=last.recall,
        accuracy=last.accuracy,
        seconds=sum(r.seconds for r in records),
        zero_shot=last.zero_shot,
        looked_at=sum(r.queried for r in records) / found if found else None,
        rounds=len(records),
    )


def perfect_ceilings(records: Sequence[RoundRecord]) -> list[float | None]:
    """Precision that a selector which never errs would have had in each round.

    A record's own ceiling depends on what the run found before: a run that found little keeps a
    high one. This one does not, so a mean precision can be held against its mean.
    """
    first = records[0]
    if first.relevant_in_pool is not None:
        left = first.relevant_in_pool - first.given
    elif first.recall:  # a record of an earlier version
        left = round(first.relevant / first.recall)
    else:
        return [None] * len(records)
    ceilings: list[float | None] = []
    for record in records:
        asked = len(record.ids)
        ceilings.append(ceiling(left, asked))
        left = max(0, left - asked)
    return ceilings


def running_mean(values: Sequence[float | None]) -> list[float | None]:
    """The mean of each value and those before it; what is None counts nowhere."""
    means: list[float | None] = []
    total, count = 0.0, 0
    for value in values:
        if value is not None:
            total, count = total + value, count + 1
        means.append(total / count if count else None)
    return means


def labels_paid(records: Sequence[RoundRecord]) -> list[int]:
    """Answers given up to the end of each round, those that count (relevant or irrelevant)."""
    return np.cumsum([record.queried for record in records], dtype=int).tolist()


def relevant_labels(records: Sequence[RoundRecord]) -> list[int]:
    """Relevant answers up to the end of each round."""
    return np.cumsum([record.relevant for record in records], dtype=int).tolist()


def minutes_spent(records: Sequence[RoundRecord]) -> list[float]:
    """Machine time up to the end of each round, in minutes; a person's answering not counted."""
    return (np.cumsum([record.seconds for record in records]) / 60).tolist()


def mean_and_spread(values: Sequence[float | None]) -> tuple[float, float] | None:
    """(mean, standard deviation) of what repeated runs came to; the latter is 0 for one run.

    None where there is no run, or one of them cannot tell.
    """
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return statistics.fmean(known), statistics.stdev(known) if len(known) > 1 else 0.0


def summary_line(records: Sequence[RoundRecord]) -> str:
    """A run in one line, for a terminal."""
    summary = summarise(records)
    return (
        f"{len(records)} rounds in {summary.seconds:.1f} s | "
        f"precision of round 1 {_share(summary.first_precision)}, mean "
        f"{_share(summary.mean_precision)} of at most {_share(summary.mean_ceiling)} | "
        f"recall {_share(summary.recall)} | accuracy {_share(summary.accuracy)}"
        f"{_beside(summary.zero_shot)}"
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
