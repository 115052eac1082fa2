from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.core.project.schema import Rule
from proofstone.explain.levels import levels
from proofstone.explain.recourse import Recourse, most_rows, search, solve
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.contract import Feature
from proofstone.models.rows import Rows

from .models import FEATURES, made, table

RNG = np.random.default_rng(0)
FRAME = pl.DataFrame(RNG.random((500, 4)), schema=["a", "b", "c", "d"])
NUMBERS = [Feature(name, "number") for name in FRAME.columns]
FREE = Constraints()


def linear(weights: list[float], start: float = 0.0) -> Callable[[Rows], np.ndarray]:
    def score(rows: Rows) -> np.ndarray:
        margin = rows.frame.select("a", "b", "c", "d").to_numpy() @ np.array(weights) + start
        return np.asarray(1 / (1 + np.exp(-margin)))

    return score


def sought(
    score: Callable[[Rows], np.ndarray], rows: Rows, known: Constraints = FREE, **more: Any
) -> Recourse:
    features = more.pop("features", NUMBERS)
    threshold = np.full(len(rows), 0.5)
    return solve(
        search(rows, threshold, features, more.pop("reference", FRAME), known, **more), score
    )


def rejected(score: Callable[[Rows], np.ndarray], frame: pl.DataFrame = FRAME) -> Rows:
    rows = Rows.of(frame)
    return rows.take(np.flatnonzero(score(rows) < 0.5))


def least(rows: Rows, weights: np.ndarray, start: float) -> np.ndarray:
    """The least sum of moves on [0, 1] that reaches a margin of 0: the steepest input first."""
    x = rows.frame.to_numpy()
    gap = -(x @ weights + start)
    cost = np.zeros(len(x))
    for place in np.argsort(-np.abs(weights))[:3]:
        room = np.where(weights[place] > 0, 1 - x[:, place], x[:, place])
        move = np.clip(gap / abs(weights[place]), 0, room)
        gap, cost = gap - move * abs(weights[place]), cost + move
    return np.where(gap > 1e-9, np.nan, cost)


@pytest.mark.parametrize("weights", [[3.0, 2.0, 1.0, 0.2], [-1.5, 1.4, 1.3, 1.2]])
def test_the_least_change_of_a_linear_model_is_that_of_its_closed_form(
    weights: list[float],
) -> None:
    start = -0.6 * sum(max(0.0, one) for one in weights)
    score = linear(weights, start)
    rows = rejected(score)
    found = sought(score, rows)
    truth = least(rows, np.array(weights), start)
    # Ranks of 500 uniform numbers follow the numbers within 0.06 (Kolmogorov).
    assert found.found[~np.isnan(truth) & (truth < 1.8)].mean() > 0.98
    both = found.found & ~np.isnan(truth)
    apart = found.cost[both] - truth[both]
    assert np.median(np.abs(apart)) < 0.04
    assert np.quantile(apart, 0.95) < 0.15
    assert (score(found.after)[found.found] >= 0.5).all()


def test_single_changes_are_as_small_as_the_observed_values_allow() -> None:
    score = linear([4.0, 0.0, 0.0, 0.0], -2.0)
    rows = rejected(score)
    found = sought(score, rows)
    assert found.found.all()
    assert (found.changed == 1).all()
    share = (FRAME["a"].to_numpy()[:, None] < rows.frame["a"].to_numpy()).mean(axis=0)
    truth = (FRAME["a"] < 0.5).mean() - share
    assert np.abs(found.cost - truth).max() < 0.03


def test_other_inputs_stay_and_rows_without_recourse_are_themselves() -> None:
    score = linear([1.0, 1.0, 0.0, 0.0], -1.6)
    rows = rejected(score)
    found = sought(score, rows, Constraints({"a": Bounds("none")}))
    assert found.after.frame.select("a", "c", "d").equals(rows.frame.select("a", "c", "d"))
    assert not found.found.all()
    assert found.after.frame.filter(~pl.Series(found.found)).equals(
        rows.frame.filter(~pl.Series(found.found))
    )
    assert np.isnan(found.cost[~found.found]).all()
    assert (found.changed[~found.found] == 0).all()


def test_immutable_inputs_never_change_and_ranges_and_relations_hold() -> None:
    score = linear([2.0, 1.0, -2.0, 1.0], -1.9)
    rows = rejected(score)
    known = Constraints(
        {"a": Bounds("none"), "b": Bounds("up", high=0.8), "c": Bounds("down", low=0.1)},
        (Rule(name="order", expression="c <= d"), Rule(name="other", expression="label = 'x'")),
    )
    found = sought(score, rows, known)
    assert 0.3 < found.found.mean() < 1
    before, after = rows.frame, found.after.frame
    assert after["a"].equals(before["a"])
    assert Constraints(known.bounds, known.relations[:1]).kept(before, after).all()
    assert (after["b"] >= before["b"]).all()
    free = sought(score, rows)
    assert (free.after.frame["a"] != before["a"]).any()
    assert free.found.mean() >= found.found.mean()
    assert (free.cost[found.found] <= found.cost[found.found] + 0.05).mean() > 0.95


def test_categories_cost_one_half_and_are_changed_where_numbers_do_not_do() -> None:
    frame = FRAME.with_columns(kind=pl.Series(["x", "y"] * 250), on=pl.Series([True, False] * 250))
    features = [*NUMBERS, Feature("kind", "category"), Feature("on", "boolean")]

    def score(rows: Rows) -> np.ndarray:
        return np.where(rows.frame["kind"] == "y", 0.9, 0.1) * np.where(rows.frame["on"], 1.0, 0.4)

    rows = rejected(score, frame)
    found = sought(score, rows, features=features, reference=frame)
    assert found.found.all()
    assert found.cost.tolist() == [0.5] * len(rows)
    fixed = sought(score, rows, Constraints({"kind": Bounds("none")}), features=features,
                   reference=frame)  # fmt: skip
    assert fixed.found.tolist() == (rows.frame["kind"] == "y").to_list()


def test_pairs_are_as_cheap_as_an_exhaustive_search_finds() -> None:
    # Not additive: only a and b together do, far from where log-odds would add up.
    def score(rows: Rows) -> np.ndarray:
        a, b, c = (rows.frame[name].to_numpy() for name in "abc")
        return np.asarray(0.1 + 0.35 * (a > 0.7) + 0.35 * (b > 0.6) + 0.04 * c)

    rows = rejected(score).take(np.arange(40))
    found = sought(score, rows)
    x = rows.frame.to_numpy()
    ranks = [np.sort(FRAME[name].to_numpy()) for name in "ab"]
    truth = np.zeros(40)
    for column, limit, ranked in zip((0, 1), (0.7, 0.6), ranks, strict=True):
        share = np.searchsorted(ranked, np.maximum(x[:, column], limit)) / 500
        truth += share - np.searchsorted(ranked, x[:, column]) / 500
    assert found.found.all()
    assert np.abs(found.cost - truth).max() < 0.06


def test_a_forests_recourse_is_no_dearer_than_all_singles_and_pairs() -> None:
    frame, target = table()
    model = made("lightgbm", frame, target)
    score = lambda rows: model.scores(rows.frame)  # noqa: E731
    rows = Rows.of(frame).take(np.flatnonzero(score(Rows.of(frame)) < 0.6)[:25])
    found = solve(search(rows, np.full(25, 0.6), FEATURES, frame, FREE, grid=6), score)
    pools = {one.name: levels(frame[one.name], one, 161) for one in FEATURES}
    values = {
        name: pool[np.linspace(0, len(pool) - 1, min(len(pool), 6)).round().astype(int)].to_list()
        for name, pool in pools.items()
    }
    for place in range(25):
        row = rows.frame.row(place, named=True)
        options = [{one.name: v} for one in FEATURES for v in values[one.name]]
        asked = [a | b for a in options for b in options]
        asked = [one for one in asked if all(row[name] is not None for name in one)]
        changed = pl.DataFrame([row | one for one in asked], schema=frame.schema)
        cost = np.array(
            [sum(price(frame, name, row[name], v) for name, v in one.items()) for one in asked]
        )
        turned = model.scores(changed) >= 0.6
        if turned.any():
            assert found.found[place]
            assert found.cost[place] <= cost[turned].min() + 0.01


def price(frame: pl.DataFrame, name: str, own: Any, new: Any) -> float:
    if isinstance(own, (str, bool)):
        return 0.5 * (own != new)
    known = frame[name].drop_nulls().to_numpy()
    ranks = [((known < v).mean() + (known <= v).mean()) / 2 for v in (own, new)]
    return float(abs(ranks[1] - ranks[0]))


def test_scores_can_be_brought_below_a_threshold_too() -> None:
    score = linear([3.0, 0.0, 0.0, 0.0], -1.0)
    rows = Rows.of(FRAME)
    rows = rows.take(np.flatnonzero(score(rows) >= 0.5))
    found = sought(score, rows, above=False)
    assert found.found.all()
    assert (score(found.after) < 0.5).all()


def test_missing_values_stay_and_nothing_to_change_is_no_recourse() -> None:
    frame = FRAME.with_columns(a=pl.lit(None, dtype=pl.Float64), b=pl.lit(0.2))
    score = lambda rows: np.full(len(rows), 0.2)  # noqa: E731
    found = sought(score, Rows.of(frame), reference=frame)
    assert not found.found.any()
    everything = Constraints({name: Bounds("none") for name in "abcd"})
    assert not sought(score, Rows.of(FRAME), everything).found.any()
    assert len(sought(score, Rows.of(FRAME[:0])).found) == 0


def test_no_more_rows_are_asked_than_said() -> None:
    for weights, grid in product(([3.0, 2.0, 1.0, 0.2], [0.1] * 4), (4, 10)):
        score = linear(weights, -1.5)
        rows = rejected(score)
        asked: list[int] = []

        def counted(
            some: Rows,
            score: Callable[[Rows], np.ndarray] = score,
            asked: list[int] = asked,
        ) -> np.ndarray:
            asked.append(len(some))
            return score(some)

        sought(counted, rows, grid=grid)
        assert len(asked) <= 5
        assert sum(asked) <= most_rows(len(rows), 4, grid)
