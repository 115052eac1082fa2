"""What a project's candidates would be asked, before they exist, before and after they were."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.pipeline.small import DOCUMENT, FILE, Ran, project_in, write

from proofstone.api import Workspace
from proofstone.checks.oracle import Oracle, Tally
from proofstone.pipeline.executor import LocalExecutor
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.outlook import outlook
from proofstone.store.store import Store

JUDGED = 239
"""Rows of the small project's table, less the one whose debt is negative."""


def planned(directory: Path) -> dict[str, dict[str, Any]]:
    store = Store(directory / ".proofstone")
    try:
        found = outlook(Journey(project_in(directory), directory, store, who="a tester"))
        return {one["name"]: one for one in found["candidates"]}
    finally:
        store.close()


def test_before_candidates_exist_it_says_what_it_waits_for(tmp_path: Path) -> None:
    write(tmp_path / "loans")
    found = planned(tmp_path / "loans")
    assert found.keys() == {"plain", "weighed"}
    one = found["weighed"]
    assert (one["status"], one["plan"], one["last_seconds"]) == ("waits", None, None)
    assert one["waits_for"] == ["data.check", "data.split", "train.fit/weighed"]
    assert one["judged"] is None
    assert one["unplanned"] == sorted(DOCUMENT["assess"]["probes"])
    assert not list((tmp_path / "loans" / ".proofstone" / "objects").rglob("*.*"))


def test_of_candidates_that_are_assessed_it_says_what_that_took(ran: Ran) -> None:
    document = Workspace(ran.directory).assess(plan=True)
    assert json.loads(json.dumps(document)) == document
    for one in document["candidates"]:
        assert (one["status"], one["waits_for"], one["unplanned"]) == ("known", [], [])
        assert one["last_seconds"] > 0
        assert one["judged"] == JUDGED
        plan = one["plan"]
        assert {each["probe"]: each["rows"] for each in plan["probes"]} == dict.fromkeys(
            DOCUMENT["assess"]["probes"], JUDGED
        )
        assert (plan["rows"], plan["distinct_rows"]) == (4 * JUDGED, JUDGED)
        assert (plan["exact"], plan["expected_calls"]) == (True, 1)
        assert plan["seconds"] > 0


def test_rows_that_are_there_are_counted_though_the_candidate_is_not(
    ran: Ran, tmp_path: Path
) -> None:
    directory = tmp_path / "loans"
    shutil.copytree(ran.directory, directory)
    more = [{"name": "deep", "family": "tree"}]
    (directory / FILE).write_text(yaml.safe_dump({**DOCUMENT, "train": {"candidates": more}}))
    (one,) = planned(directory).values()
    assert (one["status"], one["judged"], one["plan"]) == ("waits", JUDGED, None)
    assert one["waits_for"] == ["train.fit/deep"]


def test_what_would_be_assessed_is_what_then_is(
    ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "loans"
    shutil.copytree(ran.directory, directory)
    probes = ["boundary_attack", "consistency", "discrimination", "shapley"]
    document = {**DOCUMENT, "assess": {"probes": probes, "gates": []}}
    (directory / FILE).write_text(yaml.safe_dump(document))
    found = planned(directory)
    assert {one["status"] for one in found.values()} == {"would run"}
    tallies: list[Tally] = []
    kept = Oracle.run

    def run(oracle: Oracle, *arguments: Any, **more: Any) -> Any:
        tallies.append(oracle.tally)
        return kept(oracle, *arguments, **more)

    def here(executor: LocalExecutor, function: Any, parts: Any) -> list[Any]:
        return [function(part) for part in parts]

    monkeypatch.setattr(Oracle, "run", run)
    monkeypatch.setattr(LocalExecutor, "map", here)
    Workspace(directory).run(workers=1)
    assert len(tallies) == 2
    for tally, one in zip(tallies, found.values(), strict=True):
        rows = {each["probe"]: each["rows"] for each in one["plan"]["probes"]}
        assert (rows["discrimination"], rows["shapley"]) == (JUDGED, 0)
        assert 0 < tally.asked <= one["plan"]["rows"]
        assert tally.answered <= one["plan"]["distinct_rows"]
        assert tally.calls <= one["plan"]["calls"]
