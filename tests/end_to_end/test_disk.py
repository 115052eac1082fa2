"""A disk that is full or read-only, a damaged object, a ledger from the future: nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from tests.end_to_end.stranger import (
    Answer,
    as_found,
    edit,
    gates,
    proofstone,
    statuses,
    tree,
)

from proofstone.core import durable
from proofstone.store.store import Store


class Disk:
    """The operating system as `core.durable` sees it, out of room after `room` bytes."""

    def __init__(self, room: int) -> None:
        self._room = room

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, data: memoryview) -> int:
        """Write what there is room for."""
        if self._room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = os.write(handle, data[: self._room])
        self._room -= written
        return written


class ReadOnly:
    """The operating system on a file system that takes no new file."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        """Open for reading only."""
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return os.open(path, flags, mode)


@contextmanager
def on(system: object) -> Iterator[None]:
    with mock.patch.object(durable, "os", system):
        yield


def another_gate(project: Path) -> None:
    """Ask for something new that trains nothing: findings, record, report and release."""
    edit(project, assess={"gates": gates(auc=0.55)})


def refused(answer: Answer, *words: str) -> None:
    assert answer.status == 2, answer.out + answer.err
    error = answer.error
    assert (error["code"], error["kind"]) == ("store", "input")
    for word in words:
        assert word in error["message"], error
    assert error["hint"]


@pytest.mark.parametrize("room", [0, 1, 5_000, 50_000, 200_000])
def test_a_full_disk_stops_the_run_and_loses_nothing(own: Path, room: int) -> None:
    listed = proofstone("releases", "-C", own, "--json").out
    another_gate(own)
    page = (own / "report.html").read_bytes()
    with on(Disk(room)):
        answer = proofstone("run", "-C", own, "--json")
    refused(answer, "disk is full")
    assert proofstone("releases", "-C", own, "--json").out == listed
    assert (own / "report.html").read_bytes() == page
    assert not [name for name in tree(own) if name.endswith(".aside")]
    again = proofstone("run", "-C", own, "--json")
    assert again.status == 0, again.out
    assert statuses(again.document)["train.fit/tree"] == "restored"


@pytest.mark.parametrize("room", [0, 20_000])
def test_a_full_disk_leaves_no_half_export(project: Path, tmp_path: Path, room: int) -> None:
    with on(Disk(room)):
        refused(proofstone("export", "latest", tmp_path / "out", "-C", project, "--json"), "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["init", "new"], ["report", "-o", "new/board.html"]])
def test_a_full_disk_leaves_no_half_file(own: Path, words: list[str]) -> None:
    target = own.parent / words[-1]
    with on(Disk(10)):
        where = [] if words[0] == "init" else ["-C", own]
        refused(proofstone(*words[:-1], target, *where, "--json"), "disk is full")
    assert not [path for path in (own.parent / "new").rglob("*") if path.is_file()]


def test_a_ledger_that_finds_the_disk_full_says_so(own: Path) -> None:
    with sqlite3.connect(own / ".proofstone/ledger.sqlite") as ledger:
        pages = ledger.execute("PRAGMA page_count").fetchone()[0]
    another_gate(own)
    with small(pages):
        answer = proofstone("run", "-C", own, "--json")
    refused(answer, "ledger.sqlite", "full")
    assert proofstone("run", "-C", own, "--json").status == 0


@contextmanager
def small(pages: int) -> Iterator[None]:
    """Let no SQLite database grow beyond `pages`: the error is that of a full disk."""
    import sqlalchemy
    from sqlalchemy.engine import Engine

    def limit(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    sqlalchemy.event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        sqlalchemy.event.remove(Engine, "connect", limit)


def test_a_read_only_file_system_is_named(own: Path) -> None:
    another_gate(own)
    with on(ReadOnly()):
        refused(proofstone("run", "-C", own, "--json"), "read-only", str(own))


def test_a_read_only_ledger_is_named(own: Path) -> None:
    another_gate(own)

    def deny(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA query_only = 1")

    import sqlalchemy
    from sqlalchemy.engine import Engine

    sqlalchemy.event.listen(Engine, "connect", deny)
    try:
        refused(proofstone("run", "-C", own, "--json"), "ledger.sqlite", "cannot be written")
    finally:
        sqlalchemy.event.remove(Engine, "connect", deny)


NOBODY = 65534


@contextmanager
def seen_by_nobody(own: Path) -> Iterator[None]:
    """Let another user into the folders above `own`, and give them what is below it."""
    before = {folder: folder.stat().st_mode for folder in own.parents}
    for path in (own, *own.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    for folder, mode in before.items():
        folder.chmod(mode | 0o005)
    yield
    for folder, mode in before.items():
        folder.chmod(mode)


def in_child(command: Callable[[], Answer], user: int | None) -> Answer:
    """Run `command` in a child process, as `user` where one is given."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        if user is not None:
            os.setgid(user)
            os.setuid(user)
        answer = command()
        os.write(writer, answer.out.encode())
        os._exit(answer.status)
    os.close(writer)
    with os.fdopen(reader) as stream:
        out = stream.read()
    return Answer(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), out, "")


def test_a_store_without_write_permission_is_named(own: Path) -> None:
    another_gate(own)
    modes = {path: path.stat().st_mode for path in (own, *own.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    root = os.getuid() == 0
    with seen_by_nobody(own) if root else nullcontext():
        answer = in_child(lambda: proofstone("run", "-C", own, "--json"), NOBODY if root else None)
    for path, mode in modes.items():
        path.chmod(mode)
    refused(answer, str(own))
    assert "write access" in answer.error["hint"]


@pytest.mark.parametrize("command", ["run", "plan", "releases"])
def test_a_ledger_from_a_newer_version_is_left_alone(own: Path, command: str) -> None:
    file = own / ".proofstone/ledger.sqlite"
    with sqlite3.connect(file) as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
    ledger.close()
    with as_found(own):
        answer = proofstone(command, "-C", own, "--json")
    refused(answer, "ledger.sqlite", "9999")
    assert "upgrade" in answer.error["hint"]


def test_a_ledger_that_is_no_database_is_named(own: Path) -> None:
    (own / ".proofstone/ledger.sqlite").write_bytes(b"not a database, but long enough" * 10)
    with as_found(own):
        refused(proofstone("run", "-C", own, "--json"), "ledger.sqlite")


def stored(own: Path, kind: str, name: str) -> Path:
    """Where one file of the project's one artifact of `kind` is stored."""
    store = Store(own / ".proofstone")
    [blob] = {one.files[name].sha256 for one in store.actions.artifacts()
              if one.kind == kind and name in one.files}  # fmt: skip
    store.close()
    return own / ".proofstone/objects" / blob[:2] / blob[2:]


def test_a_truncated_artifact_is_named_and_repaired(own: Path) -> None:
    first = proofstone("releases", "-C", own, "--json").document["releases"][0]["id"]
    blob = stored(own, "split", "split.parquet")
    blob.write_bytes(blob.read_bytes()[:100])
    answer = proofstone("run", "-C", own, "--json")
    refused(answer, blob.name, "100 of")
    assert "doctor --repair" in answer.error["hint"]
    doctor = proofstone("doctor", "-C", own, "--json")
    assert doctor.status == 2
    [wrong] = [one for one in doctor.document["checks"] if not one["ok"]]
    assert blob.name[:10] in wrong["found"]
    assert proofstone("doctor", "--repair", "-C", own, "--json").status == 0
    again = proofstone("run", "-C", own, "--json")
    assert again.status == 0, again.out
    assert again.document["release"] == first
    ran = {name for name, status in statuses(again.document).items() if status == "ran"}
    # The report tells how long each step took, so it is new unless that came out the same.
    assert ran - {"report.render"} == {"data.split"}


@pytest.mark.parametrize("how", ["truncated", "gone"])
def test_a_damaged_release_is_refused_and_made_again(own: Path, how: str) -> None:
    blob = stored(own, "release", "model.sig")
    if how == "gone":
        blob.unlink()
    else:
        blob.write_bytes(blob.read_bytes()[:100])
    with as_found(own):
        promote = proofstone("promote", "latest", "--why", "a test", "-C", own, "--json")
        refused(promote, blob.name)
    if how == "truncated":
        refused(proofstone("run", "-C", own, "--json"), blob.name)
        assert proofstone("doctor", "--repair", "-C", own, "--json").status == 2
    again = proofstone("run", "-C", own, "--json")
    assert again.status == 0, again.out
    assert {name for name, status in statuses(again.document).items() if status == "ran"} == {
        "release",
    }
    assert len(proofstone("releases", "-C", own, "--json").document["releases"]) == 1
    assert proofstone("promote", "latest", "--why", "a test", "-C", own, "--json").status == 0
    assert proofstone("doctor", "-C", own, "--json").status == 0


def test_an_altered_artifact_is_never_used(own: Path) -> None:
    blob = stored(own, "split", "split.parquet")
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(data)
    candidates = [{"name": "logistic", "family": "logistic", "settings": {"C": 0.5}}]
    edit(own, train={"candidates": candidates})
    refused(proofstone("run", "-C", own, "--json"), blob.name, "altered")
    doctor = proofstone("doctor", "-C", own, "--json")
    assert doctor.status == 2
    assert "altered" in next(one["found"] for one in doctor.document["checks"] if not one["ok"])


def test_plan_knows_that_the_objects_are_lost(own: Path) -> None:
    shutil.rmtree(own / ".proofstone/objects")
    steps = proofstone("plan", "-C", own, "--json").document["steps"]
    assert {one["name"]: one["status"] for one in steps}["data.read"] == "would run"
    assert {one["status"] for one in steps} == {"would run", "waits"}
