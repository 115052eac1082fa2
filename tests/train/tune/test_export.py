from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import peft
import pytest
import safetensors.torch
from tests.train.tune.llama import distance, expected, likely, served
from tests.train.tune.tiny import HEADS, INNER, KEY_HEADS, LAYERS, WIDTH, sums, write_tiny

from proofstone.core.errors import DataError, InputError, StoreError
from proofstone.core.project.tune import Lora, Tune
from proofstone.models.gguf_header import check_gguf
from proofstone.train.tune.export import adapter_pairs, write_adapter
from proofstone.train.tune.load import Base
from proofstone.train.tune.merge import write_merged
from proofstone.train.tune.result import Shape, Tuned
from proofstone.train.tune.template import check_template
from proofstone.train.tune.train import tune

# All of it in float32: what is left is the order of additions.
EXACT = 1e-4
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
IDS = [1, 87, 85, 71, 84, 201, 20, 13, 21, 33, 2, 201, 1, 67, 85, 85, 201]
LETTER = IDS[1]


@pytest.fixture(scope="module")
def tuned(tiny: Base) -> Tuned:
    """An adapter of every weight of a layer, trained until it speaks of sums."""
    settings = Tune(
        steps=10,
        learning_rate=2e-2,
        lora=Lora(rank=3, alpha=7.0, targets=ALL),
        early_stopping=None,
    )
    return tune(tiny, settings, sums(), seed=1)


@pytest.fixture
def adapted(tiny: Base, tuned: Tuned, tmp_path: Path) -> Iterator[Any]:
    """Base and adapter in transformers, as peft reads them."""
    for name, data in tuned.files().items():
        (tmp_path / name).write_bytes(data)
    model = peft.PeftModel.from_pretrained(tiny.model, str(tmp_path))
    yield model
    model.unload()


pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")


def test_the_base_alone_agrees(tiny: Base, tiny_path: Path) -> None:
    found = likely(served(tiny_path, exact=True), IDS, LETTER)
    assert distance(found, expected(tiny.model, IDS)) < EXACT


def test_llama_cpp_runs_the_adapter_as_transformers_does(
    tiny: Base, tiny_path: Path, adapted: Any, tuned: Tuned, tmp_path: Path
) -> None:
    write_adapter(tuned, tmp_path / "adapter.gguf")
    found = likely(served(tiny_path, tmp_path / "adapter.gguf", exact=True), IDS, LETTER)
    theirs = expected(adapted, IDS)
    assert len(found) == 50
    assert distance(found, theirs) < EXACT
    with adapted.disable_adapter():
        assert distance(found, expected(adapted, IDS)) > 100 * EXACT


def test_rows_in_another_order_would_be_seen(
    tiny_path: Path, adapted: Any, tuned: Tuned, tmp_path: Path
) -> None:
    """With rows as transformers has them, llama.cpp says something else."""
    straight = replace(tuned, shape=replace(tuned.shape, heads=WIDTH // 2, key_heads=WIDTH // 4))
    pairs = adapter_pairs(straight)
    values = safetensors.torch.load(tuned.weights)
    name = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"
    assert np.array_equal(pairs["blk.0.attn_q.weight"].b, values[name].numpy())
    write_adapter(straight, tmp_path / "straight.gguf")
    found = likely(served(tiny_path, tmp_path / "straight.gguf", exact=True), IDS, LETTER)
    assert distance(found, expected(adapted, IDS)) > 100 * EXACT


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", EXACT), ("float16", 2e-2)])
def test_the_merged_model_is_base_and_adapter_in_one(
    tiny: Base,
    tiny_path: Path,
    adapted: Any,
    tuned: Tuned,
    tmp_path: Path,
    precision: Any,
    tolerance: float,
) -> None:
    path = tmp_path / "merged.gguf"
    write_merged(tuned, tiny_path, path, precision=precision)
    found = likely(served(path, exact=True), IDS, LETTER)
    assert distance(found, expected(adapted, IDS)) < tolerance
    check_template(path, tiny.template.sha256)


def test_what_is_no_target_stays_byte_by_byte(
    tiny_path: Path, tuned: Tuned, tmp_path: Path
) -> None:
    write_merged(tuned, tiny_path, tmp_path / "merged.gguf")
    before, after = gguf.GGUFReader(tiny_path), gguf.GGUFReader(tmp_path / "merged.gguf")
    kept = {one.name: one for one in after.tensors}
    assert kept.keys() == {one.name for one in before.tensors}
    same = [one.name for one in before.tensors if np.array_equal(one.data, kept[one.name].data)]
    assert same == [one.name for one in before.tensors if "norm" in one.name or "embd" in one.name]
    for name, field in before.fields.items():
        if not name.startswith("GGUF."):
            assert after.fields[name].contents() == field.contents()
            assert after.fields[name].types == field.types


def test_the_file_says_what_it_is(tiny: Base, tuned: Tuned, tmp_path: Path) -> None:
    path = tmp_path / "adapter.gguf"
    write_adapter(tuned, path)
    header = check_gguf(path)
    assert header.values == {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 7.0,
        "proofstone.base.sha256": tiny.sha256,
        "proofstone.chat_template.sha256": tiny.template.sha256,
    }
    shapes = {one.name: one.data.shape for one in gguf.GGUFReader(path).tensors}
    assert len(shapes) == 2 * len(ALL) * LAYERS
    assert shapes["blk.1.ffn_down.weight.lora_a"] == (3, INNER)
    assert shapes["blk.1.ffn_down.weight.lora_b"] == (WIDTH, 3)
    assert shapes["blk.0.attn_k.weight.lora_b"] == (WIDTH // HEADS * KEY_HEADS, 3)


def test_the_same_adapter_gives_the_same_bytes(tuned: Tuned, tmp_path: Path) -> None:
    write_adapter(tuned, tmp_path / "one")
    write_adapter(tuned, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["one", "two"]


def test_rows_of_other_architectures_stay_in_their_order(tuned: Tuned) -> None:
    qwen = adapter_pairs(replace(tuned, shape=replace(tuned.shape, model_type="qwen2")))
    llama = adapter_pairs(tuned)
    assert qwen.keys() == llama.keys()
    moved = [name for name in qwen if not np.array_equal(qwen[name].b, llama[name].b)]
    assert moved == [name for name in qwen if "attn_q" in name or "attn_k" in name]


def test_the_order_is_that_in_which_transformers_reads_gguf(tuned: Tuned) -> None:
    """B's rows, put back as transformers puts back the rows of W, are peft's."""
    from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

    config = {"num_attention_heads": HEADS, "num_key_value_heads": KEY_HEADS}
    back = LlamaTensorProcessor(config)
    values = safetensors.torch.load(tuned.weights)
    for part, name in (("attn_q", "q_proj"), ("attn_k", "k_proj")):
        b = adapter_pairs(tuned)[f"blk.1.{part}.weight"].b
        peft_name = f"base_model.model.model.layers.1.self_attn.{name}.lora_B.weight"
        again = back.process(b, f"blk.1.{part}.weight").weights
        assert np.array_equal(again, values[peft_name].numpy())


def test_an_unknown_kind_of_model_is_refused(tuned: Tuned, tmp_path: Path) -> None:
    other = replace(tuned, shape=replace(tuned.shape, model_type="gemma3"))
    with pytest.raises(InputError, match="gemma3: adapters of this kind") as caught:
        write_adapter(other, tmp_path / "adapter.gguf")
    assert "llama, mistral, qwen2, qwen3" in caught.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("change", ["missing", "renamed"])
def test_an_adapter_that_does_not_hold_together_is_refused(tuned: Tuned, change: str) -> None:
    values = safetensors.torch.load(tuned.weights)
    name = "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"
    half = values.pop(name)
    if change == "renamed":
        values["base_model.model.lm_head.lora_B.weight"] = half
    with pytest.raises(DataError, match=r"only one half|is no weight of a layer"):
        adapter_pairs(replace(tuned, weights=safetensors.torch.save(values)))


def test_an_adapter_is_merged_into_its_own_base_only(tuned: Tuned, tmp_path: Path) -> None:
    other = write_tiny(tmp_path / "other.gguf", seed=1)
    with pytest.raises(DataError, match="is not the GGUF file that the adapter was trained on"):
        write_merged(tuned, other, tmp_path / "merged.gguf")
    with pytest.raises(DataError, match="is not the GGUF file"):
        write_merged(tuned, tmp_path, tmp_path / "merged.gguf")
    assert [one.name for one in tmp_path.iterdir()] == ["other.gguf"]


def test_where_nothing_can_be_written_nothing_is_left(tuned: Tuned, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    with pytest.raises(StoreError, match="adapter"):
        write_adapter(tuned, tmp_path / "file" / "adapter")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_the_shape_is_read_from_the_configuration(tiny: Base) -> None:
    assert Shape.of(tiny.model.config) == Shape("llama", HEADS, KEY_HEADS)
    with pytest.raises(InputError, match="num_attention_heads"):
        Shape.of(object())


def test_peft_finds_the_settings(tuned: Tuned) -> None:
    config = json.loads(tuned.config)
    chosen = {name: config[name] for name in ("r", "lora_alpha", "target_modules", "peft_type")}
    assert chosen == {
        "r": 3,
        "lora_alpha": 7.0,
        "target_modules": sorted(ALL),
        "peft_type": "LORA",
    }
