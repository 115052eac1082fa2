"""What is served: the stand-in, and vLLM itself where the environment names it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.models.vllm.folders import tiny

from proofstone.core.settings import settings
from proofstone.models.vllm.model import VllmModel

FOLDER = "TEST_VLLM_MODEL"
WHY = f"PROOFSTONE_VLLM and {FOLDER} name no program and no chat model's folder"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder for temporary files, with a name that is short enough for sockets."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="n") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture(scope="module", params=["stand-in", "vllm"])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VllmModel]:
    """A model that is served, two answers at once, 200 tokens a conversation."""
    if request.param == "stand-in":
        made = tiny(tmp_path_factory.mktemp("vllm"), parallel=2)
    elif "PROOFSTONE_VLLM" not in os.environ or FOLDER not in os.environ:
        pytest.skip(WHY)
    else:
        parts = [one for one in Path(os.environ[FOLDER]).iterdir() if one.is_file()]
        files = {one.name: one.read_bytes() for one in parts}
        program = settings().vllm
        made = VllmModel(files, name="real", context=200, parallel=2, program=program)
    yield made
    made.close()
