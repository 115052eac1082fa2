"""Running again: nothing runs that need not, and what runs says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from tests.end_to_end.stranger import FILE, as_found, edit, proofstone, statuses

DATA = ["data.read", "data.check", "data.profile", "data.split"]
REST = [
    "train.fit/logistic",
    "train.shadows/logistic",
    "assess.candidate/logistic",
    "train.fit/tree",
    "train.shadows/tree",
    "assess.candidate/tree",
    "select",
]


def test_the_first_run_runs_every_step(first_run: Any) -> None:
    assert sorted(statuses(first_run)) == sorted([*DATA, *REST, "report.render", "release"])
    assert set(statuses(first_run).values()) == {"ran"}


def test_a_second_run_restores_every_step_and_ends_the_same(project: Path, first_run: Any) -> None:
    again = proofstone("run", "-C", project, "--json")
    assert again.status == 0
    assert set(statuses(again.document).values()) == {"restored"}
    assert {one["seconds"] for one in again.document["steps"]} == {0.0}
    assert again.document["release"] == first_run["release"]
    assert again.document["findings"] == first_run["findings"]


def test_plan_knows_everything_after_a_run(project: Path) -> None:
    steps = proofstone("plan", "-C", project, "--json").document["steps"]
    assert [one["name"] for one in steps] == [*DATA, *REST]
    assert {one["status"] for one in steps} == {"known"}
    reads = {one["name"]: one["reads"] for one in steps}
    assert reads["select"] == ["assess.candidate/logistic", "assess.candidate/tree"]


def test_a_comment_runs_nothing(own: Path) -> None:
    file = own / FILE
    file.write_text(f"# a thought\n{file.read_text()}\n# another\n")
    assert set(statuses(proofstone("run", "-C", own, "--json").document).values()) == {"restored"}


def test_why_names_the_one_setting_that_changed(own: Path) -> None:
    candidates = yaml.safe_load((own / FILE).read_text())["train"]["candidates"]
    candidates[0]["settings"] = {"C": 0.05}
    edit(own, train={"candidates": candidates})
    with as_found(own):
        why = proofstone("why", "train.fit/logistic", "-C", own, "--json").document
    assert why["status"] == "would run"
    assert [one["path"] for one in why["changes"]] == ["settings.candidate.settings.C"]
    assert why["changes"][0] | {"before": ""} == {
        "path": "settings.candidate.settings.C", "before": "", "after": "0.05",
    }  # fmt: skip
    shown = proofstone("why", "train.fit/logistic", "-C", own).out
    assert "settings.candidate.settings.C" in shown


def test_plan_says_what_would_run_and_what_waits_for_it(own: Path) -> None:
    candidates = yaml.safe_load((own / FILE).read_text())["train"]["candidates"]
    candidates[0]["settings"] = {"C": 0.05}
    edit(own, train={"candidates": candidates})
    steps = proofstone("plan", "-C", own, "--json").document["steps"]
    status = {one["name"]: one["status"] for one in steps}
    assert status == dict.fromkeys([*DATA, *REST], "known") | {
        "train.fit/logistic": "would run",
        "train.shadows/logistic": "waits",
        "assess.candidate/logistic": "waits",
        "select": "waits",
    }
    waits = proofstone("why", "select", "-C", own, "--json").document
    assert (waits["status"], waits["changes"]) == ("waits", [])
    assert "assess.candidate/logistic" in waits["says"]


def test_why_without_a_change_says_when_it_ran(project: Path) -> None:
    document = proofstone("why", "data.split", "-C", project, "--json").document
    assert (document["status"], document["changes"]) == ("known", [])
    assert "ran once" in document["says"]


def test_why_of_an_unknown_step_lists_the_steps(project: Path) -> None:
    answer = proofstone("why", "train.fit/forest", "-C", project, "--json")
    assert answer.status == 2
    assert "train.fit/forest" in answer.error["message"]
    assert "train.fit/tree" in answer.error["hint"]


def test_a_gate_alone_judges_anew_and_trains_nothing(own: Path) -> None:
    document = yaml.safe_load((own / FILE).read_text())
    document["assess"]["gates"][0]["min"] = 0.55
    (own / FILE).write_text(yaml.safe_dump(document, allow_unicode=True))
    run = proofstone("run", "-C", own, "--json")
    assert run.status == 0
    status = statuses(run.document)
    assert {name for name, one in status.items() if one == "ran"} <= {
        "assess.candidate/logistic", "assess.candidate/tree", "select", "report.render", "release",
    }  # fmt: skip
    assert status["release"] == "ran"
    limits = {one["metric"]: one["limit"] for one in run.document["findings"]}
    assert limits["roc_auc"] == 0.55
