from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from proofstone.core.project.schema import DecisionProject
from proofstone.data.check import check
from proofstone.data.profile import profile
from proofstone.data.read import read
from proofstone.data.sources.packages import packages


@pytest.fixture(scope="module")
def profiled(credit: DecisionProject, run: Any) -> Any:
    data, task = credit.data.model_dump(mode="json"), credit.task.model_dump(mode="json")
    settings = {"data": data, "fingerprint": packages.fingerprint(credit.data.source, Path())}
    table = run(read, settings, plugins={"source": packages})["table"]
    checked = run(check, {"data": data, "task": task}, inputs={"table": table})
    settings = {"data": data, "task": task, "name": "credit", "description": "Denials"}
    return run(profile, settings, inputs=checked)["profile"], checked, settings


def test_the_profile_of_credit(profiled: Any) -> None:
    found = json.loads(profiled[0].read("profile.json"))
    assert found["rows"] == 2375
    assert found["quarantined"] == 5
    columns = {one["name"]: one for one in found["columns"]}
    assert columns["deny"]["role"] == "label"
    assert columns["afam"]["role"] == "protected"
    assert columns["lvrat"]["unit"].startswith("share of the property")
    assert columns["phist"]["top"][0]["value"] == "no"
    assert columns["pirat"]["median"] == pytest.approx(0.33)
    assert found["label"]["positives"] == 284
    assert found["warnings"] == []


def test_label_rates_of_groups_have_wilsons_interval(profiled: Any) -> None:
    groups = json.loads(profiled[0].read("profile.json"))["groups"]
    assert [(one["column"], one["group"]) for one in groups] == [
        ("afam", "no"),
        ("afam", "yes"),
        ("single", "no"),
        ("single", "yes"),
    ]
    black = groups[1]
    assert (black["n"], black["positives"]) == (339, 96)
    low, high = proportion_confint(96, 339, method="wilson")
    assert black["low"] == pytest.approx(low, abs=1e-12)
    assert black["high"] == pytest.approx(high, abs=1e-12)


def test_the_card_answers_from_the_project_file(profiled: Any) -> None:
    card = json.loads(profiled[0].read("profile.json"))["card"]
    assert card["motivation"]["purpose"] == "Denials"
    assert card["cleaning"]["quarantined"] == 5
    assert card["cleaning"]["rules"][0]["name"] == "housing-within-payments"
    assert card["composition"]["without_meaning"] == []
    assert card["unanswered"] == []


def test_croissant_describes_the_stored_table(profiled: Any) -> None:
    kept, checked, _ = profiled
    document = json.loads(kept.read("croissant.json"))
    blob = checked["table"].artifact.files["table.parquet"]
    assert document["distribution"][0]["sha256"] == blob.sha256
    assert len(document["recordSet"][0]["field"]) == 14


def test_the_same_table_gives_the_same_bytes(profiled: Any, run: Any) -> None:
    kept, checked, settings = profiled
    assert run(profile, settings, inputs=checked)["profile"].draft == kept.draft
