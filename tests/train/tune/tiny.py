"""A tiny chat model of about 100,000 random parameters in a GGUF file, with a byte tokenizer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np

from proofstone.models.conversation import exchange
from proofstone.train.tune.examples import Example

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + "
    "message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
WIDTH, INNER, HEADS, KEY_HEADS, LAYERS = 64, 96, 4, 2, 2


def letters() -> list[str]:
    """The 256 letters that stand for bytes in byte-level vocabularies (GPT-2, 2019)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + at) for at in range(len(others))]


def write_tiny(path: Path, *, seed: int = 0, template: str | None = TEMPLATE) -> Path:
    """Write the model to `path`; all of its numbers are float32."""
    rng = np.random.default_rng(seed)
    tokens = [*SPECIAL, *letters(), "Ġt", "he"]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)))
    writer.add_token_merges(["Ġ t", "h e"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    if template is not None:
        writer.add_chat_template(template)
    keys = WIDTH // HEADS * KEY_HEADS

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, rng.normal(0, 0.3, shape).astype(np.float32))

    add("token_embd.weight", len(tokens), WIDTH)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(WIDTH, np.float32))
        add(f"blk.{layer}.attn_q.weight", WIDTH, WIDTH)
        add(f"blk.{layer}.attn_k.weight", keys, WIDTH)
        add(f"blk.{layer}.attn_v.weight", keys, WIDTH)
        add(f"blk.{layer}.attn_output.weight", WIDTH, WIDTH)
        add(f"blk.{layer}.ffn_gate.weight", INNER, WIDTH)
        add(f"blk.{layer}.ffn_up.weight", INNER, WIDTH)
        add(f"blk.{layer}.ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def sums(count: int = 24) -> list[Example]:
    """Conversations about sums, whose answers follow from their questions."""
    rng = np.random.default_rng(1)
    found = []
    for number in range(count):
        one, other = rng.integers(0, 5, 2)
        turns = exchange(f"{one}+{other}?", f"the sum is {one + other}")
        found.append(Example(turns, f"sums:{number + 1}", f"{number % 8}"))
    return found


def conversation(**more: Any) -> dict[str, Any]:
    """A plain entry of an examples file."""
    return {
        "messages": [
            {"role": "user", "content": "How are you?"},
            {"role": "assistant", "content": "Fine."},
        ],
        **more,
    }
