from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from proofstone.core.errors import InputError
from proofstone.models.runtimes.lightgbm import load


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.column_stack([rng.normal(size=(400, 3)), rng.integers(-1, 7, 400)])


@pytest.fixture(scope="module")
def booster(matrix: np.ndarray) -> lightgbm.Booster:
    target = (matrix[:, 0] + np.isin(matrix[:, 3], [2, 5]) > 0.4).astype(int)
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_per_group": 5}
    data = lightgbm.Dataset(matrix, target, params=params, categorical_feature=[3])
    return lightgbm.train(params, data, 12)


def test_equals_the_booster_bit_for_bit(booster: lightgbm.Booster, matrix: np.ndarray) -> None:
    model = load(booster.model_to_string().encode())
    expected = booster.predict(matrix, raw_score=True)
    single = np.concatenate([model.margin(matrix[row : row + 1]) for row in range(50)])
    assert "num_cat=0" not in model.text.split("Tree=0")[1].split("Tree=1")[0]
    assert model.margin(matrix).tobytes() == expected.tobytes()
    assert single.tobytes() == expected[:50].tobytes()
    assert model.width == 4


def change(text: str, key: str, value: str, tree: int = 0) -> str:
    head, mark, rest = text.partition(f"Tree={tree}\n") if tree >= 0 else ("", "", text)
    line = next(line for line in rest.splitlines() if line.startswith(f"{key}="))
    return head + mark + rest.replace(line, f"{key}={value}", 1)


@pytest.mark.parametrize(
    ("key", "value", "tree"),
    [
        ("split_feature", "9 " * 30, 0),
        ("split_feature", "0", 0),
        ("left_child", " ".join(["500"] * 30), 0),
        ("leaf_value", "0.5", 0),
        ("num_leaves", "0", 0),
        ("num_leaves", "x", 0),
        ("cat_boundaries", "0 900", 0),
        ("num_class", "3", -1),
        ("objective", "regression", -1),
        ("max_feature_idx", "1", -1),
        ("tree_sizes", "1 2", -1),
    ],
)
def test_damaged_text_is_refused(
    booster: lightgbm.Booster, key: str, value: str, tree: int
) -> None:
    text = change(booster.model_to_string(), key, value, tree)
    with pytest.raises(InputError, match="weights cannot be read"):
        load(text.encode())


def test_truncated_text_is_refused(booster: lightgbm.Booster) -> None:
    text = booster.model_to_string()
    for broken in (text[: len(text) // 3], "", "x" + text):
        with pytest.raises(InputError, match="not a whole LightGBM model"):
            load(broken.encode())
    with pytest.raises(InputError, match="weights cannot be read"):
        load(b"\xff\xfe")


def test_a_model_that_is_one_leaf_is_read() -> None:
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(np.zeros((30, 2)), np.arange(30) % 2, params=params)
    model = load(lightgbm.train(params, data, 1).model_to_string().encode())
    assert model.margin(np.zeros((3, 2))).tolist() == pytest.approx([0.0] * 3)
