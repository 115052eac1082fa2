from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from safetensors.numpy import save
from tests.models.gguf_files import entry, gguf, smollm2, tensor, text
from tests.models.sources.files import CONFIG, weights

from proofstone.models.sources.card import card
from proofstone.models.sources.fetch import fetch, find
from proofstone.models.sources.known import KNOWN


def described(path: Path, folder: Path) -> dict[str, Any]:
    return card(fetch(str(path), folder=folder)).to_json()


def test_the_default_chat_model_is_described_by_its_file(folder: Path) -> None:
    found = find(KNOWN[0].address, folder=folder)
    assert found is not None
    said = card(found)
    assert (said.name, said.architecture) == ("SmolLM2-135M-Instruct", "llama")
    assert (said.quantisation, said.context_length) == ("Q4_1", 8192)
    assert (said.licence, said.size) == ("Apache-2.0", 98_362_432)
    assert said.sha256 == KNOWN[0].sha256


def test_parameters_and_template_are_those_that_the_reference_reader_finds(folder: Path) -> None:
    reader = GGUFReader(smollm2())
    said = described(smollm2(), folder)
    assert said["parameters"] == sum(int(one.n_elements) for one in reader.tensors)
    template = reader.fields["tokenizer.chat_template"].contents()
    assert said["chat_template"] == hashlib.sha256(template.encode()).hexdigest()


def test_what_a_file_says_cannot_steer_a_terminal(tmp_path: Path, folder: Path) -> None:
    name = entry("general.name", 8, text("evil\x1b[2J\n" + "x" * 500))
    (tmp_path / "m.gguf").write_bytes(gguf((name,), (tensor("t", (8,)),), 32))
    said = described(tmp_path / "m.gguf", folder)["name"]
    assert said.startswith("evil?[2J?x")
    assert len(said) <= 120


def test_a_gguf_file_says_what_it_is(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "written.gguf"
    writer = GGUFWriter(path, "qwen2")
    writer.add_name("tiny")
    writer.add_license("mit")
    writer.add_context_length(64)
    writer.add_chat_template("{{ 消息 }}")
    writer.add_array("words", ["one", "two"])
    writer.add_array("flags", [True, False])
    writer.add_tensor("a", np.ones((3, 5), dtype=np.float32))
    writer.add_tensor("b", np.ones((4, 7), dtype=np.float16))
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file,
                  writer.write_tensors_to_file, writer.close):  # fmt: skip
        write()
    said = described(path, folder)
    assert (said["name"], said["architecture"], said["licence"]) == ("tiny", "qwen2", "mit")
    assert (said["parameters"], said["quantisation"]) == (43, GGMLQuantizationType.F16.name)
    assert said["context_length"] == 64
    assert said["chat_template"] == hashlib.sha256("{{ 消息 }}".encode()).hexdigest()


def test_a_folder_says_what_its_configuration_and_weights_say(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "mine-1.5"
    path.mkdir()
    (path / "a.safetensors").write_bytes(weights())
    (path / "b.safetensors").write_bytes(save({"c": np.ones((9,), dtype=np.float16)}))
    (path / "config.json").write_bytes(CONFIG)
    (path / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ a }}"}))
    said = described(path, folder)
    assert (said["name"], said["architecture"]) == ("mine-1.5", "bert")
    assert (said["parameters"], said["quantisation"]) == (6 + 2 + 9, "F16")
    assert said["context_length"] == 128
    assert said["chat_template"] == hashlib.sha256(b"{{ a }}").hexdigest()
    (path / "chat_template.jinja").write_text("{{ b }}")
    assert described(path, folder)["chat_template"] == hashlib.sha256(b"{{ b }}").hexdigest()


@pytest.mark.parametrize(
    "config",
    [
        "[]",
        '{"model_type": 3, "max_position_embeddings": true, "architectures": []}',
        '{"model_type": null, "max_position_embeddings": "many", "architectures": "x"}',
    ],
)
def test_a_strange_configuration_says_nothing(tmp_path: Path, folder: Path, config: str) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m/model.safetensors").write_bytes(weights())
    (tmp_path / "m/config.json").write_text(config)
    said = described(tmp_path / "m", folder)
    assert (said["architecture"], said["context_length"], said["chat_template"]) == ("", None, None)


def test_a_single_safetensors_file_and_the_encoder_s_own_format(
    tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "m.safetensors").write_bytes(weights())
    said = described(tmp_path / "m.safetensors", folder)
    assert (said["name"], said["parameters"], said["licence"]) == ("m", 8, "")
    found = find(KNOWN[1].address, folder=folder)
    assert found is not None
    known = card(found)
    assert (known.architecture, known.quantisation) == ("bert", "4 bits")
    assert (known.context_length, known.parameters) == (512, None)
