from __future__ import annotations

import numpy as np

from proofstone.models.retrieval.fusion import fused


def test_meaning_weighs_four_times_the_words() -> None:
    found = fused(np.array([0.0, 4.0, 2.0]), np.array([1.0, 0.0, 0.5]), 4.0)
    np.testing.assert_allclose(found, [0.8, 0.2, 0.5])


def test_a_score_does_not_depend_on_the_other_candidates() -> None:
    bm25, cosines = np.array([3.0, 1.0]), np.array([0.8, 0.9])
    assert fused(bm25, cosines, 9.0)[0] == fused(bm25[:1], cosines[:1], 9.0)[0]
