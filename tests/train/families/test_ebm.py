from __future__ import annotations

import numpy as np
import pytest
from interpret.glassbox import ExplainableBoostingClassifier
from scipy.special import logit

from proofstone.models.runtimes.ebm import load
from proofstone.train.families.ebm import extract, family

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.mark.parametrize("interactions", [0, 4])
def test_equals_interpret_term_by_term(sample: Sample, interactions: int) -> None:
    matrix, target, weight = sample
    matrix = np.column_stack([matrix, np.zeros(len(matrix)), np.round(matrix[:, 0])])
    machine = ExplainableBoostingClassifier(
        feature_types=["continuous"] * 8, interactions=interactions, outer_bags=2, n_jobs=1,
        max_rounds=300, max_bins=64, max_interaction_bins=16, random_state=0,
    ).fit(matrix, target, sample_weight=weight)  # fmt: skip
    model = load(extract(machine, 8).to_weights())
    cuts = np.concatenate([term.cuts[0] for term in model.terms_of])
    rng = np.random.default_rng(0)
    beyond = np.concatenate([matrix * 1.5 - 3, rng.choice(cuts, size=(300, 8))])
    for rows in (matrix, beyond):
        assert model.terms(rows) == pytest.approx(machine.eval_terms(rows), abs=1e-12)
        assert model.margin(rows) == pytest.approx(machine.decision_function(rows), abs=1e-9)
        score = machine.predict_proba(rows)[:, 1]
        assert model.margin(rows) == pytest.approx(logit(score), abs=1e-9)
    assert sum(len(columns) == 2 for columns in model.term_columns) == interactions


def test_a_fit_has_the_declared_number_of_pairs(sample: Sample) -> None:
    settings = {"interactions": 2, "outer_bags": 1, "max_rounds": 50}
    model = load(family.fit(*sample, settings, 0, ()))
    assert [len(columns) for columns in model.term_columns] == [1] * 6 + [2] * 2
