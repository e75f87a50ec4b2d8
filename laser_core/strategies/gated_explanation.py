"""Why `gated` let an image through: the text's part and the labels' add up to its log odds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from laser_core.strategies.explanation import Match, Prediction, with_sign


@dataclass(frozen=True)
class GatedExplanation:
    """One image's log odds of being relevant taken apart.

    Args:
        id: the image.
        name: the relevant class it is most probably of.
        best: the description that matches best; None where no description is in use.
        text: log odds by the text, with its weight.
        learned: what labels added to them.
        score: text + learned, what the image was ranked by within its class.
        relevance: the score as a probability.
        gate: least probability of an image that may be asked about; None before the first label,
            when so many of each class pass.
        certainty: margin of the classifier's two likeliest classes; None where it has no two.
        predicted: what the classifier thought; None where it does not start from the text.
    """

    id: str
    name: str
    best: Match | None
    text: float
    learned: float
    score: float
    relevance: float
    gate: float | None
    certainty: float | None
    predicted: Prediction | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def sentences(self) -> list[str]:
        """The explanation as a person reads it, a line each."""
        lines = [f"matched “{self.best.text}” {self.best.cosine:.3f}"] if self.best else []
        lines.append(
            f"score = {self.text:.3f} (text) {with_sign(self.learned)} (labels) = "
            f"{self.score:.3f}, the log odds of being relevant: probability "
            f"{self.relevance:.3f}, most probably {self.name}"
        )
        lines.append(self._gate())
        if self.certainty is not None:
            lines.append(
                f"the classifier's two likeliest classes differ by {self.certainty:.3f}: first "
                "those are asked about where they differ least, then pictures far apart"
            )
        return [*lines, self.predicted.sentence()] if self.predicted else lines

    def _gate(self) -> str:
        if self.gate is None:
            return "gate: before the first label the most relevant of each class pass"
        if self.relevance >= self.gate:
            return f"gate: {self.relevance:.3f} is at least {self.gate:g}, so it passes"
        return (
            f"gate: {self.relevance:.3f} is below {self.gate:g}, so it is asked about only where "
            "too few of its class pass"
        )
