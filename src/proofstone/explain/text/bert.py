"""The encoder of an ONNX classifier in PyTorch, where its gradients can be taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from proofstone.core.extras import need
from proofstone.models.runtimes.runtime import unreadable

if TYPE_CHECKING:
    import torch

_LAYER = re.compile(r"encoder\.layer\.(\d+)\.")
_OURS = ("embeddings.", "encoder.", "head.")
_SPLIT = "split:0,0,"


@dataclass(frozen=True, eq=False)
class Bert:
    """A BERT encoder (Devlin et al. 2019) with mean pooling and a linear head, in float64.

    `weights` have transformers' names, matrices as the graph multiplies them: (inputs, outputs).
    """

    weights: Mapping[str, torch.Tensor]
    layers: int
    heads: int
    epsilon: float

    def embedded(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the word embeddings of `ids` (tokens,): shape (tokens, hidden)."""
        return self.weights["embeddings.word_embeddings.weight"][ids]

    def run(self, state: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return margins (rows,), and each layer's attention (rows, heads, tokens, tokens).

        `state` holds word embeddings, (rows, tokens, hidden).
        """
        places = self.weights["embeddings.position_embeddings.weight"][: state.shape[1]]
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        state = self._normed(state + kind + places, "embeddings.LayerNorm")
        heeds = []
        for number in range(self.layers):
            state, heed = self._layer(state, f"encoder.layer.{number}")
            heeds.append(heed)
        margin = state.mean(dim=1) @ self.weights["head.weight"] + self.weights["head.bias"]
        return margin.squeeze(-1), heeds

    def _layer(self, state: torch.Tensor, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        rows, tokens, hidden = state.shape

        def part(which: str) -> torch.Tensor:
            found = self._dense(state, f"{name}.attention.self.{which}")
            return found.reshape(rows, tokens, self.heads, -1).transpose(1, 2)

        query, key, value = part("query"), part("key"), part("value")
        alike = query @ key.transpose(2, 3) / float(query.shape[-1]) ** 0.5
        heed = alike.softmax(dim=-1)
        mixed = (heed @ value).transpose(1, 2).reshape(rows, tokens, hidden)
        after = self._normed(
            self._dense(mixed, f"{name}.attention.output.dense") + state,
            f"{name}.attention.output.LayerNorm",
        )
        wide = self._dense(after, f"{name}.intermediate.dense")
        wide = wide * (1 + (wide / 2**0.5).erf()) / 2  # GELU (Hendrycks and Gimpel 2016)
        narrow = self._dense(wide, f"{name}.output.dense")
        return self._normed(narrow + after, f"{name}.output.LayerNorm"), heed

    def _dense(self, state: torch.Tensor, name: str) -> torch.Tensor:
        return state @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _normed(self, state: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        centred = state - state.mean(dim=-1, keepdim=True)
        spread = (centred**2).mean(dim=-1, keepdim=True) + self.epsilon
        return centred / spread.sqrt() * weight + bias


def read_bert(content: bytes) -> Bert:
    """Return the encoder in an ONNX file that `train.encoder.graph` wrote.

    Weights of 8 bits are turned back into the numbers that they stand for; the activations, which
    the served model rounds as well, are not rounded.

    Raises:
        InputError: the file holds no such encoder.
        MissingExtra: torch or onnx is not installed.
    """
    onnx, torch = need("onnx", "tune"), need("torch", "tune")
    try:
        graph = onnx.load_from_string(content).graph
    except Exception as error:  # protobuf's errors have no class that onnx names
        raise unreadable(f"they are no ONNX: {str(error)[:200]}") from error
    if any(one.data_location for one in graph.initializer):
        raise unreadable("some of them lie in another file")
    try:
        arrays = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
        plain = _plain(arrays)
        split = next(name for name in arrays if name.startswith(_SPLIT))
        numbers = [int(found[1]) for name in plain if (found := _LAYER.match(name))]
        bert = Bert(
            {name: torch.from_numpy(one) for name, one in plain.items()},
            layers=max(numbers) + 1,
            heads=int(split.removeprefix(_SPLIT).split(",")[0]),
            epsilon=_epsilon(graph),
        )
        with torch.no_grad():
            bert.run(bert.embedded(torch.zeros(1, dtype=torch.long))[None])
    except (KeyError, RuntimeError, StopIteration, ValueError) as error:
        raise unreadable(f"they hold no BERT encoder: {str(error)[:200]}") from error
    return bert


def _plain(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights in float64; `NAME_quantized`, `_scale` and `_zero_point` become NAME again."""
    found = {}
    for name, one in arrays.items():
        base = name.removesuffix("_quantized")
        if base != name:
            offset = one.astype(np.float64) - arrays[f"{base}_zero_point"].astype(np.float64)
            found[base] = offset * arrays[f"{base}_scale"].astype(np.float64)
        elif name.startswith(_OURS) and name.endswith((".weight", ".bias")):
            found[name] = one.astype(np.float64)
    return found


def _epsilon(graph: Any) -> float:
    norm = next(node for node in graph.node if node.op_type == "LayerNormalization")
    return float(next(one.f for one in norm.attribute if one.name == "epsilon"))
