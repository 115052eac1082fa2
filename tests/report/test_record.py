from __future__ import annotations

from typing import Any

import pytest

from proofstone.core.finding import Verdict
from proofstone.report.record import Record, count_trials, read_finding


def test_a_finding_with_unknown_keys_and_wild_values() -> None:
    one = read_finding(
        {"metric": "m", "value": "x", "low": float("nan"), "verdict": "?", "n": None, "more": 1}
    )
    assert (one.value, one.low, one.n, one.verdict) == (None, None, 0, Verdict.NOT_RUN)


def test_the_winner_is_shown(record: dict[str, Any]) -> None:
    read = Record({**record, "winner": "ebm"})
    assert read.shown is read.winner
    assert read.shown is not None
    assert read.shown.name == "ebm"


@pytest.mark.parametrize("entry", ["lightgbm", {"name": "lightgbm", "verdict": "fail"}])
def test_without_a_winner_the_best_ranked_is_shown(record: dict[str, Any], entry: Any) -> None:
    read = Record({**record, "winner": None, "selection": {"ranking": [entry]}})
    assert read.winner is None
    assert read.shown is not None
    assert read.shown.name == "lightgbm"


def test_the_twin_is_unmitigated_and_of_the_same_family(record: dict[str, Any]) -> None:
    read = Record(record)
    by_name = {one.name: one for one in read.candidates}
    assert read.twin(by_name["logistic-reweighed"]) is by_name["logistic"]
    assert read.twin(by_name["ebm"]) is None


def test_the_reason_of_a_limit(record: dict[str, Any]) -> None:
    assert Record(record).gates[0].reason.startswith("Below this")
    assert Record({"gates": [{"metric": "x", "why_limit": "because"}]}).gates[0].reason == "because"


def test_the_gap_is_the_first_gated_one(record: dict[str, Any]) -> None:
    assert Record(record).gap == ("false_positive_rate_difference", "afam")
    assert Record({}).gap is None


@pytest.mark.parametrize(
    ("searched", "count"),
    [
        (20, 20),
        (None, None),
        ([], 0),
        ([1, 2], 2),
        ({"count": 3, "chosen": {}}, 3),
        ({}, None),
    ],
)
def test_trials(searched: Any, count: int | None) -> None:
    assert count_trials(searched) == count
