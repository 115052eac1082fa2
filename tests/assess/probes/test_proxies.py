from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from proofstone.assess.equity.design import design
from proofstone.assess.probes.proxies import proxies
from proofstone.core.finding import Verdict

from .cases import TABLES, by, protected, real, recorded, run


@pytest.mark.parametrize("name", TABLES)
def test_the_area_is_near_that_of_scikit_learn(name: str) -> None:
    frame = real(name)
    column = protected(name)[0]
    about, model = recorded(
        frame["y"].to_numpy(), frame["p"].to_numpy(), frame.drop("y", "p"), 0.2,
        protected={one: frame[one].to_numpy() for one in protected(name)},
    )  # fmt: skip
    found = by(run(proxies, about, model))["proxy_auc", column]
    groups = np.unique(frame[column].to_numpy())
    inside = frame[column].to_numpy() == groups[-1]
    matrix = design(frame.drop("y", "p", *protected(name))).values
    guess = cross_val_predict(
        LogisticRegression(max_iter=500), matrix, inside, cv=5, method="predict_proba"
    )[:, 1]
    assert found.value == pytest.approx(roc_auc_score(inside, guess), abs=0.025)
    assert found.low < found.value < found.high
    assert found.evidence == "procedure"


def planted(seed: int, strength: float, n: int = 600) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    sex = np.where(rng.random(n) < 0.4, "f", "m")
    x = rng.standard_normal(n) + strength * (sex == "f")
    frame = pl.DataFrame({"x": x, "noise": rng.random(n), "kind": rng.choice(["a", "b", "c"], n)})
    return frame, sex.astype(object)


def test_planted_proxies_are_found_and_nothing_is_not() -> None:
    alarms, hits = [], []
    for seed in range(60):
        for strength, kept in ((0.0, alarms), (0.6, hits)):
            frame, sex = planted(seed, strength)
            case, model = recorded(np.arange(600) % 2, np.full(600, 0.3), frame,
                                   protected={"sex": sex})  # fmt: skip
            (one,) = run(proxies, case, model, seed=seed)
            kept.append(one.low > 0.5)
    assert np.mean(alarms) <= 0.08
    assert np.mean(hits) >= 0.95
    assert one.details["inputs"][0]["input"] == "x"


def test_a_relation_that_rises_and_falls_is_seen() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, 800)
    sex = np.where(np.abs(x) < 0.5, "f", "m").astype(object)
    case, model = recorded(np.arange(800) % 2, np.full(800, 0.3), pl.DataFrame({"x": x}),
                           protected={"sex": sex})  # fmt: skip
    (one,) = run(proxies, case, model)
    assert one.value > 0.9


def test_what_cannot_be_told_says_why() -> None:
    frame, sex = planted(0, 0.0)
    few = np.array(["a"] * 595 + ["b"] * 5, dtype=object)
    many = np.array([str(i % 25) for i in range(600)], dtype=object)
    y, score = np.arange(600) % 2, np.full(600, 0.3)
    people = {"few": few, "many": many}
    found = by(run(proxies, *recorded(y, score, frame, protected=people)))
    assert found["proxy_auc", "few"].value is None
    assert "20 rows" in found["proxy_auc", "few"].reason
    assert found["proxy_auc", "many"].verdict is Verdict.NOT_RUN
    texts = pl.DataFrame({"text": [f"words {i}" for i in range(600)]})
    (one,) = run(proxies, *recorded(y, score, texts, protected={"sex": sex}))
    assert "no input is a number" in one.reason
    (one,) = run(proxies, *recorded(y, score, frame))
    assert "no protected column" in one.reason
