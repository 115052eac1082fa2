from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from proofstone.assess.inference.membership import (
    coins,
    lira_offline,
    lira_online,
    loss,
    rmia,
)
from proofstone.assess.inference.references import References
from proofstone.checks.shadows import Shadows


def made(models: int, rows: int = 25) -> tuple[References, np.ndarray, np.ndarray]:
    """References, the log-odds of the true class, and members."""
    rng = np.random.default_rng(models)
    member = coins(np.empty((models, rows)), rng)
    x = rng.normal(1.0, 1.0, rows) + rng.normal(size=(models, rows)) + 0.5 * member
    target = rng.integers(0, 2, rows)
    score = 1 / (1 + np.exp(-np.where(target == 1, x, -x)))
    return References.of(Shadows(member, score), target), x, member


def left(models: int, t: int) -> list[int]:
    return [s for s in range(models) if s // 2 != t // 2]


@pytest.mark.parametrize("models", [8, 64])
def test_lira_is_the_ratio_of_normal_densities(models: int) -> None:
    references, x, member = made(models)
    online, offline = lira_online(references), lira_offline(references)
    for t in (0, 3, models - 1):
        laws = []
        for saw in (True, False):
            groups = [
                np.array([x[s, i] for s in left(models, t) if member[s, i] == saw])
                for i in range(25)
            ]
            each = [float(one.var(ddof=1)) for one in groups]
            common = sum(((one - one.mean()) ** 2).sum() for one in groups) / sum(
                len(one) - 1 for one in groups
            )
            spread = [np.sqrt(one if models >= 64 else common) for one in each]
            laws.append(([float(one.mean()) for one in groups], spread))
        (in_mean, in_spread), (out_mean, out_spread) = laws
        ratio = norm.logpdf(x[t], in_mean, in_spread) - norm.logpdf(x[t], out_mean, out_spread)
        assert online[t] == pytest.approx(ratio, abs=1e-6)
        assert norm.cdf(offline[t]) == pytest.approx(norm.cdf(x[t], out_mean, out_spread))


@pytest.mark.parametrize("gamma", [1.0, 1.5])
def test_rmia_counts_the_rows_that_are_beaten(gamma: float) -> None:
    references, x, member = made(8)
    right = 1 / (1 + np.exp(-x))
    found = rmia(references, gamma)
    for t in (0, 5):
        ratios = []
        for i in range(25):
            means = [
                np.mean([right[s, i] for s in left(8, t) if member[s, i] == saw])
                for saw in (True, False)
            ]
            ratios.append(right[t, i] / np.mean(means))
        beaten = [
            np.mean([one / other >= gamma * (1 - 1e-12) for other in ratios]) for one in ratios
        ]
        assert found[t] == pytest.approx(beaten)


def test_the_loss_alone_is_the_confidence() -> None:
    references, x, _ = made(8)
    assert loss(references) == pytest.approx(x, abs=1e-9)


def test_each_row_is_in_exactly_half_of_the_models() -> None:
    member = coins(np.empty((16, 1000)), np.random.default_rng(0))
    assert (member.sum(axis=0) == 8).all()
    assert (member[::2] == ~member[1::2]).all()
    assert abs(member[::2].mean() - 0.5) < 0.03
