from __future__ import annotations

from dataclasses import replace

from proofstone.core.artifact import Artifact, Blob
from proofstone.store.actions import Action, Actions
from proofstone.store.answers import Answers
from proofstone.store.ledger import Ledger
from proofstone.store.releases import AuditRows, ReleaseRow, Releases
from proofstone.store.runs import Runs, RunStep

ARTIFACT = Artifact("table", {"a.txt": Blob("0" * 64, 3)}, {"rows": 2})
ACTION = Action("k" * 64, "data.read", {"step": "data.read", "inputs": {}}, {"table": ARTIFACT},
                1.5, 100.0, "2026-01-01T00:00:00.000001+00:00")  # fmt: skip


def test_an_action_comes_back_as_it_was(ledger: Ledger) -> None:
    actions = Actions(ledger)
    assert actions.get(ACTION.key) is None
    assert actions.commit(ACTION) == ACTION
    assert actions.get(ACTION.key) == ACTION
    assert actions.artifacts() == [ARTIFACT]


def test_the_first_committed_output_stands(ledger: Ledger) -> None:
    actions = Actions(ledger)
    actions.commit(ACTION)
    other = replace(ACTION, outputs={"table": Artifact("table", {"a.txt": Blob("1" * 64, 3)})})
    assert actions.commit(other) == ACTION
    assert actions.artifacts() == [ARTIFACT]


def test_history_is_the_newest_first(ledger: Ledger) -> None:
    actions = Actions(ledger)
    later = replace(ACTION, key="l" * 64, committed="2026-01-02T00:00:00.000001+00:00")
    for action in (later, ACTION):
        actions.commit(action)
    assert [one.key for one in actions.history("data.read")] == [later.key, ACTION.key]
    assert actions.history("data.check") == []


def test_forgetting_an_artifact_forgets_who_made_it(ledger: Ledger) -> None:
    actions = Actions(ledger)
    actions.commit(ACTION)
    assert actions.forget("f" * 64) == 0
    assert actions.forget(ARTIFACT.id) == 1
    assert actions.get(ACTION.key) is None


def test_runs_are_numbered_and_kept(ledger: Ledger) -> None:
    runs = Runs(ledger)
    assert runs.last() is None
    steps = [RunStep("a", "ran", "k", 1.0), RunStep("b", "skipped", None, 0.0)]
    first = runs.record(started="1", finished="2", who="me", steps=steps, outcome={"error": ""})
    second = runs.record(started="3", finished="4", who="me", steps=[], outcome={"error": "no"})
    last = runs.last()
    assert second == first + 1
    assert last is not None
    assert last["outcome"] == {"error": "no"}


def test_the_last_release_is_that_of_the_newest_run_that_came_to_one(ledger: Ledger) -> None:
    runs = Runs(ledger)
    assert runs.last_release() is None
    for outcome in ({"release": "a"}, {"release": "b"}, {"release": "a"}, {"error": "no"}):
        runs.record(started="1", finished="2", who="me", steps=[], outcome=outcome)
    assert runs.last_release() == "a"


def test_releases_are_entered_once(ledger: Ledger) -> None:
    releases = Releases(ledger)
    row = ReleaseRow("r" * 64, ARTIFACT, "credit", "pass", "2026-01-01", "me")
    assert releases.add(row) == row
    assert releases.add(replace(row, who="you")) == row
    assert releases.get(row.id) == row
    assert releases.all() == [row]


def test_audit_rows_are_numbered_without_a_gap(ledger: Ledger) -> None:
    rows = AuditRows(ledger)
    for at in range(3):
        rows.append(lambda seq, at=at: {
            "seq": seq, "at": str(at), "who": "me", "action": "promote", "details": {"n": at},
            "leaf": "0" * 64})  # fmt: skip
    assert [row["seq"] for row in rows.all()] == [0, 1, 2]
    assert rows.all()[2]["details"] == {"n": 2}


def test_answers_are_kept_by_key_and_the_first_stands(ledger: Ledger) -> None:
    answers = Answers(ledger)
    answers.put({"a": "one", "b": "二"})
    answers.put({"a": "other", "c": "three"})
    assert answers.get(["a", "b", "c", "d"]) == {"a": "one", "b": "二", "c": "three"}
    assert answers.get([]) == {}
