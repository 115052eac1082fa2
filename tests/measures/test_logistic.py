"""The ridge logistic regression against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import scale

from proofstone.measures.logistic import cross_fitted, fit_logistic


@pytest.mark.parametrize("penalty", [0.5, 1.0, 10.0])
def test_coefficients_are_scikit_learns(penalty: float) -> None:
    x, y = load_breast_cancer(return_X_y=True)
    design = scale(x)
    peer = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=5000).fit(design, y)
    found = fit_logistic(design, y, penalty)
    assert found[0] == pytest.approx(peer.intercept_[0], abs=1e-4)
    assert found[1:] == pytest.approx(peer.coef_[0], abs=1e-4)


def test_what_is_random_is_not_told_and_what_is_told_is() -> None:
    rng = np.random.default_rng(2)
    design, y = rng.standard_normal((600, 20)), rng.integers(0, 2, 600)
    assert 0.44 < roc_auc_score(y, cross_fitted(design, y, rng)) < 0.56
    told = (design[:, 0] + 0.5 * rng.standard_normal(600) > 0).astype(int)
    assert roc_auc_score(told, cross_fitted(design, told, rng)) > 0.9


def test_separable_classes_end_finite() -> None:
    x = np.linspace(-1, 1, 40)[:, None]
    assert np.isfinite(fit_logistic(x, x[:, 0] > 0)).all()
