"""A relevance score beside Eq. (1): the relevant classes' share among many names of other things.

After NegLabel (Jiang et al., ICLR 2024), with the confusers among the negative names and one
description more than a name for each class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from laser_core.basics.arrays import Bools, Floats, Ints

SHARPNESS = 2.5  # in spreads: 30 a cosine where classes' cosines spread by .083, as offline's do
TOO_NEAR = 0.9  # cosine of two texts from which a name may mean a relevant class
BLOCK = 256  # names at once: 51 MB of cosines with 50,000 images
NAME_SIGNALS = (
    "names_log_sum",
    "names_sharpness",
)  # of `NegativeNames`, as a strategy asks for them


@dataclass(frozen=True)
class NegativeNames:
    """What `relevant_share` needs of the names.

    Args:
        log_sum: (N,) float64 for each image of the pool, log of the sum over names of
            exp(s cosine).
        sharpness: s, what a cosine is multiplied by.
    """

    log_sum: Floats
    sharpness: float

    def at(self, rows: Ints) -> NegativeNames:
        """Those of some images."""
        return NegativeNames(self.log_sum[rows], self.sharpness)


def relevant_share(relevant: Floats, confusers: Floats, names: Floats, sharpness: float) -> Floats:
    """(N,) the relevant classes' share of the sum over all of exp(s cosine), 0 to 1.

    Args:
        relevant: (n, N) mean cosine of each relevant class's descriptions with the images; the
            mean and not the best one, for a maximum over many sentences would outweigh the
            single text of a name.
        confusers: (C, N) likewise; C may be 0.
        names: (N,) `NegativeNames.log_sum`; -inf without names.
        sharpness: s.

    Raises:
        ValueError: there is no relevant class.
    """
    others = np.logaddexp(log_sum(confusers, sharpness), names)
    share: Floats = np.exp(log_share(relevant, others, sharpness))
    return share


def log_share(relevant: Floats, others: Floats, sharpness: float) -> Floats:
    """(N,) log of the relevant classes' share; it tells apart shares so near to 1 that they round.

    Args:
        relevant: (n, N) as for `relevant_share`.
        others: (N,) `log_sum` of all else.
        sharpness: s.

    Raises:
        ValueError: there is no relevant class.
    """
    if len(relevant) == 0:
        raise ValueError("relevant has 0 rows; at least one class must be relevant")
    found: Floats = -np.logaddexp(0.0, others - log_sum(relevant, sharpness))
    return found


def log_sum(cosines: Floats, sharpness: float) -> Floats:
    """(N,) float64 log of the sum over rows of exp(s cosine); -inf without a row."""
    if len(cosines) == 0:
        return np.full(cosines.shape[1], -np.inf)
    powers = sharpness * cosines.astype(np.float64)
    top = powers.max(axis=0)
    found: Floats = top + np.log(np.exp(powers - top).sum(axis=0))
    return found


def sharpness_of(class_cosines: Floats, in_spreads: float = SHARPNESS) -> float:
    """s for a model: `in_spreads` over the standard deviation of its classes' mean cosines.

    Args:
        class_cosines: (C, N) of relevant classes and confusers with the pool's images. Where all
            are the same, there is nothing to tell apart, and s is `in_spreads`.
        in_spreads: the sharpness where a standard deviation is 1.
    """
    spread = float(class_cosines.std(dtype=np.float64))
    return in_spreads / (spread if spread > 0.0 else 1.0)


def names_part(
    names: Floats, sharpness: float, images: int, cosines: Callable[[Floats], Floats]
) -> NegativeNames:
    """The names' part for a pool and some relevant texts, `BLOCK` names at a time.

    Args:
        names: (M, D) unit vectors of the names' texts.
        sharpness: s.
        images: N.
        cosines: (k, D) text vectors -> (k, N) cosines with the pool's images.
    """
    total = np.full(images, -np.inf)
    for start in range(0, len(names), BLOCK):
        block = cosines(names[start : start + BLOCK])
        total = np.logaddexp(total, log_sum(block, sharpness))
    return NegativeNames(total, sharpness)


def far_enough(names: Floats, relevant: Floats) -> Bools:
    """(M,) whether a name's text lies under `TOO_NEAR` of every relevant text.

    Args:
        names: (M, D) unit vectors; relevant: (R, D) unit vectors, R at least 1.
    """
    return np.concatenate(
        [
            (names[start : start + BLOCK] @ relevant.T).max(axis=1) < TOO_NEAR
            for start in range(0, len(names), BLOCK)
        ]
        or [np.zeros(0, dtype=np.bool_)]
    )


@dataclass(frozen=True)
class Share:
    """One term of the denominator for one image: its name, mean cosine, and share of the sum."""

    name: str
    cosine: float
    share: float


def denominator(
    named: Sequence[tuple[str, float]], names: float, sharpness: float
) -> tuple[tuple[Share, ...], float]:
    """(each term's share, largest first; the share of all names together); they add up to 1.

    Args:
        named: name and mean cosine of every relevant class and confuser.
        names: `NegativeNames.log_sum` of the image.
        sharpness: s.
    """
    cosines = np.array([[cosine] for _, cosine in named])
    total = np.logaddexp(log_sum(cosines, sharpness)[0], names)
    shares = np.exp(sharpness * cosines[:, 0] - total).tolist()
    terms = [Share(name, cosine, s) for (name, cosine), s in zip(named, shares, strict=True)]
    return tuple(sorted(terms, key=lambda term: -term.share)), float(np.exp(names - total))
