from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.sections import challenge


def challenged(record: dict[str, Any], fake: SimpleNamespace) -> dict[str, Any]:
    make = fake.finding
    sides = {"champion": 0.81, "challenger": 0.79, "p": 0.0004, "standing": "undecided"}
    chosen = next(one for one in record["candidates"] if one["name"] == record["winner"])
    chosen["findings"] += [
        make("roc_auc_change", -0.02, -0.03, -0.008, details=sides),
        make("accuracy_change", 0.01, -0.002, 0.02, details=sides | {"standing": "no_worse"}),
        make("selection_rate_difference_change", 0.03, 0.0, 0.06, subject="afam"),
    ]
    record["challenge"] = {
        "champion": {"kind": "release", "name": "ebm", "release": "ab" * 32},
        "challenger": {"kind": "model", "name": "c0ffee", "release": None},
        "rows": 2380,
        "seen": {"champion": 1200},
        "margin": 0.01,
    }
    return record


def seen(record: dict[str, Any], language: str = "en") -> Any:
    return in_language(language, lambda: challenge.view(Record(record)))


def test_nothing_compared_shows_no_section(record: dict[str, Any]) -> None:
    assert seen(record) is None


def test_who_stood_against_whom(record: dict[str, Any], fake: SimpleNamespace) -> None:
    view = seen(challenged(record, fake))
    assert view["facts"] == [
        ("Champion", "ebm (abababababab)"),
        ("Challenger", "c0ffee"),
        ("Rows that both answered", "2,380"),
        ("Worsening that is accepted", "0.01"),
    ]
    assert view["texts"][1].startswith("1,200 of these rows")
    assert view["texts"][2].endswith("is not known.")


def test_each_change_stands_with_both_values(record: dict[str, Any], fake: SimpleNamespace) -> None:
    area, accuracy, gap = seen(challenged(record, fake))["rows"]
    assert (area["champion"], area["challenger"], area["p"]) == ("0.810", "0.790", "< 0.001")
    assert area["value"] == "−2.0 points"
    assert (accuracy["champion"], accuracy["standing"]) == ("81.0%", "no worse")
    assert gap["name"].endswith(": afam")
    assert (gap["p"], gap["standing"]) == ("–", "–")
