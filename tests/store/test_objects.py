from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core import durable
from proofstone.core.artifact import Draft
from proofstone.core.errors import Busy, StoreError
from proofstone.store.lock import hold
from proofstone.store.objects import Objects
from proofstone.store.store import Store


@given(st.dictionaries(st.text("abc/", min_size=1, max_size=5), st.binary(max_size=50), max_size=4))
def test_what_is_put_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    objects = Objects(tmp_path_factory.mktemp("objects"))
    stored = objects.open(objects.put(Draft("any", files)))
    assert {name: stored.read(name) for name in files} == files
    assert {name: stored.path(name).read_bytes() for name in files} == files


def test_a_path_is_moved_in_and_named_like_the_same_bytes(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    file = tmp_path / "big.bin"
    file.write_bytes(b"x" * 3_000_000)
    moved = objects.put(Draft("any", {"big.bin": file}))
    assert not file.exists()
    assert moved.id == objects.put(Draft("any", {"big.bin": b"x" * 3_000_000})).id


def test_an_altered_object_is_never_handed_out(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    artifact = objects.put(Draft("any", {"a": b"12345"}))
    blob = artifact.files["a"]
    path = tmp_path / blob.sha256[:2] / blob.sha256[2:]
    path.write_bytes(b"12346")
    with pytest.raises(StoreError, match="was altered"):
        objects.open(artifact).read("a")
    with pytest.raises(StoreError, match="was altered"):
        objects.open(artifact).path("a")


def test_an_unknown_file_is_named_with_those_there(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    with pytest.raises(StoreError, match="no file b") as caught:
        objects.open(objects.put(Draft("any", {"a": b""}))).read("b")
    assert caught.value.hint == "it has: a"


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "permission")],
)
def test_a_full_or_read_only_disk_is_named_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    def refuse(handle: int, data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(durable.os, "write", refuse)
    with pytest.raises(StoreError, match=says) as caught:
        durable.write_file(tmp_path / "a" / "file", b"data")
    assert caught.value.hint
    assert list((tmp_path / "a").iterdir()) == []


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def files() -> object:
        yield "a.txt", b"a"
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(StoreError, match="full"):
        durable.write_folder(tmp_path / "release", files())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    durable.write_folder(tmp_path / "release", iter([("a/b.txt", b"b")]))
    assert (tmp_path / "release" / "a" / "b.txt").read_bytes() == b"b"


def test_the_second_holder_waits_and_is_told_for_whom(tmp_path: Path) -> None:
    told: list[str] = []
    released = threading.Event()

    def first() -> None:
        with hold(tmp_path / "lock", "ann", wait=0):
            held.set()
            released.wait(5)

    held = threading.Event()
    thread = threading.Thread(target=first)
    thread.start()
    held.wait(5)
    with pytest.raises(Busy, match="held by ann"), hold(tmp_path / "lock", "bob", wait=0.2):
        pass
    threading.Timer(0.3, released.set).start()
    with hold(tmp_path / "lock", "bob", wait=5, tell=told.append):
        pass
    thread.join()
    assert len(told) == 1
    assert "ann" in told[0]


def test_repair_sweeps_what_nobody_refers_to(tmp_path: Path) -> None:
    store = Store(tmp_path)
    orphan = store.put(Draft("any", {"a": b"orphan"}))
    assert store.objects.has(orphan)
    assert store.repair() == []
    assert not store.objects.has(orphan)
    store.close()
