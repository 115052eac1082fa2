"""Clusters against scikit-learn, on real tables and on points whose parts are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from proofstone.measures.partition import distances, k_means, nearest, silhouette

LOADERS = (load_iris, load_wine, load_breast_cancer)


def table(load: object) -> np.ndarray:
    data = load(return_X_y=True)[0]  # type: ignore[operator]
    return np.asarray((data - data.mean(axis=0)) / data.std(axis=0))


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("k", [2, 3])
def test_centres_are_as_good_as_sklearns(load: object, k: int, rng: np.random.Generator) -> None:
    points = table(load)
    centres, owner = k_means(points, k, rng, starts=10)
    theirs = KMeans(k, n_init=10, random_state=0, tol=0).fit(points)
    inertia = float(((points - centres[owner]) ** 2).sum())
    assert inertia == pytest.approx(theirs.inertia_, rel=1e-3)
    assert adjusted_rand_score(owner, theirs.labels_) > 0.95
    assert np.array_equal(owner, nearest(points, centres))


@pytest.mark.parametrize("load", LOADERS)
def test_the_silhouette_is_sklearns(load: object, rng: np.random.Generator) -> None:
    points = table(load)
    _, owner = k_means(points, 2, rng)
    for at in (0, 1):
        theirs = silhouette_samples(points, owner)[owner == at].mean()
        assert silhouette(points, owner == at) == pytest.approx(theirs, abs=1e-6)


def test_distances_are_those_of_their_definition(rng: np.random.Generator) -> None:
    points, centres = rng.normal(size=(20, 3)), rng.normal(size=(4, 3))
    naive = ((points[:, None] - centres) ** 2).sum(axis=2)
    assert distances(points, centres) == pytest.approx(naive, abs=1e-12)


def test_of_few_distinct_points_there_are_few_centres(rng: np.random.Generator) -> None:
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0)
    centres, owner = k_means(points, 8, rng)
    assert len(centres) == 2
    assert len(set(owner[:5])) == len(set(owner[5:])) == 1
    same, _ = k_means(np.ones((6, 2)), 3, rng)
    assert same.tolist() == [[1.0, 1.0]]


def test_one_point_and_none_outside_have_no_silhouette() -> None:
    points = np.eye(4)
    assert np.isnan(silhouette(points, np.array([True, False, False, False])))
    assert np.isnan(silhouette(points, np.ones(4, dtype=bool)))
    assert silhouette(np.ones((4, 2)), np.arange(4) < 2) == 0.0


def test_the_same_seed_gives_the_same_parts() -> None:
    points = table(load_wine)
    first, second = (k_means(points, 4, np.random.default_rng(3))[1] for _ in range(2))
    assert np.array_equal(first, second)
