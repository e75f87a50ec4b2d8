"""Which of a few crowds of numbers each number belongs to, guarded where a mixture goes wrong."""

from __future__ import annotations

from warnings import catch_warnings

import numpy as np

from laser_core.basics.arrays import Floats

LEAST = 10  # different numbers without which a mixture of two explains each by itself


def upper_crowd(
    values: Floats,
    rng: np.random.Generator,
    components: int = 2,
    fit_on: Floats | None = None,
) -> Floats:
    """(N,) chance that each of `values` (N,) belongs to the crowd with the highest mean.

    The crowds are normal distributions, fitted as LfOSA's released code does. A wide crowd would
    claim the far tail of a narrow one below it (chance 1 for the lowest values of all), so the
    chance is 0 at or below the next lower mean, and above that it never falls as the value grows.
    With fewer than `LEAST` different numbers it is the value scaled to 0..1; 0.5 when all values
    are the same.

    Args:
        components: how many crowds.
        fit_on: (M,) numbers that the crowds are fitted on; None: on `values`.
    """
    values = np.asarray(values, dtype=np.float64)
    sample = values if fit_on is None else np.asarray(fit_on, dtype=np.float64)
    if len(values) == 0 or np.ptp(values) < 1e-12:
        return np.full(len(values), 0.5)
    if len(np.unique(sample)) < LEAST:
        return scaled01(values)
    low, spread = sample.min(), np.ptp(sample)
    sample = np.sort(sample)  # the fit begins somewhere: not where the pool is stored
    scaled = (values - low) / spread
    chance, lower = _chance_of_the_highest((sample - low) / spread, scaled, components, rng)
    chance[scaled <= lower] = 0.0
    order = scaled.argsort(kind="stable")
    chance[order] = np.maximum.accumulate(chance[order])
    return chance


def _chance_of_the_highest(
    sample: Floats, values: Floats, components: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """(N,) posterior of the crowd with the highest mean, and the next lower mean."""
    from sklearn.exceptions import ConvergenceWarning  # seconds to import
    from sklearn.mixture import GaussianMixture
    from threadpoolctl import threadpool_limits

    model = GaussianMixture(
        components,
        max_iter=10,
        tol=1e-2,
        reg_covar=5e-4,
        random_state=int(rng.integers(2**31)),
    )  # LfOSA's, which EAOA took over
    # ten steps are what was published, converged or not
    with threadpool_limits(1), catch_warnings(action="ignore", category=ConvergenceWarning):
        model.fit(sample[:, None])
    order = model.means_[:, 0].argsort()
    chance: Floats = model.predict_proba(values[:, None])[:, order[-1]]
    return chance, float(model.means_[order[-2], 0])


def scaled01(values: Floats) -> Floats:
    """(N,) `values` moved and scaled to 0..1; all 0 when every value is the same."""
    spread = np.ptp(values) if len(values) else 0.0
    return (values - values.min()) / spread if spread > 0.0 else np.zeros(len(values))
