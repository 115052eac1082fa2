from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from proofstone.core.errors import InputError, StoreError
from proofstone.registry.export import export
from proofstone.registry.verify import verify
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

Enter = Callable[..., ReleaseRow]


def test_the_directory_stands_alone(
    store: Store, enter: Enter, key: SigningKey, tmp_path: Path
) -> None:
    row = enter()
    directory = export(store.open(row.artifact), tmp_path / "deep/er/loans")
    store.close()
    (tmp_path / "store").rename(tmp_path / "gone")
    assert verify(directory, key.public).release == row.id
    assert [one.name for one in directory.parent.iterdir()] == ["loans"]


def test_the_same_release_is_left_alone_and_another_refused(
    store: Store, enter: Enter, tmp_path: Path
) -> None:
    first, second = enter(seed=1), enter(seed=2)
    directory = export(store.open(first.artifact), tmp_path / "loans")
    before = (directory / "model.sig").stat().st_mtime_ns
    export(store.open(first.artifact), directory)
    assert (directory / "model.sig").stat().st_mtime_ns == before
    with pytest.raises(InputError, match="not empty"):
        export(store.open(second.artifact), directory)
    (directory / ".hidden").write_bytes(b"")
    with pytest.raises(InputError, match="not empty"):
        export(store.open(first.artifact), directory)


def test_an_empty_folder_is_filled_and_a_file_or_link_refused(
    store: Store, enter: Enter, tmp_path: Path
) -> None:
    release = store.open(enter().artifact)
    (tmp_path / "empty").mkdir()
    assert (export(release, tmp_path / "empty") / "model.sig").is_file()
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("file", "link"):
        with pytest.raises(InputError, match="is not a folder"):
            export(release, tmp_path / name)
    assert (tmp_path / "file").read_bytes() == b"mine"
    with pytest.raises(StoreError, match="below: "):
        export(release, tmp_path / "file/below")


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "mkdir"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_refuses_leaves_nothing_behind(
    store: Store,
    enter: Enter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    code: int,
) -> None:
    release = store.open(enter().artifact)
    (tmp_path / "out").mkdir()

    def refuse(*arguments: object, **named: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(StoreError, match="loans") as raised:
            export(release, tmp_path / "out/loans")
    assert raised.value.hint
    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_object_exports_nothing(store: Store, enter: Enter, tmp_path: Path) -> None:
    row = enter()
    sha = row.artifact.files["report.html"].sha256
    path = tmp_path / "store/objects" / sha[:2] / sha[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="of 36 bytes"):
        export(store.open(row.artifact), tmp_path / "out/loans")
    assert list((tmp_path / "out").iterdir()) == []
