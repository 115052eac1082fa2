"""Two runs at once in one project, and a run that is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import yaml
from tests.end_to_end.stranger import (
    FILE,
    as_found,
    environment,
    gates,
    proofstone,
    statuses,
)

from proofstone.store.lock import hold

DATA = {"data.read", "data.check", "data.profile", "data.split"}


def lock(project: Path) -> Path:
    return project / ".proofstone/lock"


def test_a_run_that_does_not_wait_names_who_holds_the_project(own: Path) -> None:
    with hold(lock(own), "somebody", wait=0), as_found(own):
        answer = proofstone("run", "-C", own, "--json", PROOFSTONE_LOCK_WAIT="0")
    assert answer.status == 2
    assert answer.error["code"] == "busy"
    assert f"somebody (process {os.getpid()}" in answer.error["message"]
    assert "PROOFSTONE_LOCK_WAIT" in answer.error["hint"]


def test_a_run_that_waits_says_for_whom_and_goes_on(own: Path) -> None:
    held, free = threading.Event(), threading.Event()

    def holder() -> None:
        with hold(lock(own), "somebody", wait=0):
            held.set()
            free.wait(0.5)

    thread = threading.Thread(target=holder)
    thread.start()
    held.wait(5)
    answer = proofstone("run", "-C", own)
    free.set()
    thread.join()
    assert answer.status == 0, answer.err
    assert answer.err.startswith("waiting for somebody (process")


def start(project: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "proofstone", "run", "-C", project, "--json"],
        env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def committed(project: Path) -> dict[str, int]:
    """How often each step of the project was committed."""
    address = f"file:{project / '.proofstone/ledger.sqlite'}?mode=ro"
    try:
        with sqlite3.connect(address, uri=True) as ledger:
            rows = ledger.execute("SELECT step, count(*) FROM actions GROUP BY step").fetchall()
        ledger.close()
    except sqlite3.OperationalError:
        return {}
    return dict(rows)


def until(what: str, true: object, seconds: float = 60.0) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)


def group(leader: int) -> list[int]:
    """The processes of the session that `leader` began."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_killed_while_training_then_two_at_once_finish_it(own: Path) -> None:
    before = committed(own)
    document = yaml.safe_load((own / FILE).read_text()) | {"seed": 7}
    document["train"]["candidates"] = [{"name": "logistic", "family": "logistic"}]
    document["assess"]["gates"] = gates()
    (own / FILE).write_text(yaml.safe_dump(document, allow_unicode=True))

    killed = start(own)
    until("a worker", lambda: committed(own).get("data.split") == 2 and len(group(killed.pid)) >= 3)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert committed(own) == before | dict.fromkeys(DATA, 2)
    until("the end of the workers", lambda: not group(killed.pid), 10.0)

    both = [start(own), start(own)]
    printed = [json.loads(one.communicate()[0]) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert printed[0]["release"] == printed[1]["release"]
    by_work = sorted(
        (statuses(one) for one in printed), key=lambda one: -[*one.values()].count("ran")
    )
    first, second = by_work
    assert {name for name, status in first.items() if status == "restored"} == DATA
    assert set(second.values()) == {"restored"}
    named = {f"{step}/logistic" for step in ("train.fit", "train.shadows", "assess.candidate")}
    again = {*DATA, *named, "select", "report.render"}
    assert committed(own) == before | dict.fromkeys(again, 2)


def test_two_first_runs_at_once_share_one_key(own: Path) -> None:
    for path in (own / ".proofstone/keys").iterdir():
        path.unlink()
    both = [start(own), start(own)]
    for one in both:
        one.communicate()
    assert [one.returncode for one in both] == [0, 0]
    from proofstone.vault.keys import PublicKey, SigningKey

    keys = own / ".proofstone/keys"
    assert SigningKey.load(keys / "signer.pem").public == PublicKey.load(keys / "signer.pub")
