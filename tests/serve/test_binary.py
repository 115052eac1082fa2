from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.serve.binary import with_binary
from proofstone.serve.errors import RequestError


def tensor(datatype: str, size: object, **more: Any) -> dict[str, Any]:
    parameters = {"binary_data_size": size, "kept": True}
    return {"name": "x", "datatype": datatype, "parameters": parameters} | more


def data_of(datatype: str, raw: bytes) -> list[Any]:
    document = with_binary({"inputs": [tensor(datatype, len(raw))]}, raw)
    assert isinstance(document, dict)
    [written] = document["inputs"]
    assert written["parameters"] == {"kept": True}
    data: list[Any] = written["data"]
    return data


@pytest.mark.parametrize(
    ("datatype", "kind"),
    [("FP64", "<f8"), ("FP32", "<f4"), ("FP16", "<f2"), ("INT64", "<i8"), ("UINT8", "<u1")],
)
def test_numbers(datatype: str, kind: str) -> None:
    values = np.array([0, 1, 100], kind)
    assert data_of(datatype, values.tobytes()) == [0, 1, 100]


def test_truth_values_and_texts() -> None:
    assert data_of("BOOL", b"\x01\x00") == [True, False]
    assert data_of("BYTES", b"\x02\x00\x00\x00ab\x00\x00\x00\x00") == ["ab", ""]


@given(st.lists(st.text(max_size=20)))
def test_texts_round_trip(texts: list[str]) -> None:
    encoded = [text.encode() for text in texts]
    raw = b"".join(len(one).to_bytes(4, "little") + one for one in encoded)
    assert data_of("BYTES", raw) == texts


def test_tensors_take_their_bytes_in_order_beside_those_in_json() -> None:
    plain = {"name": "y", "datatype": "FP64", "data": [1]}
    inputs = [tensor("BOOL", 1), plain, tensor("UINT8", 2)]
    document = with_binary({"inputs": inputs, "id": "7"}, b"\x01\x05\x06")
    assert isinstance(document, dict)
    assert [one["data"] for one in document["inputs"]] == [[True], [1], [5, 6]]
    assert document["id"] == "7"


@pytest.mark.parametrize(
    ("one", "raw", "match"),
    [
        (tensor("FP64", 8), b"1234567", "beyond the end"),
        (tensor("FP64", 8), b"123456789", "1 bytes after the JSON"),
        (tensor("FP64", 7), b"1234567", "cut off within a value"),
        (tensor("BYTES", 3), b"\x01\x00\x00", "cut off within a value"),
        (tensor("BYTES", 5), b"\x02\x00\x00\x00a", "cut off within a value"),
        (tensor("BYTES", 5), b"\x01\x00\x00\x00\xff", "not UTF-8"),
        (tensor("BOOL", 1), b"\x02", "neither 0 nor 1"),
        (tensor("FP64", -1), b"", "must be a whole number"),
        (tensor("FP64", True), b"", "must be a whole number"),
        (tensor("FP64", 8, data=[1]), b"12345678", "both in JSON and in bytes"),
    ],
)
def test_what_does_not_fit_together(one: dict[str, Any], raw: bytes, match: str) -> None:
    with pytest.raises(RequestError, match=match):
        with_binary({"inputs": [one]}, raw)


@pytest.mark.parametrize("document", [None, [], {}, {"inputs": 3}])
def test_what_is_no_request_is_left_to_the_parser(document: object) -> None:
    assert with_binary(document, b"") == document
