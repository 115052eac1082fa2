from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.explain.permutation import PermutationExplainer

from .brute_force import shapley

NAMES = ("a", "b", "c", "d")


def of_matrix(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(matrix[:, 0] * matrix[:, 1] + 2 * matrix[:, 2] * (matrix[:, 3] > 0))


def margin(frame: pl.DataFrame) -> np.ndarray:
    return of_matrix(frame.to_numpy())


def made(n: int, seed: int) -> pl.DataFrame:
    return pl.DataFrame(np.random.default_rng(seed).normal(size=(n, 4)), schema=NAMES)


def test_estimates_lie_within_their_errors_of_the_truth() -> None:
    rows, background = made(40, 0), made(32, 1)
    values, errors = PermutationExplainer(margin, background, NAMES).values(rows)
    truth = shapley(of_matrix, rows.to_numpy(), background.to_numpy(), np.arange(4))
    apart = np.abs(values - truth)
    assert (apart <= 4 * errors + 1e-12).mean() > 0.99
    assert apart.max() > 0
    assert apart.mean() < 0.15


def test_values_add_up_to_the_margin_exactly() -> None:
    rows = made(25, 2)
    explainer = PermutationExplainer(margin, made(100, 3), NAMES)
    values, _ = explainer.values(rows)
    assert np.abs(explainer.base + values.sum(axis=1) - margin(rows)).max() < 1e-12


def test_additive_parts_have_no_error_beyond_the_background() -> None:
    rows, background = made(5, 4), made(10, 5)
    explainer = PermutationExplainer(lambda f: 3 * f["a"].to_numpy() - f["d"].to_numpy(),
                                     background, NAMES)  # fmt: skip
    values, _ = explainer.values(rows)
    expected = 3 * (rows["a"].to_numpy() - background["a"].to_numpy().mean())
    assert np.abs(values[:, 0] - expected).max() < 1e-12
    assert np.abs(values[:, 1:3]).max() == 0


def test_one_background_row_and_no_rows() -> None:
    explainer = PermutationExplainer(margin, made(1, 6), NAMES)
    values, errors = explainer.values(made(2, 7))
    assert values.shape == (2, 4)
    assert np.isnan(errors).all()
    assert explainer.values(made(0, 8))[0].shape == (0, 4)
