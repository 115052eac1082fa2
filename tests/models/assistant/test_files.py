"""An adapter is opened beside the model that it was tuned on, and beside no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from tests.serve.chat.assistants import assistant_model
from tests.train.tune.tiny import WIDTH, write_tiny

from proofstone.core.canonical import canonical_json, digest
from proofstone.core.errors import DataError, VerificationError
from proofstone.models.assistant.files import ADAPTER, BASE, GENERATOR, assistant_files
from proofstone.models.assistant.files import open_assistant as opened
from proofstone.models.assistant.settings import AssistantSettings
from proofstone.models.contract import Logprobs
from proofstone.models.retrieval.evidence import EvidenceModel


@pytest.fixture(scope="module")
def plain() -> dict[str, bytes]:
    """An assistant that quotes."""
    return assistant_model()


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny(tmp_path_factory.mktemp("base") / "tiny.gguf").read_bytes()


def adapter(path: Path, base: str | None) -> bytes:
    """An adapter that changes nothing; `base` is what it says that it was tuned on."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, 1.0)
    if base is not None:
        writer.add_string(BASE, base)
    for half, shape in (("a", (2, WIDTH)), ("b", (WIDTH, 2))):
        writer.add_tensor(f"blk.0.attn_output.weight.lora_{half}", np.zeros(shape, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


def files(plain: dict[str, bytes], adapter: bytes | Path, generator: bytes) -> dict[str, Any]:
    document = json.loads(plain["model.json"])
    made = assistant_files(
        index={
            name.removeprefix("index/"): data
            for name, data in plain.items()
            if name.startswith("index/")
        },
        encoder=plain["encoder.bin"],
        evidence=EvidenceModel.from_json(document["evidence"], "evidence"),
        settings=AssistantSettings.from_json(document["settings"], "settings"),
        generator={"generator.gguf": generator},
        adapter=adapter,
    )
    return {
        name: data.read_bytes() if isinstance(data, Path) else data for name, data in made.items()
    }


def test_the_base_is_written_down_and_compared(
    plain: dict[str, bytes], generator: bytes, tmp_path: Path
) -> None:
    made = files(plain, adapter(tmp_path / "a.gguf", digest(generator)), generator)
    assert json.loads(made["model.json"])["adapter_base"] == digest(generator)
    assert Logprobs in opened(made).operations
    other = write_tiny(tmp_path / "other.gguf", seed=1).read_bytes()
    with pytest.raises(VerificationError, match=digest(generator)) as caught:
        opened(made | {GENERATOR: other})
    assert digest(other) in str(caught.value)
    assert str(caught.value).startswith(ADAPTER)


def test_an_adapter_beside_another_model_is_refused_at_once(
    plain: dict[str, bytes], generator: bytes, tmp_path: Path
) -> None:
    adapter(tmp_path / "a.gguf", "0" * 64)
    with pytest.raises(VerificationError, match="0" * 64):
        opened(files(plain, tmp_path / "a.gguf", generator))


def test_an_adapter_that_does_not_say_is_not_compared(
    plain: dict[str, bytes], generator: bytes, tmp_path: Path
) -> None:
    made = files(plain, adapter(tmp_path / "a.gguf", None), generator)
    assert "adapter_base" not in json.loads(made["model.json"])
    opened(made)
    assert "adapter_base" not in json.loads(plain["model.json"])


def test_without_its_model_an_adapter_is_refused(
    plain: dict[str, bytes], generator: bytes, tmp_path: Path
) -> None:
    made = files(plain, adapter(tmp_path / "a.gguf", digest(generator)), generator)
    del made[GENERATOR]
    with pytest.raises(VerificationError, match="there is none"):
        opened(made)


def test_what_is_no_adapter_is_named(plain: dict[str, bytes], generator: bytes) -> None:
    with pytest.raises(DataError, match=r"adapter\.gguf"):
        files(plain, canonical_json({}), generator)
