"""The process is killed at every write, fsync, rename and commit; the next run puts all right."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pipeline.toy import nodes, run

from proofstone.core.canonical import digest

REPOSITORY = Path(__file__).parents[2]
KINDS = ("write", "fsync", "replace", "commit")

KILLER = """
import os, signal, sys
from pathlib import Path

import proofstone.core.durable as durable
import sqlalchemy
from sqlalchemy.engine import Engine
from tests.pipeline.toy import nodes, run

kind, base = sys.argv[1], Path(sys.argv[2])
seen = at = 0

def struck() -> bool:
    global seen
    seen += 1
    return seen == at

def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

class Faulty:
    def __getattr__(self, name):
        return getattr(os, name)
    def write(self, handle, data):
        if kind == "write" and struck():
            os.write(handle, bytes(data)[: len(data) // 2])
            die()
        return os.write(handle, data)
    def fsync(self, handle):
        if kind == "fsync" and struck():
            die()
        os.fsync(handle)
    def replace(self, source, target):
        if kind == "replace" and struck():
            die()
        os.replace(source, target)

durable.os = Faulty()

@sqlalchemy.event.listens_for(Engine, "commit")
def commit(connection) -> None:
    if kind == "commit" and struck():
        die()

def in_child(work) -> int:
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def count() -> None:
    run(base / "count", nodes(4))
    (base / "total").write_text(str(seen))

assert in_child(count) == 0
total = int((base / "total").read_text())
for at in range(1, total + 1):
    status = in_child(lambda: run(base / str(at), nodes(4)))
    assert status == -signal.SIGKILL, (kind, at, status)
"""


def kill_everywhere(kind: str, base: Path) -> int:
    """Run the toy plan once for each event of `kind`, killed there; return how many there are."""
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'src'}"}
    subprocess.run([sys.executable, "-c", KILLER, kind, str(base)], env=environment, check=True)
    return int((base / "total").read_text())


def committed(root: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(root / "ledger.sqlite") as ledger:
        return ledger.execute("SELECT step, count(*) FROM actions GROUP BY step").fetchall()


@pytest.mark.parametrize("kind", KINDS)
def test_killed_anywhere_the_next_run_ends_the_same(kind: str, tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", nodes(4))
    total = kill_everywhere(kind, tmp_path)
    assert total >= 3, f"nothing was counted for {kind}"
    for at in range(1, total + 1):
        root = tmp_path / str(at)
        resumed = run(root, nodes(4))
        assert {p: a.id for p, a in resumed.outputs.items()} == {
            p: a.id for p, a in whole.outputs.items()
        }
        assert committed(root) == [("numbers", 1), ("parity", 1), ("shout", 1)]
        for blob in (root / "objects").glob("??/*"):
            if not blob.name.startswith("."):
                assert digest(blob.read_bytes()) == blob.parent.name + blob.name
