"""Assessing a file of predictions without any project."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import fairlearn.metrics as fl
import numpy as np
import polars as pl
import pytest
import yaml
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from tests.end_to_end.stranger import Answer, proofstone, tree


@pytest.fixture(scope="module")
def scored() -> pl.DataFrame:
    rng = np.random.default_rng(3)
    rows = 900
    score = rng.beta(2, 2, rows)
    return pl.DataFrame(
        {
            "y": (rng.random(rows) < score).astype(int),
            "p": score,
            "sex": rng.choice(["female", "male"], rows),
            "race": rng.choice(["a", "b", "c"], rows),
            "地区": rng.choice(["东", "西"], rows),
        }
    )


@pytest.fixture
def file(scored: pl.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "scored.csv"
    scored.write_csv(path)
    return path


def assess(file: Path, *more: str | Path) -> Answer:
    return proofstone(
        "assess", "--predictions", file, "--label", "y", "--score", "p",
        "--protected", "sex,race", *more,
    )  # fmt: skip


def test_the_numbers_are_fairlearn_s_and_scikit_learn_s(file: Path, scored: pl.DataFrame) -> None:
    answer = assess(file, "--json")
    assert answer.status == 0, answer.out
    document = answer.document
    assert document["threshold"] == 0.5
    found = {(one["metric"], one["subject"]): one["value"] for one in document["findings"]}
    y, p = scored["y"].to_numpy(), scored["p"].to_numpy()
    decided = (p >= 0.5).astype(int)
    whole = {"roc_auc": roc_auc_score, "log_loss": log_loss, "brier_score": brier_score_loss}
    for name, metric in whole.items():
        assert found[name, "all"] == pytest.approx(metric(y, p), abs=1e-9)
    groups = {
        "selection_rate": fl.selection_rate,
        "true_positive_rate": fl.true_positive_rate,
        "false_positive_rate": fl.false_positive_rate,
    }
    for column in ("sex", "race"):
        people = scored[column].to_numpy()
        frame = fl.MetricFrame(metrics=groups, y_true=y, y_pred=decided, sensitive_features=people)
        for name in groups:
            assert found[name, "all"] == pytest.approx(frame.overall[name], abs=1e-9)
            gap = frame.difference()[name]
            assert found[f"{name}_difference", column] == pytest.approx(gap, abs=1e-9)
            for group, value in frame.by_group[name].items():
                assert found[name, f"{column}={group}"] == pytest.approx(value, abs=1e-9)
        odds = fl.equalized_odds_difference(y, decided, sensitive_features=people)
        assert found["equalized_odds_difference", column] == pytest.approx(odds, abs=1e-9)


def test_a_report_is_written_beside_the_file_and_nothing_else(file: Path) -> None:
    document = assess(file, "--json").document
    assert sorted(tree(file.parent)) == ["scored-report.html", "scored.csv"]
    assert Path(document["report"]) == file.with_name("scored-report.html")
    assert Path(document["report"]).read_text().lower().startswith("<!doctype html>")


def gates(tmp_path: Path, *entries: dict[str, object]) -> Path:
    path = tmp_path / "gates.yaml"
    path.write_text(yaml.safe_dump(list(entries)))
    return path


EASY = {"metric": "roc_auc", "min": 0.6, "reason": "better than a coin"}
HARD = {"metric": "selection_rate_difference", "subject": "race", "max": 0.001, "reason": "none"}


def test_open_gates_end_with_0_and_a_shut_one_with_3(file: Path, tmp_path: Path) -> None:
    opened = assess(file, "--gates", gates(tmp_path, EASY), "--json")
    assert (opened.status, opened.document["verdict"]) == (0, "pass")
    shut = assess(file, "--gates", gates(tmp_path, EASY, HARD), "--json")
    assert shut.status == 3
    assert shut.document["verdict"] in {"fail", "inconclusive"}
    text = assess(file, "--gates", gates(tmp_path, EASY, HARD))
    assert text.status == 3
    assert "selection_rate_difference" in text.out


def test_sarif_and_junit_hold_the_gates(file: Path, tmp_path: Path) -> None:
    sarif, junit = tmp_path / "out.sarif", tmp_path / "out.xml"
    listed = gates(tmp_path, EASY, HARD)
    assert assess(file, "--gates", listed, "--sarif", sarif, "--junit", junit).status == 3
    log = json.loads(sarif.read_text())
    assert log["version"] == "2.1.0"
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["selection_rate_difference"]
    cases = list(ElementTree.parse(junit).iter("testcase"))
    assert len(cases) == 2
    assert [len(list(case)) > 0 for case in cases] == [False, True]


REFUSED = {
    "no label": (["--label", "z"], "z"),
    "no score": (["--score", "q"], "q"),
    "no protected column": (["--protected", "sex,rase"], "rase"),
    "words for scores": (["--score", "sex"], "sex"),
    "no such positive": (["--positive", "maybe"], "maybe"),
    "three classes": (["--label", "race"], "race"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_named(file: Path, what: str) -> None:
    words, named = REFUSED[what]
    before = tree(file.parent)
    answer = assess(file, *words, "--json")
    assert answer.status == 2, answer.out
    assert named in answer.error["message"] + answer.error["hint"]
    assert tree(file.parent) == before


def test_scores_outside_0_and_1_are_left_out_and_nothing_is_proven_on_the_rest(
    scored: pl.DataFrame, tmp_path: Path
) -> None:
    scored.with_columns(p=pl.col("p") + 0.5).write_csv(tmp_path / "high.csv")
    answer = assess(tmp_path / "high.csv", "--json")
    assert answer.status == 0
    found = {(one["metric"], one["subject"]): one for one in answer.document["findings"]}
    left = found["unusable_rows", "all"]
    assert left["n"] == int((scored["p"] + 0.5 > 1).sum())
    assert "column p" in left["reason"]
    assert found["accuracy", "all"]["verdict"] == "inconclusive"


def test_what_cannot_be_assessed_at_all_is_named(
    file: Path, scored: pl.DataFrame, tmp_path: Path
) -> None:
    for name, table in {
        "nan": scored.with_columns(p=pl.lit(float("nan"))),
        "one": scored.with_columns(y=pl.lit(1)),
        "none": scored.head(0),
    }.items():
        path = tmp_path / f"{name}.csv"
        table.write_csv(path)
        answer = assess(path, "--json")
        assert answer.status == 2, name
        assert answer.error["hint"], name
        assert not (tmp_path / f"{name}-report.html").exists()


@pytest.mark.parametrize(
    "entry",
    [
        {"metric": "roc_auc"},
        {"metric": "roc_auc", "min": 0.1, "max": 0.2},
        {"metric": "roc_auc", "minimum": 0.1},
        {"min": 0.1},
    ],
    ids=str,
)
def test_a_gate_that_is_none_is_named_by_its_place(
    file: Path, tmp_path: Path, entry: dict[str, object]
) -> None:
    answer = assess(file, "--gates", gates(tmp_path, EASY, entry), "--json")
    assert answer.status == 2
    assert "gates[1]" in answer.error["message"]


def test_a_group_of_three_rows_is_measured_without_a_crash(
    scored: pl.DataFrame, tmp_path: Path
) -> None:
    few = scored.with_columns(
        sex=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("other")).otherwise(pl.col("sex"))
    )
    few.write_csv(tmp_path / "few.csv")
    gate = {"metric": "true_positive_rate_difference", "subject": "sex", "max": 0.2, "reason": "r"}
    answer = assess(tmp_path / "few.csv", "--gates", gates(tmp_path, gate), "--json")
    assert answer.status == 3
    assert answer.document["verdict"] == "inconclusive"


def test_parquet_and_jsonl_give_the_same_numbers(
    file: Path, scored: pl.DataFrame, tmp_path: Path
) -> None:
    scored.write_parquet(tmp_path / "a.parquet")
    scored.write_ndjson(tmp_path / "a.jsonl")
    expected = assess(file, "--json").document["findings"]
    for name in ("a.parquet", "a.jsonl"):
        assert assess(tmp_path / name, "--json").document["findings"] == expected
