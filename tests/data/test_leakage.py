from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.data.leakage import leaks


def rows(n: int = 400) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(3)
    positive = rng.random(n) < 0.3
    noise = rng.normal(size=n)
    frame = pl.DataFrame(
        {
            "noise": noise,
            "useful": noise + positive,
            "copied": 5.0 - positive + 0.01 * noise,
            "reason": np.where(positive, "default", "paid"),
            "category": rng.choice(list("abc"), n),
            "absent": [1.0 if one else None for one in positive],
            "folded": np.where(positive, 1.0, rng.choice([0.0, 2.0], n)),
            "name": [f"row {at}" for at in range(n)],
        }
    )
    return frame, positive


def test_only_near_perfect_features_are_named() -> None:
    frame, positive = rows()
    assert leaks(frame, frame.columns, positive) == {
        "copied": 1.0,
        "reason": 1.0,
        "absent": 1.0,
        "folded": 1.0,
    }


def test_nothing_is_said_of_few_rows() -> None:
    frame, positive = rows(20)
    assert leaks(frame, frame.columns, positive) == {}


def test_breast_cancer_has_strong_features_but_no_leak() -> None:
    from sklearn.datasets import load_breast_cancer
    from sklearn.metrics import roc_auc_score

    data = load_breast_cancer()
    frame = pl.DataFrame(data.data, schema=list(data.feature_names))
    positive = data.target == 1
    assert leaks(frame, frame.columns, positive) == {}
    frame = frame.with_columns(pl.Series("leak", data.target + 0.05 * frame["mean area"] / 700))
    ((name, area),) = leaks(frame, frame.columns, positive).items()
    assert name == "leak"
    assert abs(area - roc_auc_score(positive, frame["leak"].to_numpy())) < 1e-12
