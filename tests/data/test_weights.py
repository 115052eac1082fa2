"""Weights arrive as a file or a folder, and a folder must be a whole chat model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.models.vllm.folders import chat_files

from proofstone.core.errors import DataError, VerificationError
from proofstone.data.weights import fetch_weights, fingerprint

DIGEST = "5" * 64


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder in which `chat` is a chat model."""
    monkeypatch.setenv("PROOFSTONE_MODELS", str(tmp_path / "kept"))
    (tmp_path / "home" / "chat").mkdir(parents=True)
    for name, data in chat_files().items():
        (tmp_path / "home" / "chat" / name).write_bytes(data)
    return tmp_path / "home"


def fetched(run: Any, home: Path, address: str, sha256: str | None = None) -> Any:
    settings = {"address": address, "sha256": sha256, "fingerprint": ""}
    return run(fetch_weights, settings, directory=home)["weights"]


@pytest.mark.parametrize("form", ["chat", "./chat", "file://chat", "{home}/chat"])
def test_a_folder_arrives_with_all_its_files(run: Any, home: Path, form: str) -> None:
    (home / "chat" / "README.md").write_text("no part of the model")
    address = form.format(home=home)
    found = fetched(run, home, address)
    held = {name: found.read(name) for name in found.artifact.files}
    assert held == {f"weights/{name}": data for name, data in chat_files().items()}
    meta = found.artifact.meta
    assert meta["address"] == address
    assert meta["size"] == sum(map(len, chat_files().values()))
    assert fetched(run, home, address, meta["sha256"]).artifact == found.artifact


def test_a_file_arrives_alone(run: Any, home: Path) -> None:
    found = fetched(run, home, "chat/model.safetensors")
    assert found.read("weights") == chat_files()["model.safetensors"]
    assert [*found.artifact.files] == ["weights"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("chat_template.jinja", "chat: has no chat template"),
        ("tokenizer.json", "chat: has no tokenizer.json"),
        ("model.safetensors", "chat: holds no weights"),
    ],
)
def test_a_folder_that_is_no_whole_chat_model_is_named(
    run: Any, home: Path, name: str, says: str
) -> None:
    (home / "chat" / name).unlink()
    with pytest.raises(DataError, match=says):
        fetched(run, home, "chat")


def test_a_folder_of_another_digest_is_refused(run: Any, home: Path) -> None:
    with pytest.raises(VerificationError, match=DIGEST):
        fetched(run, home, "chat", DIGEST)


def test_the_fingerprint_follows_names_and_content_of_a_folder(home: Path) -> None:
    before = fingerprint("chat", None, home)
    assert fingerprint("file://chat", None, home) == before
    (home / "chat" / "README.md").write_text("no part of the model")
    (home / "chat" / ".git").mkdir()
    (home / "chat" / ".git" / "config.json").write_text("{}")
    (home / "chat" / "model.bin").write_bytes(b"never fetched")
    assert fingerprint("chat", None, home) == before
    (home / "chat" / "config.json").write_text("{}")
    changed = fingerprint("chat", None, home)
    (home / "chat" / "config.json").rename(home / "chat" / "other.json")
    assert len({before, changed, fingerprint("chat", None, home)}) == 3
    assert fingerprint("chat", DIGEST, home) == DIGEST
    assert fingerprint("hf://owner/chat", None, home) == "hf://owner/chat"
    with pytest.raises(DataError, match="there is no such file of weights"):
        fingerprint("nowhere", None, home)


def test_large_files_are_never_in_memory_as_a_whole(
    run: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = home / "chat" / "model.safetensors"
    before = large.read_bytes()
    known = Path.read_bytes

    def watched(path: Path) -> bytes:
        assert path.suffix != ".safetensors", "tensors are copied by pieces"
        return known(path)

    monkeypatch.setattr(Path, "read_bytes", watched)
    for address in ("chat", "chat/model.safetensors"):
        fetched(run, home, address)
    monkeypatch.undo()
    assert large.read_bytes() == before, "the file stays where it was"
