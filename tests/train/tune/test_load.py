from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.train.tune.tiny import TEMPLATE
from transformers import LlamaForCausalLM

from proofstone.core.errors import DataError
from proofstone.train.tune.load import Base, base_digest, load_base


@pytest.fixture(scope="module")
def saved(tiny: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as a folder of safetensors."""
    folder = tmp_path_factory.mktemp("folder") / "tiny"
    config = copy.deepcopy(tiny.model.config)
    del config.quantization_config
    model = LlamaForCausalLM(config)
    model.load_state_dict(tiny.model.state_dict())
    model.save_pretrained(folder)
    tiny.tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(saved, tmp_path / "tiny"))


def test_gguf_and_folder_are_the_same_model(tiny: Base, saved: Path) -> None:
    other = load_base(saved)
    ids = torch.tensor([[1, 70, 80, 2]])
    with torch.no_grad():
        assert torch.equal(tiny.model(ids).logits, other.model(ids).logits)
    assert tiny.template == other.template
    assert tiny.template.text == TEMPLATE
    assert tiny.template.tokens["eos_token"] == "<|im_end|>"
    assert {one.dtype for one in other.model.parameters()} == {torch.float32}


def test_loading_draws_no_progress_bar(
    tiny_path: Path, saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_base(tiny_path)
    load_base(saved)
    assert capsys.readouterr() == ("", "")


def test_every_file_that_matters_is_in_the_digest(saved: Path, folder: Path) -> None:
    before = base_digest(folder)
    assert before == base_digest(saved)
    (folder / "notes.md").write_text("not the model's", "utf-8")
    assert base_digest(folder) == before
    seen = {before}
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        path = folder / name
        path.write_bytes(path.read_bytes() + b" ")
        seen.add(base_digest(folder))
    assert len(seen) == 4


def own_code(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["auto_map"] = {"AutoModelForCausalLM": "evil.Evil"}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "evil.py").write_text("raise SystemExit('ran')", "utf-8")


def pickled(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.rename(folder / "pytorch_model.bin")


def cut(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def lacking(folder: Path) -> None:
    weights = folder / "model.safetensors"
    tensors = load_file(weights)
    del tensors["model.layers.0.mlp.down_proj.weight"]
    save_file(tensors, weights, {"format": "pt"})


def other_sizes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"hidden_size": 32}), "utf-8")


def unknown(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "no-such-kind"}', "utf-8")


def no_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def adapter(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (own_code, r"config\.json: the model wants to run code of its own"),
        (pickled, "has no safetensors file"),
        (lacking, "lacks model.layers.0.mlp.down_proj.weight and 0 other weights"),
        (cut, r"model\.safetensors: "),
        (other_sizes, "transformers cannot load this model"),
        (unknown, "transformers cannot load this model"),
        (no_template, "has no chat template"),
        (adapter, "holds an adapter, not a whole model"),
        (lambda folder: (folder / "config.json").unlink(), r"has no config\.json"),
    ],
)
def test_a_folder_that_cannot_be_trusted_is_refused(
    folder: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(folder)
    with pytest.raises(DataError, match=said) as caught:
        load_base(folder)
    assert caught.value.hint


def test_a_damaged_gguf_is_refused(tiny_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny_path.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"cut\.gguf: is cut short"):
        load_base(path)


def test_a_gguf_without_weights_of_a_layer_is_refused(tiny_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "less.gguf"
    path.write_bytes(tiny_path.read_bytes().replace(b"blk.1.attn_q", b"blk.1.attn_x", 1))
    with pytest.raises(DataError, match=r"less\.gguf: lacks model\.layers\.1\."):
        load_base(path)
