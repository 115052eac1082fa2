"""Corrections for many tests against statsmodels."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from proofstone.measures.multiplicity import bonferroni_level, holm

pvalues = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30).map(np.array)


# statsmodels collects garbage in every call of Holm's method.
@settings(max_examples=15)
@given(pvalues)
def test_holm_equals_statsmodels(values: Any) -> None:
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1])


@given(pvalues, st.integers(0, 2**32 - 1))
def test_order_is_kept(values: Any, seed: int) -> None:
    shuffled = np.random.default_rng(seed).permutation(len(values))
    assert holm(values)[shuffled] == pytest.approx(holm(values[shuffled]))
    assert np.all(holm(values) >= values)


def test_no_test_is_no_pvalue() -> None:
    assert len(holm(np.zeros(0))) == 0


@pytest.mark.parametrize("tests", [1, 6, 36])
def test_a_bonferroni_family_errs_at_most_as_often_as_one_test(tests: int) -> None:
    level = bonferroni_level(0.95, tests)
    assert tests * (1 - level) == pytest.approx(0.05)
    assert level**tests >= 0.95
