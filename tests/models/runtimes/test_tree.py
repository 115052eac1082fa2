from __future__ import annotations

import json

import numpy as np
import pytest

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError
from proofstone.models.runtimes.tree import load

STUMP = {
    "feature": [0, -1, 1, -1, -1],
    "threshold": [0.5, 0.0, -1.0, 0.0, 0.0],
    "left": [1, -1, 3, -1, -1],
    "right": [2, -1, 4, -1, -1],
    "value": [0.5, 0.0, 0.6, 0.25, 1.0],
    "width": 2,
}


def test_follows_thresholds_to_leaves() -> None:
    tree = load(canonical_json(STUMP))
    matrix = np.array([[0.5, 9.0], [0.6, -1.0], [0.6, -0.9]])
    assert tree.leaf(matrix).tolist() == [1, 3, 4]
    clipped = np.log(1e-6 / (1 - 1e-6))
    assert tree.margin(matrix) == pytest.approx([clipped, np.log(1 / 3), -clipped])
    assert load(tree.to_weights()).to_weights() == tree.to_weights()


@pytest.mark.parametrize(
    "change",
    [
        {"left": [1, -1, 0, -1, -1]},
        {"right": [2, -1, 9, -1, -1]},
        {"feature": [2, -1, 1, -1, -1]},
        {"value": [0.5, 0.0, 0.6, 0.25]},
        {"value": [0.5, 0.0, 0.6, 0.25, 1.5]},
        {"threshold": ["x", 0.0, -1.0, 0.0, 0.0]},
        {"feature": []},
        {"width": None},
        {"width": float("inf")},
        {"value": [0.5, 0.0, 0.6, 0.25, float("nan")]},
        {"threshold": [0.5, 0.0, float("nan"), 0.0, 0.0]},
        {"left": [1.5, -1, 3, -1, -1]},
    ],
)
def test_damaged_weights_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"weights"):
        load(json.dumps(STUMP | change).encode())
