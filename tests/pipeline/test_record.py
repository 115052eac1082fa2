from __future__ import annotations

import json

from tests.pipeline.small import REASON, Ran

from proofstone.checks.gate import judge_all
from proofstone.core.finding import Finding, Verdict
from proofstone.pipeline.record import not_tested
from proofstone.report.render import render


def test_the_record_says_what_was_built_from_what(ran: Ran) -> None:
    record = ran.outcome.record
    assert (record["format"], record["name"], record["seed"]) == (1, "loans", 0)
    assert record["project"] == ran.journey.project.model_dump(mode="json")
    assert record["release"] == ran.outcome.release
    assert record["data"]["profile"]["rows"] == 239
    (problem,) = record["data"]["quarantine"]
    assert (problem["column"], problem["rows"]) == ("debt", [3])
    assert record["data"]["table"] in {one.id for one in ran.store.actions.artifacts()}
    assert {"polars", "scikit-learn", "scipy"} <= record["environment"]["packages"].keys()


def test_the_verdict_is_that_of_the_winners_gates(ran: Ran) -> None:
    record = ran.outcome.record
    ranking = record["selection"]["ranking"]
    assert record["winner"] == ranking[0]["name"]
    assert [one["name"] for one in record["candidates"]] == [one["name"] for one in ranking]
    assert record["verdict"] == ranking[0]["verdict"] == "fail"
    assert [gate["verdict"] for gate in record["gates"]] == ["pass", "fail", "pass"]
    reasons = [gate["why_limit"] for gate in record["gates"]]
    assert reasons == [REASON, "shut on purpose", REASON]
    assert not any(one["eligible"] for one in record["candidates"])


def test_findings_of_the_winner_are_whole_and_the_others_are_short(ran: Ran) -> None:
    winner, other = ran.outcome.record["candidates"]
    whole = [Finding.from_json(one) for one in winner["findings"]]
    gates = judge_all(whole, ran.journey.project.assess.gates).gates
    by_name = {(one.metric, one.subject): one for one in whole}
    assert all(by_name[one.metric, one.subject] == one for one in gates)
    assert any("=" in one["subject"] for one in winner["findings"])
    assert not any("=" in one["subject"] for one in other["findings"])
    assert all(set(one["details"]) <= {"groups"} for one in other["findings"])
    assert {one["metric"] for one in other["findings"]} <= {one.metric for one in whole}


def test_each_step_has_its_key_and_its_time(ran: Ran) -> None:
    record = ran.outcome.record
    keys = {one.name: one.key for one in ran.outcome.steps}
    assert all(keys[one["name"]] == one["key"] for one in record["steps"])
    assert record["cost"]["seconds"] > 0
    assert record["cost"]["peak_memory_mb"] > 50
    (decision,) = record["decisions"]
    assert (decision["action"], decision["who"]) == ("register", "a tester")
    assert decision["why"] == record["selection"]["rule"]


def test_what_gave_no_number_is_listed_with_its_reason() -> None:
    found = [
        Finding(probe="a", metric="a", value=1.0),
        Finding(probe="b", metric="b", reason="the model does not answer Predict"),
        Finding(probe="c", metric="c", limit=0.1, verdict=Verdict.NOT_RUN),
        Finding(probe="d", metric="d", details={"points": []}),
    ]
    assert not_tested(found) == [{"what": "b", "why": "the model does not answer Predict"}]


def test_the_report_renders_the_record_as_it_is_stored(ran: Ran) -> None:
    page = ran.store.open(ran.outcome.report).read("report.html").decode()
    assert page == render(json.loads(json.dumps(ran.outcome.record)))
    assert "loans" in page
