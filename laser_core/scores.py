"""The scores of the paper, in its order: Eq. (1), (3), (4), (5). Read it beside Section 3.2.

Cosines come text by image, (T, N): one row a sentence, one column an image. Eq. (2), the loss, is
what the learners in `laser_core.nets` minimise.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from laser_core.basics.arrays import Floats, Ints

IMAGES_AT_ONCE = 65536  # 31 MB of cosines with 120 sentences
Fusion = Literal["raw", "zscore"]  # how Eq. (5) brings its two parts together


def vlm_score(relevant: Floats, irrelevant: Floats, owner: Ints | None = None) -> Floats:
    """Relevance of each image to the relevant classes, before any label: Eq. (1).

    Args:
        relevant: (R, N) cosines of the relevant descriptions with the images.
        irrelevant: (I, N) cosines of the confusers' descriptions. I may be 0 (the paper's
            "N = 0" ablation): no penalty then.
        owner: (I,) which confuser, 0, 1, ..., each irrelevant row describes; the mean is over
            confusers of each one's mean, so one with more sentences weighs no more. None: every
            row weighs the same, as printed (the two agree when all have K sentences).

    Returns:
        (N,) best cosine to a relevant description less the penalty, in [-2, 2]; higher is
        queried first.

    Raises:
        ValueError: `relevant` has no row, so no image can be relevant.
    """
    if len(relevant) == 0:
        raise ValueError("relevant has 0 rows; Eq. (1) needs at least one description")
    return relevant.max(axis=0) - penalty(irrelevant, owner)


def best_rows(relevant: Floats) -> Ints:
    """(N,) row of each image's best cosine among (R, N), the first of equals: the max of Eq. (1).

    In blocks of images: NumPy would copy the whole array first.
    """
    starts = range(0, relevant.shape[1], IMAGES_AT_ONCE)
    blocks = [relevant[:, start : start + IMAGES_AT_ONCE].argmax(axis=0) for start in starts]
    return np.concatenate(blocks) if blocks else relevant.argmax(axis=0)


def penalty(irrelevant: Floats, owner: Ints | None = None) -> Floats:
    """(N,) the second term of Eq. (1), from (I, N) cosines of the confusers' descriptions.

    The mean over confusers of each one's mean; 0 everywhere without a confuser.
    """
    if len(irrelevant) == 0:
        return np.zeros(irrelevant.shape[1], dtype=irrelevant.dtype)
    return confuser_weights(owner, len(irrelevant)).astype(irrelevant.dtype) @ irrelevant


def confuser_weights(owner: Ints | None, rows: int) -> Floats:
    """(I,) weight of each irrelevant sentence in the penalty's mean; they sum to 1."""
    if owner is None:
        return np.full(rows, 1.0 / rows)
    _, which, sentences = np.unique(owner, return_inverse=True, return_counts=True)
    return 1.0 / (sentences[which] * len(sentences))


def confuser_cosines(irrelevant: Floats, owner: Ints | None = None) -> Floats:
    """(C, N) mean cosine of each confuser's sentences, confusers in ascending order of `owner`."""
    if owner is None:
        return irrelevant
    groups = np.unique(owner)
    return np.stack([irrelevant[owner == group].mean(axis=0) for group in groups])


def temperature_probabilities(logits: Floats, temperature: float) -> Floats:
    """(..., C) class probabilities of logits (..., C), sharpened by dividing by T: Eq. (3).

    A logit of -inf (a class without a label so far) gives probability 0.

    Raises:
        ValueError: a row has no finite logit, or a logit is NaN.
    """
    top = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(top).all():
        raise ValueError("a row of logits has NaN, or no finite value at all")
    powers = np.exp((logits - top) / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


def detector_score(probabilities: Floats) -> Floats:
    """(N,) highest relevant probability less the irrelevant one, in [-1, 1]: Eq. (4).

    Args:
        probabilities: (N, n + 1) of the detector; the last column is the irrelevant class.
    """
    return probabilities[:, :-1].max(axis=1) - probabilities[:, -1]


def final_score(
    s_vlm: Floats, s_det: Floats, delta: float | Floats, fusion: Fusion = "raw"
) -> Floats:
    """(N,) (1 - delta) S_vlm + delta S_det: Eq. (5).

    Args:
        s_vlm: (N,) of Eq. (1).
        s_det: (N,) of Eq. (4).
        delta: the detector's share, 0 to 1, one for all images or (N,) one for each.
        fusion: "raw" as printed; "zscore" first brings both scores to mean 0 and standard
            deviation 1 over the pool, because S_det is some ten times as wide as S_vlm.
    """
    if fusion == "zscore":
        s_vlm, s_det = standardise(s_vlm), standardise(s_det)
    return (1.0 - delta) * s_vlm + delta * s_det


def standardise(scores: Floats) -> Floats:
    """(N,) at mean 0 and standard deviation 1; all 0 when every score is the same."""
    spread = scores.std()
    return (scores - scores.mean()) / (spread if spread > 0.0 else 1.0)


def detector_share(sd_vlm: float, sd_det: float, delta: float, fusion: Fusion = "raw") -> float:
    """The detector's effective share of Eq. (5), 0 to 1: of the two parts' summed variance.

    Takes the parts as independent. With "zscore" both spreads count as 1.
    """
    if fusion == "zscore":
        sd_vlm, sd_det = float(sd_vlm > 0.0), float(sd_det > 0.0)
    detector, language = (delta * sd_det) ** 2, ((1.0 - delta) * sd_vlm) ** 2
    return detector / (detector + language) if detector + language > 0.0 else 0.0
