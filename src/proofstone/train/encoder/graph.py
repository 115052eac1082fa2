"""A tuned BERT classifier as an ONNX graph: token ids in, log-odds out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
"""The version of ONNX's operators: the first that has Gelu."""

IR_VERSION = 9


class Shape(NamedTuple):
    """What a BERT encoder's weights do not say by themselves."""

    layers: int
    heads: int
    hidden: int
    epsilon: float


def classifier_graph(
    weights: Mapping[str, np.ndarray], shape: Shape, about: Mapping[str, str]
) -> bytes:
    """Return the ONNX model of a BERT encoder (Devlin et al. 2019), mean pooling and a linear head.

    Input `ids`, int64 (rows, length): texts of equal length, without padding; output `margin`,
    float32 (rows,). `weights` has transformers' names of a BertModel, and `head.weight` and
    `head.bias`; `about` goes into the model's metadata. Equal arguments give equal bytes.
    """
    graph = _Graph(weights)
    state = _embedded(graph, shape)
    for number in range(shape.layers):
        state = _layer(graph, state, f"encoder.layer.{number}", shape)
    pooled = graph.node("ReduceMean", [state, graph.integers("axes", [1])], keepdims=0)
    margin = graph.node("Add", [*_times(graph, pooled, "head.weight"), graph.weight("head.bias")])
    graph.node("Squeeze", [margin, graph.integers("axes", [1])], output="margin")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "classifier",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, ["rows", "length"])],
            [helper.make_tensor_value_info("margin", TensorProto.FLOAT, ["rows"])],
            [*graph.constants.values()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="proofstone",
    )
    helper.set_model_props(model, dict(sorted(about.items())))
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class _Graph:
    """Nodes in order, and the constants that they use."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self._weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        name = output or f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        """Add a weight, transposed where `turned`, and return its name."""
        values = self._weights[name].astype(np.float32)
        return self.constant(name, values.T if turned else values)

    def integers(self, name: str, values: Sequence[int]) -> str:
        """Add a list of integers and return its name, which the values are part of."""
        whole = f"{name}:{','.join(map(str, values))}"
        return self.constant(whole, np.array(values, dtype=np.int64))

    def constant(self, name: str, values: np.ndarray) -> str:
        """Add an array and return its name."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name


def _times(graph: _Graph, state: str, weight: str) -> list[str]:
    return [graph.node("MatMul", [state, graph.weight(weight, turned=True)])]


def _dense(graph: _Graph, state: str, name: str) -> str:
    product = _times(graph, state, f"{name}.weight")
    return graph.node("Add", [*product, graph.weight(f"{name}.bias")])


def _normed(graph: _Graph, state: str, name: str, shape: Shape) -> str:
    inputs = [state, graph.weight(f"{name}.weight"), graph.weight(f"{name}.bias")]
    return graph.node("LayerNormalization", inputs, axis=-1, epsilon=shape.epsilon)


def _embedded(graph: _Graph, shape: Shape) -> str:
    """Word, place and type of each token; all tokens have the type 0."""
    tokens = graph.node("Gather", [graph.weight("embeddings.word_embeddings.weight"), "ids"])
    length = graph.node("Shape", ["ids"], start=1, end=2)
    places = graph.weight("embeddings.position_embeddings.weight")
    zero = graph.integers("axes", [0])
    cut = graph.node("Slice", [places, zero, length, zero])
    kind = graph.weight("embeddings.token_type_embeddings.weight")
    first = graph.node("Gather", [kind, graph.integers("axes", [0])], axis=0)
    whole = graph.node("Add", [graph.node("Add", [tokens, first]), cut])
    return _normed(graph, whole, "embeddings.LayerNorm", shape)


def _layer(graph: _Graph, state: str, name: str, shape: Shape) -> str:
    size = shape.hidden // shape.heads
    split = graph.integers("split", [0, 0, shape.heads, size])

    def part(which: str, order: Sequence[int]) -> str:
        found = _dense(graph, state, f"{name}.attention.self.{which}")
        return graph.node("Transpose", [graph.node("Reshape", [found, split])], perm=list(order))

    query, key = part("query", (0, 2, 1, 3)), part("key", (0, 2, 3, 1))
    scale = graph.constant("scale", np.array(size**-0.5, dtype=np.float32))
    alike = graph.node("Mul", [graph.node("MatMul", [query, key]), scale])
    heed = graph.node("Softmax", [alike], axis=-1)
    mixed = graph.node("MatMul", [heed, part("value", (0, 2, 1, 3))])
    turned = graph.node("Transpose", [mixed], perm=[0, 2, 1, 3])
    joined = graph.node("Reshape", [turned, graph.integers("join", [0, 0, shape.hidden])])
    attended = _dense(graph, joined, f"{name}.attention.output.dense")
    after = _normed(
        graph,
        graph.node("Add", [attended, state]),
        f"{name}.attention.output.LayerNorm",
        shape,
    )
    wide = graph.node("Gelu", [_dense(graph, after, f"{name}.intermediate.dense")])
    narrow = _dense(graph, wide, f"{name}.output.dense")
    return _normed(graph, graph.node("Add", [narrow, after]), f"{name}.output.LayerNorm", shape)
