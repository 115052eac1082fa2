from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.train.mitigate.reweighing import reweigh


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc")), min_size=1, max_size=80))
def test_weighted_group_and_label_are_independent(rows: list[tuple[bool, str]]) -> None:
    target, group = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    weight = reweigh(target, group)
    cells = {(label, name) for label, name in rows}
    complete = len(cells) == len(set(target.tolist())) * len(set(group.tolist()))
    for label, name in cells:
        cell = (target == label) & (group == name)
        expected = (target == label).mean() * (group == name).mean()
        assert weight[cell].sum() / len(rows) == pytest.approx(expected)
    if complete:
        assert weight.mean() == pytest.approx(1)


def test_the_papers_own_numbers() -> None:
    """Kamiran and Calders (2012), section 4.2: ten applicants, weights 0.75, 2, 0.67 and 1.5."""
    group = np.array(["f"] * 5 + ["m"] * 5)
    hired = np.array([True, True, False, False, False, True, True, True, True, False])
    weight = reweigh(hired, group)
    assert weight[[0, 2, 5, 9]] == pytest.approx([1.5, 2 / 3, 0.75, 2.0])
