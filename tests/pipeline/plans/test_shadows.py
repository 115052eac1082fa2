from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.small import project_in, write

from proofstone.checks.probe import Probe
from proofstone.core.errors import InputError
from proofstone.core.project.schema import Candidate
from proofstone.models.contract import Predict
from proofstone.pipeline.node import Plan
from proofstone.pipeline.plan import make_plan
from proofstone.pipeline.plans.shadows import READERS, shadow_count
from proofstone.pipeline.plugins import Plugin, plugins

CANDIDATES = [
    {"name": "quick", "family": "logistic"},
    {"name": "grid", "family": "logistic", "mitigation": "grid_search"},
    {"name": "slow", "family": "ebm"},
    {"name": "dear", "family": "encoder"},
    {"name": "text", "family": "tfidf"},
]


def plan_of(directory: Path, probes: list[str], **settings: Any) -> Plan:
    assess = {"probes": probes, "gates": [], "settings": settings}
    write(directory, assess=assess, train={"candidates": CANDIDATES})
    return make_plan(project_in(directory), directory)


def counts(plan: Plan) -> dict[str, int]:
    nodes = [node for node in plan if node.name.startswith("train.shadows/")]
    return {node.name.partition("/")[2]: node.settings["shadows"] for node in nodes}


def test_shadows_are_planned_where_a_probe_reads_them(tmp_path: Path) -> None:
    assert counts(plan_of(tmp_path / "a", ["discrimination"])) == {}
    plan = plan_of(tmp_path / "b", ["membership_rows"])
    assert counts(plan) == {"quick": 64, "grid": 16, "slow": 16}
    node = plan.node("train.shadows/quick")
    assert node.settings["row_budget"] == 1_000_000
    assert node.inputs["trials"].node == "train.fit/quick"
    assert node.load().outputs == ("shadows",)
    read = plan.node("assess.candidate/quick").inputs["shadows"]
    assert read == ("train.shadows/quick", "shadows")


def test_what_has_none_says_why(tmp_path: Path) -> None:
    node = plan_of(tmp_path / "a", ["epsilon_audit"]).node("assess.candidate/dear")
    assert "shadows" not in node.inputs
    assert "only where the project asks" in node.settings["without_shadows"]


def test_the_project_files_number_holds_for_all(tmp_path: Path) -> None:
    chosen = plan_of(tmp_path / "a", ["membership_rows"], membership_rows={"shadows": 8})
    assert counts(chosen) == dict.fromkeys(["quick", "grid", "slow", "dear", "text"], 8)
    assert chosen.node("train.shadows/slow").settings["row_budget"] is None
    none = plan_of(tmp_path / "b", ["membership_rows"], membership_rows={"shadows": 0})
    assert counts(none) == {}
    says = none.node("assess.candidate/quick").settings["without_shadows"]
    assert says == "the project file asks for no shadow models"


@pytest.mark.parametrize("wrong", [7, -2, 2.0, "many", True])
def test_another_number_is_refused(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"membership_rows\.shadows"):
        plan_of(tmp_path / "a", ["membership_rows"], membership_rows={"shadows": wrong})


def test_those_listed_are_those_that_say_that_they_read_them() -> None:
    ours = {name: one.load() for name, one in plugins("probes").items() if one.ships}
    assert {name for name, one in ours.items() if one.shadows} == READERS


def test_a_strangers_probe_that_reads_shadows_gets_them(tmp_path: Path) -> None:
    directory = tmp_path / "a"
    write(directory, train={"candidates": CANDIDATES[:1]})
    project, quick = project_in(directory), Candidate.model_validate(CANDIDATES[0])
    for name, expected in (("reader", 64), ("other", 0)):
        entry = EntryPoint(name, f"{__name__}:{name}", "proofstone.probes")
        assert shadow_count(project, quick, {name: Plugin(name, entry)})[0] == expected


def _nothing(case: Any, rng: Any) -> Any:
    yield from ()
    return []


_ABOUT: Any = {"needs": Predict, "rows": lambda case: 0, "family": "privacy", "metrics": ()}
reader = Probe("reader", _nothing, **_ABOUT, shadows=True)
other = Probe("other", _nothing, **_ABOUT)
