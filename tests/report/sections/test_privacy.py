from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.render import render
from proofstone.report.sections import privacy

CONTROL = {"null": {"auc": 0.497, "low": 0.48, "high": 0.51, "void": False}}


def added(record: dict[str, Any], fake: SimpleNamespace, *more: dict[str, Any]) -> dict[str, Any]:
    """The record with findings of the privacy probes in its winner."""
    make = fake.finding
    curve = [[0.001, 0.002], [0.01, 0.062], [1.0, 1.0]]
    about = {"shadows": 64, "attack": "rmia", "curve": curve}
    chosen = next(one for one in record["candidates"] if one["name"] == record["winner"])
    chosen["findings"] += [
        make("row_membership_auc", 0.61, 0.6, 0.62, details=about),
        make("row_membership_auc", 0.61, 0.6, 0.62, subject="rmia", details=CONTROL),
        make("row_membership_auc", None, subject="loss", details=CONTROL),
        make("row_membership_tpr_at_1_fpr", 0.062, 0.055, 0.069),
        make("row_membership_tpr_at_1_fpr", 0.062, 0.055, 0.069, subject="rmia"),
        make("attribute_inference_gain", 0.0, 0.0, 0.0),
        make("attribute_inference_gain", 0.0, 0.0, 0.0, subject="afam", details={"input": False}),
        *more,
    ]
    return record


def seen(record: dict[str, Any]) -> Any:
    return in_language("en", lambda: privacy.view(Record(record)))


def test_nothing_measured_shows_no_section(record: dict[str, Any]) -> None:
    assert seen(record) is None


def test_each_attack_stands_with_its_null_test(record: dict[str, Any], fake: Any) -> None:
    view = seen(added(record, fake))
    first, second = view["attacks"]
    assert first["name"] == "RMIA (Zarifzadeh, Liu and Shokri 2024)"
    assert first["values"] == ["0.610 (0.600 to 0.620)", "6.2% (5.5 to 6.9)", "withheld"]
    assert first["null"] == "0.497"
    assert second["values"][0] == "withheld"
    assert [one["name"] for one in view["table"]["rows"]] == [
        "Who was in the data, told by the score (AUC)",
        "Rows found at 1 false alarm of 100",
        "Gain in guessing a secret value",
    ]
    assert "Rows found against false alarms: RMIA" in str(view["chart"])
    assert view["texts"][0].startswith("64 shadow models")
    assert "without afam" in view["texts"][1]


def test_a_claim_is_refuted_or_not(record: dict[str, Any], fake: Any) -> None:
    details = {"right": 140, "guesses": 236, "claimed_epsilon": 1.0}
    audit = fake.finding("epsilon_lower_bound", 1.5, 1.5, 1.5, details=details)
    texts = seen(added(record, fake, audit))["texts"]
    assert "236 rows" in texts[2]
    assert "140 came right" in texts[2]
    assert texts[3] == "The claimed privacy loss of 1 nats is refuted."
    details["claimed_epsilon"] = 2.0
    assert "is not refuted" in seen(record)["texts"][3]


def test_the_page_shows_it_in_both_languages(record: dict[str, Any], fake: Any) -> None:
    page = render(added(record, fake))
    assert "withheld" in page
    for language in ("en", "zh"):
        assert f'id="{language}-privacy"' in page
