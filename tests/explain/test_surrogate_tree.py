from __future__ import annotations

import doctest
import tracemalloc
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.tree import DecisionTreeClassifier

from proofstone.explain import surrogate_tree
from proofstone.explain.conditions import MOST_SPLITS, Split, read, splits_of
from proofstone.explain.surrogate_tree import Rule, decide, fit_rules, most_rows
from proofstone.models.contract import Feature


@pytest.mark.parametrize("load", [load_breast_cancer, load_diabetes, load_wine])
def test_it_fits_as_well_as_scikit_learns_tree_on_real_tables(load: object) -> None:
    x, y = load(return_X_y=True)
    wanted = y > y.mean()
    frame = pl.DataFrame(x, schema=[f"x{i}" for i in range(x.shape[1])])
    features = [Feature(name, "number") for name in frame.columns]
    rules = fit_rules(frame, wanted, features, least=1)
    peer = DecisionTreeClassifier(max_leaf_nodes=8, random_state=0).fit(x, wanted)
    ours = (decide(rules, frame) == wanted).mean()
    # Ours cuts at 32 quantiles, scikit-learn's anywhere.
    assert ours >= peer.score(x, wanted) - 0.03
    assert len(rules) <= 8


def test_the_same_cuts_give_scikit_learns_own_tree() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 8, (400, 3)).astype(float)
    wanted = (x[:, 0] > 3) & (x[:, 1] <= 5) | (x[:, 2] > 6)
    frame = pl.DataFrame(x, schema=["a", "b", "c"])
    features = [Feature(name, "number") for name in "abc"]
    for leaves in (2, 3, 4, 6):
        peer = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0).fit(x, wanted)
        rules = fit_rules(frame, wanted, features, leaves=leaves, least=1)
        assert np.array_equal(decide(rules, frame), peer.predict(x))


def test_planted_rules_are_found_and_read_as_they_were_planted() -> None:
    rng = np.random.default_rng(1)
    income = pl.Series(rng.random(2000) * 100)
    frame = pl.DataFrame(
        {
            "income": income.set(pl.Series(rng.random(2000) < 0.1), None),
            "kind": rng.choice(["a", "b", "c"], 2000),
            "own": rng.random(2000) < 0.5,
        }
    )
    wanted = ((frame["income"] > 60) & (frame["kind"] == "b")).fill_null(value=False).to_numpy()
    features = [Feature("income", "number"), Feature("kind", "category"), Feature("own", "boolean")]
    rules = fit_rules(frame, wanted, features)
    assert (decide(rules, frame) == wanted).mean() > 0.98
    (positive,) = [rule for rule in rules if rule.decision]
    parts = {one["column"]: one for one in read(positive.conditions)}
    assert parts["kind"] == {"column": "kind", "is": "equal", "value": "b", "or_missing": False}
    assert parts["income"]["is"] == "above"
    assert parts["income"]["value"] == pytest.approx(60, abs=4)
    assert not parts["income"]["or_missing"]
    assert "own" not in parts


def test_every_row_is_covered_by_one_rule_and_like_leaves_are_joined() -> None:
    rng = np.random.default_rng(2)
    frame = pl.DataFrame(rng.random((300, 3)), schema=["a", "b", "c"])
    features = [Feature(name, "number") for name in "abc"]
    rules = fit_rules(frame, frame["a"].to_numpy() * frame["b"].to_numpy() > 0.3, features)
    assert (np.sum([rule.holds(frame) for rule in rules], axis=0) == 1).all()
    last = [rule.conditions[-1][0] for rule in rules]
    for rule in rules:
        *above, (test, answer) = rule.conditions
        twin = [one for one in rules if one.conditions == (*above, (test, not answer))]
        assert all(one.decision != rule.decision for one in twin)
    assert last


def test_nothing_to_tell_apart_is_one_rule() -> None:
    frame = pl.DataFrame({"a": [1.0] * 30, "b": ["x"] * 30})
    rules = fit_rules(frame, np.arange(30) < 20, [Feature("a", "number"), Feature("b", "category")])
    assert [(rule.conditions, rule.decision) for rule in rules] == [((), True)]
    assert splits_of(frame, [Feature("a", "number"), Feature("b", "category")]) == []


def test_a_conjunction_says_nothing_twice() -> None:
    low, high = Split("a", "at_most", 2.0, True), Split("a", "at_most", 7.0, True)
    assert read([(low, False), (high, True)]) == [
        {"column": "a", "is": "above", "value": 2.0, "or_missing": False},
        {"column": "a", "is": "at_most", "value": 7.0, "or_missing": False},
    ]
    assert read([(low, False)])[0]["or_missing"]
    gone = Split("a", "missing", None, True)
    assert read([(gone, False), (low, False)])[0]["or_missing"] is False
    assert read([(gone, True), (low, False)]) == [
        {"column": "a", "is": "missing", "value": None, "or_missing": False}
    ]
    assert read([(gone, False)])[0]["is"] == "known"
    x, y = Split("k", "is", "x"), Split("k", "is", "y")
    assert read([(x, False), (y, True)])[0] == {
        "column": "k", "is": "equal", "value": "y", "or_missing": False,
    }  # fmt: skip


def told(rules: Sequence[Rule]) -> list[tuple[object, object]]:
    return [(rule.conditions, rule.decision) for rule in rules]


def test_many_rows_and_columns_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    frame = pl.DataFrame(rng.random((2_000, 12)), schema=[f"c{place}" for place in range(12)])
    features = [Feature(name, "number") for name in frame.columns]
    wanted = frame["c5"].to_numpy() > 0.5
    whole = fit_rules(frame, wanted, features)
    assert len(splits_of(frame, features)) <= MOST_SPLITS * len(features)
    monkeypatch.setattr(surrogate_tree, "_BLOCK", 5_000)
    assert told(fit_rules(frame, wanted, features)) == told(whole)
    monkeypatch.setattr(surrogate_tree, "_CELLS", 200_000)
    assert most_rows(features) == 1_000
    tracemalloc.start()
    thinned = fit_rules(frame, wanted, features)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert (decide(thinned, frame) == wanted).mean() > 0.9


def test_a_few_columns_let_many_rows_be_fitted() -> None:
    assert doctest.testmod(surrogate_tree).failed == 0
