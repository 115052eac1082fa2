"""`assess --plan` on a terminal: of a model, and of a project's candidates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.stranger import proofstone
from tests.pipeline.small import write

from proofstone.interfaces.cli.planned import print_plan

PLAN: dict[str, Any] = {
    "probes": [
        {"probe": "discrimination", "operation": "Predict", "rows": 400, "exact": True,
         "fits": True},
        {"probe": "boundary_attack", "operation": "Predict", "rows": 9000, "exact": False,
         "fits": True},
        {"probe": "words", "operation": "Predict", "rows": 0, "exact": True, "fits": False},
    ],
    "rows": 9400, "distinct_rows": 9300, "calls": 9001, "expected_calls": 7, "batch_size": 256,
    "exact": False, "seconds": 2.345, "tokens": None, "requests": 151, "cost": 12.3456,
}  # fmt: skip


def test_rows_calls_time_and_cost(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(PLAN)
    shown = " ".join(capsys.readouterr().out.split())
    assert "discrimination 400 boundary_attack 9000 at most words 0 not applicable" in shown
    assert "9400 rows, 9300 of them distinct, in about 7 calls; about 2.3 s" in shown
    assert "at most 151 requests, where none has to be repeated" in shown
    assert "at most 12.35 to pay" in shown


def test_what_costs_nothing_says_nothing_of_money(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan({**PLAN, "requests": None, "cost": None, "seconds": None})
    shown = capsys.readouterr().out
    assert "requests" not in shown
    assert "pay" not in shown
    assert "about 7 calls\n" in shown


def test_each_candidate_and_how_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    one = {"name": "tree", "status": "known", "waits_for": [], "last_seconds": 3.21,
           "judged": 400, "plan": PLAN, "unplanned": []}  # fmt: skip
    other = {**one, "name": "ebm", "status": "would run", "last_seconds": None}
    print_plan({"candidates": [one, other]})
    shown = capsys.readouterr().out
    assert "tree: assessed already" in shown
    assert "its assessment took 3.2 s last" in shown
    assert "ebm: would be assessed" in shown
    assert shown.count("400 rows or questions judge it") == 2
    assert shown.count("9400 rows") == 2


def test_a_project_that_never_ran_says_what_is_known(tmp_path: Path) -> None:
    write(tmp_path / "loans")
    shown = proofstone("assess", "--plan", "-C", tmp_path / "loans")
    assert shown.status == 0, shown.err
    assert "plain: waits for data.check, data.split, train.fit/plain" in shown.out
    named = "probes: decision_rates, discrimination, group_fairness, threshold_sweep"
    assert shown.out.count(named) == 1
    told = proofstone("assess", "--plan", "-C", tmp_path / "loans", "--json").document
    assert [one["status"] for one in told["candidates"]] == ["waits", "waits"]


def test_what_a_plan_would_not_read_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "loans")
    words = ["assess", "--plan", "--sarif", tmp_path / "x", "-C", tmp_path / "loans", "--json"]
    answer = proofstone(*words)
    assert (answer.status, answer.error["message"][:7]) == (2, "--sarif")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--price-tokens", "cheap"], "--price-tokens: 'cheap'"),
        (["--most-money", "3"], "the budget limits money, but names no prices"),
        (["--price-row", "1"], "--price-row: not taken together with --endpoint"),
        (["--price-tokens", "1,-1"], "the price completion is -1.0"),
    ],
)
def test_prices_that_cannot_be(more: list[str], says: str, tmp_path: Path) -> None:
    words = ["assess", "--endpoint", "http://127.0.0.1:9/v1", "--model", "m", "-C", tmp_path]
    answer = proofstone(*words, *more, "--json")
    assert answer.status == 2
    assert answer.error["message"].startswith(says)
