from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from proofstone.assess.poison.regions import LEARNT, STRANGE, Judged, Region, judged, regions

N = 600


def states(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A model's view of two classes; 24 rows of class 1 lie apart."""
    rng = np.random.default_rng(seed)
    target = np.arange(N) % 2
    seen = rng.normal(size=(N, 30)) * np.linspace(2.0, 0.5, 30)
    apart = np.zeros(N, dtype=bool)
    apart[rng.choice(np.flatnonzero(target == 1), 24, replace=False)] = True
    seen[apart] += rng.normal(size=30) * 3.0
    return seen, target, apart


def test_a_part_that_lies_apart_is_a_region_of_its_own() -> None:
    seen, target, apart = states()
    found = list(regions(seen, target, True, np.random.default_rng(0)))
    assert any(np.array_equal(one.rows, apart) for one in found if one.method == "clusters")
    assert all(10 <= one.rows.sum() <= N / 10 for one in found)
    assert len({one.rows.tobytes() for one in found}) == len(found)
    assert all(one.positive for one in found)


def test_two_parts_are_those_of_sklearn() -> None:
    """Chen et al. (2018) as written: reduce a class to ten directions, part it in two."""
    seen, target, apart = states()
    own = PCA(10, svd_solver="full").fit_transform(seen[target == 1])
    theirs = KMeans(2, n_init=10, random_state=0).fit_predict(own)
    small = np.flatnonzero(target == 1)[theirs == np.bincount(theirs).argmin()]
    found = regions(seen, target, True, np.random.default_rng(0))
    two = next(one for one in found if one.name in ("1/2", "2/2"))
    assert np.array_equal(np.flatnonzero(two.rows & (target == 1)), small)
    assert np.array_equal(small, np.flatnonzero(apart))


def test_ends_are_those_of_the_first_component() -> None:
    seen, target, _ = states()
    pca = PCA(1, svd_solver="full").fit(seen[target == 1])
    along = pca.transform(seen)[:, 0]
    own = along[target == 1]
    theirs = {
        frozenset(np.flatnonzero(side * along >= np.quantile(side * own, 1 - share)).tolist())
        for side in (1, -1)
        for share in (0.025, 0.05, 0.1)
    }
    found = regions(seen, target, True, np.random.default_rng(0))
    ours = {frozenset(np.flatnonzero(one.rows).tolist()) for one in found
            if one.method == "spectral"}  # fmt: skip
    small = {rows for rows in theirs if 10 <= len(rows) <= N / 10}
    assert small
    assert small <= ours


def test_a_class_that_looks_all_the_same_has_no_parts() -> None:
    target = np.arange(N) % 2
    assert list(regions(np.ones((N, 5)), target, True, np.random.default_rng(0))) == []
    assert list(regions(np.ones((N, 0)), target, True, np.random.default_rng(0))) == []


@pytest.mark.parametrize("positive", [True, False])
def test_what_is_expected_is_what_a_regression_without_the_part_says(positive: bool) -> None:
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(N, 4))
    target = (rng.random(N) < 1 / (1 + np.exp(-inputs @ [1.0, -1.0, 0.5, 0.0]))).astype(int)
    inside = np.zeros(N, dtype=bool)
    inside[:20] = True
    target[:20] = positive
    score = np.where(inside, 0.9 if positive else 0.1, 0.5)
    (one,) = judged([Region("clusters", "1/2", positive, inside)], inputs, target, score)
    theirs = LogisticRegression(C=1.0, tol=1e-10).fit(inputs[~inside], target[~inside])
    expected = theirs.predict_proba(inputs[inside])[:, int(positive)].mean()
    assert one.expected == pytest.approx(expected, abs=1e-5)
    assert one.pvalue == pytest.approx(binom.sf(19, 20, one.expected), rel=1e-6)
    assert (one.rows, one.pure, one.said) == (20, 1.0, pytest.approx(0.9))


def test_where_labels_differ_or_the_score_knows_nothing_of_it_nothing_is_fitted() -> None:
    inputs, target = np.zeros((N, 1)), np.arange(N) % 2
    inside = np.arange(N) < 20
    part = Region("spectral", "+0.05", True, inside)
    (mixed,) = judged([part], inputs, target, np.full(N, 0.9))
    target[:20] = 1
    (unknown,) = judged([part], inputs, target, np.full(N, 0.3))
    for one in (mixed, unknown):
        assert np.isnan(one.expected)
        assert one.pvalue == 1.0
        assert not one.strange(0.5)
        assert not one.learnt


@pytest.mark.parametrize(
    ("said", "expected", "strange"),
    [(0.8, 0.1, True), (0.5, 0.2, True), (0.499, 0.2, False), (0.95, 0.41, False)],
)
def test_strange_is_what_only_others_like_it_account_for(
    said: float, expected: float, strange: bool
) -> None:
    """0.5 against 0.2 is four times the odds; 0.41 is more than 1.25 times the usual 0.32."""
    one = Judged(Region("clusters", "1/2", True, np.ones(9, bool)), 9, 1.0, said, expected, 0.0)
    assert (one.strange(0.32) and one.learnt) is strange
    assert (LEARNT, STRANGE) == (4.0, 1.25)
