from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pipeline.small import DOCUMENT, FILE, Ran, project_in, run, write

from proofstone.core.artifact import Artifact
from proofstone.core.errors import Busy, DataError
from proofstone.pipeline.forecast import forecast
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.node import Port
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The same project in another folder, run by someone else with one worker."""
    directory = tmp_path_factory.mktemp("other") / "deeper" / "project"
    write(directory)
    found = run(directory, workers=1, who="someone else")
    found.store.close()
    return found


AGAIN = """
import sys
from pathlib import Path
from proofstone.core.project.load import load_project
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.known import known_names
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

directory = Path(sys.argv[1])
project = load_project(directory / sys.argv[2], known_names())
store = Store(directory / ".proofstone")
journey = Journey(project, directory, store, who="someone else")
outcome = journey.run(SigningKey.generate(), workers=1, wait=0.0)
store.close()
assert {step.status for step in outcome.steps} == {"restored"}, outcome.steps
sys.exit(", ".join({"numpy", "polars"} & set(sys.modules)) or None)
"""


def test_a_run_with_nothing_to_do_loads_no_tables(elsewhere: Ran) -> None:
    words = [sys.executable, "-c", AGAIN, str(elsewhere.directory), FILE]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def record_of(ran: Ran) -> Artifact:
    return next(one for one in ran.store.actions.artifacts() if "record.json" in one.files)


def test_the_release_does_not_depend_on_folder_time_person_or_workers(
    ran: Ran, elsewhere: Ran
) -> None:
    assert ran.outcome.release == elsewhere.outcome.release
    keys = [{one.name: one.key for one in found.outcome.steps} for found in (ran, elsewhere)]
    for found in keys:
        del found["report.render"]
    assert keys[0] == keys[1]


def test_two_runs_differ_in_time_memory_and_people_alone(ran: Ran, elsewhere: Ran) -> None:
    first, second = (json.loads(json.dumps(found.outcome.record)) for found in (ran, elsewhere))
    for record in (first, second):
        assert record.pop("cost")["seconds"] > 0
        assert record.pop("decisions")[0]["action"] == "register"
        for one in (*record["steps"], *record["candidates"]):
            del one["seconds"]
        for one in record["candidates"]:
            assert one.pop("memory_mb") > 0
    assert first == second


def test_a_second_run_restores_everything_and_gives_the_same_record(ran: Ran) -> None:
    started = time.perf_counter()
    again = ran.journey.run(SigningKey.generate(), workers=2, wait=0.0)
    assert {one.status for one in again.steps} == {"restored"}
    assert again.record == ran.outcome.record
    assert again.report == ran.outcome.report
    assert time.perf_counter() - started < 20
    assert {row["status"] for row in forecast(ran.journey)} == {"known"}


def test_the_document_is_what_run_prints(ran: Ran) -> None:
    document = ran.outcome.document(Path("report.html"))
    assert set(document) == {"release", "verdict", "findings", "steps", "report"}
    assert (document["verdict"], document["report"]) == ("fail", "report.html")
    names = {(one["metric"], one["subject"]) for one in document["findings"]}
    assert ("selection_rate_difference", "sex") in names
    assert ("true_positive_rate", "sex=f") in names
    assert all(set(one) == {"name", "status", "seconds"} for one in document["steps"])
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_release_holds_its_evidence_whatever_its_verdict(ran: Ran) -> None:
    (release,) = ran.store.releases.all()
    assert release.id == ran.outcome.release
    files = ran.store.open(release.artifact).artifact.files
    assert {"model/model.json", "findings.json", "project.json", "record.json"} <= files.keys()


def test_another_limit_makes_another_release_without_training(ran: Ran, tmp_path: Path) -> None:
    gates = [DOCUMENT["assess"]["gates"][0] | {"min": 0.65}, *DOCUMENT["assess"]["gates"][1:]]
    directory = tmp_path / "loans"
    write(directory, assess=DOCUMENT["assess"] | {"gates": gates})
    journey = Journey(project_in(directory), directory, ran.store, who="a tester")
    outcome = journey.run(SigningKey.generate(), workers=1, wait=0.0)
    fate = {one.name: one.status for one in outcome.steps}
    assert fate["train.fit/plain"] == fate["data.split"] == "restored"
    assert outcome.release != ran.outcome.release


def test_a_failed_run_is_recorded_with_its_error(tmp_path: Path) -> None:
    directory = tmp_path / "loans"
    write(directory)
    (directory / "loans.csv").write_text("income,debt,sex,repaid\n1,1,f,no\n2,2,m,no\n")
    store = Store(directory / ".proofstone")
    journey = Journey(project_in(directory), directory, store, who="a tester")
    with pytest.raises(DataError):
        journey.run(SigningKey.generate(), workers=1, wait=0.0)
    last = store.runs.last()
    store.close()
    assert last is not None
    assert last["outcome"]["error"].startswith("DataError: ")
    assert (directory / FILE).exists()


def test_the_second_of_two_runs_is_told_who_holds_the_project(ran: Ran) -> None:
    with (
        ran.store.hold("the first", wait=0.0),
        pytest.raises(Busy, match="the first"),
    ):
        ran.journey.run(SigningKey.generate(), workers=1, wait=0.0)


def test_every_step_has_a_key_and_the_plan_an_order(ran: Ran) -> None:
    plan = ran.journey.plan()
    seen: set[Port] = set()
    for node in plan:
        assert set(node.inputs.values()) <= seen
        seen |= {Port(node.name, role) for role in node.load().outputs}
    assert len({node.seed for node in plan}) == len(plan.nodes)
