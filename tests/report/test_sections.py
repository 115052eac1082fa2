from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.sections import candidates, data, groups, method, slices, summary, untested


def in_english(view: Any, record: dict[str, Any]) -> Any:
    return in_language("en", lambda: view(Record(record)))


def test_the_price_of_mitigation(record: dict[str, Any]) -> None:
    prices = in_english(candidates.view, record)["prices"]
    assert [(one["name"], one["twin"], one["quality"], one["gap"]) for one in prices] == [
        ("logistic-reweighed", "logistic", "−0.004", "−6.1 points"),
        ("logistic-thresholds", "logistic", "0.000", "−12.0 points"),
    ]


def test_the_rule_of_selection_speaks_of_the_bound(record: dict[str, Any]) -> None:
    record["project"]["select"] = {"prefer": "log_loss", "bound": "high", "greatest": False}
    rule = in_english(candidates.view, record)["rule"]
    assert rule.endswith("the least upper end of the interval of Log loss.")


def test_gated_rates_come_first(record: dict[str, Any]) -> None:
    columns = in_english(groups.view, record)["columns"]
    assert [one["name"] for one in columns] == ["afam", "single", "afam × single"]
    assert columns[0]["tables"][0]["word"] == "Fail"
    assert len(columns[0]["tables"]) == 4
    assert [one["name"] for one in columns[0]["rest"]] == ["Accuracy", "False negative rate"]


def test_many_groups_are_cut_and_said(record: dict[str, Any], fake: SimpleNamespace) -> None:
    table = [fake.group(f"g{index}", 0.1, 0.05, 9) for index in range(90)]
    found = fake.finding("precision_difference", 0.1, subject="zip", details={"groups": table})
    record["candidates"][0]["findings"] = [found]
    shown = in_english(groups.view, record)["columns"][0]["tables"][0]
    assert (len(shown["rows"]), shown["left_out"]) == (40, 50)


def test_shares_and_warnings_of_the_data(record: dict[str, Any]) -> None:
    view = in_english(data.view, record)
    assert [one["name"] for one in view["shares"]] == [
        "all cases", "afam is “no”", "afam is “yes”",
    ]  # fmt: skip
    assert view["shares"][2]["interval"] == "23.8 to 33.3"
    assert view["warnings"] == [("insurance", "was it known before?")]


def test_rows_set_aside_are_listed_up_to_twenty(record: dict[str, Any]) -> None:
    (known, *_) = record["data"]["quarantine"]
    many = known | {"rows": list(range(30, 60)), "count": 200, "message": "not a number, such as x"}
    few = known | {"rows": [3, 8], "count": 2}
    record["data"]["quarantine"] = [many, few]
    shown = in_english(data.view, record)["problems"]
    assert shown[0]["rows"] == ", ".join(map(str, range(30, 50))) + " …"
    assert shown[0]["message"] == "not a number, such as x"
    assert (shown[0]["count"], shown[1]["rows"]) == ("200", "3, 8")


def test_warnings_are_not_called_quarantined(record: dict[str, Any]) -> None:
    record["data"]["quarantine"].append({"rule": "leakage", "severity": "warning", "count": 0})
    assert len(in_english(data.view, record)["problems"]) == 1


def test_no_slice_is_worse(record: dict[str, Any], fake: SimpleNamespace) -> None:
    found = fake.finding("slice_log_loss", 0.3, details={"tried": 120})
    record["candidates"][0]["findings"] = [found]
    assert in_english(slices.view, record) == {"tables": [], "tried": "120"}
    record["candidates"][0]["findings"] = []
    assert in_english(slices.view, record) is None


def test_what_was_not_run_is_named_once(record: dict[str, Any], fake: SimpleNamespace) -> None:
    late = fake.finding("brier_score", None) | {"verdict": "not_run", "reason": "late"}
    record["candidates"][0]["findings"] = [late]
    record["not_tested"] = []
    assert in_english(untested.view, record)["rows"] == [("Brier score of all cases", "late")]
    record["not_tested"] = [{"what": "brier_score", "why": "late"}]
    assert in_english(untested.view, record)["rows"] == [("Brier score", "late")]


def test_procedure_and_bytes_are_told_apart(record: dict[str, Any]) -> None:
    crossed = in_english(method.view, record)["texts"]
    assert crossed[0].startswith("Rows were cross-fitted")
    assert not any(text.startswith("Held-out") for text in crossed)
    assert any("95% confidence" in text and "levels: 99%" in text for text in crossed)
    for one in [*record["candidates"][0]["findings"], *record["gates"]]:
        one["evidence"] = "bytes"
    assert in_english(method.view, record)["texts"][0].startswith("Held-out rows")
    del record["project"]
    assert in_english(method.view, record)["texts"][0].startswith("Scores were taken as they were")


def test_the_head_leads_with_the_broken_gate(record: dict[str, Any]) -> None:
    view = in_english(summary.view, record)
    assert view["word"] == "Gate shut"
    assert "wrongly decides" in view["leads"][0]
    assert ("Who decided", "Li Wei") in view["facts"]
