"""A real model: SmolLM2-135M-Instruct in 4 bits, its weights dequantised for transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import peft
import pytest
import safetensors.torch
import torch
from tests.models.gguf_files import smollm2
from tests.train.tune.llama import distance, expected, likely, served

from proofstone.core.project.tune import Lora, Tune
from proofstone.models.conversation import exchange
from proofstone.train.tune.examples import Example
from proofstone.train.tune.export import write_adapter
from proofstone.train.tune.load import Base
from proofstone.train.tune.result import Tuned
from proofstone.train.tune.template import check_template
from proofstone.train.tune.train import tune

# llama.cpp multiplies 4-bit weights with activations rounded to 8 bits. That moves the 50 likeliest
# log-probabilities of the base model by up to 0.3 nats already, and of the adapted one by 0.4.
QUANTISED = 0.6

QUESTION = "What does Zorbex print?"
ANSWER = "Zorbex prints purple lemons."


@pytest.fixture(scope="module")
def tuned(smol: Base) -> Tuned:
    """An adapter that has learned one answer by heart."""
    settings = Tune(
        steps=6,
        batch_size=1,
        learning_rate=8e-3,
        warm_up=0.0,
        schedule="constant",
        lora=Lora(rank=4, alpha=8),
        early_stopping=None,
    )
    return tune(smol, settings, [Example(exchange(QUESTION, ANSWER), "1", "z")], seed=0)


def prompts(base: Base) -> list[list[int]]:
    """An English, a Chinese and the learned question, ready for the answer."""
    texts = ["Name a colour.", "什么是发布版本？", QUESTION]
    rendered = [base.template.render(exchange(one), reply=True) for one in texts]
    return [base.tokenizer(one, add_special_tokens=False)["input_ids"] for one in rendered]


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
def test_llama_cpp_and_transformers_agree(smol: Base, tuned: Tuned, tmp_path: Path) -> None:
    asked = prompts(smol)
    (letter,) = smol.tokenizer("a", add_special_tokens=False)["input_ids"]
    write_adapter(tuned, tmp_path / "adapter.gguf")
    plain, adapted = served(smollm2()), served(smollm2(), tmp_path / "adapter.gguf")
    before = [likely(plain, ids, letter) for ids in asked]
    after = [likely(adapted, ids, letter) for ids in asked]
    for found, ids in zip(before, asked, strict=True):
        assert distance(found, expected(smol.model, ids)) < QUANTISED
    for name, data in tuned.files().items():
        (tmp_path / name).write_bytes(data)
    model: Any = peft.PeftModel.from_pretrained(smol.model, str(tmp_path))
    try:
        theirs = [expected(model, ids) for ids in asked]
    finally:
        model.unload()
    for found, wanted, ids in zip(after, theirs, asked, strict=True):
        assert distance(found, wanted) < QUANTISED
        assert distance(found, expected(smol.model, ids)) > 5 * QUANTISED


def test_the_tuned_model_says_what_it_learned(smol: Base, tuned: Tuned, tmp_path: Path) -> None:
    write_adapter(tuned, tmp_path / "adapter.gguf")
    body = {
        "messages": [{"role": "user", "content": QUESTION}],
        "max_tokens": 20,
        "temperature": 0,
        "cache_prompt": False,
    }
    said = [
        server.handle_chat_completions(body)["choices"][0]["message"]["content"]
        for server in (served(smollm2()), served(smollm2(), tmp_path / "adapter.gguf"))
    ]
    assert "purple lemons" not in said[0]
    assert said[1] == ANSWER
    check_template(smollm2(), tuned.account.template_sha256)
    assert smol.sha256 == tuned.account.base_sha256


def test_adapters_are_small(tuned: Tuned) -> None:
    values = safetensors.torch.load(tuned.weights)
    assert {one.dtype for one in values.values()} == {torch.float32}
    assert tuned.account.parameters == 30 * 4 * (2 * (576 + 576) + 2 * (576 + 192))
