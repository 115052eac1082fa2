from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from tests.models.sources.fake_hub import REPOSITORY, Hub
from tests.models.sources.files import CONFIG, sha256, weights

from proofstone.core import durable
from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError, InputError, StoreError, VerificationError
from proofstone.models.sources.fetch import fetch, find, place_of
from proofstone.models.sources.shelf import Fetched, Shelf

FILE = f"hf://{REPOSITORY}/model.safetensors"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A folder with a model, and things that are no part of one."""
    folder = tmp_path / "here"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(weights())
    (folder / "1_Pooling/config.json").write_bytes(CONFIG)
    (folder / "README.md").write_text("hello")
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    return folder


def test_a_file_on_this_machine_stays_where_it_is(local: Path, folder: Path) -> None:
    path = local / "model.safetensors"
    fetched = fetch(str(path), folder=folder)
    assert fetched == Fetched(
        path, sha256(weights()), len(weights()), "", path.as_uri(), f"file://{path}", False
    )
    assert fetch(path.as_uri(), sha256=sha256(weights()), folder=folder).pinned
    assert not folder.exists()
    with pytest.raises(VerificationError, match=r"f{64} was expected"):
        fetch(str(path), sha256="f" * 64, folder=folder)


def test_of_a_folder_on_this_machine_the_parts_of_a_model_are_copied(
    local: Path, folder: Path
) -> None:
    fetched = fetch(str(local), folder=folder)
    found = {
        path.relative_to(fetched.path).as_posix(): path.read_bytes()
        for path in fetched.path.rglob("*")
        if path.is_file()
    }
    assert found == {"model.safetensors": weights(), "1_Pooling/config.json": CONFIG}
    assert fetched.sha256 == digest_json({name: sha256(data) for name, data in found.items()})
    (local / "model.safetensors").write_bytes(weights(2))
    changed = fetch(str(local), folder=folder)
    assert changed.sha256 != fetched.sha256
    assert (fetched.path / "model.safetensors").read_bytes() == weights()


def test_folders_without_weights_are_refused(local: Path, folder: Path) -> None:
    (local / "model.safetensors").unlink()
    with pytest.raises(DataError, match=r"pytorch_model\.bin: may hold a pickle"):
        fetch(str(local), folder=folder)
    (local / "pytorch_model.bin").unlink()
    with pytest.raises(DataError, match="holds no weights"):
        fetch(str(local), folder=folder)
    with pytest.raises(DataError, match="holds no file that is taken"):
        fetch(str(local), folder=folder, suffixes={".csv"})


def test_a_link_out_of_a_local_folder_is_copied_as_content(local: Path, folder: Path) -> None:
    """The user's own link; what is kept is the file, so that it cannot change afterwards."""
    (local / "config.json").symlink_to(local / "1_Pooling/config.json")
    fetched = fetch(str(local), folder=folder)
    assert not (fetched.path / "config.json").is_symlink()
    assert (fetched.path / "config.json").read_bytes() == CONFIG


def test_pipes_and_broken_links_of_a_folder_are_passed_over(local: Path, folder: Path) -> None:
    os.mkfifo(local / "pipe.json")
    (local / "broken.json").symlink_to(local / "nothing")
    fetched = fetch(str(local), folder=folder)
    assert not list(fetched.path.glob("*.json"))


@pytest.mark.parametrize("sha", ["", "abc", "g" * 64, "0" * 63])
def test_what_is_no_digest_is_refused(local: Path, folder: Path, sha: str) -> None:
    with pytest.raises(InputError, match="is no SHA-256"):
        fetch(str(local), sha256=sha, folder=folder)


def test_an_absent_file_names_the_nearest(local: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="no such file") as caught:
        fetch(str(local / "modl.safetensors"), folder=folder)
    assert caught.value.hint == "did you mean model.safetensors?"


def test_what_was_damaged_since_is_fetched_again(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    fetched = fetch(FILE, folder=folder)
    fetched.path.write_bytes(weights()[:-1] + b"x")
    assert find(FILE, folder=folder) is None
    assert fetch(FILE, folder=folder) == fetched
    assert fetched.path.read_bytes() == weights()
    fetched.path.unlink()
    assert fetch(FILE, folder=folder).path.read_bytes() == weights()


def test_a_kept_folder_with_a_file_too_many_is_made_anew(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    fetched = fetch(f"hf://{REPOSITORY}", folder=folder)
    (fetched.path / "evil.json").write_text("{}")
    assert fetch(f"hf://{REPOSITORY}", folder=folder) == fetched
    assert [path.name for path in fetched.path.iterdir()] == ["model.safetensors"]


def test_an_address_without_a_digest_stays_what_it_was_first(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights(1))
    fetched = fetch(FILE, folder=folder)
    hub.add("model.safetensors", weights(2))
    assert fetch(FILE, folder=folder) == fetched
    fetched.path.unlink()
    with pytest.raises(VerificationError, match=sha256(weights(1))):
        fetch(FILE, folder=folder)
    assert fetch(FILE, sha256=sha256(weights(2)), folder=folder).sha256 == sha256(weights(2))


def test_two_addresses_of_the_same_content_share_it(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    hub.add("again.safetensors", weights())
    first, second = (
        fetch(f"hf://{REPOSITORY}/{name}.safetensors", folder=folder) for name in ("model", "again")
    )
    assert first.path.parent == second.path.parent
    assert [one.address for one in Shelf(folder).list()] == sorted([first.address, second.address])


def test_what_is_taken_from_a_folder_is_kept_apart_by_kind(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    hub.add("good.txt", b"good")
    model = fetch(f"hf://{REPOSITORY}", folder=folder)
    texts = fetch(f"hf://{REPOSITORY}", folder=folder, suffixes={".txt"})
    assert [one.name for one in model.path.iterdir()] == ["model.safetensors"]
    assert [one.name for one in texts.path.iterdir()] == ["good.txt"]
    assert fetch(f"hf://{REPOSITORY}", folder=folder) == model
    assert Shelf(folder).list() == [model]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 1, "path": 2}', "\xff"])
def test_a_record_that_cannot_be_read_is_as_none(hub: Hub, folder: Path, text: str) -> None:
    hub.add("model.safetensors", weights())
    fetched = fetch(FILE, folder=folder)
    (record,) = folder.glob("addresses/*.json")
    record.write_bytes(text.encode("latin-1"))
    assert Shelf(folder).list() == []
    assert place_of(FILE, folder=folder) is None
    assert fetch(FILE, folder=folder) == fetched


def test_a_record_cannot_lead_outside(hub: Hub, folder: Path, tmp_path: Path) -> None:
    hub.add("model.safetensors", weights())
    fetch(FILE, folder=folder)
    (tmp_path / "evil").write_bytes(b"evil")
    (record,) = folder.glob("addresses/*.json")
    document = json.loads(record.read_bytes())
    for evil in (
        {"path": str(tmp_path / "evil"), "sha256": sha256(b"evil")},
        {"path": "evil", "sha256": "../.."},
    ):
        record.write_text(json.dumps(document | evil))
        assert find(FILE, folder=folder) is None
        assert all(folder in one.path.parents for one in Shelf(folder).list())


PROGRAM = """
import os, signal, sys
from pathlib import Path
from proofstone.models.sources.fetch import fetch
from proofstone.models.sources import shelf
moved = shelf.move_file
def die(*arguments):
    if sys.argv[3] == "die":
        if arguments[0].name == "model.safetensors":
            os.kill(os.getpid(), signal.SIGKILL)
    moved(*arguments)
shelf.move_file = die
print(fetch(sys.argv[1], folder=Path(sys.argv[2])).sha256)
"""


def start(address: str, folder: Path, *words: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, address, str(folder), *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_killed_fetch_leaves_nothing_readable_and_the_next_one_cleans_up(
    local: Path, folder: Path
) -> None:
    killed = start(str(local), folder, "die")
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert list(folder.glob("work/*/*/copied/model.safetensors"))
    assert Shelf(folder).list() == []
    fetched = fetch(str(local), folder=folder)
    assert (fetched.path / "model.safetensors").read_bytes() == weights()
    assert not list(folder.glob("work/*/*"))


def test_two_processes_at_once_fetch_the_same_once(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    address = f"hf://{REPOSITORY}"
    both = [start(address, folder, "live", HF_ENDPOINT=hub.endpoint) for _ in range(2)]
    said = {one.communicate()[0].strip() for one in both}
    assert [one.returncode for one in both] == [0, 0]
    fetched = fetch(address, folder=folder)
    assert said == {fetched.sha256}
    assert hub.fetched["model.safetensors"] == 1


class Full:
    """The operating system as `core.durable` sees it, with a full disk from one call on."""

    def __init__(self, call: str) -> None:
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return self._refuse if name == self._call else getattr(os, name)

    def _refuse(self, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_full_disk_is_named_and_leaves_nothing_readable(
    hub: Hub, folder: Path, call: str
) -> None:
    hub.add("model.safetensors", weights())
    with (
        mock.patch.object(durable, "os", Full(call)),
        pytest.raises(StoreError, match="the disk is full") as caught,
    ):
        fetch(FILE, folder=folder)
    assert caught.value.hint
    assert find(FILE, folder=folder) is None
    assert not list(folder.glob("work/*/*"))
    assert fetch(FILE, folder=folder).path.read_bytes() == weights()


def test_a_disk_that_fills_while_copying_is_named(local: Path, folder: Path) -> None:
    with (
        mock.patch("shutil.copyfile", side_effect=OSError(errno.ENOSPC, "no space")),
        pytest.raises(StoreError, match="the disk is full"),
    ):
        fetch(str(local), folder=folder)
    assert Shelf(folder).list() == []


def test_a_folder_that_cannot_be_made_is_named(local: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        fetch(str(local), folder=tmp_path / "file")
