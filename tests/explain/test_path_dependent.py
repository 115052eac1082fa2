from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import factorial

import lightgbm
import numpy as np
import pandas as pd
import pytest
import shap
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.tree import DecisionTreeClassifier
from woodelf import WoodelfExplainer

from proofstone.explain.forest import Forest, Paths
from proofstone.explain.lightgbm_text import read_forest
from proofstone.explain.path_dependent import PathDependentExplainer
from proofstone.explain.shapley import explainer
from proofstone.explain.trees import TreeExplainer
from proofstone.models.rows import Rows
from proofstone.train.families.tree import double_threshold

from .models import made, table

TABLES = {
    "cancer": lambda: load_breast_cancer(return_X_y=True),
    "diabetes": lambda: _halves(*load_diabetes(return_X_y=True)),
    "wine": lambda: _halves(*load_wine(return_X_y=True)),
}


def _halves(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x, (y > np.median(y)).astype(int)


def booster(x: np.ndarray, y: np.ndarray, trees: int = 25, **settings: object) -> lightgbm.Booster:
    known = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 3}
    data = lightgbm.Dataset(x, y, params={"verbose": -1})
    return lightgbm.train(known | settings, data, trees)


@pytest.mark.filterwarnings("ignore:LightGBM binary classifier:UserWarning")
@pytest.mark.parametrize("name", TABLES)
def test_both_kinds_equal_their_peers_on_real_tables(name: str) -> None:
    x, y = TABLES[name]()
    model = booster(x, y, num_leaves=12)
    forest = read_forest(model.model_to_string())
    width = x.shape[1]
    paths = Paths.of(forest, range(width))
    asked, background = x[:60], x[60:140]

    ours = PathDependentExplainer(paths, width)
    peer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    assert np.abs(ours.values(asked) - peer.shap_values(asked)).max() < 1e-9
    assert ours.base == pytest.approx(float(np.ravel(peer.expected_value)[-1]), abs=1e-9)

    exact = TreeExplainer(paths, width, background).values(asked)
    few, some = pd.DataFrame(asked), pd.DataFrame(background)
    few.columns = some.columns = [f"Column_{i}" for i in range(width)]
    bare = WoodelfExplainer(model, some, feature_perturbation="interventional")
    # Both peers count the background in single precision.
    assert np.abs(exact - np.asarray(bare.shap_values(few, verbose=False))).max() < 1e-6
    peer = shap.TreeExplainer(model, background, feature_perturbation="interventional")
    assert np.abs(exact - peer.shap_values(asked)).max() < 1e-6


def test_long_paths_with_missing_values_equal_lightgbms_own() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(500, 16))
    y = (x.sum(axis=1) + rng.normal(size=500) > 0).astype(int)
    x[rng.random(x.shape) < 0.05] = np.nan
    model = booster(x, y, trees=8, num_leaves=64, extra_trees=True, min_data_in_leaf=1)
    paths = Paths.of(read_forest(model.model_to_string()), range(16))
    assert paths.depth > 8
    own = np.asarray(model.predict(x[:90], pred_contrib=True))
    ours = PathDependentExplainer(paths, 16)
    assert np.abs(ours.values(x[:90]) - own[:, :-1]).max() < 1e-9
    assert ours.base == pytest.approx(own[0, -1], abs=1e-9)


def test_a_tree_of_scikit_learn_equals_shap() -> None:
    x, y = load_breast_cancer(return_X_y=True)
    fitted = DecisionTreeClassifier(max_depth=6, random_state=0).fit(x, y)
    tree = fitted.tree_
    inner = tree.children_left >= 0
    nodes = len(inner)
    forest = Forest(
        column=np.where(inner, tree.feature, -1),
        threshold=np.where(inner, double_threshold(tree.threshold), 0.0),
        left=tree.children_left,
        right=tree.children_right,
        value=np.where(inner, 0.0, tree.value[:, 0, 1]),
        roots=np.zeros(1, dtype=np.int64),
        missing=np.zeros(nodes, dtype=int),
        default_left=np.zeros(nodes, dtype=bool),
        cover=tree.weighted_n_node_samples,
    )
    peer = shap.TreeExplainer(fitted, feature_perturbation="tree_path_dependent")
    theirs = peer.shap_values(x[:200])[:, :, 1]
    ours = PathDependentExplainer(Paths.of(forest, range(30)), 30)
    assert np.abs(ours.values(x[:200]) - theirs).max() < 1e-9
    # The rows of training, counted, are the covers that scikit-learn carries.
    assert np.array_equal(forest.reached(x), tree.weighted_n_node_samples)


def by_definition(forest: Forest, feature_of: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Shapley values of one row: every coalition, each walked down by covers where it is absent."""
    size = int(feature_of.max()) + 1

    def worth(node: int, coalition: tuple[int, ...]) -> float:
        if forest.column[node] < 0:
            return float(forest.value[node])
        sides = forest.left[node], forest.right[node]
        if feature_of[forest.column[node]] in coalition:
            went = row[forest.column[node]] <= forest.threshold[node]
            return worth(sides[0] if went else sides[1], coalition)
        return sum(forest.cover[s] / forest.cover[node] * worth(s, coalition) for s in sides)

    values = np.zeros(size)
    for feature in range(size):
        others = [other for other in range(size) if other != feature]
        for count in range(size):
            weight = factorial(count) * factorial(size - count - 1) / factorial(size)
            for taken in combinations(others, count):
                gain = sum(worth(r, (*taken, feature)) - worth(r, taken) for r in forest.roots)
                values[feature] += weight * gain
    return values


def test_columns_of_one_feature_are_one_player() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(300, 4))
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)
    forest = read_forest(booster(x, y, trees=6, num_leaves=10).model_to_string())
    feature_of = np.array([0, 1, 2, 0])
    ours = PathDependentExplainer(Paths.of(forest, feature_of.tolist()), 3)
    for row, values in zip(x[:5], ours.values(x[:5]), strict=True):
        assert np.abs(values - by_definition(forest, feature_of, row)).max() < 1e-12
    assert np.abs(ours.base + ours.values(x).sum(axis=1) - forest.margin(x)).max() < 1e-10


def expected(forest: Forest, node: int) -> float:
    """The value of a tree under `node`, each child weighted by its share of the cover."""
    if forest.column[node] < 0:
        return float(forest.value[node])
    children = forest.left[node], forest.right[node]
    covers = [float(forest.cover[child]) for child in children]
    known = [(child, cover) for child, cover in zip(children, covers, strict=True) if cover]
    return sum(cover / sum(covers) * expected(forest, child) for child, cover in known)


def test_nodes_that_no_row_reached_add_nothing_to_the_base() -> None:
    x, y = TABLES["wine"]()
    forest = read_forest(booster(x, y, trees=3).model_to_string())
    few = replace(forest, cover=forest.reached(x[:3]))
    ours = PathDependentExplainer(Paths.of(few, range(x.shape[1])), x.shape[1])
    assert ours.base == pytest.approx(sum(expected(few, root) for root in few.roots), abs=1e-12)
    assert np.abs(ours.base + ours.values(x).sum(axis=1) - forest.margin(x)).max() < 1e-10


@pytest.mark.parametrize("runtime", ["tree", "lightgbm", "linear"])
def test_the_kind_is_asked_for_by_name_and_told(runtime: str) -> None:
    frame, target = table()
    model = made(runtime, frame, target)
    rows = Rows.of(frame)
    found = explainer(model, rows, kind="path_dependent").explain(rows)
    assert found.method.startswith("inter" if runtime == "linear" else "path-dependent")
    assert found.gap(model.margin(rows)) < 1e-10
