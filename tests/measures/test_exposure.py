from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from proofstone.measures.exposure import (
    exposure,
    exposure_ratios,
    least_exposure_interval,
)
from proofstone.measures.queries import attention


def test_attention_is_by_place_and_shared_by_ties() -> None:
    found = attention(np.array([3.0, 1.0, 3.0, 9.0]), np.array([7, 7, 7, 2]))
    first, second, third = (1 / math.log2(place + 1) for place in (1, 2, 3))
    assert found == pytest.approx([(first + second) / 2, third, (first + second) / 2, 1.0])
    assert attention(np.zeros(0), np.zeros(0, dtype=np.int64)).shape == (0,)


def rankings(
    seed: int, favour: float, queries: int = 60
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Queries of 5 to 15 items of two groups; `favour` is added to the scores of the second."""
    rng = np.random.default_rng(seed)
    query = np.repeat(np.arange(queries), rng.integers(5, 16, queries))
    codes = rng.integers(0, 2, len(query))
    target = rng.integers(0, 4, len(query)).astype(float)
    return target, target + rng.normal(size=len(query)) + favour * codes, query, codes


def test_shares_and_ratios_are_those_of_a_plain_sum() -> None:
    target, score, query, codes = rankings(0, 0.7)
    query[:3], codes[:3] = 99, 0  # a query of one group, which says nothing
    found = exposure(target, score, query, codes, 2)
    given, items, due = np.zeros(2), np.zeros(2), np.zeros(2)
    for one in np.unique(query):
        rows = np.flatnonzero(query == one)
        if len(set(codes[rows])) == 1:
            continue
        ranked = rows[np.argsort(-score[rows])]
        seen = 1 / np.log2(np.arange(len(rows)) + 2)
        for group in (0, 1):
            of = codes[ranked] == group
            given[group] += seen[of].sum() / seen.sum()
            items[group] += of.mean()
            due[group] += target[ranked][of].sum() / target[ranked].sum()
    for against, expected in ((found.items, items), (found.relevance, due)):
        ratio = given[0] / expected[0] / (given[1] / expected[1])
        assert exposure_ratios(found.attention, against) == pytest.approx([ratio, 1 / ratio])


def test_two_groups_are_one_comparison_with_the_error_of_resampled_queries() -> None:
    found = exposure(*rankings(1, 0.5, 80), 2)
    given, due = found.attention, found.items
    rng = np.random.default_rng(2)
    logs = []
    for _ in range(4000):
        drawn = rng.integers(0, len(given), len(given))
        logs.append(np.log(exposure_ratios(given[drawn], due[drawn])[0]))
    value = exposure_ratios(given, due).min()
    low, high = least_exposure_interval(given, due, 0.95)
    half = stats.t.ppf(0.975, len(given) - 1) * np.std(logs)
    assert np.log([low, high]) == pytest.approx(
        [np.log(value) - half, np.log(value) + half], abs=0.02
    )


@pytest.mark.parametrize("favour", [0.0, 0.8])
def test_coverage(favour: float) -> None:
    truth = exposure_ratios(*exposure(*rankings(7, favour, 30_000), 2)[:2]).min() if favour else 1.0
    held = 0
    for seed in range(400):
        found = exposure(*rankings(1000 + seed, favour, 40), 2)
        low, high = least_exposure_interval(found.attention, found.items, 0.95)
        held += low <= truth <= high
    assert stats.binomtest(held, 400, 0.95).pvalue > 0.001, held


def test_few_queries_and_lone_groups_are_unknown() -> None:
    found = exposure(*rankings(3, 0.0, 8), 2)
    assert np.isnan(least_exposure_interval(found.attention, found.items, 0.95)).all()
    target, score, query, codes = rankings(3, 0.0, 30)
    alone = exposure(target, score, query, np.zeros_like(codes), 1)
    assert alone.items.shape == (0, 1)
    assert np.isnan(exposure_ratios(alone.attention, alone.items)).all()
    nothing = exposure(np.zeros(len(score)), score, query, codes, 2)
    assert np.isnan(nothing.relevance).all()
    assert np.isnan(least_exposure_interval(nothing.attention, nothing.relevance, 0.95)).all()
