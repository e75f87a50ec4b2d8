"""Round page: what it says in plain words; no Streamlit in here."""

from __future__ import annotations

from collections.abc import Sequence

from laser_core.analysis.ranking import Ranking
from laser_core.basics.sentences import first_and_more
from laser_core.strategies import STRATEGIES
from laser_core.view import RoundRecord
from ui.escape import escape_text


def list_names(names: Sequence[str], most: int = 5) -> str:
    """ "apple, cup and mug", or the first `most` and how many more."""
    shown = [escape_text(name) for name in names[:most]]
    if len(names) > most:
        return first_and_more([*shown, *names[most:]], most)
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def strategy_title(name: str) -> str:
    """What a strategy is called; its name where it is not installed here."""
    return STRATEGIES[name].title if name in STRATEGIES else name


def why_picked(ranking: Ranking, labels: int, asked: bool) -> str:
    """One plain answer to "why these pictures?", as Markdown.

    Args:
        ranking: of the round, or one that is only tried.
        labels: how many labels there were when it was ranked.
        asked: whether these pictures have been asked for.
    """
    these = f"**Why these {len(ranking.ids):,} pictures?** "
    name = f"Chosen by *{escape_text(strategy_title(ranking.config.strategy))}*"
    if ranking.descriptions is None:
        return f"{these}{name}, which reads no descriptions."
    classes = [text.name for text in ranking.descriptions.relevant if text.enabled]
    confusers = [text.name for text in ranking.descriptions.confusers if text.enabled]
    if not ranking.fused:
        return f"{these}{name}, which reads the descriptions of **{list_names(classes, 3)}**."
    text = f"{these}Closest to the descriptions of **{list_names(classes, 3)}**"
    text += f", far from confusers (look-alikes) such as {list_names(confusers, 2)}" * bool(
        confusers
    )
    return f"{text}. {_voices(ranking, labels, asked)}"


def _voices(ranking: Ranking, labels: int, asked: bool) -> str:
    """Who had a say in Eq. (5)."""
    if ranking.delta:
        return (
            f"A detector trained on {labels:,} labels {'had' if asked else 'has'} its say, "
            f"δ = {ranking.delta:.2f}."
        )
    if labels == 0:
        return f"No picture {'had' if asked else 'has'} a label yet, so the text alone decides."
    why = escape_text(ranking.why_language_alone)
    return f"The text alone {'decided' if asked else 'decides'}: {why}."


def group_note(count: int, known: int, relevant: int) -> str:
    """What stands beside a class in the gallery: its pictures, and how many are relevant."""
    if known == 0:
        return f"{count:,}"
    whole = f"{count:,}" if known == count else f"{known:,} known ones of {count:,}"
    return f"{whole}, {relevant:,} relevant"


def before_any_label(zero_shot: float) -> str:
    """What the text alone names right."""
    return (
        f"Before any label the text alone names {zero_shot:.1%} of the relevant test pictures "
        "right (zero-shot)."
    )


def round_result(record: RoundRecord) -> str:
    """A finished round in one line."""
    parts = [f"Round {record.round}: {record.relevant:,} of {record.queried:,} relevant"]
    if record.recall is not None:
        parts.append(f"{record.recall:.0%} of all found (recall)")
    if record.accuracy is not None:
        parts.append(f"accuracy {record.accuracy:.2f}")
    return " · ".join(parts)
