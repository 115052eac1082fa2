"""Each command with `--json`: one document, of the shape that is documented, and text without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.stranger import Answer, proofstone

FINDING = {"probe", "metric", "subject", "value", "low", "high", "limit", "verdict", "n"}
VERDICTS = {"pass", "fail", "inconclusive", "not_run", "not_applicable"}
FAIRLEARN = {
    ("selection_rate", "all"),
    ("selection_rate", "sex=female"),
    ("true_positive_rate", "sex=male"),
    ("false_positive_rate", "sex=male"),
    ("selection_rate_difference", "sex"),
    ("selection_rate_ratio", "sex"),
    ("true_positive_rate_difference", "sex"),
    ("false_positive_rate_difference", "sex"),
    ("equalized_odds_difference", "sex"),
    ("roc_auc", "all"),
    ("average_precision", "all"),
    ("log_loss", "all"),
    ("brier_score", "all"),
    ("expected_calibration_error", "all"),
}

SHAPES: dict[str, tuple[list[str], set[str]]] = {
    "check": (["check"], {"file", "problems"}),
    "plan": (["plan"], {"steps"}),
    "run": (["run"], {"release", "verdict", "findings", "steps", "report", "ways"}),
    "why": (["why", "select"], {"step", "status", "says", "changes"}),
    "assess": (["assess"], {"threshold", "findings", "report", "ways"}),
    "explain": (["explain", "{rows}"], {"release", "base", "method", "rows"}),
    "report": (["report", "-o", "{tmp}/r.html"], {"release", "files"}),
    "releases": (["releases"], {"releases"}),
    "compare": (
        ["compare", "production", "latest"],
        {"first", "second", "findings", "models"},
    ),
    "compare candidates": (["compare", "latest"], {"release", "findings", "models"}),
    "export": (["export", "latest", "{tmp}/out"], {"release", "directory", "key", "verify"}),
    "verify": (
        ["verify", "{release}"],
        {"release", "name", "verdict", "gates", "decided", "files", "manifest", "signer"},
    ),
    "predict": (["predict", "{rows}", "-o", "{tmp}/p.csv"], {"rows"}),
    "doctor": (["doctor"], {"checks"}),
}


def ask(promoted: Path, tmp: Path, words: list[str], *more: str) -> Answer:
    places = {
        "rows": promoted.parent / "rows.csv", "release": promoted.parent / "release", "tmp": tmp,
    }  # fmt: skip
    return proofstone(*(word.format(**places) for word in words), "-C", promoted, *more)


@pytest.mark.parametrize("name", SHAPES)
def test_json_is_one_document_of_its_shape(promoted: Path, tmp_path: Path, name: str) -> None:
    words, shape = SHAPES[name]
    answer = ask(promoted, tmp_path, words, "--json")
    assert (answer.status, answer.err) == (0, ""), answer.out
    assert set(answer.document) == shape


@pytest.mark.parametrize("name", SHAPES)
def test_without_json_it_is_text_for_a_person(promoted: Path, tmp_path: Path, name: str) -> None:
    answer = ask(promoted, tmp_path, SHAPES[name][0])
    assert answer.status == 0, answer.err
    assert answer.out.strip()
    assert not answer.out.startswith("{")


@pytest.mark.parametrize("name", SHAPES)
def test_the_text_speaks_chinese(promoted: Path, tmp_path: Path, name: str) -> None:
    words = SHAPES[name][0]
    places = {"rows": promoted.parent / "rows.csv", "release": promoted.parent / "release",
              "tmp": tmp_path}  # fmt: skip
    said = proofstone(
        *(word.format(**places) for word in words), "-C", promoted, PROOFSTONE_LANGUAGE="zh"
    )
    assert said.status == 0, said.err
    assert any("\u4e00" <= char <= "\u9fff" for char in said.out.replace("城市", ""))


def test_the_commands_that_change_something_print_one_document_too(
    promoted: Path, tmp_path: Path
) -> None:
    init = proofstone(
        "init", tmp_path / "n", "--from", promoted.parent / "loans.csv", "--label", "repaid",
        "--json",
    )  # fmt: skip
    assert set(init.document) == {"file", "source", "label"}
    template = proofstone("init", tmp_path / "credit", "--json")
    assert set(template.document) == {"file", "template"}
    decision = {"seq", "at", "action", "release", "stage", "before", "who", "why"}
    promote = proofstone(
        "promote", "latest", "--to", "staging", "--why", "x", "-C", promoted, "--json"
    )
    assert set(promote.document) == decision
    twice = proofstone(
        "promote", "latest", "--to", "staging", "--why", "x", "-C", promoted, "--json"
    )
    assert (twice.status, twice.error["kind"]) == (2, "input")


@pytest.fixture(scope="module")
def run(promoted: Path) -> Any:
    return proofstone("run", "-C", promoted, "--json").document


def test_run_has_findings_steps_verdict_and_the_report_s_path(run: Any) -> None:
    assert len(run["release"]) == 64
    assert run["verdict"] == "pass"
    assert Path(run["report"]).read_text().lower().startswith("<!doctype html>")
    for step in run["steps"]:
        assert set(step) == {"name", "status", "seconds"}
        assert step["status"] in {"ran", "restored", "skipped"}
        assert isinstance(step["seconds"], float)


def test_findings_have_intervals_verdicts_and_the_names_of_the_field(run: Any) -> None:
    for finding in run["findings"]:
        assert set(finding) >= FINDING
        assert finding["verdict"] in VERDICTS
        if finding["low"] is not None:
            assert finding["low"] <= finding["value"] <= finding["high"]
    names = {(one["metric"], one["subject"]) for one in run["findings"]}
    assert names >= FAIRLEARN
    gated = [one for one in run["findings"] if one["limit"] is not None]
    assert {one["metric"] for one in gated} == {"roc_auc", "equalized_odds_difference"}
    assert {one["verdict"] for one in gated} == {"pass"}


def test_assess_is_what_run_measured_with_its_threshold(promoted: Path, run: Any) -> None:
    assess = proofstone("assess", "-C", promoted, "--json").document
    assert isinstance(assess["threshold"], float)
    assert 0 < assess["threshold"] < 1
    assert assess["findings"] == run["findings"]


def test_releases_have_ids_and_stages(promoted: Path, run: Any) -> None:
    [one] = proofstone("releases", "-C", promoted, "--json").document["releases"]
    assert one["id"] == run["release"]
    assert "production" in one["stages"]
