from __future__ import annotations

import logging

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from proofstone.models.runtimes.encoder import load
from proofstone.train.encoder import int8
from proofstone.train.encoder.int8 import TOLERANCE, Comparison, compare, quantised
from proofstone.train.families.encoder import family

from .small import FAST, texts


def test_is_kept_only_where_it_is_faster_and_no_worse() -> None:
    assert Comparison(0.9, 0.9 - TOLERANCE, faster=True).kept
    assert not Comparison(0.9, 0.899 - TOLERANCE, faster=True).kept
    assert not Comparison(0.9, 0.95, faster=False).kept


def test_the_quantised_model_is_smaller_and_nearly_the_same(base: dict[str, str]) -> None:
    matrix, target, weight = texts(80)
    weights = family.fit(matrix, target, weight, {**FAST, **base, "int8": "never"}, 1, ())
    level = logging.root.level
    smaller = quantised(weights)
    assert logging.root.level == level
    assert len(smaller) < len(weights)
    assert smaller == quantised(weights)
    before, after = load(weights).margin(matrix), load(smaller).margin(matrix)
    assert 0 < np.abs(before - after).max() < 0.1 * np.abs(before).max()
    compared = compare(weights, smaller, matrix[:, 0], target)
    assert compared.before == pytest.approx(roc_auc_score(target, before))
    assert compared.after == pytest.approx(roc_auc_score(target, after))
    assert compared.before > 0.95


@pytest.mark.parametrize("faster", [True, False])
def test_the_family_follows_the_comparison_and_notes_it(
    base: dict[str, str], monkeypatch: pytest.MonkeyPatch, faster: bool
) -> None:
    clock = iter(range(1_000))
    ticks = {True: [1.0, 0.5], False: [0.5, 1.0]}[faster]
    monkeypatch.setattr(int8, "_seconds", lambda model, matrix: ticks[next(clock) % 2])
    matrix, target, weight = texts(160)
    model = load(family.fit(matrix, target, weight, {**FAST, **base}, 1, ()))
    assert model.about["int8"]["faster"] is faster
    assert model.about["int8"]["kept"] is faster
    assert model.about["deterministic"] is False
    assert model.margin(matrix)[target == 1].min() > model.margin(matrix)[target == 0].max()
