from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.inspection import partial_dependence as peer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from proofstone.measures.dependence import accumulated_effects, curve, partial_dependence, places


def sweep(predict: object, x: np.ndarray, column: int, levels: np.ndarray) -> np.ndarray:
    asked = np.repeat(x, len(levels), axis=0)
    asked[:, column] = np.tile(levels, len(x))
    return np.asarray(predict(asked)).reshape(len(x), len(levels))


@pytest.mark.parametrize("load", [load_breast_cancer, load_diabetes, load_wine])
def test_partial_dependence_equals_scikit_learns(load: object) -> None:
    x, y = load(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y > y.mean())
    levels = np.quantile(x[:, 2], np.linspace(0, 1, 8))
    theirs = peer(model, x, [2], custom_values={2: levels}, kind="average", method="brute",
                  response_method="predict_proba")  # fmt: skip
    ours = sweep(lambda rows: model.predict_proba(rows)[:, 1], x, 2, levels)
    assert np.abs(partial_dependence(ours, np.ones(len(x))) - theirs.average[0]).max() < 1e-9


def test_effects_of_an_additive_function_are_its_own_whatever_the_correlation() -> None:
    rng = np.random.default_rng(0)
    x = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 5000)
    levels = np.quantile(x[:, 0], np.linspace(0, 1, 11), method="inverted_cdf")
    score = sweep(lambda rows: np.sin(rows[:, 0]) + rows[:, 1] ** 3, x, 0, levels)
    found = accumulated_effects(score, places(x[:, 0], levels), np.ones(len(x)))
    own = np.sin(levels)
    assert np.abs(np.diff(found) - np.diff(own)).max() < 1e-12
    assert np.abs(found - (own - np.sin(x[:, 0]).mean())).max() < 0.03


def by_loops(score: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Apley and Zhu's estimator, equation by equation."""
    bins = score.shape[1] - 1
    g, counts = [0.0], []
    for k in range(bins):
        gains = [row[k + 1] - row[k] for row, at in zip(score, place, strict=True) if at == k]
        g.append(g[-1] + (sum(gains) / len(gains) if gains else 0.0))
        counts.append(len(gains))
    centre = sum(c * (g[k] + g[k + 1]) / 2 for k, c in enumerate(counts)) / sum(counts)
    return np.array(g) - centre


def test_effects_are_the_estimators_of_the_paper_and_weights_are_counts() -> None:
    rng = np.random.default_rng(1)
    score, place = rng.random((60, 7)), rng.integers(-1, 6, 60)
    place[place == 3] = 2  # an interval without rows
    assert (
        np.abs(accumulated_effects(score, place, np.ones(60)) - by_loops(score, place)).max()
        < 1e-12
    )
    weight = rng.integers(0, 3, (4, 60)).astype(float)
    drawn = accumulated_effects(score, place, weight)
    for row, counts in zip(drawn, weight, strict=True):
        again = np.repeat(np.arange(60), counts.astype(int))
        assert np.abs(row - by_loops(score[again], place[again])).max() < 1e-12
    ends = partial_dependence(score, weight)
    assert (
        np.abs(ends[1] - score[np.repeat(np.arange(60), weight[1].astype(int))].mean(axis=0)).max()
        < 1e-12
    )


def test_correlated_inputs_partial_dependence_and_effects_differ() -> None:
    # f = x1 * x2 with x2 = x1: along the data the effect of x1 is x1²/2, not x1 times a mean.
    x = np.repeat(np.linspace(-1, 1, 2001)[:, None], 2, axis=1)
    levels = np.linspace(-1, 1, 41)
    score = sweep(lambda rows: rows[:, 0] * rows[:, 1], x, 0, levels)
    assert np.abs(partial_dependence(score, np.ones(len(x)))).max() < 1e-12
    effects = accumulated_effects(score, places(x[:, 0], levels), np.ones(len(x)))
    assert np.abs(effects - (levels**2 / 2 - 1 / 6)).max() < 2e-3


def test_values_fall_into_the_interval_below_a_level() -> None:
    found = places(
        np.array([0.0, 0.5, 1.0, 1.5, 2.0, 9.0, -4.0, np.nan]), np.array([0.0, 1.0, 2.0])
    )
    assert found.tolist() == [0, 0, 0, 1, 1, 1, 0, -1]


def test_intervals_of_the_range_cover_the_truth() -> None:
    # f = x1 * x2, x2 uniform on [0, 1]: the partial dependence rises by 1/2 over [0, 1].
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(400):
        x2 = rng.random(60)
        found = curve(np.linspace(0, 1, 5) * x2[:, None], 0.95, rng, resamples=300)
        hits += found.range_low <= 0.5 <= found.range_high
    assert 0.92 <= hits / 400 <= 0.975
