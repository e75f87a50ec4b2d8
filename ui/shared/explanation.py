"""The full explanation of one picture, Eq. (1) to (5) with its numbers, for any page."""

from __future__ import annotations

import numpy as np
import streamlit as st

from laser_core.analysis.explain_run import (
    ClassPlace,
    RankingPlace,
    explain_in,
    ranking_place,
    row_of,
)
from laser_core.analysis.ranking import Ranking, place_of, ranking_with
from laser_core.analysis.reader import RunReader
from laser_core.errors import LaserError
from laser_core.pool import Label
from laser_core.strategies.explanation import Explanation, Prediction
from laser_core.strategies.laser import laser_settings
from ui.escape import escape_text
from ui.shared.plots import bars, colours, draw
from ui.shared.runs import picture_urls, thumbnails

SHOWN = 8  # bars in a chart; what is smaller is summed up in a last one


def show_explanation(
    run: RunReader, id: str, key: str, ranking: Ranking | None = None, truth: bool = False
) -> None:
    """Draw picture `id` with all that led to its place; one sentence where nothing is known.

    Args:
        key: of the elements, unique on the page.
        ranking: where it stood; the last one it stood in if left out.
        truth: whether the true label may be shown.
    """
    try:
        place = ranking or ranking_with(run, id)
        if place is None:
            st.info("Nothing is ranked yet. Open Round to look at the next query.")
            return
        row = row_of(run, id)
        found = ranking_place(place, row)
        with st.container(horizontal=True, vertical_alignment="top"):
            _picture(run, id)
            with st.container():
                _headline(run, id, row, place, found, truth)
        _own_columns(place, row)
        why = explain_in(run, place, id)
        if isinstance(why, Explanation):
            _equations(why, place, key)
        else:
            st.markdown("  \n".join(escape_text(line) for line in why.sentences()))
    except LaserError as error:
        st.info(escape_text(error))


def _own_columns(place: Ranking, row: int) -> None:
    """A strategy's own columns for one picture: value, and rank among the pictures ranked."""
    here = place_of(place.arrays, row)
    for part in place.arrays.parts.values():
        value = part.values[here]
        if np.issubdtype(part.values.dtype, np.integer):
            name = escape_text(place.config.relevant[int(value)])
            st.markdown(f"{escape_text(part.title)}: **{name}**")
            continue
        before = part.values > value if part.higher_is_better else part.values < value
        st.markdown(
            f"{escape_text(part.title)}: **{value:.3f}**, rank {int(before.sum()) + 1:,} of "
            f"{len(part.values):,}"
        )


def _picture(run: RunReader, id: str) -> None:
    small = thumbnails(run)
    picture_urls(run, [id])
    st.image(small.folder / small.url(id).rsplit("/", 1)[-1], width=128)


def _headline(
    run: RunReader, id: str, row: int, place: Ranking, found: RankingPlace, truth: bool
) -> None:
    st.markdown(f"**{escape_text(id)}**")
    st.markdown(place_sentence(found))
    answer = run.store.labels.by_id().get(id)
    if answer is not None:
        st.markdown(f"Answer: **{escape_text(answer_text(answer))}**")
    elif truth and run.facts.labels[row] is not None:
        name, true = str(run.facts.labels[row]), run.relevant_rows
        state = "relevant" if true is not None and true[row] else "irrelevant"
        st.markdown(f"True label: **{escape_text(name)}**, {state}")


def place_sentence(found: RankingPlace) -> str:
    """Where a picture stands, and by which rule it is in the batch or not."""
    text = f"{'**In the batch**' if found.picked else 'Not in the batch'}. "
    text += f"Rank {found.rank:,} of {found.among:,} by score"
    if found.of_class is not None:
        return f"{text}. {class_sentence(found.of_class, found.picked)}"
    if not found.quota:
        return f"{text}."
    return (
        f"{text}; number {found.group_rank:,} of the {found.group:,} that match its description "
        f"best, of which {found.quota:,} {'has' if found.quota == 1 else 'have'} a sure place."
    )


def class_sentence(place: ClassPlace, picked: bool) -> str:
    """Its class, the class's share and its place in it, and what decided, as Markdown."""
    name = f"**{escape_text(place.name)}**"
    of = f"number {place.place:,} of {place.among:,} by score"
    if place.decided == "share":
        return f"It may be {name} ({of}), which gets none of this batch: it has labels enough."
    share = f"{place.share:,} of this batch {'is' if place.share == 1 else 'are'} for {name}"
    pick = f"chosen among its {place.candidates:,} highest scores"
    if picked and place.decided == "score":
        return f"{share}; it is {of}, and **its score** brought it in."
    if picked:
        return f"{share}, {pick}; it is {of}, taken to **differ** from the others."
    if place.decided == "score":
        return f"{share}, {pick}; it is {of}, so **its score** kept it out."
    return f"{share}, {pick}; it is {of}, but **too like** others that were taken."


def answer_text(answer: Label) -> str:
    """An answer in a few words."""
    if answer.state == "relevant":
        return f"relevant: {answer.name}"
    return f"{answer.state}: {answer.name}" if answer.name else answer.state


def _equations(why: Explanation, place: Ranking, key: str) -> None:
    _language(why, place, key)
    if why.probabilities:
        _detector(why, place, key)
    elif place.note:
        st.caption(escape_text(place.note[:1].upper() + place.note[1:] + "."))
    else:
        st.caption(
            f"Eq. (2) to (4) have no say, $\\delta = 0$: {escape_text(place.why_language_alone)}."
        )
    st.markdown(fusion_formula(why))
    if why.predicted is not None:
        st.markdown(classifier_formula(why.predicted))


def classifier_formula(thought: Prediction) -> str:
    """The predicted class's logit with its parts, as Markdown."""
    return (
        f"Classifier: **{escape_text(thought.name)}** ({thought.probability:.2f} among the "
        "relevant classes), $\\;a\\,z_c + w x + b = "
        f"{thought.factor:g} \\cdot {_number(thought.text)} + {_number(thought.learned)} + "
        f"{_number(thought.bias)} = {thought.logit:.3f}$"
    )


def _language(why: Explanation, place: Ranking, key: str) -> None:
    best, second = why.best, why.runner_up
    st.markdown(f"Best description: “{escape_text(best.text)}” (**{escape_text(best.name)}**)")
    if second is not None:
        name = escape_text(second.name)
        st.caption(f"Next best: “{escape_text(second.text)}” ({name}, {second.cosine:.3f})")
    if why.shares:
        _shares(why, key)
        return
    st.markdown(
        "Eq. (1) $\\;S_{vlm} = \\max\\cos(x, T_R) - \\overline{\\cos}(x, T_I) = "
        f"{why.best.cosine:.3f} - {_number(why.penalty)} = {why.s_vlm:.3f}$"
    )
    if not why.confusers:
        st.caption("No confusers: nothing is taken off.")
        return
    summed = "aggregator" not in dict(place.config.retired)
    st.caption(
        f"Each of {len(why.confusers)} confusers' part of the {why.penalty:.3f} taken off:"
        if summed
        else f"Mean cosine with each confuser; their {dict(place.config.retired)['aggregator']} "
        "was taken off:"
    )
    names, values = confuser_bars(why, summed)
    draw(bars(names, values, colours().orange, 3), f"{key} confusers", "confusers", toolbar=False)


def _shares(why: Explanation, key: str) -> None:
    """The score under `neglabel`: what share of the sum each class, confuser and the rest has."""
    st.markdown(
        f"NegLabel's share in place of Eq. (1): the relevant classes have **{why.s_vlm:.3f}** of "
        "the sum over classes, confusers and some thousand other names."
    )
    shown = why.shares[:SHOWN]
    names = [*(share.name for share in shown), "the rest"]
    rest = 1.0 - sum(share.share for share in shown)
    values = [*(share.share for share in shown), rest]
    draw(bars(names, values, colours().orange, 3), f"{key} shares", "shares", toolbar=False)


def confuser_bars(why: Explanation, summed: bool) -> tuple[list[str], list[float]]:
    """Names and lengths of the confusers' bars: the largest, and the sum of the rest if `summed`.

    Args:
        summed: whether the parts add up to the penalty ("mean"); else cosines are shown.
    """
    first, rest = why.confusers[:SHOWN], why.confusers[SHOWN:]
    names = [part.name for part in first]
    values = [part.share if summed else part.cosine for part in first]
    if rest and summed:
        names.append(f"{len(rest)} others")
        values.append(sum(part.share for part in rest))
    return names, values


def _detector(why: Explanation, place: Ranking, key: str) -> None:
    temperature = laser_settings(place.config).temperature
    st.caption(
        f"Eq. (3): the detector's probabilities at T = {temperature:g}, "
        "from a net trained with the loss of Eq. (2):"
    )
    likely = sorted(list(why.probabilities.items())[:-1], key=lambda pair: -pair[1])[:SHOWN]
    names = [*(name for name, _ in likely), "irrelevant"]
    values = [why.probabilities[name] for name in names[:-1]]
    values.append(why.probabilities["irrelevant"])
    marks = [colours().blue] * len(likely) + [colours().grey]
    draw(bars(names, values, marks, 2), f"{key} detector", "detector", toolbar=False)
    st.markdown(
        "Eq. (4) $\\;S_{det} = \\max_i p_i - p_{irrelevant} = "
        f"{max(values[:-1]):.3f} - {values[-1]:.3f} = {why.s_det:.3f}$"
    )


def fusion_formula(why: Explanation) -> str:
    """Eq. (5) with this picture's numbers, as Markdown with a formula."""
    vlm, det, note = why.s_vlm, why.s_det, ""
    if why.probabilities and why.delta == 0.0:
        note = " No picture of its class has a label yet, so the detector does not count for it."
    if why.fusion == "zscore":
        mean_vlm, sd_vlm, mean_det, sd_det = why.centre
        vlm, det = (vlm - mean_vlm) / sd_vlm, (det - mean_det) / sd_det
        note += " Both scores as z-scores over the unlabeled pool."
    return (
        "Eq. (5) $\\;S = (1 - \\delta)\\,S_{vlm} + \\delta\\,S_{det} = "
        f"{1 - why.delta:.2f} \\cdot {_number(vlm)} + {why.delta:.2f} \\cdot {_number(det)} = "
        f"{why.score:.3f}$.{note}"
    )


def _number(value: float) -> str:
    return f"{value:.3f}" if value >= 0 else f"({value:.3f})"
