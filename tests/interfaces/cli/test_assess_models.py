"""`assess` of a model in a file, its plan, and `challenge`, from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.end_to_end.stranger import proofstone
from tests.models.foreign.graphs import linear


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A logistic model in ONNX, rows with their label, and scores of two models."""
    home = tmp_path_factory.mktemp("models")
    content = linear(np.array([[1.5], [-1.0]]), np.zeros(1), last=["Sigmoid"])
    (home / "net.onnx").write_bytes(content)
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 2)).astype(np.float32)
    score = 1 / (1 + np.exp(-(x @ [1.5, -1.0])))
    table = pl.DataFrame(
        {
            "a": x[:, 0],
            "b": x[:, 1],
            "sex": rng.choice(["f", "m"], 400),
            "y": (rng.random(400) < score).astype(int),
        }
    )
    table.write_csv(home / "rows.csv")
    noisy = np.clip(score + rng.normal(0, 0.3, 400), 0.01, 0.99)
    table.with_columns(good=score, noisy=noisy).write_csv(home / "scores.csv")
    return home


def assess(folder: Path, *more: str | Path) -> list[str | Path]:
    return ["assess", "--model", folder / "net.onnx", "--data", folder / "rows.csv",
            "--protected", "sex", "-C", folder, *more]  # fmt: skip


def test_a_model_in_a_file_is_assessed_and_judged(folder: Path) -> None:
    gates = folder / "gates.yaml"
    gates.write_text("- {metric: roc_auc, min: 0.7, reason: x}\n")
    answer = proofstone(*assess(folder, "--probes", "discrimination", "--gates", gates, "--json"))
    assert answer.status == 0, answer.err
    document = answer.document
    (auc,) = [one for one in document["findings"] if one["metric"] == "roc_auc"]
    assert 0.75 < auc["value"] < 0.95
    assert (auc["verdict"], auc["limit"]) == ("pass", 0.7)
    assert Path(document["report"]).read_text("utf-8").lower().startswith("<!doctype html>")


def test_a_gate_that_stays_shut_ends_with_3(folder: Path) -> None:
    gates = folder / "shut.yaml"
    gates.write_text("- {metric: roc_auc, min: 0.99, reason: x}\n")
    answer = proofstone(*assess(folder, "--probes", "discrimination", "--gates", gates, "--json"))
    assert answer.status == 3


def test_a_plan_asks_nothing_and_writes_nothing(folder: Path) -> None:
    report = folder / "never.html"
    named = ["--probes", "discrimination,consistency", "--plan", "--report", report]
    answer = proofstone(*assess(folder, *named, "--json"))
    assert answer.status == 0, answer.err
    found = {one["probe"]: one for one in answer.document["probes"]}
    assert found["discrimination"]["rows"] == 400
    assert found["consistency"]["exact"] is True
    assert answer.document["calls"] >= 1
    assert not report.exists()
    shown = proofstone(*assess(folder, *named))
    assert "discrimination" in shown.out
    assert "400" in shown.out


def test_a_model_needs_rows(folder: Path) -> None:
    answer = proofstone("assess", "--model", folder / "net.onnx", "--json")
    assert (answer.status, answer.error["message"]) == (2, "--data is wanting")
    answer = proofstone("assess", "--model", "net.pkl", "--data", folder / "rows.csv", "--json")
    assert answer.status == 2
    assert "net.pkl" in answer.error["message"]


def test_a_release_that_is_not_there_is_named(folder: Path) -> None:
    words = ["assess", "--release", "nowhere", "--data", folder / "rows.csv", "-C", folder]
    answer = proofstone(*words, "--json")
    assert answer.status in (2, 4)
    assert "nowhere" in answer.error["message"]


def test_a_challenger_in_a_column_stands_against_the_champion(folder: Path) -> None:
    words = ["challenge", "noisy", "--champion", "good", "--predictions", folder / "scores.csv"]
    answer = proofstone(*words, "--json")
    assert answer.status == 3
    found = {one["metric"]: one for one in answer.document["gates"]}
    assert found["roc_auc_change"]["value"] < 0
    assert found["roc_auc_change"]["limit"] == -0.01
    again = proofstone("challenge", "good", "--champion", "noisy", "--predictions",
                       folder / "scores.csv", "--json")  # fmt: skip
    assert again.document["gates"][0]["value"] == pytest.approx(-found["roc_auc_change"]["value"])


def test_rows_and_scores_are_not_both_taken(folder: Path) -> None:
    answer = proofstone("challenge", "good", "--predictions", folder / "scores.csv",
                        "--data", folder / "rows.csv", "--json")  # fmt: skip
    assert answer.status == 2
    assert "--data: not taken together with --predictions" in answer.error["message"]


def test_a_champion_has_to_be_named_among_columns(folder: Path) -> None:
    answer = proofstone("challenge", "good", "--predictions", folder / "scores.csv", "--json")
    assert (answer.status, answer.error["message"]) == (2, "--champion is wanting")


def test_what_a_challenge_of_releases_would_not_read_is_refused(folder: Path) -> None:
    answer = proofstone("challenge", "latest", "--label", "y", "-C", folder, "--json")
    assert answer.status == 2
    assert answer.error["message"].startswith("--label: not taken together with")


def test_a_gate_that_nothing_measured_is_shown_with_its_reason(folder: Path) -> None:
    gates = folder / "unmeasured.yaml"
    gates.write_text("- {metric: membership_auc, max: 0.6, reason: x}\n")
    answer = proofstone(*assess(folder, "--probes", "discrimination", "--gates", gates))
    assert answer.status == 3
    assert "not run" in answer.out
    assert "not measured: membership_auc: no probe measured" in answer.out
