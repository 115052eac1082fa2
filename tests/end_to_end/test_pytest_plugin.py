"""The fixture `proofstone_gates` in a stranger's test suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

SUITE = """
import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

class Model:
    classes_ = [0, 1]
    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-2 * X["x"].to_numpy()))
        return np.column_stack([1 - p, p])

@pytest.fixture
def held_out():
    rng = np.random.default_rng(1)
    x = rng.normal(size=800)
    y = (rng.random(800) < 1 / (1 + np.exp(-2 * x))).astype(int)
    return pl.DataFrame({"x": x, "sex": rng.choice(["f", "m"], 800)}), y

def test_gates(proofstone_gates, held_out):
    X, y = held_out
    assessment = proofstone_gates(Model(), X, y, protected=["sex"], gates=[
        {"metric": "roc_auc", "min": 0.7, "reason": "what the rules it replaces reach"},
        {"metric": "selection_rate_difference", "subject": "sex", "max": 0.0001, "reason": "no"},
        {"metric": "accuracy", "min": 0.6, "reason": "better than a coin"},
    ])
    assert assessment.verdict != "pass"
"""


def test_each_gate_is_a_result_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "test_gates.py").write_text(SUITE)
    done = subprocess.run(  # noqa: PLW1510  a failing suite is what is wanted
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         f"--junitxml={tmp_path / 'out.xml'}", tmp_path / "test_gates.py"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    [suite] = ElementTree.parse(tmp_path / "out.xml").iter("testsuite")
    assert suite.get("errors") == "0", done.stdout
    failures = [one.get("message") for one in suite.iter("failure")]
    gates = [text for text in failures if text and "limit at most 0.0001" in text]
    assert len(gates) == 1, done.stdout
    assert "selection_rate_difference of sex" in done.stdout
    assert "roc_auc" not in "".join(str(text) for text in failures)
