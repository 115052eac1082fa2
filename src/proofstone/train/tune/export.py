"""Adapters for llama.cpp: a GGUF file of A and B, or the base model with the adapter added in.

llama.cpp's format for adapters: `general.type` is `adapter`, `adapter.type` is `lora`, and each
target NAME.weight has the tensors NAME.weight.lora_a, (rank, inputs), and NAME.weight.lora_b,
(outputs, rank). In files of the architecture `llama`, query and key weights have their rows in
another order than in transformers, for the rotary embedding pairs neighbours there (RoFormer, Su
et al. 2021) and halves here; B's rows follow them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from proofstone.core.durable import border, move_file
from proofstone.core.errors import DataError, InputError
from proofstone.core.extras import need
from proofstone.models.assistant.files import BASE
from proofstone.train.tune.result import Shape, Tuned

ARCHITECTURES: Mapping[str, str] = {
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
}
"""llama.cpp's architecture by transformers' model type."""

TEMPLATE = "proofstone.chat_template.sha256"

_PARTS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_NAME = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.([\w.]+)\.lora_([AB])\.weight")


@dataclass(frozen=True)
class Pair:
    """An adapter of one weight in llama.cpp's order: `a` (rank, inputs), `b` (outputs, rank)."""

    a: np.ndarray
    b: np.ndarray


def adapter_pairs(tuned: Tuned) -> dict[str, Pair]:
    """Return the adapter by the names of llama.cpp's tensors, such as `blk.0.attn_q.weight`.

    Raises:
        InputError: llama.cpp's order of this kind of model is not known here.
        DataError: the adapter does not hold a pair for each weight.
    """
    _architecture(tuned.shape)
    halves: dict[str, dict[str, np.ndarray]] = {}
    for name, half in need("safetensors.numpy", "tune").load(tuned.weights).items():
        found = _NAME.fullmatch(name)
        if found is None or found[2] not in _PARTS:
            raise DataError(f"adapter: {name} is no weight of a layer", hint="tune again")
        part = _PARTS[found[2]]
        pair = halves.setdefault(f"blk.{found[1]}.{part}.weight", {})
        pair[found[3]] = half if found[3] == "A" else _rows(half, part, tuned.shape)
    if incomplete := sorted(name for name, pair in halves.items() if len(pair) < 2):
        raise DataError(f"adapter: {incomplete[0]} has only one half", hint="tune again")
    return {name: Pair(pair["A"], pair["B"]) for name, pair in halves.items()}


def write_adapter(tuned: Tuned, path: Path) -> None:
    """Write the adapter as a GGUF file in float32, with the digests of base and chat template.

    Raises:
        InputError: llama.cpp's order of this kind of model is not known here.
        StoreError: the file cannot be written.
        MissingExtra: the library that writes GGUF is not installed.
    """
    gguf = need("gguf", "text")
    pairs = adapter_pairs(tuned)
    with new_file(path) as aside:
        writer = gguf.GGUFWriter(aside, _architecture(tuned.shape))
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, tuned.alpha)
        writer.add_string(BASE, tuned.account.base_sha256)
        writer.add_string(TEMPLATE, tuned.account.template_sha256)
        for name in sorted(pairs):
            writer.add_tensor(f"{name}.lora_a", pairs[name].a)
            writer.add_tensor(f"{name}.lora_b", pairs[name].b)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A path to write to; what stands there at the end becomes `path` at once, or nothing does.

    Raises:
        StoreError: the folder cannot be written to.
    """
    with border(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            aside = Path(folder) / path.name
            yield aside
            move_file(aside, path)


def _architecture(shape: Shape) -> str:
    if shape.model_type not in ARCHITECTURES:
        raise InputError(
            f"{shape.model_type}: adapters of this kind of model cannot be written for llama.cpp",
            hint=f"use a base model of one of: {', '.join(ARCHITECTURES)}",
        )
    return ARCHITECTURES[shape.model_type]


def _rows(values: np.ndarray, part: str, shape: Shape) -> np.ndarray:
    """B's rows in llama.cpp's order: halves of each head become neighbouring pairs."""
    heads = {"attn_q": shape.heads, "attn_k": shape.key_heads}.get(part)
    if heads is None or _architecture(shape) != "llama":
        return values
    halves = values.reshape(heads, 2, -1, values.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(values.shape)
