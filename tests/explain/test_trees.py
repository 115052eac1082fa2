from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import shap

from proofstone.core.errors import InputError
from proofstone.explain.forest import Forest, Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.trees import TreeExplainer

from .brute_force import shapley


def table(n: int, d: int, seed: int = 0, missing: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)).round(1)
    y = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + rng.normal(size=n) > 0.3
    x[rng.random((n, d)) < missing] = np.nan
    return x, y.astype(int)


def booster(x: np.ndarray, y: np.ndarray, trees: int = 30, **settings: object) -> lightgbm.Booster:
    known = {
        "objective": "binary",
        "verbose": -1,
        "num_threads": 1,
        "deterministic": True,
        "min_data_in_leaf": 3,
    }
    categories = settings.pop("categorical_feature", [])
    data = lightgbm.Dataset(x, y, categorical_feature=categories, params={"verbose": -1})
    return lightgbm.train(known | settings, data, trees)


@pytest.mark.parametrize(
    "settings",
    [{}, {"zero_as_missing": True}, {"use_missing": False}, {"num_leaves": 2}],
    ids=["plain", "zero-as-missing", "no-missing", "stumps"],
)
def test_margin_is_lightgbms(settings: dict[str, object]) -> None:
    x, y = table(400, 5)
    model = booster(x, y, **settings)
    forest = read_forest(model.model_to_string())
    assert np.abs(forest.margin(x) - model.predict(x, raw_score=True)).max() < 1e-10


def test_margin_with_categorical_splits_and_unseen_categories() -> None:
    x, y = table(600, 4)
    rng = np.random.default_rng(1)
    x[:, 3] = rng.integers(0, 70, len(x))
    y = ((y + np.isin(x[:, 3] % 7, [1, 4])) > 0.5).astype(int)
    model = booster(x, y, categorical_feature=[3], min_data_per_group=1, cat_smooth=1.0)
    forest = read_forest(model.model_to_string())
    assert forest.members
    asked = x.copy()
    asked[:5, 3] = [-1, -0.5, 500, np.nan, 3.7]
    assert np.abs(forest.margin(asked) - model.predict(asked, raw_score=True)).max() < 1e-10


def test_a_constant_model_is_one_leaf() -> None:
    x, y = table(50, 3)
    forest = read_forest(booster(x, y, trees=2, min_data_in_leaf=200).model_to_string())
    explainer = TreeExplainer(Paths.of(forest, range(3)), 3, x)
    assert np.all(explainer.values(x) == 0)
    assert np.abs(forest.margin(x) - explainer.base).max() < 1e-12


@pytest.mark.parametrize("missing", [0.0, 0.1], ids=["whole", "missing"])
def test_values_are_shaps(missing: float) -> None:
    x, y = table(300, 6, missing=missing)
    model = booster(x, y)
    forest = read_forest(model.model_to_string())
    explainer = TreeExplainer(Paths.of(forest, range(6)), 6, x[:40])
    peer = shap.TreeExplainer(
        model, x[:40], feature_perturbation="interventional", model_output="raw"
    )
    assert np.abs(explainer.values(x[40:90]) - peer.shap_values(x[40:90])).max() < 1e-6
    assert explainer.base == pytest.approx(peer.expected_value, abs=1e-9)


def test_paths_beyond_the_tables_equal_shap() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(500, 16))
    y = (x.sum(axis=1) + rng.normal(size=500) > 0).astype(int)
    model = booster(x, y, trees=8, num_leaves=64, extra_trees=True, min_data_in_leaf=1)
    paths = Paths.of(read_forest(model.model_to_string()), range(16))
    explainer = TreeExplainer(paths, 16, x[:50])
    assert paths.depth > 8
    peer = shap.TreeExplainer(
        model, x[:50], feature_perturbation="interventional", model_output="raw"
    )
    assert np.abs(explainer.values(x[50:120]) - peer.shap_values(x[50:120])).max() < 1e-6


def test_columns_of_one_feature_move_together() -> None:
    x, y = table(300, 5)
    flags = np.isnan(x[:, :2]).astype(float)
    both = np.column_stack([np.nan_to_num(x), flags])
    feature_of = np.array([0, 1, 2, 3, 4, 0, 1])
    forest = read_forest(booster(both, y, trees=10).model_to_string())
    explainer = TreeExplainer(Paths.of(forest, feature_of.tolist()), 5, both[:12])
    expected = shapley(forest.margin, both[12:16], both[:12], feature_of)
    assert np.abs(explainer.values(both[12:16]) - expected).max() < 1e-12


def test_a_single_row_gives_what_the_batch_gives_and_sums_to_the_margin() -> None:
    x, y = table(200, 5)
    forest = read_forest(booster(x, y).model_to_string())
    explainer = TreeExplainer(Paths.of(forest, range(5)), 5, x[:30])
    values = explainer.values(x)
    assert np.abs(explainer.values(x[7:8]) - values[7]).max() < 1e-12
    assert np.abs(explainer.base + values.sum(axis=1) - forest.margin(x)).max() < 1e-10


def test_a_hand_drawn_tree() -> None:
    forest = Forest(
        column=np.array([0, -1, 1, -1, -1]),
        threshold=np.array([0.5, 0, 0.5, 0, 0]),
        left=np.array([1, -1, 3, -1, -1]),
        right=np.array([2, -1, 4, -1, -1]),
        value=np.array([0, 0.0, 0, 0.0, 8.0]),
        roots=np.array([0]),
        missing=np.zeros(5, dtype=int),
        default_left=np.zeros(5, dtype=bool),
    )
    explainer = TreeExplainer(Paths.of(forest, range(2)), 2, np.array([[0.0, 0.0]]))
    assert explainer.values(np.array([[1.0, 1.0], [1.0, 0.0]])).tolist() == [[4.0, 4.0], [0, 0]]


def test_what_is_not_a_sum_of_trees_is_refused() -> None:
    x, y = table(200, 3, missing=0.0)
    text = booster(x, y, trees=2, linear_tree=True).model_to_string()
    with pytest.raises(InputError, match="linear leaves"):
        read_forest(text)
    several = booster(x, (x[:, 0] > 0) + y, trees=2, objective="multiclass", num_class=3)
    with pytest.raises(InputError, match="several outputs"):
        read_forest(several.model_to_string())
    forest = booster(x, y, trees=2, boosting="rf", bagging_freq=1, bagging_fraction=0.6)
    with pytest.raises(InputError, match="averages"):
        read_forest(forest.model_to_string())
