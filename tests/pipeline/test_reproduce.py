from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from tests.pipeline.small import Ran, table

from proofstone.core.errors import DataError
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.reproduce import reproduce


def again(record: Any, ran: Ran) -> dict[str, Any]:
    """Reproduce `record` where the run anew would come to the small project's outcome."""
    with mock.patch.object(Journey, "run", return_value=ran.outcome):
        return reproduce(record, ran.directory, ran.store, workers=1)


def test_the_same_release_comes_out_anew(ran: Ran, tmp_path: Path) -> None:
    table().write_csv(tmp_path / "loans.csv")
    notes: list[tuple[str, str]] = []
    found = reproduce(
        ran.outcome.record, tmp_path, ran.store, workers=1,
        tell=lambda node, event, seconds: notes.append((node, event)),
    )  # fmt: skip
    assert found == {
        "release": ran.outcome.release, "reproduced": ran.outcome.release, "same": True,
        "differences": [],
    }  # fmt: skip
    assert ("train.fit/plain", "ran") in notes
    assert [path.name for path in tmp_path.iterdir()] == ["loans.csv"]


def test_other_data_is_another_release(ran: Ran, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"loans\.csv"):
        reproduce(ran.outcome.record, tmp_path, ran.store, workers=1)


def test_each_difference_is_named(ran: Ran) -> None:
    record: Any = copy.deepcopy(ran.outcome.record)
    chosen = record["candidates"][0]
    finding = next(one for one in chosen["findings"] if one["metric"] == "roc_auc")
    value, finding["value"] = finding["value"], 0.5
    record["release"], record["verdict"] = "abc", "pass"
    left_out = ("accuracy", "all")
    chosen["findings"] = [
        one for one in chosen["findings"] if (one["metric"], one["subject"]) != left_out
    ]
    found = again(record, ran)
    assert not found["same"]
    assert found["differences"][:2] == [
        f"release: abc -> {ran.outcome.release}", "verdict: pass -> fail",
    ]  # fmt: skip
    name = record["winner"]
    assert f"{name}: roc_auc of all: 0.5 -> {value}" in found["differences"]
    assert any(one.startswith(f"{name}: accuracy of all: None -> ") for one in found["differences"])
    assert len(found["differences"]) == 4


def test_a_finding_that_no_longer_comes_out_is_named(ran: Ran) -> None:
    record: Any = copy.deepcopy(ran.outcome.record)
    record["candidates"][1]["findings"].append({"metric": "odd", "subject": "all", "value": 1.0})
    (difference,) = again(record, ran)["differences"]
    assert difference.endswith("odd of all: 1.0 -> None")
