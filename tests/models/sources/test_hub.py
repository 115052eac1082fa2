from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

import pytest
from huggingface_hub import HfApi, constants
from tests.models.sources.fake_hub import COMMIT, REPOSITORY, Hub
from tests.models.sources.files import CONFIG, sha256, weights

from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError, InputError, MissingExtra, VerificationError
from proofstone.models.sources.fetch import fetch, find

FILE = f"hf://{REPOSITORY}/model.safetensors"


def test_a_file_comes_with_its_commit_licence_and_digest(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    said: list[str] = []
    fetched = fetch(FILE, folder=folder, tell=said.append)
    assert fetched.path.read_bytes() == weights()
    assert folder in fetched.path.parents
    assert fetched.sha256 == sha256(weights())
    assert (fetched.licence, fetched.size) == ("apache-2.0", len(weights()))
    assert fetched.origin == f"hf://{REPOSITORY}@{COMMIT}"
    assert (fetched.address, fetched.pinned) == (FILE, False)
    assert said[-1] == f"checking {FILE}"


def test_what_was_fetched_needs_no_hub_any_more(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    fetched = fetch(FILE, folder=folder)
    asked = len(hub.agents)
    assert fetch(FILE, folder=folder) == fetched
    assert find(FILE, folder=folder) == fetched
    assert len(hub.agents) == asked


def test_a_repository_brings_what_a_model_is_made_of_and_no_pickle(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights())
    hub.add("pytorch_model.bin", b"a pickle")
    hub.files |= {"config.json": CONFIG, "README.md": b"hello", "modeling.py": b"import os"}
    fetched = fetch(f"hf://{REPOSITORY}@{COMMIT}", folder=folder)
    found = {path.name: path.read_bytes() for path in fetched.path.iterdir()}
    assert found == {"model.safetensors": weights(), "config.json": CONFIG}
    assert fetched.sha256 == digest_json({name: sha256(data) for name, data in found.items()})
    assert fetched.size == len(weights()) + len(CONFIG)


def test_a_repository_of_pickles_alone_is_refused_with_the_reason(hub: Hub, folder: Path) -> None:
    hub.add("pytorch_model.bin", b"a pickle")
    hub.files["config.json"] = CONFIG
    with pytest.raises(DataError, match=r"pytorch_model\.bin: may hold a pickle") as caught:
        fetch(f"hf://{REPOSITORY}", folder=folder)
    assert "safetensors" in caught.value.hint


def test_a_pickle_is_refused_before_the_hub_is_asked(hub: Hub, folder: Path) -> None:
    with pytest.raises(DataError, match="unpickling runs whatever code"):
        fetch(f"hf://{REPOSITORY}/pytorch_model.bin", folder=folder)
    assert hub.agents == []


def test_another_file_than_the_hub_describes_is_refused(hub: Hub, folder: Path) -> None:
    hub.add("model.safetensors", weights(), stated="a" * 64)
    with pytest.raises(VerificationError) as caught:
        fetch(FILE, folder=folder)
    assert sha256(weights()) in str(caught.value)
    assert "a" * 64 in str(caught.value)
    assert not list(folder.glob("objects/*"))


def test_no_telemetry_is_sent(hub: Hub, folder: Path) -> None:
    """By itself the library tells which learning libraries are installed here."""
    hub.add("model.safetensors", weights())
    with mock.patch.object(constants, "HF_HUB_DISABLE_TELEMETRY", False):
        HfApi(endpoint=hub.endpoint).model_info(REPOSITORY)
        assert "torch/" in hub.agents.pop()
        fetch(FILE, folder=folder)
    assert hub.agents
    assert not any("torch/" in agent for agent in hub.agents)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (f"hf://{REPOSITORY}@other/model.safetensors", "no such repository"),
        ("hf://who/what/model.safetensors", "no such repository"),
        (f"hf://{REPOSITORY}/modl.safetensors", "no such file"),
    ],
)
def test_what_the_hub_does_not_have_is_said(
    hub: Hub, folder: Path, address: str, says: str
) -> None:
    hub.add("model.safetensors", weights())
    with pytest.raises(DataError, match=says) as caught:
        fetch(address, folder=folder)
    assert address in str(caught.value)
    assert caught.value.hint


def test_a_gated_model_says_what_to_do(hub: Hub, folder: Path) -> None:
    hub.gated = True
    with pytest.raises(InputError, match="does not let us in") as caught:
        fetch(FILE, folder=folder)
    assert "HF_TOKEN" in caught.value.hint


def test_without_a_network_the_address_and_a_remedy_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InputError, match="is not on this machine, and the hub could not") as caught:
        fetch(FILE, folder=folder)
    assert FILE in str(caught.value)
    assert "network" in caught.value.hint


def test_without_the_library_the_extra_is_named(folder: Path) -> None:
    with (
        mock.patch.dict(sys.modules, {"huggingface_hub": None}),
        pytest.raises(MissingExtra) as caught,
    ):
        fetch(FILE, folder=folder)
    assert caught.value.hint == "pip install 'proofstone[text]'"
