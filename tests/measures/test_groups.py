"""Group counts and rates against fairlearn."""

from random import Random
from typing import Any

import fairlearn.metrics as fl
import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st

from proofstone.measures.groups import (
    RATES,
    Groups,
    count_groups,
    difference,
    equalized_odds_difference,
    group,
    intersect,
    rate,
    rates,
    ratio,
)

PEERS = {
    "selection_rate": fl.selection_rate,
    "true_positive_rate": fl.true_positive_rate,
    "false_positive_rate": fl.false_positive_rate,
    "true_negative_rate": fl.true_negative_rate,
    "false_negative_rate": fl.false_negative_rate,
    "precision": sk.precision_score,
    "accuracy": sk.accuracy_score,
}
cells = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.sampled_from("abc")), min_size=1, max_size=50
)


def table(seed: int, n: int = 400, k: int = 4) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    column = rng.choice([f"group {i}" for i in range(k)], n)
    return rng.integers(0, 2, n), rng.integers(0, 2, n), column


@pytest.mark.parametrize("seed", range(3))
def test_rates_differences_and_ratios_equal_fairlearn(seed: int) -> None:
    y, decision, column = table(seed)
    frame = fl.MetricFrame(metrics=PEERS, y_true=y, y_pred=decision, sensitive_features=column)
    counts = count_groups(y, decision, column)
    assert set(rates(counts)) == set(PEERS)
    for name, values in rates(counts).items():
        expected = frame.by_group[name].loc[list(counts.labels)]
        assert values == pytest.approx(expected.to_numpy(), abs=1e-12)
        assert difference(values) == pytest.approx(frame.difference()[name], abs=1e-12)
        assert ratio(values) == pytest.approx(frame.ratio()[name], abs=1e-12)
    odds = fl.equalized_odds_difference(y, decision, sensitive_features=column)
    assert equalized_odds_difference(counts) == pytest.approx(odds, abs=1e-12)


@pytest.mark.parametrize("chosen", [np.zeros(400, dtype=int), np.repeat([1, 0], 200)])
def test_groups_that_are_never_selected_give_fairlearns_ratio(chosen: Any) -> None:
    y, _, _ = table(0)
    column = np.repeat(["a", "b"], 200)
    frame = fl.MetricFrame(
        metrics=fl.selection_rate, y_true=y, y_pred=chosen, sensitive_features=column
    )
    values = rates(count_groups(y, chosen, column))["selection_rate"]
    assert ratio(values) == pytest.approx(frame.ratio(), nan_ok=True)
    assert difference(values) == frame.difference()


@given(cells, st.randoms())
def test_counts_do_not_depend_on_the_order_of_rows(drawn: list[Any], random: Random) -> None:
    shuffled = random.sample(drawn, len(drawn))
    one, two = (count_groups(*zip(*rows, strict=True)) for rows in (drawn, shuffled))
    assert one.labels == two.labels
    for name in ("tp", "fp", "fn", "tn"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


@given(cells)
def test_counts_add_up_and_rates_are_shares(drawn: list[Any]) -> None:
    y, decision, column = (np.array(part) for part in zip(*drawn, strict=True))
    counts = count_groups(y, decision, column)
    assert counts.rows.sum() == len(drawn)
    assert counts.tp.sum() == np.sum(y & decision)
    assert counts.fn.sum() == np.sum(y & ~decision)
    for tally in RATES.values():
        successes, trials = tally(counts)
        share = rate(successes, trials)
        assert np.array_equal(np.isnan(share), trials == 0)
        assert np.all((share[trials > 0] >= 0) & (share[trials > 0] <= 1))


def test_a_group_without_trials_is_left_out() -> None:
    values = np.array([np.nan, 0.5, 0.2])
    assert difference(values) == pytest.approx(0.3)
    assert ratio(values) == pytest.approx(0.4)
    unknown = np.full(2, np.nan)
    assert np.isnan(difference(unknown))
    assert np.isnan(ratio(unknown))


def test_equalized_odds_is_unknown_when_nobody_is_positive() -> None:
    counts = count_groups(np.zeros(4), np.array([0, 1, 1, 0]), np.array(["a", "a", "b", "b"]))
    assert np.isnan(equalized_odds_difference(counts))


@pytest.mark.parametrize(
    ("column", "labels", "codes"),
    [
        (["m", None, "f"], ("f", "m", "missing"), [1, 2, 0]),
        (np.array(["b", "a"]), ("a", "b"), [1, 0]),
        (np.array([2.5, np.nan, np.nan]), ("2.5", "missing"), [0, 1, 1]),
        (np.array([3, 1, 3]), ("1", "3"), [1, 0, 1]),
        (np.array([True, False]), ("False", "True"), [1, 0]),
        (np.array(["a", float("nan"), None], dtype=object), ("a", "missing"), [0, 1, 1]),
    ],
)
def test_any_column_becomes_groups(column: Any, labels: tuple[str, ...], codes: list[int]) -> None:
    groups = group(column)
    assert groups.labels == labels
    assert groups.codes.tolist() == codes


def test_no_row_gives_no_group() -> None:
    counts = count_groups([], [], np.zeros(0, dtype="U1"))
    assert counts.labels == ()
    assert len(counts.tp) == 0
    assert intersect([np.zeros(0), np.zeros(0)]).labels == ()


def test_codes_at_hand_give_the_same_counts() -> None:
    y, decision, column = table(5)
    known = Groups(*np.unique(column, return_inverse=True)[::-1])
    one, two = count_groups(y, decision, known), count_groups(y, decision, column)
    assert np.array_equal(one.tp, two.tp)
    assert np.array_equal(one.tn, two.tn)


def test_a_label_that_never_occurs_counts_zero() -> None:
    counts = count_groups([1], [1], Groups(np.array([0]), ("a", "b")))
    assert counts.tp.tolist() == [1, 0]


@given(st.lists(st.tuples(*[st.sampled_from("xyz")] * 3), min_size=1, max_size=40))
def test_intersections_are_the_combinations_that_occur(drawn: list[Any]) -> None:
    groups = intersect([list(column) for column in zip(*drawn, strict=True)])
    assert [groups.labels[code] for code in groups.codes] == [" × ".join(row) for row in drawn]
    assert list(groups.labels) == sorted({" × ".join(row) for row in drawn})
