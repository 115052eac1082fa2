"""Small ONNX models written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def linear(
    weight: np.ndarray,
    bias: np.ndarray,
    *,
    last: Sequence[str] = (),
    batch: int | str = "n",
    **changes: Any,
) -> bytes:
    """x (n, d) times `weight` (d, k) plus `bias`, then the operators in `last`."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["a"]),
    ]
    before = "a"
    for at, name in enumerate(last):
        nodes.append(helper.make_node(name, [before], [f"o{at}"]))
        before = f"o{at}"
    return model(
        nodes,
        [tensor("x", TensorProto.FLOAT, [batch, weight.shape[0]])],
        [tensor(before, TensorProto.FLOAT, [batch, weight.shape[1]])],
        {"w": weight.astype(np.float32), "b": bias.astype(np.float32)},
        **changes,
    )


def tensor(name: str, kind: int, shape: Sequence[int | str]) -> Any:
    """A declared tensor."""
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    weights: dict[str, np.ndarray],
    domains: Sequence[str] = (),
) -> bytes:
    """A whole file."""
    stored = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "g", inputs, outputs, stored)
    opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(one, 1) for one in domains)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    content: bytes = made.SerializeToString()
    return content
