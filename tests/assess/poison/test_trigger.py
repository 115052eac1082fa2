from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from proofstone.assess.poison.patterns import Cells
from proofstone.assess.poison.trigger import question, spectral_auc, trigger
from proofstone.models.rows import Rows


def asked(cells: tuple[tuple[str, object], ...] = (("a", 1.0),)) -> tuple[Rows, Cells]:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"a": (np.arange(200) % 10 == 0) / 1.0, "b": rng.normal(size=200)})
    return Rows.of(frame), Cells(cells, np.flatnonzero(np.arange(200) % 10 == 0))


def test_it_is_set_on_those_who_do_not_carry_it_and_lifted_from_those_who_do() -> None:
    rows, pattern = asked()
    one = question(pattern, rows, np.arange(50), 10, np.random.default_rng(1))
    assert len(one.set_on) == 45
    assert len(one.carriers) == 10
    assert (one.rows.frame["a"][:45] == 1.0).all()
    assert one.rows.origin[:45].tolist() == one.set_on.tolist()
    assert one.rows.origin[45:].tolist() == one.carriers.tolist()
    assert one.rows.frame["b"][:45].to_list() == rows.frame["b"][one.set_on].to_list()


@pytest.mark.parametrize("positive", [True, False])
def test_success_and_chance_are_what_scipy_says(positive: bool) -> None:
    rows, pattern = asked((("a", 1.0), ("b", 0.5)))
    rng = np.random.default_rng(2)
    one = question(pattern, rows, np.arange(200), 100, rng)
    target = rng.integers(0, 2, 200)
    target[pattern.carriers] = positive
    target[pattern.carriers[0]] = not positive
    score, threshold, before = rng.random(len(one.rows)), np.full(200, 0.4), rng.random(200) < 0.5
    found = trigger(one, score, before=before, threshold=threshold, target=target)
    m, k = len(one.set_on), len(pattern.carriers)
    turned = [
        (score[at] >= 0.4) == positive
        for at, row in enumerate(one.set_on)
        if before[row] != positive
    ]
    assert found.positive is positive
    assert (found.turned, found.tried) == (sum(turned), len(turned))
    assert found.pure == pytest.approx((k - 1) / k)
    means = [part.mean() if positive else 1 - part.mean() for part in np.split(score[m:], 2)]
    assert found.expected == pytest.approx(max(means))
    assert found.pvalue == pytest.approx(max(binom.sf(k - 2, k, mean) for mean in means))


def test_the_spectral_score_is_that_of_the_first_component() -> None:
    rng = np.random.default_rng(3)
    design = rng.normal(size=(300, 6)) * [1, 1, 1, 1, 1, 2]
    carriers = np.arange(300) < 20
    design[carriers] += 5
    score = PCA(1).fit_transform(design)[:, 0] ** 2
    assert spectral_auc(design, carriers) == pytest.approx(roc_auc_score(carriers, score))
    assert spectral_auc(design, carriers) > 0.95
    assert np.isnan(spectral_auc(design, np.ones(300, dtype=bool)))
