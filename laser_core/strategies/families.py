"""Strategies in families, by what they ask with: for whoever chooses among many."""

from __future__ import annotations

from laser_core.strategies.base import STRATEGIES

# by what decides; LaSeR and `gated` ask a detector too, MQ-Net the text too
_FAMILIES = {
    "Text and detector": ("laser", "gated"),
    "Text alone": ("mcm", "neglabel"),
    "A detector of what is relevant": (
        "lfosa", "eoal", "bual", "eaoa", "mqnet", "openmax", "e2oal",
    ),
    "Classic: everything counts as relevant": (
        "random", "uncertainty", "margin", "bald", "coreset", "badge",
    ),
    "Frozen features": ("typiclust", "maxherding", "uherding", "dropquery"),
}  # fmt: skip
OTHERS = "Other packages"


def families() -> dict[str, list[str]]:
    """Family -> names of its strategies; those of other packages at the end, if there are any."""
    found = {
        title: [name for name in names if name in STRATEGIES] for title, names in _FAMILIES.items()
    }
    placed = {name for names in found.values() for name in names}
    if others := [name for name in STRATEGIES if name not in placed]:
        found[OTHERS] = others
    return found
