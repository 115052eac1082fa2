from __future__ import annotations

import numpy as np
import pytest

from proofstone.explain.additive import AdditiveExplainer
from proofstone.models.runtimes.ebm import Ebm, Term

from .brute_force import shapley

FEATURES = np.array([0, 1, 2, 0])
CUTS = np.array([1.0, 2.0, 3.0])


@pytest.fixture
def machine() -> Ebm:
    rng = np.random.default_rng(0)
    single = [Term((column,), (CUTS,), rng.normal(size=4)) for column in range(4)]
    pairs = [
        Term(columns, (CUTS, CUTS), rng.normal(size=(4, 4))) for columns in [(0, 1), (2, 1), (0, 3)]
    ]
    return Ebm((*single, *pairs), -0.2, 4)


def test_values_are_the_definition(machine: Ebm) -> None:
    rng = np.random.default_rng(1)
    matrix, background = rng.uniform(0, 4, size=(5, 4)), rng.uniform(0, 4, size=(9, 4))
    explainer = AdditiveExplainer(machine.terms_of, -0.2, FEATURES, 3, background)
    values = explainer.values(matrix)
    assert np.abs(values - shapley(machine.margin, matrix, background, FEATURES)).max() < 1e-12
    assert np.abs(explainer.base + values.sum(axis=1) - machine.margin(matrix)).max() < 1e-12
