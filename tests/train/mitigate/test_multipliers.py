from __future__ import annotations

import numpy as np
import pytest
from fairlearn.reductions import FalsePositiveRateParity, UtilityParity

from proofstone.train.mitigate.multipliers import LIMIT, POINTS, multipliers


def loaded(groups: list[str], n: int = 90) -> UtilityParity:
    moment = FalsePositiveRateParity()
    target = np.arange(n) % 7 == 0
    moment.load_data(np.zeros((n, 1)), target.astype(int), sensitive_features=np.resize(groups, n))
    return moment


def test_two_groups_have_one_axis_fine_near_zero() -> None:
    grid = multipliers(loaded(["a", "b"]))
    norms = grid.abs().sum().to_numpy()
    assert grid.shape[1] == POINTS
    assert norms == pytest.approx(LIMIT * (np.abs(np.arange(-8, 9)) / 8) ** 2)
    assert len({tuple(column) for column in grid.to_numpy().T}) == POINTS


@pytest.mark.parametrize("groups", [["a", "b", "c"], ["a", "b", "c", "d"]])
def test_more_groups_have_as_many_points_in_every_direction(groups: list[str]) -> None:
    grid = multipliers(loaded(groups))
    assert POINTS <= grid.shape[1] <= 4 * POINTS
    assert grid.abs().sum().max() == pytest.approx(LIMIT)
    assert (grid.abs().sum() == 0).sum() == 1
