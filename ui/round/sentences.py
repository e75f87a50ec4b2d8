"""Round page: what it says in plain words; no Streamlit in here."""

from __future__ import annotations

from collections.abc import Sequence

from laser_core.analysis.class_report import ClassShare
from laser_core.analysis.ranking import Ranking
from laser_core.basics.sentences import first_and_more
from laser_core.strategies.laser import laser_settings
from laser_core.view import RoundRecord
from ui.escape import escape_text


def list_names(names: Sequence[str], most: int = 5) -> str:
    """ "apple, cup and mug", or the first `most` and how many more."""
    shown = [escape_text(name) for name in names[:most]]
    if len(names) > most:
        return first_and_more([*shown, *names[most:]], most)
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def why_picked(ranking: Ranking, labels: int, asked: bool) -> str:
    """One plain answer to "why these pictures?", as Markdown.

    Args:
        ranking: of the round, or one that is only tried.
        labels: how many labels there were when it was ranked.
        asked: whether these pictures have been asked for.
    """
    these = f"**Why these {len(ranking.ids):,} pictures?** "
    name = f"The strategy *{escape_text(ranking.config.strategy)}* chose them"
    if ranking.descriptions is None:
        return f"{these}{name}; it reads no descriptions."
    classes = [text.name for text in ranking.descriptions.relevant if text.enabled]
    confusers = [text.name for text in ranking.descriptions.confusers if text.enabled]
    if not ranking.fused:
        return f"{these}{name}; it reads the descriptions of **{list_names(classes)}**."
    text = (
        f"{these}Of all unlabeled pictures they {'looked' if asked else 'look'} most like the "
        f"descriptions of **{list_names(classes)}**"
    )
    text += f" and least like look-alikes such as {list_names(confusers, 3)}" if confusers else ""
    if laser_settings(ranking.config).selection == "balanced" and len(classes) > 1:
        text += ", shared out by class and chosen to differ"
    text += ". "
    return text + _voices(ranking, labels, asked)


def _voices(ranking: Ranking, labels: int, asked: bool) -> str:
    """Who had a say in Eq. (5)."""
    if ranking.delta:
        share = ranking.figures.get("delta_effective", 0.0)
        return (
            f"The detector, trained on {labels:,} labels, {'had' if asked else 'has'} a say of "
            f"δ = {ranking.delta:.2f}, which makes {share:.0%} of the score's spread."
        )
    if labels == 0:
        return f"No picture {'had' if asked else 'has'} a label yet, so language alone decides."
    why = escape_text(ranking.why_language_alone)
    return f"Language alone {'decided' if asked else 'decides'}: {why}."


def outcome(precision: float | None, counted: int, size: int, chance: float | None) -> str:
    """What the batch is worth, as Markdown; "" where nothing is known.

    Args:
        precision: share of relevant ones among the counted.
        counted: images of the batch that something is known about.
        size: of the batch.
        chance: precision of picking at random, None where unknown.
    """
    if precision is None:
        return ""
    whole = f"{counted:,}" if counted == size else f"{counted:,} known ones of {size:,}"
    text = f"**{round(precision * counted):,} of {whole} are relevant: precision {precision:.2f}**"
    return (
        f"{text}; picking at random would give {chance:.2f}." if chance is not None else text + "."
    )


def class_line(shares: Sequence[ClassShare]) -> str:
    """How many pictures of the batch are for each class, and its labels, as Markdown."""
    parts = [f"**{escape_text(s.name)}** {s.asked:,} ({s.labels:,})" for s in shares]
    return f"For each class (labels it has): {' · '.join(parts)}"


def before_any_label(zero_shot: float) -> str:
    """What the text alone names right, as Markdown."""
    return (
        f"Before any label the text alone names **{zero_shot:.1%}** of the relevant test pictures "
        "right (zero-shot)."
    )


def round_result(record: RoundRecord) -> str:
    """A finished round in one line."""
    parts = [f"Round {record.round}: {record.relevant:,} of {record.queried:,} relevant"]
    if record.precision is not None:
        parts[0] += f" (precision {record.precision:.2f})"
    if record.recall is not None:
        parts.append(f"{record.recall:.0%} of all relevant found")
    if record.accuracy is not None:
        alone = record.zero_shot
        beside = "" if alone is None else f" (text alone {alone:.2f})"
        parts.append(f"classifier's accuracy {record.accuracy:.2f}{beside}")
    return " · ".join(parts)
