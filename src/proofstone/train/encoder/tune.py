"""The training loop: batches, schedule, early stopping on a share of the training rows."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from proofstone.core.errors import InputError
from proofstone.train.encoder.augment import augmented
from proofstone.train.encoder.network import Network, padded

_POOL = 16
_CLIP = 1.0
_DECAY = 0.01


@dataclass(frozen=True)
class Pace:
    """How long and how fast is trained; shares and rates are as `EncoderSettings` has them."""

    epochs: int
    patience: int
    batch: int
    learning_rate: float
    warm_up: float
    drop_words: float
    swap_words: float


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts with their labels, 0 or 1, and weights, all of shape (n,)."""

    text: np.ndarray
    target: np.ndarray
    weight: np.ndarray

    def take(self, rows: np.ndarray) -> Texts:
        """Return some of the rows."""
        return Texts(self.text[rows], self.target[rows], self.weight[rows])


@dataclass(frozen=True)
class Course:
    """The validation log loss (nats) after each epoch, and the epoch whose weights were kept."""

    losses: tuple[float, ...]
    best: int


def tune(
    network: Network, tokenizer: Any, fitted: Texts, judged: Texts, pace: Pace, seed: int
) -> Course:
    """Train `network` on `fitted` and leave it with the weights of the best epoch on `judged`.

    AdamW (Loshchilov and Hutter 2019); the rate rises linearly over the share `warm_up` of the
    steps and falls linearly to 0. Training ends `patience` epochs after the best one. Weighted
    log loss throughout. Equal arguments give equal weights on one machine and thread count.

    Raises:
        InputError: the loss is no longer a number.
    """
    rng = np.random.default_rng(seed)
    steps = pace.epochs * -(-len(fitted.text) // pace.batch)
    optimizer = torch.optim.AdamW(_groups(network), lr=pace.learning_rate)
    rising = max(1, round(pace.warm_up * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / rising, (steps - step) / max(1, steps - rising))
    )
    losses: list[float] = []
    best: dict[str, torch.Tensor] = {}
    for _epoch in range(pace.epochs):
        network.train()
        for batch in _batches(fitted, pace, tokenizer, rng):
            loss = _loss(network, tokenizer, *batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
            optimizer.step()
            schedule.step()
        losses.append(_validation(network, tokenizer, judged, pace.batch))
        if not np.isfinite(losses[-1]):
            raise InputError(
                f"training diverged in epoch {len(losses)}",
                hint="set a smaller learning_rate, or a larger warm_up",
            )
        if losses[-1] == min(losses):
            best = copy.deepcopy(network.state_dict())
        if len(losses) - 1 - int(np.argmin(losses)) >= pace.patience:
            break
    network.load_state_dict(best)
    network.eval()
    return Course(tuple(losses), int(np.argmin(losses)))


@contextmanager
def seeded(seed: int, threads: int) -> Iterator[None]:
    """Run PyTorch with this seed and number of threads, and leave both as they were."""
    before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


def _groups(network: Network) -> list[dict[str, Any]]:
    """Biases and norms are not decayed."""
    learned = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    plain = [one for name, one in learned if one.ndim < 2]
    return [
        {"params": [one for _, one in learned if one.ndim >= 2], "weight_decay": _DECAY},
        {"params": plain, "weight_decay": 0.0},
    ]


def _batches(
    fitted: Texts, pace: Pace, tokenizer: Any, rng: np.random.Generator
) -> Iterator[tuple[list[list[int]], np.ndarray, np.ndarray]]:
    """Batches in random order; within a pool of them texts of like length stand together."""
    order = rng.permutation(len(fitted.text))
    size = pace.batch * _POOL
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        texts = [augmented(one, pace.drop_words, pace.swap_words, rng) for one in fitted.text[rows]]
        tokens = [one.ids for one in tokenizer.encode_batch(texts)]
        ranked = np.argsort([len(one) for one in tokens], kind="stable")
        parts = [ranked[at : at + pace.batch] for at in range(0, len(ranked), pace.batch)]
        for place in rng.permutation(len(parts)):
            part = parts[place]
            chosen = rows[part]
            yield [tokens[at] for at in part], fitted.target[chosen], fitted.weight[chosen]


def _loss(
    network: Network,
    tokenizer: Any,
    tokens: list[list[int]],
    target: np.ndarray,
    weight: np.ndarray,
) -> torch.Tensor:
    margin = network(*padded(tokens, _pad(tokenizer)))
    goal, scale = torch.tensor(target, dtype=torch.float32), torch.tensor(weight).float()
    return binary_cross_entropy_with_logits(margin, goal, scale)


def _validation(network: Network, tokenizer: Any, judged: Texts, batch: int) -> float:
    network.eval()
    tokens = [one.ids for one in tokenizer.encode_batch(list(judged.text))]
    total = 0.0
    with torch.no_grad():
        for at in range(0, len(tokens), batch):
            part = slice(at, at + batch)
            loss = _loss(network, tokenizer, tokens[part], judged.target[part], judged.weight[part])
            total += float(loss) * len(tokens[part])
    return total / len(tokens)


def _pad(tokenizer: Any) -> int:
    found = tokenizer.token_to_id("[PAD]")
    return 0 if found is None else int(found)
