from __future__ import annotations

import contextlib
import pickle
from pathlib import Path

import onnx
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from proofstone.core.errors import DataError
from proofstone.models.sources.onnx_header import check_onnx


def model() -> bytes:
    """A model that adds one, as the reference library writes it."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    node = helper.make_node("Add", ["x", "one"], ["y"])
    graph = helper.make_graph([node], "add", [value], [result], [one])
    whole = helper.make_model(graph, producer_name="a test")
    helper.set_model_props(whole, {"note": "a" * 300})
    return bytes(whole.SerializeToString())


def accepted(data: bytes, path: Path) -> bool:
    path.write_bytes(data)
    try:
        check_onnx(path)
    except DataError:
        return False
    return True


def test_what_the_reference_library_writes_is_accepted(tmp_path: Path) -> None:
    assert accepted(model(), tmp_path / "a.onnx")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not an ONNX model"),
        (pickle.dumps({"weights": [1.0] * 50}), "is not an ONNX model"),
        (b"PK\x03\x04" + bytes(100), "is not an ONNX model"),
        (model()[:-1], "is cut short"),
        (model()[: len(model()) // 2], "is cut short"),
        (b"\x08\x07", "is not an ONNX model"),
        (b"\x08" + b"\xff" * 11, "is not an ONNX model"),
        (b"\x08\x07\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "is cut short"),
    ],
    ids=["empty", "pickle", "zip", "last byte", "half", "version", "endless", "long"],
)
def test_what_is_no_model_is_refused(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        check_onnx(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.hint


@given(data=st.binary(max_size=60))
def test_what_we_refuse_is_no_model_to_the_library_either(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.onnx"
    if accepted(data, path):
        return
    with contextlib.suppress(DecodeError):
        read = onnx.ModelProto.FromString(data)
        assert not (read.ir_version and read.HasField("graph"))


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(DataError, match=str(path)):
            check_onnx(path)
