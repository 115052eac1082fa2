"""One function takes whatever a notebook has."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
import torch
from sklearn import metrics
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

import proofstone
from proofstone.core.errors import InputError

WINE = load_wine()


def values(found: Any) -> dict[str, Any]:
    return {one["metric"]: one["value"] for one in found.findings if one["subject"] == "all"}


def test_a_raw_booster_and_its_estimator_come_to_the_same() -> None:
    estimator = lightgbm.LGBMClassifier(n_estimators=5, verbosity=-1, n_jobs=1)
    estimator.fit(WINE.data[::2], WINE.target[::2])
    rows, target = WINE.data[1::2], WINE.target[1::2]
    first = values(proofstone.assess(estimator, rows, target))
    second = values(proofstone.assess(estimator.booster_, rows, target))
    assert first["log_loss"] is not None
    for metric in ("accuracy", "log_loss", "macro_roc_auc"):
        assert first[metric] == pytest.approx(second[metric], abs=1e-12)


def test_classes_in_the_order_of_a_functions_answers() -> None:
    names = np.array(["red", "white", "pink"])[WINE.target]
    forest = RandomForestClassifier(5, random_state=0).fit(WINE.data[::2], WINE.target[::2])
    found = proofstone.assess(
        forest.predict_proba, WINE.data[1::2], names[1::2],
        classes=["red", "white", "pink"],
    )  # fmt: skip
    expected = metrics.accuracy_score(WINE.target[1::2], forest.predict(WINE.data[1::2]))
    assert values(found)["accuracy"] == pytest.approx(expected)


def test_a_torch_module_says_that_it_answers_logits() -> None:
    torch.manual_seed(0)
    net = torch.nn.Linear(13, 3)
    with pytest.raises(InputError, match="are no probabilities"):
        proofstone.assess(net, WINE.data, WINE.target)
    found = proofstone.assess(net, WINE.data, WINE.target, logits=True)
    with torch.no_grad():
        decided = net(torch.tensor(WINE.data, dtype=torch.float32)).argmax(1).numpy()
    expected = metrics.accuracy_score(WINE.target, decided)
    assert values(found)["accuracy"] == pytest.approx(expected)


def test_a_function_of_texts() -> None:
    dice = np.random.default_rng(0)
    texts = [" ".join(dice.choice(["good", "bad", "day", "rain"], 5)) for _ in range(200)]

    def chance(given: list[str]) -> np.ndarray:
        return np.array([1 / (1 + np.exp(one.count("bad") - one.count("good"))) for one in given])

    happened = np.where(dice.random(200) < chance(texts), "yes", "no")
    found = values(proofstone.assess(chance, texts, happened))
    expected = metrics.roc_auc_score(happened == "yes", chance(texts))
    assert found["roc_auc"] == pytest.approx(expected)
