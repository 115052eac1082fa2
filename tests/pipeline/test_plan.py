from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.small import DOCUMENT, project_in, write

from proofstone.core.errors import DataError, InputError
from proofstone.core.project.known import FITTING, LANGUAGE_PROBES, LISTED_PROBES
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.known import fitting_probes
from proofstone.pipeline.node import Plan
from proofstone.pipeline.plan import make_plan
from proofstone.pipeline.plugins import plugins


def plan_of(directory: Path, **sections: Any) -> Plan:
    write(directory, **sections)
    return make_plan(project_in(directory), directory)


def test_steps_come_in_the_order_in_which_they_read(tmp_path: Path) -> None:
    plan = plan_of(tmp_path / "a")
    assert [node.name for node in plan] == [
        "data.read", "data.check", "data.profile", "data.split", "train.fit/plain",
        "assess.candidate/plain", "train.fit/weighed", "assess.candidate/weighed", "select",
    ]  # fmt: skip
    assert plan.node("select").inputs.keys() == {"plain", "weighed"}


def test_seeds_follow_from_the_projects_and_the_steps_name(tmp_path: Path) -> None:
    first, again = plan_of(tmp_path / "a"), plan_of(tmp_path / "b")
    other = plan_of(tmp_path / "c", seed=1)
    assert [node.seed for node in first] == [node.seed for node in again]
    assert not {node.seed for node in first} & {node.seed for node in other}


def test_the_probes_named_are_those_that_run_else_all_that_fit(tmp_path: Path) -> None:
    node = plan_of(tmp_path / "a").node("assess.candidate/plain")
    assert set(node.plugins) == set(DOCUMENT["assess"]["probes"])
    node = plan_of(tmp_path / "b", assess={"gates": []}).node("assess.candidate/plain")
    others = frozenset().union(*FITTING.values()) - fitting_probes("decision").keys()
    assert set(node.plugins) == plugins("probes").keys() - others - LISTED_PROBES - {"challenge"}
    assert others >= LANGUAGE_PROBES


def test_the_data_count_by_their_content_and_the_folder_does_not(tmp_path: Path) -> None:
    first, second = plan_of(tmp_path / "a"), plan_of(tmp_path / "b")
    assert first.node("data.read").settings == second.node("data.read").settings
    with (tmp_path / "b" / "loans.csv").open("a") as table:
        table.write("1,1,f,no\n")
    again = make_plan(project_in(tmp_path / "b"), tmp_path / "b")
    assert again.node("data.read").settings != second.node("data.read").settings


@pytest.mark.parametrize(
    ("section", "value", "says"),
    [
        ("data", {"source": "rdataset://AER/HMDA"}, "no source named 'rdataset'"),
        ("train", {"candidates": [{"name": "a", "family": "logistics"}]}, "no family named"),
        ("assess", {"probes": ["shaply"]}, "no probe named 'shaply'"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(
    section: str, value: dict[str, Any], says: str, tmp_path: Path
) -> None:
    write(tmp_path / "a")
    project = DecisionProject.model_validate({**DOCUMENT, section: value})
    with pytest.raises(InputError, match=says) as caught:
        make_plan(project, tmp_path / "a")
    assert "did you mean" in caught.value.hint


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a")
    (tmp_path / "a" / "loans.csv").unlink()
    with pytest.raises(DataError, match=r"loans\.csv"):
        make_plan(project_in(tmp_path / "a"), tmp_path / "a")
