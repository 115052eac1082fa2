from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from proofstone.measures.delta import unit_interval
from proofstone.measures.multilabel import (
    hamming_losses,
    label_f1,
    macro_label_f1,
    micro_f1,
    ranking_precisions,
)


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    answers = rng.random((n, 5)).round(1)
    return rng.random((n, 5)) < answers**2, answers


@pytest.mark.parametrize("seed", range(3))
def test_points_are_scikit_learns(seed: int) -> None:
    target, answers = drawn(np.random.default_rng(seed), 300)
    decided = answers >= 0.5
    scores, _ = label_f1(target, decided)
    assert scores == pytest.approx(metrics.f1_score(target, decided, average=None), abs=1e-12)
    for ours, theirs in (
        (hamming_losses(target, decided).mean(), metrics.hamming_loss(target, decided)),
        (micro_f1(target, decided).value, metrics.f1_score(target, decided, average="micro")),
        (macro_label_f1(target, decided).value, metrics.f1_score(target, decided, average="macro")),
        (ranking_precisions(target, answers).mean(),
         metrics.label_ranking_average_precision_score(target, answers)),
    ):  # fmt: skip
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_intervals_cover_what_they_say() -> None:
    rng = np.random.default_rng(3)
    target, answers = drawn(rng, 200_000)
    truth = [f(target, answers >= 0.5).value for f in (micro_f1, macro_label_f1)]
    hits, worlds = np.zeros(2), 500
    for _ in range(worlds):
        target, answers = drawn(rng, 200)
        found = [f(target, answers >= 0.5) for f in (micro_f1, macro_label_f1)]
        ends = [unit_interval(*one, 200, 0.95) for one in found]
        hits += [low <= value <= high for (low, high), value in zip(ends, truth, strict=True)]
    for count in hits:
        assert stats.binomtest(int(count), worlds, 0.95).pvalue > 0.001, hits / worlds


def test_nothing_labelled_is_no_f1() -> None:
    none = np.zeros((4, 2), dtype=bool)
    assert np.isnan(micro_f1(none, none).value)
    assert macro_label_f1(none, none).value == 0.0
    assert ranking_precisions(none, np.full((4, 2), 0.3)).tolist() == [1.0] * 4
