"""What an ONNX file asks for is read before anything runs it."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from tests.models.foreign.graphs import linear, model, tensor

from proofstone.core.errors import DataError
from proofstone.models.foreign.onnx_graph import check_graph

SMALL = linear(np.ones((2, 1)), np.zeros(1), last=["Sigmoid"])


def test_a_plain_model_passes() -> None:
    assert check_graph(SMALL, "m.onnx").classes == []


def _external(content: bytes) -> bytes:
    made = onnx.load_from_string(content)
    stored = made.graph.initializer[0]
    stored.ClearField("raw_data")
    stored.data_location = TensorProto.EXTERNAL
    entry = stored.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    return bytes(made.SerializeToString())


def test_weights_in_another_file_are_refused_before_they_are_read() -> None:
    with pytest.raises(DataError, match=r"m\.onnx: keeps weights in another file"):
        check_graph(_external(SMALL), "m.onnx")


def test_so_are_those_hidden_in_a_branch() -> None:
    inner = onnx.load_from_string(_external(SMALL)).graph
    branch = helper.make_graph([], "then", [], [], [inner.initializer[0]])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    content = model([node], [tensor("c", TensorProto.BOOL, [1])], [], {})
    with pytest.raises(DataError, match="another file"):
        check_graph(content, "m.onnx")


def test_an_operator_of_somebodys_library_is_refused() -> None:
    node = helper.make_node("RunShell", ["x"], ["y"], domain="com.example")
    x = tensor("x", TensorProto.FLOAT, ["n", 2])
    content = model([node], [x], [], {}, domains=["com.example"])
    with pytest.raises(DataError, match=r"'RunShell' is of 'com\.example'"):
        check_graph(content, "m.onnx")


def test_one_that_the_file_defines_itself_is_not() -> None:
    made = onnx.load_from_string(SMALL)
    made.graph.node[0].domain = "own"
    body = [helper.make_node("MatMul", ["a", "b"], ["c"])]
    made.functions.append(
        helper.make_function(
            "own", "MatMul", ["a", "b"], ["c"], body, [helper.make_opsetid("", 17)]
        )
    )
    check_graph(made.SerializeToString(), "m.onnx")


@pytest.mark.parametrize("content", [b"", b"not onnx at all", b"\x08", SMALL[:-3]])
def test_what_is_no_whole_model_is_told(content: bytes) -> None:
    with pytest.raises(DataError, match=r"m\.onnx: is (not an ONNX model|cut short)"):
        check_graph(content, "m.onnx")


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 255))
def test_a_changed_byte_never_does_more_than_refuse(at: int, byte: int) -> None:
    changed = SMALL[:at] + bytes([byte]) + SMALL[at + 1 :]
    with suppress(DataError):
        check_graph(changed, "m.onnx")


def test_a_sea_of_nested_graphs_does_not_exhaust_the_stack() -> None:
    # node(1) in graph(7): attribute(5) of a node holds a graph(6), and so on, 20,000 deep.
    content = b""
    for field in (1, 5, 6) * 7000:
        size = len(content)
        length = b""
        while True:
            length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
            size >>= 7
            if not size:
                break
        content = bytes([field << 3 | 2]) + length + content
        if len(content) > 60_000:
            break
    whole = b"\x08\x08" + onnx_field(7, content)
    check_graph(whole, "m.onnx")


def onnx_field(number: int, content: bytes) -> bytes:
    size, length = len(content), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return bytes([number << 3 | 2]) + length + content
