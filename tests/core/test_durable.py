from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from proofstone.core.durable import sweep, write_file
from proofstone.core.errors import StoreError


def test_writes_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a"
    write_file(path, b"one", mode=0o600)
    write_file(path, b"two", mode=0o640)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(path.parent) == ["a"]


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
def test_a_full_disk_leaves_the_old_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(StoreError, match="a: the disk is full"):
        write_file(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_sweep_takes_only_its_own_leftovers(tmp_path: Path) -> None:
    for name in (".a.x1.aside", ".ab.x1.aside", ".a.other", "a"):
        (tmp_path / name).touch()
    sweep(tmp_path / "a")
    assert sorted(os.listdir(tmp_path)) == [".a.other", ".ab.x1.aside", "a"]


def test_bytes_reach_the_disk_before_their_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real = os.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")

    def replace(source: Path, target: Path) -> None:
        done.append("rename")
        real(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write_file(tmp_path / "a", b"data")
    assert done == ["file", "rename", "folder"]
