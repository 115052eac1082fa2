from __future__ import annotations

import json
from typing import Any

from proofstone.report.language import in_language
from proofstone.report.measures import equity
from proofstone.report.record import Record
from proofstone.report.remedies import TO_TRY
from proofstone.report.ways import measured_ways, ways_open


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
    assert said(record, 1)[0] == "ask the board"
    record["gates"][1]["would_open"] = [{"way": "candidate", "name": "other", "price": 0.01}]
    assert said(record, 1) == ["The candidate other keeps this limit; its price is 0.010."]
    record["gates"][1]["would_open"] = []
    assert said(record, 1)[0] == "Nothing that was measured would open it."


def test_where_none_opens_it_the_nearest_mitigation_is_told_with_its_price(
    record: dict[str, Any],
) -> None:
    record["gates"][1]["would_open"] = []
    nothing, nearest, to_try = said(record, 1)
    assert nothing == "Nothing that was measured would open it."
    assert nearest == (
        "Of the mitigations that were measured, a threshold for each group (logistic-thresholds) "
        "comes nearest: False positive rate: difference 1.2 points instead of 13.2 points; its "
        "price: Area under the ROC curve (AUC) 0.829 instead of 0.829."
    )
    assert to_try.startswith("To try: training rows reweighed")


def test_each_measure_of_fairness_has_something_to_try(record: dict[str, Any]) -> None:
    assert set(TO_TRY) == set(equity.MEASURES)
    record["gates"][1] |= {"metric": "proxy_auc", "value": 0.9, "limit": 0.6, "would_open": []}
    assert said(record, 1)[-1].startswith("To try: leave out the inputs that tell the group")


def test_a_gate_about_quality_gets_no_mitigation(record: dict[str, Any]) -> None:
    record["gates"][3]["would_open"] = []
    assert not any("To try" in text for text in said(record, 3))


def test_every_way_has_its_numbers_for_machines(record: dict[str, Any]) -> None:
    threshold, candidate, rows, *_ = measured_ways(record)
    assert {one["metric"] for one in (threshold, candidate)} == {"false_positive_rate_difference"}
    assert (threshold["gate"], threshold["way"], threshold["shift"]) == (1, "threshold", -0.05)
    assert threshold["costs"] == {"metric": "accuracy", "now": 0.881, "then": 0.869}
    assert (candidate["name"], candidate["mitigation"]) == ("logistic-reweighed", "reweighing")
    assert candidate["opens"]
    assert candidate["buys"]["then"] < candidate["buys"]["now"]
    assert candidate["costs"] == {"metric": "roc_auc", "now": 0.829, "then": 0.825}
    assert (rows["gate"], rows["costs"]) == (2, {"metric": "rows", "now": 2380, "then": 5200})
    record["gates"][1]["would_open"] = []
    nearest, *_ = measured_ways(record)
    assert (nearest["way"], nearest["opens"]) == ("nearest", False)
    assert nearest["name"] == "logistic-thresholds"
    json.dumps(measured_ways(record), allow_nan=False)
    assert measured_ways({}) == []
