from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Threshold
from proofstone.train.threshold import choose_threshold, share_threshold, youden_threshold

scores = st.lists(st.sampled_from(np.linspace(0, 1, 9).tolist()), min_size=2, max_size=60).map(
    np.array
)


@given(scores, st.floats(0, 1))
def test_no_threshold_comes_nearer_to_the_share(score: np.ndarray, share: float) -> None:
    reached = (score >= share_threshold(score, share)).mean()
    others = [(score >= cut).mean() for cut in [*score, 1.1]]
    assert abs(reached - share) <= min(abs(other - share) for other in others) + 1e-12


@given(scores, st.data())
def test_youden_equals_scikit_learns_curve(score: np.ndarray, data: st.DataObject) -> None:
    target = np.array(data.draw(st.lists(st.booleans(), min_size=len(score), max_size=len(score))))
    target[:2] = [True, False]
    decided = score >= youden_threshold(score, target)
    gain = decided[target].mean() - decided[~target].mean()
    false, true, _ = roc_curve(target, score)
    assert gain == pytest.approx((true - false).max())


def test_the_base_rate_decides_as_many_as_there_were() -> None:
    rng = np.random.default_rng(0)
    score, target = rng.random(1000), rng.random(1000) < 0.12
    threshold = choose_threshold(Threshold(rule="base_rate"), score, target)
    assert (score >= threshold).sum() == target.sum()


def test_a_fixed_threshold_is_what_was_given() -> None:
    score, target = np.array([0.1, 0.9]), np.array([False, True])
    assert choose_threshold(Threshold(rule="fixed", value=0.3), score, target) == 0.3
    assert choose_threshold(Threshold(rule="youden"), score, target) == pytest.approx(0.5)
    with pytest.raises(InputError, match="needs a value"):
        choose_threshold(Threshold(rule="fixed"), score, target)
