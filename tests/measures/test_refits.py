from __future__ import annotations

import numpy as np
import pytest

from proofstone.measures.refits import deviation, disagreement


def test_refits_are_compared_pair_by_pair() -> None:
    rng = np.random.default_rng(0)
    decided, counted = rng.random((9, 30)) < 0.3, rng.random((9, 30)) < 0.6
    counted[:, 0] = [True, *[False] * 8]
    found = disagreement(decided.astype(float), counted.astype(float))
    score = rng.random((9, 30))
    spread = deviation(score, counted.astype(float))
    assert np.isnan(found[0])
    assert np.isnan(spread[0])
    for row in range(1, 30):
        kept = np.flatnonzero(counted[:, row])
        pairs = [decided[a, row] != decided[b, row] for a in kept for b in kept if a < b]
        assert found[row] == pytest.approx(np.mean(pairs))
        assert spread[row] == pytest.approx(score[kept, row].std(ddof=1))
