from __future__ import annotations

from pathlib import Path

import pytest
from tests.end_to_end.stranger import Answer, proofstone
from tests.models.sources.files import CONFIG, sha256, weights

CARD = {
    "name", "architecture", "parameters", "quantisation", "context_length", "chat_template",
    "licence", "origin", "size", "sha256", "address", "path", "pinned",
}  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    path.mkdir()
    (path / "model.safetensors").write_bytes(weights())
    (path / "config.json").write_bytes(CONFIG)
    return path


def models(tmp_path: Path, *words: str | Path, **variables: str) -> Answer:
    return proofstone("models", *words, PROOFSTONE_MODELS=str(tmp_path / "models"), **variables)


def test_list_says_what_is_known_and_where_it_lies(tmp_path: Path) -> None:
    answer = models(tmp_path, "list")
    assert answer.status == 0
    for word in ("SmolLM2-135M-Instruct", "98.4 MB", "Apache-2.0", "pinned", "yes"):
        assert word in answer.out
    assert answer.out.splitlines()[-1] == f"kept in {tmp_path / 'models'}"
    document = models(tmp_path, "list", "--json").document
    assert set(document) == {"folder", "models"}


def test_pull_and_show_have_the_same_card(tmp_path: Path, mine: Path) -> None:
    pulled = models(tmp_path, "pull", mine, "--json")
    assert (pulled.status, pulled.err) == (0, "")
    assert set(pulled.document) == CARD
    shown = models(tmp_path, "show", mine, "--json").document
    assert shown["sha256"] == pulled.document["sha256"]
    said = models(tmp_path, "pull", mine)
    assert "models.pull" in said.err
    assert "not stated" in said.out
    assert pulled.document["sha256"] in said.out
    listed = models(tmp_path, "list").out
    assert "as first seen" in listed
    assert "mine" in listed


def test_a_digest_that_does_not_hold_ends_with_4(tmp_path: Path, mine: Path) -> None:
    file = mine / "model.safetensors"
    answer = models(tmp_path, "pull", file, "--sha256", "0" * 64, "--json")
    assert (answer.status, answer.error["code"]) == (4, "verification")
    assert sha256(weights()) in answer.error["message"]
    assert models(tmp_path, "pull", file, "--sha256", sha256(weights())).status == 0


def test_a_pickle_ends_with_2_and_the_reason(tmp_path: Path) -> None:
    answer = models(tmp_path, "pull", "hf://owner/name/pytorch_model.bin")
    assert (answer.status, answer.out) == (2, "")
    assert "unpickling runs whatever code" in answer.err


def test_what_is_not_here_ends_with_2(tmp_path: Path) -> None:
    answer = models(tmp_path, "show", "hf://owner/name/model.gguf", "--json")
    assert answer.status == 2
    assert answer.error["hint"] == "proofstone models pull hf://owner/name/model.gguf"


def test_the_group_lists_its_commands(tmp_path: Path) -> None:
    said = models(tmp_path, "--help")
    assert said.status == 0
    for name in ("list", "pull", "show"):
        assert f"\n  {name} " in said.out
    assert models(tmp_path, "frobnicate", "--json").error["kind"] == "input"
