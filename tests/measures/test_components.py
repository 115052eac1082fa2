"""Directions against numpy's and scikit-learn's decompositions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.decomposition import PCA

from proofstone.measures.components import components


@pytest.mark.parametrize("load", [load_wine, load_breast_cancer, load_digits])
def test_directions_are_those_of_principal_components(
    load: object, rng: np.random.Generator
) -> None:
    data = load(return_X_y=True)[0]  # type: ignore[operator]
    centred = data - data.mean(axis=0)
    found = components(centred, 5, rng)
    theirs = PCA(5, svd_solver="full").fit(data).components_
    assert np.abs((found * theirs.T).sum(axis=0)) == pytest.approx(np.ones(5), abs=1e-6)
    largest = np.abs(found).argmax(axis=0)
    assert (found[largest, np.arange(5)] > 0).all()


def test_of_many_columns_the_first_directions_are_found_at_random(
    rng: np.random.Generator,
) -> None:
    size = 50.0 * 0.8 ** np.arange(40)
    matrix = rng.normal(size=(300, 40)) * size @ rng.normal(size=(40, 900))
    found = components(matrix, 4, rng)
    _, _, exact = np.linalg.svd(matrix, full_matrices=False)
    assert found.shape == (900, 4)
    assert np.abs((found * exact[:4].T).sum(axis=0)) == pytest.approx(np.ones(4), abs=1e-6)


def test_directions_without_a_difference_are_left_out(rng: np.random.Generator) -> None:
    flat = np.outer(rng.normal(size=30), np.ones(6))
    assert components(flat, 4, rng).shape == (6, 1)
    assert components(np.zeros((30, 6)), 4, rng).shape == (6, 0)
    assert components(np.zeros((0, 6)), 4, rng).shape == (6, 0)
    assert components(np.zeros((30, 0)), 4, rng).shape == (0, 0)
    assert components(np.zeros((30, 700)), 4, rng).shape == (700, 0)
