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
from laser_core.basics.sentences import count_of
from laser_core.errors import LaserError
from laser_core.pool import Label
from laser_core.strategies.explanation import Explanation, Prediction
from laser_core.strategies.laser import laser_settings
from ui.escape import escape_text
from ui.look.notes import note, note_markdown
from ui.look.sizes import height
from ui.shared.plots import colours
from ui.shared.runs import picture_urls, thumbnails
from ui.widgets.bar_list import show_bar_list

SHOWN = 5  # bars; what is smaller is summed up in a last one
LIKELY = 3  # classes of Eq. (3) with a bar, beside irrelevant


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
            note("Nothing is ranked yet. Open Round to look at the next batch.")
            return
        row = row_of(run, id)
        found = ranking_place(place, row)
        with st.container(horizontal=True, vertical_alignment="top", gap="small"):
            _picture(run, id, place, row)
            with st.container(width="stretch"):
                _headline(run, id, row, found, truth)
        if rule := rule_sentence(found):
            st.markdown(rule)
        why = explain_in(run, place, id)
        if isinstance(why, Explanation):
            _equations(run, why, place)
        else:
            st.markdown("  \n".join(escape_text(line) for line in why.sentences()))
            _own_columns(place, row)
    except LaserError as error:
        said = str(error)
        note(f"{said[:1].upper()}{said[1:]}.")


def _own_columns(place: Ranking, row: int) -> None:
    """A strategy's own columns for one picture: value, and rank among the pictures ranked."""
    here, lines = place_of(place.arrays, row), []
    for part in place.arrays.parts.values():
        value, title = part.values[here], escape_text(part.title)
        if np.issubdtype(part.values.dtype, np.integer):
            lines.append(f"{title}: **{escape_text(place.config.relevant[int(value)])}**")
            continue
        before = part.values > value if part.higher_is_better else part.values < value
        rank = f"rank {int(before.sum()) + 1:,} of {len(part.values):,}"
        lines.append(f"{title}: **{value:.3f}**, {rank}")
    if lines:
        st.markdown("  \n".join(lines))


def _picture(run: RunReader, id: str, place: Ranking, row: int) -> None:
    small = thumbnails(run)
    picture_urls(run, [id])
    looks = place.looks_like
    name = "" if looks is None else place.config.relevant[looks[place_of(place.arrays, row)]]
    alt = f"picture {id}" + (f", which looks like {name}" if name else "")
    st.image(small.folder / small.url(id).rsplit("/", 1)[-1], width=height(88), alt=alt)


def _headline(run: RunReader, id: str, row: int, found: RankingPlace, truth: bool) -> None:
    answer, shows = run.store.labels.by_id().get(id), ""
    if answer is not None:
        shows = f" Answered **{escape_text(answer_text(answer))}**."
    elif truth and run.facts.labels[row] is not None:
        true = run.relevant_rows
        state = "relevant" if true is not None and true[row] else "irrelevant"
        shows = f" It shows **{escape_text(run.facts.labels[row])}**, {state}."
    st.markdown(f"{place_sentence(found)}{shows}  \n:gray[:small[{escape_text(id)}]]")


def place_sentence(found: RankingPlace) -> str:
    """Where a picture stands, as Markdown."""
    text = "**In the batch**" if found.picked else "Not in the batch"
    return f"{text}, place {found.rank:,} of {found.among:,} by score."


def rule_sentence(found: RankingPlace) -> str:
    """By which rule it is in the batch or not, as Markdown; "" where the score alone decides."""
    if found.of_class is not None:
        return class_sentence(found.of_class, found.picked)
    if not found.quota:
        return ""
    return (
        f"Number {found.group_rank:,} of the {found.group:,} that match its description "
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


def _equations(run: RunReader, why: Explanation, place: Ranking) -> None:
    """The score first, Eq. (5), then what it is made of, Eq. (1) to (4), and bars below each."""
    st.markdown(f"**Score**  \n{fusion_formula(why)}")
    _language(why, place)
    if why.probabilities:
        _detector(run, why, place)
    elif place.note:
        note(f"{place.note[:1].upper() + place.note[1:]}.")
    else:
        reason = escape_text(place.why_language_alone)
        note_markdown(f"Eq. (2) to (4) have no say, $\\delta = 0$: {reason}.")
    if why.predicted is not None:
        st.markdown(classifier_formula(why.predicted))


def classifier_formula(thought: Prediction) -> str:
    """The predicted class's logit with its parts, as Markdown."""
    return (
        f"Classifier: **{escape_text(thought.name)}** ({thought.probability:.2f} among the "
        "relevant classes)  \n$\\small a\\,z_c + w x + b = "
        f"{thought.factor:g} \\cdot {_number(thought.text)} + {_number(thought.learned)} + "
        f"{_number(thought.bias)} = {thought.logit:.3f}$"
    )


def _language(why: Explanation, place: Ranking) -> None:
    best, second = why.best, why.runner_up
    text = f"**Text** · closest “{escape_text(best.text)}” ({escape_text(best.name)})"
    if second is not None:
        text += f"; next “{escape_text(second.text)}” {second.cosine:.3f}"
    if why.shares:
        st.markdown(text)
        _shares(why)
        return
    st.markdown(f"{text}  \n{language_formula(why)}")
    if not why.confusers:
        note("No confusers: nothing is taken off.")
        return
    retired = dict(place.config.retired)
    summed = "aggregator" not in retired
    note(
        "What each confuser (look-alike) takes off:"
        if summed
        else f"Cosine with each confuser; their {retired['aggregator']} was taken off:"
    )
    names, values = confuser_bars(why, summed)
    show_bar_list(names, values, colours().orange, 3)


def language_formula(why: Explanation) -> str:
    """Eq. (1) with this picture's numbers, as Markdown with a formula."""
    return (
        "(1) $\\small\\;S_{vlm} = \\max\\cos(x, T_R) - \\overline{\\cos}(x, T_I)$  \n"
        f"$\\small\\phantom{{(1)}}\\;\\; = {why.best.cosine:.3f} - {_number(why.penalty)} = "
        f"{why.s_vlm:.3f}$"
    )


def _shares(why: Explanation) -> None:
    """The score under `neglabel`: what share of the sum each class, confuser and the rest has."""
    st.markdown(
        f"NegLabel's share in place of Eq. (1): the relevant classes have **{why.s_vlm:.3f}** of "
        "the sum over classes, confusers and some thousand other names."
    )
    shown = why.shares[:SHOWN]
    names = [*(share.name for share in shown), "the rest"]
    rest = 1.0 - sum(share.share for share in shown)
    show_bar_list(names, [*(share.share for share in shown), rest], colours().orange, 3)


def confuser_bars(why: Explanation, summed: bool) -> tuple[list[str], list[float]]:
    """Names and lengths of the confusers' bars: the largest, and the sum of the rest if `summed`.

    Args:
        summed: whether the parts add up to the penalty ("mean"); else cosines are shown.
    """
    first, rest = why.confusers[:SHOWN], why.confusers[SHOWN:]
    names = [part.name for part in first]
    values = [part.share if summed else part.cosine for part in first]
    if rest and summed:
        names.append(count_of(len(rest), "other"))
        values.append(sum(part.share for part in rest))
    return names, values


def _detector(run: RunReader, why: Explanation, place: Ranking) -> None:
    labels = len(run.pool(place.round - 1).training_labels()[0])
    st.markdown(detector_formulas(why, labels, laser_settings(place.config).temperature))
    likely = sorted(list(why.probabilities.items())[:-1], key=lambda pair: -pair[1])[:LIKELY]
    names = [*(name for name, _ in likely), "irrelevant"]
    values = [why.probabilities[name] for name in names[:-1]]
    values.append(why.probabilities["irrelevant"])
    show_bar_list(names, values, [colours().blue] * len(likely) + [colours().grey], 3)


def detector_formulas(why: Explanation, labels: int, temperature: float) -> str:
    """Eq. (2) to (4), with this picture's numbers, as Markdown with formulas.

    Args:
        labels: how many the detector was trained on.
        temperature: T of Eq. (3).
    """
    likeliest = max(list(why.probabilities)[:-1], key=why.probabilities.__getitem__)
    p, q = why.probabilities[likeliest], why.probabilities["irrelevant"]
    return (
        f"**Detector** · trained on {labels:,} labels to make this loss small  \n"
        "(2) $\\small\\;L_{det} = -\\frac{1}{|D_L|}\\sum_{(x,y)}\\log p(y\\,|\\,x)$, "
        f"$|D_L| = {labels}$  \n"
        f"(3) $\\small\\;p_c = \\frac{{\\exp(a_c / T)}}{{\\sum_j \\exp(a_j / T)}}$, "
        f"$T = {temperature:g}$: {escape_text(likeliest)} **{p:.3f}**, irrelevant **{q:.3f}**  \n"
        f"(4) $\\small\\;S_{{det}} = \\max_c p_c - p_{{irrelevant}} = {p:.3f} - {q:.3f} = "
        f"{why.s_det:.3f}$"
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
        "(5) $\\small\\;S = (1 - \\delta)\\,S_{vlm} + \\delta\\,S_{det}$  \n"
        f"$\\small\\phantom{{(5)}}\\;\\; = {1 - why.delta:.2f} \\cdot {_number(vlm)} + "
        f"{why.delta:.2f} \\cdot {_number(det)} = "
        f"{why.score:.3f}$.{note}"
    )


def _number(value: float) -> str:
    return f"{value:.3f}" if value >= 0 else f"({value:.3f})"
