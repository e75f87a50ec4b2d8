"""The lines themselves: the result in a sentence, one figure, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from laser_core.analysis.comparison import (
    COLUMNS,
    Against,
    Measure,
    comparison_rows,
    curve,
    highest_ceiling,
    rows_csv,
)
from laser_core.analysis.labels_needed import (
    TARGETS,
    USUAL_SECONDS,
    Reach,
    labels_saved,
    minutes,
    own_pace,
    reaches,
    usual_target,
)
from laser_core.errors import LaserError
from laser_core.experiment.zero_shot.line import SAYS
from laser_core.studies.report.page import OURS
from laser_core.studies.report.tables import csv_of, curve_rows
from ui.arena.subject import AXES, Line, Subject
from ui.look.notes import note, note_markdown
from ui.shared.lines.chart import BANDS, Drawn, Limit, Plot, line_figure
from ui.shared.plots import draw
from ui.shared.runs import open_run_name, reader

HEIGHT = 400
MEASURES: dict[Measure, str] = {
    "accuracy": "Accuracy: test pictures that the classifier names right",
    "precision": "Precision: relevant among those asked in the round",
    "recall": "Recall: relevant found so far, of all in the pool",
}
HEADS = {
    "name": "Line",
    "runs": "Runs",
    "rounds": "Rounds",
    "first_precision": "Precision, round 1",
    "mean_precision": "Precision, mean",
    "mean_ceiling": "of at most",
    "looked_at": "Asked per relevant",
    "recall": "Recall, end",
    "accuracy": "Accuracy, end",
    "zero_shot": "Text alone",
    "seconds": "Seconds",
}
SHAPES = {
    "Minutes of labeling": st.column_config.NumberColumn(format="%.1f"),
    "Minutes saved": st.column_config.NumberColumn(format="%.1f"),
    "Accuracy, end": st.column_config.NumberColumn(format="percent"),
}
NOTES = (
    "Precision of at most: that of a selector that never errs from round 1 on. Asked per relevant: "
    "pictures that a person looks at for each relevant one. Text alone: accuracy without a label."
)


def choose_measure() -> Measure:
    """Which measure is drawn large."""
    measure = st.segmented_control(
        "Measure", list(MEASURES), default="accuracy", required=True, format_func=str.capitalize,
        key="arena_measure", persist_state="session", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    return measure


def show_figure(
    subject: Subject, lines: Sequence[Line], measure: Measure, against: Against
) -> None:
    """The chosen measure large, the two others small beside it, in one figure."""
    shown = [measure, *(other for other in MEASURES if other != measure)]
    plots = [_plot(subject, lines, each, against, MEASURES[each]) for each in shown[:1]]
    plots += [_plot(subject, lines, each, against, each.capitalize()) for each in shown[1:]]
    made = line_figure(plots, AXES[against], HEIGHT, rounds=against == "round")
    shows = f"{measure} of every line by {AXES[against]}, beside {' and '.join(shown[1:])}"
    draw(made, f"arena {measure} {against}", f"{subject.name}-{measure}", shows)
    note_markdown(" ".join(filter(None, (_bands_text(lines), _levels_text(subject)))))


def _plot(
    subject: Subject, lines: Sequence[Line], measure: Measure, against: Against, title: str
) -> Plot:
    curves = [curve(line.group, measure, against) for line in lines]
    drawn = tuple(
        Drawn(line.name, line.number, found.x, found.mean, found.spread, found.runs, _is_ours(line))
        for line, found in zip(lines, curves, strict=True)
    )
    xs = [x for found in curves for x in found.x]
    return Plot(title, drawn, _limits(subject, lines, measure, against, xs))


def _is_ours(line: Line) -> bool:
    return line.group.runs[0].config.strategy in OURS


def _limits(
    subject: Subject, lines: Sequence[Line], measure: Measure, against: Against, xs: list[float]
) -> tuple[Limit, ...]:
    """In grey: the most that is possible, and what the text alone and all labels give."""
    if not xs:
        return ()
    groups = [line.group for line in lines]
    ceiling = highest_ceiling(groups, against) if measure == "precision" else None
    if ceiling:
        return (Limit("the most possible", ceiling.x, ceiling.mean),)
    across = (0.0 if against == "labels" else min(xs), max(xs))
    return tuple(
        Limit(name, across, (value, value))
        for name, value in subject.levels
        if measure == "accuracy"
    )


def choose_target(lines: Sequence[Line]) -> float | None:
    """The accuracy that is good enough; None where nobody knows the accuracy of any line."""
    usual = usual_target([line.group for line in lines])
    if usual is None:
        return None
    target: float = st.selectbox(
        "Good enough", TARGETS, index=TARGETS.index(usual), key=f"arena_target {usual}",
        format_func=lambda share: f"to {share:.0%}", width=130, label_visibility="collapsed",
    )  # fmt: skip
    return target


def show_numbers(
    subject: Subject, lines: Sequence[Line], target: float | None, against: Against
) -> None:
    """What it costs to be good enough, the lines in a few numbers, and every point."""
    costs, table, points = st.tabs(["What it costs", "In numbers", "Every point"])
    with costs:
        _show_costs(subject, lines, target)
    with table:
        _show_table(subject, lines)
    with points:
        _show_points(subject, lines, against)


def _show_costs(subject: Subject, lines: Sequence[Line], target: float | None) -> None:
    if target is None:
        note(
            "The pool has no labeled test pictures, so nobody knows the accuracy and the "
            "labels that it takes."
        )
        return
    found = reaches([line.group for line in lines], target)
    own = _own_pace()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seconds = st.number_input(
            "Seconds a label", 0.1, 600.0, round(own or USUAL_SECONDS, 1), 0.5,
            key=f"arena_pace {own}", width=150,
        )  # fmt: skip
        usual = next((i for i, one in enumerate(found) if one.strategy == "random"), -1)
        beside = st.selectbox(
            "Held against", [one.name for one in found], index=usual % len(found),
            key=f"arena_beside {subject.name}", width=280,
        )  # fmt: skip
        said = "Your own pace, from the run that is open" if own else "A guess, until you label"
        note_markdown(f"{said}. Computing is not counted.")
    other = next((one for one in found if one.name == beside), found[-1])
    rows = [_cost_row(one, other, target, seconds) for one in found]
    st.dataframe(
        rows, hide_index=True, width="stretch", height=_height(len(rows)), column_config=SHAPES
    )
    _offer(csv_of(rows), f"{subject.name}-labels-to-{target:.0%}".replace("%", ""))


def _cost_row(one: Reach, other: Reach, target: float, seconds: float) -> dict[str, object]:
    saved = labels_saved(one, other)
    return {
        "Line": one.name,
        f"Labels to {target:.0%}": None if one.labels is None else round(one.labels),
        "Runs that get there": f"{one.reached} of {one.runs}",
        "Minutes of labeling": _minutes(one.labels, seconds),
        "Minutes saved": _minutes(saved, seconds),
        "Accuracy, end": None if one.accuracy is None else round(one.accuracy, 3),
    }


def _minutes(labels: float | None, seconds: float) -> float | None:
    return None if labels is None else round(minutes(labels, seconds), 1)


def _own_pace() -> float | None:
    """Seconds a label of the person who labels the run that is open; None where nobody does."""
    name = open_run_name()
    if not name:
        return None
    try:
        return own_pace(reader(name).store.labels.answers())
    except LaserError:  # Round and Label say what is the matter with it
        return None


def _show_table(subject: Subject, lines: Sequence[Line]) -> None:
    """The runs in a few numbers, mean ± standard deviation, and the same as CSV."""
    rows = comparison_rows([line.group for line in lines])
    shown = []
    for row in rows:
        cells = {HEADS[key]: row[key] for key in ("name", "runs", "rounds")}
        for column in COLUMNS:
            digits = 1 if column in ("seconds", "looked_at") else 3
            mean, spread = row[f"{column}_mean"], row[f"{column}_sd"]
            repeated = row["runs"] > 1 and column != "mean_ceiling"
            cells[HEADS[column]] = _cell(mean, spread if repeated else None, digits)
        shown.append(cells)
    st.dataframe(shown, hide_index=True, width="stretch", height=_height(len(shown)))
    note_markdown(NOTES)
    _offer(rows_csv(rows), f"{subject.name}-lines")


def _cell(mean: float | None, spread: float | None, digits: int) -> str:
    if mean is None:
        return "–"
    return f"{mean:.{digits}f}" + ("" if spread is None else f" ± {spread:.{digits}f}")


def _show_points(subject: Subject, lines: Sequence[Line], against: Against) -> None:
    """Every point of the three charts."""
    measure = st.segmented_control(
        "Points of", list(MEASURES), default="accuracy", required=True, format_func=str.capitalize,
        key="arena_points", label_visibility="collapsed",
    )  # fmt: skip
    curves = {line.name: curve(line.group, measure, against) for line in lines}
    rows = curve_rows(curves, "round" if against == "round" else "labels_paid")
    if not rows:
        note(f"Nobody knows the {measure} of these runs.")
        return
    st.dataframe(rows, hide_index=True, width="stretch", height=_height(len(rows)))
    _offer(csv_of(rows), f"{subject.name}-{measure}")


def _offer(text: str, name: str) -> None:
    st.download_button(
        "Table as CSV", text, f"{name}.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key=f"arena_csv {name}",
    )  # fmt: skip


def _height(rows: int) -> int:
    """Of a table in CSS pixels, so that short ones have no empty rows and long ones scroll."""
    return 38 + 35 * min(max(rows, 1), 12)


def _levels_text(subject: Subject) -> str:
    """What the grey lines without labels are; "" where there is none that needs a word."""
    there = [name for name, _ in subject.levels]
    said = [
        f"*{name}*, {says}"
        for name, says in SAYS.items()
        if any(name == each or each.endswith(f" {name}") for each in there)
    ]
    return f"In grey, what needs no label: {'; '.join(said)}." if said else ""


def _bands_text(lines: Sequence[Line]) -> str:
    """What the bands are, or why there are none."""
    repeated = any(len(line.group.runs) > 1 for line in lines)
    if not repeated:
        return "Each line is one run."
    if len(lines) > BANDS:
        return (
            f"Lines are means. Leave lines out until {BANDS} are left, and each has a band of one "
            "standard deviation."
        )
    return "Lines are means, bands one standard deviation. Dotted: what no line can exceed."
