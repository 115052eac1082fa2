"""Loss of a causal language model on the assistant's tokens."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from proofstone.core.extras import need
from proofstone.train.tune.batches import Batch, pad
from proofstone.train.tune.encode import Encoded


def answer_loss(model: Any, batch: Batch, precision: str) -> Any:
    """Return the sum of -log p over the learned tokens, in nats: a torch scalar in float32.

    Scores over the vocabulary are computed only for columns that hold a learned token.
    """
    torch = need("torch", "tune")
    device = next(model.parameters()).device
    columns = torch.from_numpy(np.flatnonzero(batch.learned[:, 1:].any(axis=0))).to(device)
    ids = torch.from_numpy(batch.ids).to(device)
    learned = torch.from_numpy(batch.learned).to(device)[:, 1:][:, columns]
    with _precision(device.type, precision):
        logits = model(
            input_ids=ids,
            attention_mask=torch.from_numpy(batch.present).to(device),
            logits_to_keep=columns,
            use_cache=False,
        ).logits
    targets = ids[:, 1:][:, columns][learned]
    return torch.nn.functional.cross_entropy(logits[learned].float(), targets, reduction="sum")


def mean_loss(model: Any, rows: Sequence[Encoded], size: int, filler: int, precision: str) -> float:
    """Return the mean of -log p over all learned tokens of `rows`, in nats, without dropout."""
    torch = need("torch", "tune")
    ordered = sorted(rows, key=lambda one: len(one.ids))
    batches = [pad(ordered[at : at + size], filler) for at in range(0, len(rows), size)]
    model.eval()
    with torch.inference_mode():
        total = sum(float(answer_loss(model, one, precision)) for one in batches)
    model.train()
    return total / sum(one.targets for one in batches)


def _precision(device: str, precision: str) -> Any:
    if precision == "float32":
        return contextlib.nullcontext()
    torch = need("torch", "tune")
    return torch.autocast(device, dtype=torch.bfloat16)
