from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression

from proofstone.models.calibration import Sigmoid, Uncalibrated
from proofstone.train.calibrate import fit_calibration, fit_isotonic, fit_sigmoid


def drawn(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    margin = rng.normal(size=n) * 3 - 1
    return margin, rng.random(n) < 1 / (1 + np.exp(-0.6 * margin + 0.4))


@pytest.mark.parametrize("n", [12, 100, 3000])
def test_sigmoid_is_platts_optimum(n: int) -> None:
    margin, target = drawn(n)
    positives, negatives = target.sum(), (~target).sum()
    goal = np.where(target, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(line: np.ndarray) -> float:
        logit = -(line[0] * margin + line[1])
        return float((np.logaddexp(0, logit) - goal * logit).sum())

    fitted = fit_sigmoid(margin, target)
    peer = minimize(
        loss, [-1.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
    )
    assert loss(np.array([fitted.a, fitted.b])) <= peer.fun + 1e-9
    assert (fitted.a, fitted.b) == pytest.approx(tuple(peer.x), abs=1e-5)
    sklearn = _SigmoidCalibration().fit(margin, target.astype(int))
    assert fitted.apply(margin) == pytest.approx(sklearn.predict(margin), abs=1e-3)


def test_sigmoid_stands_separated_and_constant_margins() -> None:
    target = np.array([False] * 5 + [True] * 5)
    separated = fit_sigmoid(np.where(target, 50.0, -50.0), target)
    assert separated.apply(np.array([-50.0, 50.0])) == pytest.approx([1 / 7, 6 / 7])
    constant = fit_sigmoid(np.full(10, 3.0), target)
    assert constant.apply(np.array([3.0])) == pytest.approx([0.5])


def test_isotonic_equals_scikit_learn() -> None:
    margin, target = drawn(300)
    new = np.linspace(-12, 12, 99)
    peer = IsotonicRegression(out_of_bounds="clip").fit(margin, target)
    assert fit_isotonic(margin, target).apply(new) == pytest.approx(peer.predict(new), abs=1e-12)


def test_the_method_is_chosen_by_name() -> None:
    margin, target = drawn(50)
    assert isinstance(fit_calibration("none", margin, target), Uncalibrated)
    assert isinstance(fit_calibration("sigmoid", margin, target), Sigmoid)
    assert fit_calibration("isotonic", margin, target).to_json() is not None
