"""`assess` of a predictions file from the command line: gates, options, encodings, paths."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.end_to_end.stranger import Answer, environment, proofstone


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions in a folder whose name is longer than a terminal is wide."""
    rng = np.random.default_rng(3)
    score = np.round(rng.beta(1, 3, 300), 3)
    table = pl.DataFrame({"坏": (rng.random(300) < score).astype(int), "p": score})
    folder = tmp_path_factory.mktemp("scored") / ("long " * 20)
    folder.mkdir()
    table.write_csv(folder / "scored.csv")
    return folder / "scored.csv"


def assess(scored: Path, *more: str | Path, **variables: str) -> Answer:
    return proofstone(
        "assess", "--predictions", scored, "--label", "坏", "--score", "p", *more, **variables
    )


@pytest.mark.parametrize(
    "gate",
    [
        "max: .inf, reason: x",
        "min: .nan, reason: x",
        "min: 0.1, max: 0.2, reason: x",
        "min: 0.1",
        "min: [], reason: x",
    ],
)
def test_a_gate_that_no_project_may_have_is_refused(
    scored: Path, tmp_path: Path, gate: str
) -> None:
    gates = tmp_path / "gates.yaml"
    gates.write_text(f"- {{metric: roc_auc, {gate}}}\n")
    answer = assess(scored, "--gates", gates, "--json")
    assert (answer.status, answer.err) == (2, "")
    assert f"{gates}:1: gates[0]" in answer.error["message"]
    assert not scored.with_name("scored-report.html").exists()


def test_a_table_shows_the_interval_s_heading_and_paths_stay_whole(
    scored: Path, tmp_path: Path
) -> None:
    report = tmp_path / ("wide " * 20) / "report.html"
    answer = assess(scored, "--report", report, COLUMNS="80")
    assert answer.status == 0, answer.err
    assert "value [interval]" in answer.out
    assert answer.out.splitlines()[-1] == f"report: {report}"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--gates", "g.yaml"], "--gates"),
        (["--report", "r.html"], "--report"),
        (["--questions", "q.yaml"], "--questions"),
        (["--model", "m.gguf", "--questions", "q.yaml", "--gates", "g"], "--gates"),
        (["--model", "m.gguf", "--questions", "q.yaml", "--sarif", "s"], "--sarif"),
        (["--model", "m.gguf", "--questions", "q.yaml", "--junit", "j"], "--junit"),
        (["--predictions", "p.csv", "--questions", "q.yaml"], "--questions"),
    ],
)
def test_options_that_would_be_left_unread_are_refused(words: list[str], named: str) -> None:
    answer = proofstone("assess", *words, "--json")
    assert answer.status == 2
    assert answer.error["message"].startswith(f"{named}: not taken together with")


def test_an_ascii_terminal_stops_nothing(scored: Path, tmp_path: Path) -> None:
    gates = tmp_path / "gates.yaml"
    gates.write_text("- {metric: roc_auc, min: 0.5, reason: x}\n")
    variables = environment(PYTHONPATH=os.pathsep.join(sys.path), PYTHONIOENCODING="ascii")
    command = [sys.executable, "-c", "from proofstone.interfaces.cli import main; main()",
               "assess", "--predictions", scored, "--label", "坏", "--score", "p",
               "--gates", gates, "--report", tmp_path / "r.html"]  # fmt: skip
    shown = subprocess.run(command, env=variables, capture_output=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"? pass" in shown.stdout
    wrong = [str(word).replace("坏", "好") for word in command] + ["--json"]
    told = subprocess.run(wrong, env=variables, capture_output=True, check=False)
    assert (told.returncode, told.stderr) == (2, b"")
    error = json.loads(told.stdout.decode("ascii"))["error"]
    assert "好" in error["message"]
