from __future__ import annotations

from typing import Any

from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.ways import ways_open


def said(record: dict[str, Any], index: int) -> list[str]:
    read = Record(record)
    return in_language("en", lambda: ways_open(read, read.gates[index]))


def test_an_open_gate_needs_nothing(record: dict[str, Any]) -> None:
    assert said(record, 0) == []


def test_a_threshold_and_the_cheapest_candidate(record: dict[str, Any]) -> None:
    assert said(record, 1) == [
        "Another decision threshold (moved by −0.05) keeps this limit on these rows: 86.9% of the "
        "decisions are then right, instead of 88.1%.",
        "The candidate logistic-reweighed (reweighing of training rows) keeps this limit, with "
        "Area under the ROC curve (AUC) 0.825 instead of 0.829.",
    ]


def test_rows(record: dict[str, Any]) -> None:
    assert said(record, 2) == ["About 5,200 judged rows would decide; there are 2,380."]
    record["gates"][2]["would_open"] = []
    assert said(record, 2) == ["About 5,200 judged rows would decide; there are 2,380."]


def test_what_was_not_measured_has_to_be(record: dict[str, Any]) -> None:
    assert said(record, 4) == ["The quantity has to be measured first."]


def test_a_plain_text_and_an_unknown_way(record: dict[str, Any]) -> None:
    record["gates"][1]["would_open"] = ["ask the board", {"way": "magic"}]
    assert said(record, 1) == ["ask the board"]
    record["gates"][1]["would_open"] = [{"way": "candidate", "name": "other", "price": 0.01}]
    assert said(record, 1) == ["The candidate other keeps this limit; its price is 0.010."]
    record["gates"][1]["would_open"] = []
    assert said(record, 1) == ["Nothing that was measured would open it."]
