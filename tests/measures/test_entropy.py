"""Generalised entropy against the definition row by row, and how often its intervals hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.entropy import benefits, between_interval, entropy, entropy_interval
from proofstone.measures.groups import count_groups


def by_rows(benefit: np.ndarray) -> float:
    return float(np.mean((benefit / benefit.mean()) ** 2 - 1) / 2)


@pytest.mark.parametrize("helps", [True, False])
def test_both_parts_are_the_definition_row_by_row(rng: np.random.Generator, helps: bool) -> None:
    y, d, g = (rng.integers(0, k, 400) for k in (2, 2, 3))
    table = benefits(count_groups(y, d, g), positive_helps=helps)
    benefit = (d - y if helps else y - d) + 1.0
    whole, between = entropy(table)
    means = np.array([benefit[g == at].mean() for at in range(3)])
    assert float(whole) == pytest.approx(by_rows(benefit), abs=1e-12)
    assert float(between) == pytest.approx(by_rows(means[g]), abs=1e-12)


def test_within_and_between_add_up(rng: np.random.Generator) -> None:
    """Shorrocks (1980): the part within is a mean of each group's index, weighted for alpha 2."""
    table = rng.integers(1, 40, (4, 3)).astype(float)
    whole, between = entropy(table)
    size, total = table.sum(axis=1), table.sum()
    means, mean = table @ [0, 1, 2] / size, table.sum(axis=0) @ [0, 1, 2] / total
    single = np.array([float(entropy(one[None])[0]) for one in table])
    within = (size / total * (means / mean) ** 2) @ single
    assert float(whole) == pytest.approx(float(between) + within, abs=1e-12)


def test_many_tables_at_once_are_each_alone(rng: np.random.Generator) -> None:
    tables = rng.integers(0, 9, (5, 2, 3)).astype(float)
    for at, both in enumerate(zip(*entropy(tables), strict=True)):
        assert both == pytest.approx([float(one) for one in entropy(tables[at])], nan_ok=True)


@pytest.mark.parametrize(
    ("shares", "size"),
    [
        ([[0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], [300, 300]),
        ([[0.05, 0.85, 0.1], [0.3, 0.65, 0.05]], [400, 80]),
        ([[0.1, 0.8, 0.1]] * 4 + [[0.25, 0.7, 0.05]], [100, 100, 50, 300, 200]),
    ],
)
def test_coverage(shares: list[list[float]], size: list[int]) -> None:
    rng = np.random.default_rng(8)
    p, n = np.array(shares), np.array(size)
    whole, between = (float(one) for one in entropy(p * n[:, None]))
    held = []
    for _ in range(250):
        table = np.stack([rng.multinomial(k, q) for k, q in zip(n, p, strict=True)]).astype(float)
        one, other = (f(table, 0.95, rng, 500) for f in (entropy_interval, between_interval))
        held.append((one.low <= whole <= one.high, other.low <= between <= other.high))
    assert np.mean(held, axis=0) == pytest.approx([0.95, 0.95], abs=0.035)


def test_no_mistake_and_nobody(rng: np.random.Generator) -> None:
    low, high = entropy_interval(np.array([[0.0, 50.0, 0.0]]), 0.95, rng)
    assert low == 0.0 < high < 0.1
    assert np.isnan(entropy_interval(np.zeros((1, 3)), 0.95, rng)).all()
    assert np.isnan(between_interval(np.array([[1.0, 2, 3], [0, 0, 0]]), 0.95, rng)).all()
    assert np.isnan(entropy(np.array([[4.0, 0.0, 0.0]]))[0])


@pytest.mark.parametrize("n", [3, 20, 200])
def test_rows_that_are_all_alike_allow_as_much_as_the_exact_share_without_benefit(n: int) -> None:
    _, high = entropy_interval(np.array([[0.0, n, 0.0]]), 0.95, np.random.default_rng(0), 50)
    q = stats.binomtest(0, n).proportion_ci(0.95).high
    assert high == pytest.approx(float(entropy(np.array([[q, 1 - q, 0.0]]))[0]), abs=1e-9)
