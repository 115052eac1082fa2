"""A candidate whose generator is a folder goes the whole way; a stand-in for vLLM words it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.data.conftest import Here, Kept
from tests.end_to_end.helpdesk import PROJECT, write
from tests.end_to_end.stranger import Answer, proofstone
from tests.models.vllm.folders import END, chat_files, gone, notes, write_program

from proofstone.core.artifact import Draft
from proofstone.core.errors import DataError, MissingTool, VerificationError
from proofstone.models.assistant.files import FOLDER, open_assistant
from proofstone.models.contract import Logprobs
from proofstone.models.conversation import exchange
from proofstone.models.vllm.model import VllmModel
from proofstone.registry.trust import trusted_key
from proofstone.registry.verify import verify
from proofstone.train.assistant.fit import fit
from proofstone.train.tune.step import tune_generator

QUESTION = "What are your opening hours?"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a short name, also for temporary files: a socket lies in it."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="n") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def project(place: Path) -> Path:
    """The help desk with one candidate, whose generator is the folder `chat` beside its file."""
    (place / "desk" / "chat").mkdir(parents=True)
    for name, data in chat_files().items():
        (place / "desk" / "chat" / name).write_bytes(data)
    candidate = {"name": "wording", "generator": "chat", "context": 8192}
    return write(
        place / "desk",
        assistant=PROJECT["assistant"] | {"candidates": [candidate]},
        assess={"probes": ["retrieval"], "gates": [PROJECT["assess"]["gates"][2]]},
        select={"prefer": "retrieval_recall"},
    )


def command(directory: Path, *words: str, **variables: str) -> Answer:
    program = {"PROOFSTONE_VLLM": write_program(directory.parent)} | variables
    return proofstone(*words, "-C", directory, **program)


def test_its_files_are_in_the_release_and_it_words_the_answer(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = project(place)
    absent = command(directory, "run", "--json", PROOFSTONE_VLLM="/nowhere/vllm")
    assert absent.status == 5
    assert absent.error["code"] == "missing-tool"
    assert "PROOFSTONE_VLLM" in absent.error["hint"]
    ran = command(directory, "run", "--json")
    assert ran.status == 0, ran.out + ran.err

    release = place / "release"
    assert command(directory, "export", "latest", str(release)).status == 0
    shipped = release / "model" / FOLDER
    assert {one.name: one.read_bytes() for one in shipped.iterdir()} == chat_files()
    verified = verify(release, trusted_key(release, place / "release.pub").public)

    monkeypatch.setenv("PROOFSTONE_VLLM", write_program(place))
    assistant = open_assistant(verified.files)
    assert isinstance(assistant.generator, VllmModel)
    assert Logprobs in assistant.operations
    reply = assistant.finish(assistant.outline(exchange(f"{QUESTION} {END}")))
    assert (reply.outcome, reply.finish) == ("answered", "length")
    assert reply.completion_tokens == 96
    assistant.generator.close()
    assert all(gone(process) for one in notes(place) for process in one["processes"])

    files = dict(verified.files)
    files[f"{FOLDER}chat_template.jinja"] = b"{{ messages[-1]['content'] }}"
    with pytest.raises(VerificationError, match="chat template"):
        open_assistant(files)
    monkeypatch.setenv("PROOFSTONE_VLLM", "/nowhere/vllm")
    with pytest.raises(MissingTool, match="/nowhere/vllm"):
        open_assistant(verified.files)


def folder_with_adapter(**candidate: Any) -> Here:
    """What the steps of a candidate see whose generator turned out to be a folder."""
    about = {"name": "wording", "generator": "hf://owner/chat", **candidate}
    weights = Kept(Draft("weights", {f"weights/{one}": b"" for one in chat_files()}))
    adapter = Kept(Draft("weights", {"weights": b"GGUF"}))
    settings = {"assistant": {"candidates": [about]}, "candidate": about}
    return Here(settings, {"generator": weights, "adapter": adapter})


def test_an_adapter_for_a_folder_is_refused_when_its_weights_arrive() -> None:
    with pytest.raises(DataError, match="wording: its generator is a folder") as caught:
        fit.function(folder_with_adapter(adapter="a.gguf"))
    assert "GGUF" in caught.value.hint
    with pytest.raises(DataError, match="wording: its generator is a folder"):
        tune_generator.function(folder_with_adapter(tune={"steps": 1}))
