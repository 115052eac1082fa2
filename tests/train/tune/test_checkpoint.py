from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch

from proofstone.core.errors import DataError, StoreError
from proofstone.train.tune.checkpoint import Progress, load_checkpoint, save_checkpoint

TENSORS = {"adapter/a": torch.arange(6.0).reshape(2, 3), "first/a": torch.ones(2)}
PROGRESS = Progress(7, [2.5, 1.25], [(0, 3.0), (5, 2.0)], 123, 4.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A saved checkpoint."""
    save_checkpoint(tmp_path / "run", "key", PROGRESS, TENSORS)
    return tmp_path / "run"


def test_what_is_saved_is_found(path: Path) -> None:
    found = load_checkpoint(path, "key")
    assert found is not None
    assert found[0] == PROGRESS
    assert found[1].keys() == TENSORS.keys()
    assert all(torch.equal(found[1][name], TENSORS[name]) for name in TENSORS)


def test_the_same_state_gives_the_same_bytes(path: Path) -> None:
    before = path.read_bytes()
    save_checkpoint(path, "key", PROGRESS, dict(reversed(TENSORS.items())))
    assert path.read_bytes() == before


def test_there_may_be_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "none", "key") is None


def test_another_runs_is_refused(path: Path) -> None:
    with pytest.raises(DataError, match="is the checkpoint of another run") as caught:
        load_checkpoint(path, "other")
    assert caught.value.hint == "delete the file to begin anew"


@pytest.mark.parametrize("damage", ["cut", "header", "rubbish", "empty", "pickle", "fields"])
def test_a_damaged_one_is_refused(path: Path, damage: str) -> None:
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[:-1],
            "header": data[:8] + b"x" + data[9:],
            "rubbish": bytes(range(256)),
            "empty": b"",
            "pickle": b"\x80\x04K\x01.",
            "fields": data.replace(b'losses', b'lasses'),
        }[damage]
    )  # fmt: skip
    with pytest.raises(DataError, match="is no checkpoint, or is damaged"):
        load_checkpoint(path, "key")


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_one_before(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(StoreError, match="the disk is full"):
        save_checkpoint(path, "key", Progress(8), TENSORS)
    monkeypatch.undo()
    found = load_checkpoint(path, "key")
    assert found is not None
    assert found[0].step == 7
    assert os.listdir(path.parent) == ["run"]


def test_what_a_killed_write_left_is_swept(path: Path) -> None:
    left = path.with_name(".run.abc.aside")
    left.write_bytes(b"half")
    assert load_checkpoint(path, "key")
    assert not left.exists()


def test_the_best_is_the_least_and_the_earliest_of_equals() -> None:
    assert Progress(9, held_out=[(0, 3.0), (3, 2.0), (6, 2.0), (9, 2.5)]).best == 3
    assert Progress(9).best == 9


@pytest.mark.parametrize(("patience", "stale"), [(1, True), (2, True), (3, False)])
def test_it_is_stale_after_measurements_without_gain(patience: int, stale: bool) -> None:
    held_out = [(0, 3.0), (3, 2.0), (6, 2.0), (9, 2.5)]
    assert Progress(9, held_out=held_out).stale(patience) is stale
    assert not Progress(9).stale(1)
