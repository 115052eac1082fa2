"""Texts a second of a served text classifier (ONNX), beside PyTorch with the same weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from bench.row import Row
from proofstone.guards.labelled import labelled
from proofstone.models.runtimes.encoder import load, metadata, read_tokenizer
from proofstone.train.encoder.base import Base, open_base
from proofstone.train.encoder.graph import classifier_graph
from proofstone.train.encoder.int8 import quantised
from proofstone.train.encoder.network import Network, network, padded, plain_weights
from proofstone.train.families.encoder import EncoderSettings

_TEXTS, _ROUNDS, _BATCH, _LONGEST = 96, 3, 32, 128

Work = Callable[[], np.ndarray]
"""Returns the margins of all texts, shape (n,)."""


def rows() -> list[Row]:
    """all-MiniLM-L6-v2 with a head drawn at random; real messages, everyone on one thread."""
    base = open_base(EncoderSettings().base, None)
    texts = [one.text for one in labelled("injection.jsonl") if one.language == "en"][:_TEXTS]
    with _one_thread():
        torch.manual_seed(0)
        made = network(base.model(), base.shape.hidden, "full", 1).eval()
        weights = classifier_graph(
            plain_weights(made), base.shape, metadata(base.tokenizer, {"max_length": _LONGEST})
        )
        matrix = np.array(texts, dtype=object)[:, None]
        whole, small = load(weights), load(quantised(weights))
        served: dict[str, Work] = {
            "float32": lambda: whole.margin(matrix),
            "int8": lambda: small.margin(matrix),
        }
        usual, tokenizer = _usual(base, made), read_tokenizer(base.tokenizer, _LONGEST)
        theirs: dict[str, Work] = {
            "one by one": lambda: _eager(tokenizer, usual, texts, 1),
            f"in batches of {_BATCH}": lambda: _eager(tokenizer, usual, texts, _BATCH),
        }
        return _rows(served, theirs, len(texts))


def _rows(served: dict[str, Work], theirs: dict[str, Work], count: int) -> list[Row]:
    """Each of ours beside each of theirs; the least of some rounds, all in turn."""
    works = served | theirs
    margins = {name: work() for name, work in works.items()}
    taken = dict.fromkeys(works, np.inf)
    for _ in range(_ROUNDS):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name] = min(taken[name], time.perf_counter() - started)
    return [
        Row(
            f"text classifier, MiniLM-L6, {count} messages one by one, one thread: {ours}",
            f"{count / taken[ours]:.0f} texts/s",
            beside=f"eager PyTorch, transformers, {peer}",
            theirs=f"{count / taken[peer]:.0f} texts/s",
            ratio=taken[peer] / taken[ours],
            difference=float(np.abs(margins[ours] - margins[peer]).max()),
            notes="tokens included; the difference is that of log-odds, whose standard deviation "
            f"is {margins[peer].std():.1e}",
        )
        for ours in served
        for peer in theirs
    ]


def _usual(base: Base, made: Network) -> Network:
    """The same weights with PyTorch's fused attention, which is transformers' own choice."""
    encoder = base.model()
    encoder.set_attn_implementation("sdpa")
    usual = Network(encoder, base.shape.hidden)
    usual.load_state_dict(made.state_dict())
    return usual.eval()


def _eager(tokenizer: Any, model: Network, texts: list[str], size: int) -> np.ndarray:
    """Margins by batches of `size`, texts of like length together, as is usual."""
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    found = np.empty(len(texts))
    with torch.inference_mode():
        for at in range(0, len(texts), size):
            chosen = order[at : at + size]
            tokens = [one.ids for one in tokenizer.encode_batch([texts[at] for at in chosen])]
            found[chosen] = model(*padded(tokens, 0)).numpy()
    return found


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
