from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from proofstone.report.language import in_language
from proofstone.report.record import Record
from proofstone.report.sections import poison

SUSPECT = {
    "cells": [{"column": "income", "value": 7777.0}, {"column": "note", "word": "zyx"}],
    "positive": True,
    "rows": 24,
    "pure": 1.0,
    "expected": 0.125,
    "turned": 0.98,
    "spectral_auc": None,
}


STATED = {"share": 0.03, "power": 0.8, "alarms": 0.1}
CLUSTER = {
    "part": "2/4",
    "positive": True,
    "rows": 49,
    "pure": 0.98,
    "said": 0.8,
    "expected": 0.06,
    "pvalue": 1e-9,
    "silhouette": 0.61234,
    "cells": [{"column": "income", "value": 7777.0, "inside": 1.0, "outside": 0.002}],
}


def shown(record: dict[str, Any]) -> Any:
    return in_language("en", lambda: poison.view(Record(record)))


@pytest.fixture
def poisoned(record: dict[str, Any], fake: SimpleNamespace) -> dict[str, Any]:
    details = {"tried": 1642, "asked": 40, "suspected": [SUSPECT]}
    record["candidates"][0]["findings"] = [
        fake.finding("trigger_success_rate", 0.98, details=details),
        fake.finding("suspected_label_rate", 0.08, details={"by_chance": 0.06}),
        fake.finding("suspected_label_rate", 0.2, subject="afam=yes", details={"by_chance": 0.1}),
    ]
    return record


def test_a_suspected_trigger_is_told_with_what_it_does(poisoned: dict[str, Any]) -> None:
    view = shown(poisoned)
    (one,) = view["triggers"]
    assert one["what"] == "income = 7777.0 + the word “zyx” in note"
    assert (one["rows"], one["turned"], one["expected"]) == ("24", "98.0%", "12.5%")
    assert any("1,642" in text and "40" in text for text in view["texts"])


def test_a_suspected_cluster_is_told_with_what_its_rows_share(
    record: dict[str, Any], fake: SimpleNamespace
) -> None:
    bare = CLUSTER | {"cells": [], "silhouette": None}
    record["candidates"][0]["findings"] = [
        fake.finding(
            "suspected_cluster_rows", 0.02, details={"suspected": [CLUSTER], "stated": STATED}
        ),
        fake.finding("spectral_signature_rows", 0.02, details={"suspected": [bare]}),
    ]
    view = shown(record)
    one, other = view["clusters"]
    assert one["what"] == "income = 7777.0 (100.0% of them, 0.2% of others)"
    assert (one["search"], one["rows"], one["silhouette"]) == (
        "activation clustering",
        "49",
        "0.61",
    )
    assert (one["said"], one["expected"]) == ("80.0%", "6.0%")
    assert other["what"] == "no value or word that most of them share"
    (said,) = view["texts"]
    assert "activation clustering" in said
    assert all(figure in said for figure in ("3.0%", "80.0%", "10.0%"))


def test_how_good_the_search_for_flips_is_stands_there(
    record: dict[str, Any], fake: SimpleNamespace
) -> None:
    stated = {"share": 0.05, "recall": 0.4, "precision": 0.6}
    record["candidates"][0]["findings"] = [
        fake.finding("suspected_label_rate", 0.08, details={"by_chance": 0.06, "stated": stated})
    ]
    said, _ = shown(record)["texts"]
    assert all(figure in said for figure in ("5.0%", "40.0%", "60.0%"))


def test_groups_stand_beside_what_chance_would_do(poisoned: dict[str, Any]) -> None:
    view = shown(poisoned)
    (one,) = view["groups"]
    assert (one["value"], one["chance"]) == ("20.0%", "10.0%")
    assert any("6.0%" in text for text in view["texts"])


def test_where_nothing_was_measured_there_is_no_section(record: dict[str, Any]) -> None:
    record["candidates"][0]["findings"] = []
    assert shown(record) is None
