from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.neighbors import NearestNeighbors

from proofstone.assess.attack.detector import NEIGHBOURS, Detector, Space, Typicality

RNG = np.random.default_rng(0)


def frame(n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"x": RNG.normal(5, 2, n), "y": RNG.exponential(3, n), "kind": RNG.choice(["a", "b"], n)}
    )


def test_distances_are_those_of_scikit_learn() -> None:
    reference, rows = frame(300), frame(100)
    found = Typicality.of(reference, set()).distances(rows)
    space = Space.of(reference, set())
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(space.points(reference))
    expected = nearest.kneighbors(space.points(rows))[0].mean(axis=1)
    assert found[:, 0] == pytest.approx(expected)


def test_mahalanobis_distance_is_the_closed_form() -> None:
    reference, rows = frame(300), frame(50)
    points, known = (Space.of(reference, set()).points(one) for one in (rows, reference))
    covariance = np.cov(known.T)
    ridge = 1e-2 * max(1.0, np.trace(covariance) / len(covariance)) * np.eye(len(covariance))
    centred = points - known.mean(axis=0)
    expected = np.sqrt((centred @ np.linalg.inv(covariance + ridge) * centred).sum(axis=1))
    assert Typicality.of(reference, set()).distances(rows)[:, 1] == pytest.approx(expected)


@pytest.mark.parametrize("discrete", [False, True])
def test_false_alarms_come_as_often_as_asked(discrete: bool) -> None:
    rng = np.random.default_rng(1)

    def clean(n: int) -> np.ndarray:
        third = rng.binomial(8, 0.02, n) / 8 if discrete else rng.standard_normal(n)
        return np.column_stack([rng.standard_normal((n, 2)), third])

    rates = [Detector.calibrated(clean(300), 0.05).alarms(clean(500)).mean() for _ in range(200)]
    assert 0.04 < np.mean(rates) < 0.06


def test_rows_far_from_all_others_give_an_alarm() -> None:
    reference, calibrating = frame(300), frame(300)
    typical = Typicality.of(reference, set())
    detector = Detector.calibrated(typical.distances(calibrating), 0.05)
    odd = frame(50).with_columns(x=pl.col("x") + 30)
    assert detector.alarms(typical.distances(odd)).all()


def test_too_few_calibrating_rows_never_give_an_alarm() -> None:
    detector = Detector.calibrated(np.zeros((5, 1)), 0.05)
    assert not detector.alarms(np.full((3, 1), 9.0)).any()


def test_gaps_and_unknown_categories_have_a_place() -> None:
    reference = frame(50).with_columns(x=pl.when(pl.col("x") > 6).then(None).otherwise(pl.col("x")))
    other = pl.DataFrame({"x": [None, 1.0], "y": [1.0, None], "kind": ["zzz", None]})
    assert np.isfinite(Typicality.of(reference, set()).distances(other)).all()


def test_a_category_may_be_called_count_and_ties_are_in_order() -> None:
    shown = Space.of(pl.DataFrame({"count": ["c", "b", "a", "c"]}), set())
    assert shown.categories == {"count": ("c", "a", "b")}
