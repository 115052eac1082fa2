from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.assess.grounding.corrected import Counted, lang_reiczigel, rogan_gladen

SHARES = st.floats(0.0, 1.0)


@given(SHARES, st.floats(0.55, 1.0), st.floats(0.55, 1.0))
def test_the_correction_undoes_the_errors_of_the_check(true: float, se: float, sp: float) -> None:
    flagged = true * se + (1 - true) * (1 - sp)
    assert rogan_gladen(flagged, se, sp) == pytest.approx(true, abs=1e-9)


def test_a_check_that_tells_nothing_corrects_nothing() -> None:
    assert math.isnan(rogan_gladen(0.3, 0.5, 0.5))
    coin = Counted(0.5, 50)
    assert math.isnan(lang_reiczigel(Counted(0.3, 100), coin, coin, 0.95).low)
    assert math.isnan(lang_reiczigel(Counted(0.3, 0), Counted(0.9, 50), coin, 0.95).low)


@pytest.mark.parametrize(
    ("true", "se", "sp", "n", "m"),
    [(0.0, 0.9, 0.9, 80, 48), (0.05, 0.9, 0.8, 100, 48), (0.4, 0.8, 0.7, 200, 60)],
)
def test_the_interval_holds_the_true_share_as_often_as_it_says(
    true: float, se: float, sp: float, n: int, m: int
) -> None:
    rng = np.random.default_rng(7)
    flagged = rng.binomial(n, true * se + (1 - true) * (1 - sp), 2000) / n
    sens, spec = rng.binomial(m, se, 2000) / m, rng.binomial(m, sp, 2000) / m
    ends = [
        lang_reiczigel(Counted(p, n), Counted(a, m), Counted(b, m), 0.95)
        for p, a, b in zip(flagged, sens, spec, strict=True)
    ]
    covered = np.mean([low <= true <= high for low, high in ends])
    assert 0.935 <= covered <= 0.99
