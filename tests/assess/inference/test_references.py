from __future__ import annotations

import numpy as np
import pytest

from proofstone.assess.inference.membership import coins
from proofstone.assess.inference.references import References
from proofstone.checks.shadows import Shadows


def made(paired: bool) -> References:
    rng = np.random.default_rng(0)
    member = coins(np.empty((8, 30)), rng) if paired else rng.random((8, 30)) < 0.5
    return References.of(Shadows(member, rng.random((8, 30))), rng.integers(0, 2, 30))


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("saw", [True, False])
def test_moments_leave_out_the_attacked_model_and_its_complement(paired: bool, saw: bool) -> None:
    references = made(paired)
    found = references.moments(references.confidence, saw=saw)
    for t in range(8):
        out = {t, t ^ 1} if paired else {t}
        for i in range(30):
            values = [
                references.confidence[s, i]
                for s in range(8)
                if s not in out and references.member[s, i] == saw
            ]
            assert found.count[t, i] == len(values)
            if values:
                assert found.mean[t, i] == pytest.approx(np.mean(values))
                assert found.squares[t, i] == pytest.approx(np.var(values) * len(values), abs=1e-9)
    if paired:
        assert (found.count == 3).all()
        assert references.pairs.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    else:
        assert references.pairs.tolist() == list(range(8))


def test_confidence_is_the_log_odds_of_the_true_class_and_finite() -> None:
    score = np.array([[0.9, 0.9, 0.0], [1.0, 0.0, 1.0]])
    member = np.array([[True, False, True], [False, True, False]])
    found = References.of(Shadows(member, score), np.array([1, 0, 1])).confidence
    assert found[0, :2] == pytest.approx([np.log(9), -np.log(9)])
    assert np.isfinite(found).all()
    assert found[1, 0] == found[1, 1] == found[1, 2] == -found[0, 2]
