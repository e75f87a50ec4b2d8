"""What good enough costs: labels that each line pays until its classifier is, and a person's time.

It answers the question that a line chart leaves open: which strategy, and what would it save me?
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from laser_core.analysis.comparison import Group, line_title
from laser_core.metrics.ranks import labels_to_reach
from laser_core.metrics.summary import labels_paid, mean_and_spread, summarise
from laser_core.store.log.replay import Answer

TARGETS = (0.99, 0.98, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)  # accuracies that a person asks for
PACE = 50  # answers that the seconds a label are the mean of, as the Label page has it
USUAL_SECONDS = 3.0  # a label, until a person's own are known
PLAIN = "random"  # the strategy that others are held against


@dataclass(frozen=True)
class Reach:
    """What one line pays until its classifier is good enough.

    Args:
        name: of the line, for a person.
        strategy: its strategy.
        labels: mean over the runs that get there, at the end of a round; None if none does.
        spread: standard deviation of the same; 0 for one run.
        reached: runs that get there.
        runs: runs whose accuracy is known.
        accuracy: mean at the end; None where nobody knows it.
        each: (class split, seed) -> labels of that run, None where it does not get there.
    """

    name: str
    strategy: str
    labels: float | None
    spread: float
    reached: int
    runs: int
    accuracy: float | None
    each: Mapping[tuple[int, int], int | None] = field(default_factory=dict)

    @property
    def sure(self) -> bool:
        """Whether all of its runs get there."""
        return self.labels is not None and self.reached == self.runs


def reaches(groups: Sequence[Group], wanted: float) -> list[Reach]:
    """Every line, those whose runs all get there first, then by labels.

    Args:
        wanted: accuracy, 0 to 1.
    """
    found = [_reach(group, wanted) for group in groups]
    return sorted(found, key=lambda one: (not one.sure, one.labels is None, one.labels or 0.0))


def _reach(group: Group, wanted: float) -> Reach:
    known = [run for run in group.runs if run.records[-1].accuracy is not None]
    each = {
        (run.config.split_seed, run.config.seed): labels_to_reach(
            labels_paid(run.records), [record.accuracy for record in run.records], wanted
        )
        for run in known
    }
    there = [float(labels) for labels in each.values() if labels is not None]
    mean, spread = mean_and_spread(there) or (None, 0.0)
    ends = mean_and_spread([run.records[-1].accuracy for run in known])
    return Reach(
        line_title(group), group.runs[0].config.strategy, mean, spread, len(there), len(known),
        ends[0] if ends else None, each,
    )  # fmt: skip


def labels_saved(one: Reach, other: Reach) -> float | None:
    """Labels that `one` needs fewer than `other`, negative where it needs more.

    The mean over the class splits and seeds in which both get there: an easy split that only one of
    them reaches decides nothing. Where they have no split and seed in common, the difference of
    their means. None where one of them does not get there.
    """
    common = one.each.keys() & other.each.keys()
    if not common:
        return None if one.labels is None or other.labels is None else other.labels - one.labels
    fewer = [
        theirs - mine
        for key in common
        if (mine := one.each[key]) is not None and (theirs := other.each[key]) is not None
    ]
    return statistics.fmean(fewer) if fewer else None


def usual_target(groups: Sequence[Group]) -> float | None:
    """The highest of `TARGETS` that at least half of the lines surely reach; None without accuracy.

    Where no target is reached by so many, the highest that any line reaches; the lowest of all
    where none does.
    """
    if all(run.records[-1].accuracy is None for group in groups for run in group.runs):
        return None
    sure = {t: sum(reach.sure for reach in reaches(groups, t)) for t in TARGETS}
    for least in (len(groups) / 2, 1):
        for target in TARGETS:
            if sure[target] >= least:
                return target
    return TARGETS[-1]


def result_sentence(groups: Sequence[Group], wanted: float | None) -> str:
    """The result as one would say it; "" where one line or none is there, or nobody knows anything.

    Args:
        wanted: accuracy, 0 to 1; None to speak of precision.
    """
    if len(groups) < 2:
        return ""
    found = [] if wanted is None else [one for one in reaches(groups, wanted) if one.runs]
    if not found or wanted is None:
        return _precision_sentence(groups)
    if not found[0].sure:
        best = max(found, key=lambda one: one.accuracy or 0.0)
        return (
            f"No line reaches {wanted:.0%} accuracy in all of its runs; {best.name} ends highest, "
            f"at {best.accuracy:.1%}."
        )
    first = [one for one in found if one.sure and one.labels == found[0].labels]
    others = [one for one in found if one not in first]
    reach = "reach" if len(first) > 1 else "reaches"
    names = _names_in_words([one.name for one in first])
    text = f"{names} {reach} {wanted:.0%} accuracy with {first[0].labels:,.0f} labels"
    return text + _against(others, len(first)) + "."


def _against(others: Sequence[Reach], first: int) -> str:
    """The other end: random where it is one of the others, else the line that needs most."""
    if not others:
        return " each" if first > 1 else ""
    plain = [one for one in others if one.strategy == PLAIN]
    other = plain[0] if plain else others[-1]
    if other.sure and other.labels is not None:
        return f", {other.name} needs {other.labels:,.0f}"
    paid = f"in {other.reached} of {other.runs} runs" if other.reached else "at all"
    return f", {other.name} does not get there {'surely: ' if other.reached else ''}{paid}"


def _precision_sentence(groups: Sequence[Group]) -> str:
    found = []
    for group in groups:
        mean = mean_and_spread([summarise(run.records).mean_precision for run in group.runs])
        if mean:
            found.append((mean[0], line_title(group)))
    if len(found) < 2:
        return ""
    found.sort(key=lambda one: -one[0])
    (most, best), (least, last) = found[0], found[-1]
    return f"{best} asks best: {most:.0%} of its pictures are relevant, of {last}'s {least:.0%}."


def _names_in_words(names: Sequence[str]) -> str:
    """Names in a sentence; of more than three the first two."""
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} others"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def minutes(labels: float, seconds: float) -> float:
    """How long a person labels, in minutes; computing is not counted.

    Args:
        labels: how many.
        seconds: for one.
    """
    return labels * seconds / 60


def own_pace(answers: Sequence[Answer]) -> float | None:
    """Seconds a label of whoever labeled by hand, the mean of the last `PACE`; None for nobody.

    Args:
        answers: that stand, in the order given; those of the oracle and of files do not count.
    """
    taken = [a.seconds for a in answers if a.source == "person" and a.seconds is not None]
    return statistics.fmean(taken[-PACE:]) if taken else None
