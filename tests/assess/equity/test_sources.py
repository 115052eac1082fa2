"""The sources of unfairness by closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from proofstone.assess.equity.sources import moved_by_threshold
from proofstone.measures.groups import Groups


@pytest.mark.parametrize("chosen", [0, 3, 5, 12, 97, 100])
def test_as_many_rows_are_moved_to_either_side(chosen: int) -> None:
    """One label and one big group, so that rates count rows: 5 of 100 more, and 5 fewer."""
    margin = np.arange(100.0)[::-1] - (100 - chosen)
    groups = Groups(np.repeat([0, 1], 50)[np.argsort(np.arange(100) % 2)], ("a", "b"))
    rows = np.random.default_rng(0).permutation(100)
    y = np.arange(100) // 2 % 2
    found = moved_by_threshold(
        y[rows], margin[rows], Groups(groups.codes[rows], groups.labels), 0.05, 0.95,
        np.random.default_rng(1),
    )  # fmt: skip
    assert found is not None
    counts = np.array([min(5, 100 - chosen), 0, -min(5, chosen)])
    moved = (found.rates - found.rates[1]) * 50
    assert moved.sum(axis=1) == pytest.approx(counts, abs=0.2)
