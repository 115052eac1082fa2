from __future__ import annotations

import json
import os
import subprocess
import sys

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


READER = """
import json, sys
import numpy as np
from proofstone.core.errors import InputError
from proofstone.models.runtimes.lightgbm import load
for text in json.load(sys.stdin):
    try:
        model = load(text.encode())
        answer = "opened" if np.isfinite(model.margin(np.zeros((2, model.width)))).all() else "nan"
    except InputError as error:
        answer = str(error)
    print(json.dumps(answer), flush=True)
"""


def outcomes(texts: list[str]) -> list[str]:
    """What a process of its own says to each text: a crash or an endless loop ends only that."""
    paths = os.pathsep.join(path for path in sys.path if path)
    ended = subprocess.run(
        [sys.executable, "-c", READER],
        input=json.dumps(texts),
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith('"')]
    assert ended.returncode == 0, f"text {len(found)} ended the process: {ended.stderr[-500:]}"
    return found


def line_of(text: str, key: str, tree: int = 0) -> str:
    rest = text.partition(f"Tree={tree}\n")[2] if tree >= 0 else text
    return next(line for line in rest.split("\n") if line.startswith(f"{key}="))


def replace(text: str, key: str, lines: str, tree: int = 0) -> str:
    """Put `lines` for a line, and mend the sizes of the trees, which no hostile text forgets."""
    head, mark, rest = text.partition(f"Tree={tree}\n") if tree >= 0 else ("", "", text)
    changed = head + mark + rest.replace(line_of(text, key, tree) + "\n", lines, 1)
    if key == "tree_sizes" or "Tree=0" not in changed:
        return changed
    trees = changed[changed.index("Tree=0") : changed.index("end of trees")]
    sizes = [len(f"Tree={one}".encode()) for one in trees.split("Tree=")[1:]]
    return changed.replace(
        line_of(changed, "tree_sizes", -1), "tree_sizes=" + " ".join(map(str, sizes)), 1
    )


VALUES = [
    ("split_feature", "9 " * 30, 0),
    ("split_feature", "0", 0),
    ("left_child", " ".join(["500"] * 30), 0),
    ("leaf_value", "0.5", 0),
    ("num_leaves", "0", 0),
    ("num_leaves", "x", 0),
    ("cat_boundaries", "0 900", 0),
    ("cat_threshold", "99999999999", 0),
    ("num_cat", "0", 0),
    ("num_cat", "9999", 0),
    ("shrinkage", "nan", 0),
    ("num_class", "3", -1),
    ("num_tree_per_iteration", "0", -1),
    ("num_tree_per_iteration", "2", -1),
    ("objective", "regression", -1),
    ("max_feature_idx", "1", -1),
    ("feature_infos", "none", -1),
    ("tree_sizes", "1 2", -1),
    ("tree_sizes", " ".join(["999999999"] * 12), -1),
    ("tree_sizes", " ".join(["-999999999"] * 12), -1),
]
REQUIRED = [
    *((key, -1) for key in ("feature_names", "feature_infos", "tree_sizes", "max_feature_idx")),
    *((key, -1) for key in ("version", "num_class", "num_tree_per_iteration", "objective")),
    *((key, 0) for key in ("split_feature", "threshold", "decision_type")),
    *((key, 0) for key in ("leaf_value", "leaf_weight", "leaf_count", "num_cat", "is_linear")),
    *((key, 0) for key in ("left_child", "right_child", "num_leaves", "split_gain")),
]


def hostile(text: str) -> dict[str, tuple[str, str]]:
    """Texts by what was done to them, with the field that the message names."""
    found = {
        f"{key}={value[:20]}": (replace(text, key, f"{key}={value}\n", tree), "")
        for key, value, tree in VALUES
    }
    found |= {f"no {key}": (replace(text, key, "", tree), repr(key)) for key, tree in REQUIRED}
    leaves = int(line_of(text, "num_leaves").partition("=")[2])
    for key, value in (("left_child", "0"), ("split_feature", "99999999"), ("num_leaves", "9999")):
        line = line_of(text, key)
        wild = f"{key}=" + " ".join([value] * (leaves - 1 if key != "num_leaves" else 1))
        for mark in "\x0b\x0c\x1c\x85\u2028\r\0":
            done = replace(text, key, f"{wild}\nzz=1{mark}{line}\n")
            found[f"{key} behind {mark!r}"] = (done, "control characters")
        found[f"{key} given again"] = (replace(text, key, f"{wild}\n{line}\n"), "")
        found[f"{key} after"] = (replace(text, key, f"{line}\n{wild}\n"), repr(key))
        found[f"{key} behind a blank line"] = (replace(text, key, f"\n{line}\n"), "''")
        found[f"{key} with a sign"] = (replace(text, key, line.replace("=", "=+", 1) + "\n"), "")
        found[f"{key} with _"] = (replace(text, key, line.replace("=", "=1_", 1) + "\n"), "")
    linear = "is_linear=1\n" + "".join(
        f"{name}=" + " ".join([value] * leaves) + "\n"
        for name, value in [("leaf_const", "0"), ("num_features", "1"),
                            ("leaf_features", "99999999"), ("leaf_coeff", "1")]
    )  # fmt: skip
    sets = "threshold=" + " ".join(["0.99999999999999999999"] * (leaves - 1)) + "\n"
    return found | {
        "no bounds": (replace(text, "cat_boundaries", ""), "'num_cat'"),
        "no sets": (replace(text, "cat_threshold", ""), "'cat_boundaries'"),
        "linear leaves": (replace(text, "is_linear", linear), "'is_linear'"),
        "categories between sets": (replace(text, "threshold", sets), "'threshold'"),
        "an empty name": (replace(text, "num_class", "=num_class=1\n", -1), "''"),
        "averaged": (replace(text, "num_class", "num_class=1\naverage_output\n", -1), "average"),
        "no end of a tree": (text.replace("\n\n\nTree=1", "\nTree=1"), "form"),
        "no trees": (text[: text.index("Tree=0")] + "end of trees\n", "whole"),
        "no end": (text[: text.index("end of trees")], "whole"),
    }


def test_hostile_text_is_refused_and_harms_nothing(booster: lightgbm.Booster) -> None:
    cases = hostile(booster.model_to_string())
    answers = outcomes([text for text, _ in cases.values()])
    for (name, (_, field)), answer in zip(cases.items(), answers, strict=True):
        assert "weights cannot be read" in answer, (name, answer)
        assert field in answer, (name, answer)


def test_damage_at_random_is_refused_or_harmless(booster: lightgbm.Booster) -> None:
    rng = np.random.default_rng(5)
    text = booster.model_to_string(num_iteration=2)
    texts = []
    for _ in range(400):
        at, width = int(rng.integers(0, text.index("end of trees"))), int(rng.integers(0, 4))
        put = "".join(rng.choice([*"0123456789-. =\n\te"], int(rng.integers(0, 4))))
        texts.append(text[:at] + put + text[at + width :])
    answers = outcomes(texts)
    assert len(answers) == 400
    assert all(one == "opened" or "weights cannot be read" in one for one in answers)
    assert 0 < answers.count("opened") < 200


def test_what_follows_the_trees_is_never_read(booster: lightgbm.Booster) -> None:
    text = booster.model_to_string()
    head = text[: text.index("end of trees\n")] + "end of trees\n"
    tails = ["", "\nparameters:\n[]\n\nend of parameters\n", "\npandas_categorical:" + "[" * 10**5]
    assert outcomes([head + tail for tail in tails]) == ["opened"] * 3
    assert load((head + tails[1]).encode()).text == head


def test_a_chain_of_many_nodes_is_read() -> None:
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(np.arange(60.0)[:, None], np.arange(60) > 30, params=params)
    text = lightgbm.train(params | {"num_leaves": 2}, data, 1).model_to_string()
    leaves = 20_000
    for key, value in {
        "num_leaves": str(leaves),
        "left_child": " ".join(str(~node) for node in range(leaves - 1)),
        "right_child": " ".join([*map(str, range(1, leaves - 1)), str(-leaves)]),
        **{key: " ".join(["0"] * (leaves - 1)) for key in
           ("split_feature", "split_gain", "internal_value", "internal_weight", "internal_count")},
        "threshold": " ".join(["-1"] * (leaves - 1)),
        "decision_type": " ".join(["2"] * (leaves - 1)),
        **{key: " ".join(["0.5"] * leaves) for key in ("leaf_value", "leaf_weight")},
        "leaf_count": " ".join(["1"] * leaves),
    }.items():  # fmt: skip
        text = replace(text, key, f"{key}={value}\n")
    assert outcomes([text]) == ["opened"]


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
