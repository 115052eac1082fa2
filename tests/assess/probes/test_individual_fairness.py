from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler

from proofstone.assess.probes.individual_fairness import individual_fairness
from proofstone.core.finding import Finding, Verdict

from .cases import by, recorded, run


def measure(y: Any, d: Any, frame: pl.DataFrame, **about: Any) -> dict[tuple[str, str], Finding]:
    return by(run(individual_fairness, *recorded(y, np.asarray(d, dtype=float), frame, **about)))


def test_consistency_is_that_of_scikit_learns_neighbours() -> None:
    rng = np.random.default_rng(3)
    x = rng.random((500, 3))
    d = (x[:, 0] + 0.2 * rng.standard_normal(500) > 0.5).astype(int)
    found = measure(rng.integers(0, 2, 500), d, pl.DataFrame(x, schema=["a", "b", "c"]))
    scaled = MinMaxScaler().fit_transform(x)
    near = NearestNeighbors(n_neighbors=5, metric="manhattan").fit(scaled)
    places = near.kneighbors(return_distance=False)
    expected = 1 - np.abs(d - d[places].mean(axis=1)).mean()
    one = found["decision_consistency", "all"]
    assert one.value == pytest.approx(expected, abs=1e-9)
    assert one.low < one.value < one.high
    assert one.details["columns"] == ["a", "b", "c"]


def test_entropy_of_decisions_against_labels() -> None:
    rng = np.random.default_rng(4)
    y, d = rng.integers(0, 2, 400), rng.integers(0, 2, 400)
    sex = np.array(["f", "m"], dtype=object)[rng.integers(0, 2, 400)]
    frame = pl.DataFrame({"x": rng.random(400)})
    for setting, benefit in (({}, d - y + 1), ({"benefit": "negative"}, y - d + 1)):
        found = measure(y, d, frame, protected={"sex": sex},
                        settings={"individual_fairness": setting})  # fmt: skip
        whole, between = (found[name] for name in (
            ("generalized_entropy_index", "all"), ("between_group_entropy", "sex")))  # fmt: skip
        mean = benefit.mean()
        assert whole.value == pytest.approx((((benefit / mean) ** 2).mean() - 1) / 2, abs=1e-12)
        means = np.array([benefit[sex == one].mean() for one in sex])
        assert between.value == pytest.approx((((means / mean) ** 2).mean() - 1) / 2, abs=1e-12)
        assert whole.low < whole.value < whole.high


def test_a_group_that_is_harmed_is_found() -> None:
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, 1000)
    sex = np.array(["f", "m"], dtype=object)[rng.integers(0, 2, 1000)]
    d = np.where((sex == "f") & (rng.random(1000) < 0.3), 0, y)
    found = measure(y, d, pl.DataFrame({"x": rng.random(1000)}), protected={"sex": sex})
    assert found["between_group_entropy", "sex"].low > 0


def test_protected_columns_do_not_make_people_alike() -> None:
    rng = np.random.default_rng(6)
    frame = pl.DataFrame({"x": rng.random(200), "sex": ["f", "m"] * 100})
    found = measure(np.arange(200) % 2, np.arange(200) % 2, frame,
                    protected={"sex": frame["sex"].to_numpy()})  # fmt: skip
    assert found["decision_consistency", "all"].details["columns"] == ["x"]


def test_bad_input_ends_as_a_finding() -> None:
    y = np.arange(60) % 2
    same = measure(y, y, pl.DataFrame({"x": [1.0] * 60}))
    assert "no input is a number" in same["decision_consistency", "all"].reason
    assert "no protected column" in same["between_group_entropy", "all"].reason
    few = measure(y[:4], y[:4], pl.DataFrame({"x": [1.0, 2, 3, 4]}))
    assert "no more than 5 rows" in few["decision_consistency", "all"].reason
    people = {
        "one": np.array(["a"] * 60, dtype=object),
        "id": np.array([str(i) for i in range(200)][:60], dtype=object),
        "many": np.array([str(i) for i in range(60)], dtype=object),
    }
    found = measure(y, y, pl.DataFrame({"x": np.arange(60.0)}), protected=people)
    assert found["between_group_entropy", "one"].value is None
    long = {"id": np.array([str(i) for i in range(200)], dtype=object)}
    y = np.arange(200) % 2
    found = measure(y, y, pl.DataFrame({"x": np.arange(200.0)}), protected=long)
    assert found["between_group_entropy", "id"].verdict is Verdict.NOT_RUN


def test_rows_are_drawn_where_there_are_many() -> None:
    rng = np.random.default_rng(7)
    y = rng.integers(0, 2, 3000)
    found = measure(y, y, pl.DataFrame({"x": rng.random(3000)}),
                    settings={"individual_fairness": {"rows": 200}})  # fmt: skip
    assert found["decision_consistency", "all"].n == 200
    assert found["generalized_entropy_index", "all"].n == 3000
