"""Results of a study made by hand: two lines, two splits, numbers that a reader can check."""

from laser_core.analysis.comparison import KeptRun
from laser_core.studies.cells import Line, Part, Place, Study
from laser_core.studies.report.results import Result, Results
from laser_core.view import RoundRecord
from tests.fakes import config

PLACE = Place("pool-20", {"pool": "demo"})
LASER, RANDOM = Line("LaSeR", {"strategy": "laser"}), Line("Random", {"strategy": "random"})
WHOLE = Line("all labels", {"strategy": "random"}, whole=True)
LINES = (LASER, RANDOM, WHOLE)
# line, split -> accuracy and relevant of each round of ten
MADE = {
    ("LaSeR", 0): ((0.80, 8), (0.92, 6)),
    ("LaSeR", 1): ((0.60, 6), (0.80, 10)),
    ("Random", 0): ((0.50, 2), (0.90, 2)),
    ("Random", 1): ((0.70, 4), (0.90, 2)),
    ("all labels", 0): ((1.00, 20),),
    ("all labels", 1): ((1.00, 20),),
}


def part(*shows, name="part", title="A part", lines=("LaSeR", "Random")):
    return Part(name, title, shows, (PLACE.name,), lines)


def study(*parts):
    chosen = parts or (part("accuracy", "precision", "ranks"),)
    return Study("made", {}, (PLACE,), LINES, chosen, (0, 1))


def record(number, accuracy, relevant, classes_labeled=2):
    labels = [0] * relevant + [2] * (10 - relevant)
    if classes_labeled > 1 and relevant > 1:
        labels[0] = 1
    return RoundRecord(
        number, tuple(f"{number}-{i}" for i in range(10)), tuple(labels), 10, relevant,
        relevant / 10, 1.0, 0.1 * number, accuracy,
        figures={"delta": 0.1 * (number - 1), "zero_shot": 0.75}, seconds=2.0 * number,
        classes=("cat", "dog"), relevant_in_pool=20,
    )  # fmt: skip


def results(of=None, made=None):
    """The study's cells, finished where `made` has rounds."""
    chosen, rounds, found = of or study(), MADE if made is None else made, []
    for cell in chosen.cells():
        if not cell.line.available:
            found.append(Result(cell, "unavailable", None, f"no strategy {cell.line.strategy!r}"))
            continue
        kept = rounds.get((cell.line.name, cell.split))
        if kept is None:
            found.append(Result(cell, "waiting"))
            continue
        records = tuple(record(i, *each) for i, each in enumerate(kept, 1))
        settings = config(strategy=cell.line.strategy, rounds=len(records), batch_size=10)
        run = KeptRun(cell.key, settings, records, ("offline model", "offline reasoner"))
        found.append(Result(cell, "finished", run))
    return Results(chosen, tuple(found))
