"""The pictures that the model is least sure of, for the Label page."""

import numpy as np
import pytest

from laser_core.analysis.suggestions import from_cosines, sureness
from laser_core.basics.seeding import rng_for
from laser_core.texts.cosines import TextCosines


@pytest.mark.parametrize(("classes", "confusers"), [(3, 2), (1, 2), (2, 0), (1, 0)])
def test_sureness_is_that_of_the_suggestions(classes, confusers):
    rng = rng_for(classes, "sureness")
    cosines = TextCosines(
        rng.normal(size=(2 * classes, 30)).astype(np.float32),
        rng.normal(size=(2 * confusers, 30)).astype(np.float32),
        np.repeat(np.arange(classes), 2),
        np.repeat(np.arange(confusers), 2),
    )
    guesses = from_cosines(
        cosines,
        [f"text {n}" for n in range(2 * classes)],
        [f"class {n}" for n in range(classes)],
        [f"confuser {n}" for n in range(confusers)],
    )
    np.testing.assert_allclose(sureness(cosines), [g.sure for g in guesses], atol=1e-6)
