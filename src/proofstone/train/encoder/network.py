"""A BERT encoder with mean pooling and a linear head, in PyTorch."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from proofstone.core.extras import need

if TYPE_CHECKING:
    from transformers import BertModel

DROPOUT = 0.1


class Network(torch.nn.Module):
    """Log-odds of texts: the encoder's last states, averaged over tokens, times a linear head."""

    def __init__(self, encoder: BertModel, hidden: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = torch.nn.Dropout(DROPOUT)
        self.head = torch.nn.Linear(hidden, 1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return log-odds, shape (rows,), for padded `ids` and `mask`, both (rows, length)."""
        state = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(state.dtype)
        pooled = (state * kept).sum(dim=1) / kept.sum(dim=1)
        margin: torch.Tensor = self.head(self.dropout(pooled)).squeeze(-1)
        return margin


def network(encoder: BertModel, hidden: int, method: Literal["full", "lora"], rank: int) -> Network:
    """Return the network to train: all of its weights, or LoRA adapters and the head.

    The adapters (Hu et al. 2021) are on queries and values, of the given rank, with alpha twice
    the rank.
    """
    if method == "lora":
        peft = need("peft", "tune")
        config = peft.LoraConfig(
            r=rank,
            lora_alpha=2 * rank,
            lora_dropout=DROPOUT,
            target_modules=["query", "value"],
        )
        with warnings.catch_warnings():
            # peft 0.21 asks transformers 5 by a name that it is about to give up.
            warnings.simplefilter("ignore", FutureWarning)
            return Network(peft.get_peft_model(encoder, config), hidden)
    return Network(encoder, hidden)


def plain_weights(trained: Network) -> dict[str, np.ndarray]:
    """Return weights as `graph.classifier_graph` takes them; adapters are added into theirs."""
    encoder: Any = trained.encoder
    if hasattr(encoder, "merge_and_unload"):
        encoder = encoder.merge_and_unload()
    found = {name: value.detach().numpy() for name, value in encoder.state_dict().items()}
    head = trained.head
    return found | {
        "head.weight": head.weight.detach().numpy(),
        "head.bias": head.bias.detach().numpy(),
    }


def padded(tokens: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids, filled up with `pad` to one length, and the mask of real ones, (rows, length)."""
    length = max(len(one) for one in tokens)
    ids = torch.full((len(tokens), length), pad, dtype=torch.long)
    mask = torch.zeros((len(tokens), length), dtype=torch.long)
    for row, one in enumerate(tokens):
        ids[row, : len(one)] = torch.tensor(one)
        mask[row, : len(one)] = 1
    return ids, mask
