"""Charts page: what each description brought in, how classes are filled, and the confusions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from laser_core.analysis.reader import RunReader
from laser_core.analysis.yields import (
    ClassCount,
    Yield,
    class_counts,
    description_yields,
    matches_of,
)
from laser_core.texts.lint import MAGNET_RULE
from laser_core.view import RoundRecord
from ui.escape import chart_text
from ui.look.notes import note
from ui.shared.plots import PictureFormat, colours, draw, figure, short

MOST = 25  # bars in a chart; the table below it has all


@st.cache_data(show_spinner=False, max_entries=8)
def yields_of(name: str, stamp: str, _run: RunReader) -> list[Yield]:
    """What each description brought in over the finished rounds of a run."""
    found = [matches_of(_run, record) for record in _run.records()]
    return description_yields([matches for matches in found if matches is not None])


def show_descriptions(run: RunReader, picture: PictureFormat) -> None:
    """Queried and relevant pictures of each description, the best first; dead and magnets named."""
    yields = yields_of(run.name, run.stamp(), run)
    if not yields:
        note(f"The strategy {run.config.strategy} uses no descriptions.")
        return
    dead = sum(each.verdict == "dead" for each in yields)
    magnets = sum(each.verdict == "magnet" for each in yields)
    note(
        f"{len(yields)} descriptions. Dead, no picture's best: {dead}. Magnets, "
        f"{MAGNET_RULE}: {magnets}. Edit them on Prompts."
    )
    left, right = st.columns([7, 5])
    with left:
        shows = "queried pictures by the description that found them"
        made = yield_chart(yields[:MOST])
        draw(made, "chart yields", f"{run.name}-descriptions", shows, picture)
    with right:
        _yield_table(yields)


def _yield_table(yields: Sequence[Yield]) -> None:
    table = pd.DataFrame(
        {
            "description": [each.text for each in yields],
            "class": [each.name for each in yields],
            "queried": [each.queried for each in yields],
            "relevant": [each.relevant for each in yields],
            "share of the pool": [each.share for each in yields],
            "verdict": [each.verdict for each in yields],
        }
    )
    share = st.column_config.NumberColumn(
        format="percent", help="Unlabeled pictures it matched best when it was last used."
    )
    st.dataframe(table, hide_index=True, height=480, column_config={"share of the pool": share})


def yield_chart(yields: Sequence[Yield]) -> go.Figure:
    """A bar a description: relevant pictures, then irrelevant ones."""
    names = [f"{chart_text(short(each.text, 44))} " for each in yields]
    places = list(range(len(yields)))
    made = figure(70 + 22 * len(yields), "", "pictures queried")
    hover = [chart_text(f"{each.text} ({each.name})") for each in yields]
    for label, colour, pattern, values in (
        ("relevant", colours().blue, "", [each.relevant for each in yields]),
        ("irrelevant", colours().orange, "/", [each.queried - each.relevant for each in yields]),
    ):
        made.add_bar(
            x=values, y=places, orientation="h", name=label, customdata=hover,
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate=f"%{{customdata}}<br>{label} %{{x}}<extra></extra>",
        )  # fmt: skip
    made.update_layout(barmode="stack", hovermode="closest", bargap=0.25)
    made.update_yaxes(autorange="reversed", tickvals=places, ticktext=names)
    return made


def show_classes(run: RunReader, picture: PictureFormat) -> None:
    """How many labeled pictures each class has, beside what the pool holds where known."""
    counts = class_counts(run.config.relevant, run.store.labels.by_id(), run.true_names())
    left, right = st.columns(2)
    relevant = [count for count in counts if count.relevant]
    other = [count for count in counts if not count.relevant]
    with left:
        st.markdown("**Relevant classes**: labeled, and how many the pool holds")
        shows = "labeled pictures by relevant class"
        made = class_chart(relevant, colours().blue)
        draw(made, "chart classes", f"{run.name}-classes", shows, picture)
        if any(count.in_pool is None for count in relevant):
            note("How many the pool holds is unknown.")
    with right:
        st.markdown("**Irrelevant**: what was queried in error")
        if not other:
            note("No irrelevant picture has been labeled.")
        else:
            made = class_chart(other[:MOST], colours().orange)
            shows = "labeled irrelevant pictures by what they show"
            draw(made, "chart others", f"{run.name}-irrelevant", shows, picture)


def class_chart(counts: Sequence[ClassCount], colour: str) -> go.Figure:
    """Labeled pictures of each class, in front of what the pool holds."""
    names = [chart_text(short(count.name or "without a name", 20)) for count in counts]
    places = list(range(len(counts)))
    made = figure(76 + 24 * len(counts), "", "pictures")
    if any(count.in_pool is not None and count.relevant for count in counts):
        made.add_bar(
            x=[count.in_pool for count in counts], y=places, orientation="h", name="in the pool",
            marker={"color": colours().grey, "opacity": 0.4}, hovertemplate="%{x}",
        )  # fmt: skip
    made.add_bar(
        x=[count.found for count in counts], y=places, orientation="h", name="labeled",
        marker_color=colour, width=0.45, hovertemplate="%{x}",
    )  # fmt: skip
    made.update_layout(barmode="overlay", hovermode="y unified")
    made.update_yaxes(autorange="reversed", tickvals=places, ticktext=names)
    return made


def show_confusion(run: RunReader, records: Sequence[RoundRecord], picture: PictureFormat) -> None:
    """The confusion matrix of a round, the last one at first."""
    kept = [record for record in records if record.confusion]
    if not kept:
        note("Unknown: the pool has no labeled test split to try the classifier on.")
        return
    rounds = [record.round for record in reversed(kept)]
    chosen = st.selectbox("After round", rounds, key=f"charts confusion {run.name}", width=160)
    record = next(record for record in kept if record.round == chosen)
    made = confusion_chart(run.config.relevant, record.confusion)
    right = sum(row[n] for n, row in enumerate(record.confusion))
    count = sum(map(sum, record.confusion))
    shows = f"true and predicted class after round {chosen}: {right:,} of {count:,} are right"
    draw(made, "chart confusion", f"{run.name}-confusion-{chosen}", shows, picture)


def confusion_chart(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> go.Figure:
    """Rows: true classes; columns: what the classifier said; cells: counts of test pictures."""
    names = [chart_text(short(name, 16)) for name in classes]
    whole, places = [chart_text(name) for name in classes], list(range(len(classes)))
    made = figure(max(260, 120 + 34 * len(classes)), "true class", "predicted class")
    shares = [[cell / max(1, sum(row)) for cell in row] for row in confusion]
    made.add_heatmap(
        z=shares, x=places, y=places, text=[list(row) for row in confusion], zmin=0, zmax=1,
        texttemplate="%{text}" if len(classes) <= 20 else "", colorscale="Blues",
        customdata=[[[a, b] for b in whole] for a in whole],
        colorbar={"title": "share<br>of row"},
        hovertemplate="true %{customdata[0]}, said %{customdata[1]}: %{text}<extra></extra>",
    )  # fmt: skip
    made.update_layout(hovermode="closest")
    made.update_xaxes(tickvals=places, ticktext=names, showgrid=False)
    made.update_yaxes(tickvals=places, ticktext=names, showgrid=False, autorange="reversed")
    return made
