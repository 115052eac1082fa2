from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save
from tests.models.sources.files import weights

from proofstone.core.errors import DataError
from proofstone.models.sources.safetensors_header import (
    BITS,
    check_safetensors,
    read_safetensors,
)


def laid_out(header: object, data: int = 0, *, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + b"\1" * data


def one(dtype: str = "F32", shape: tuple[Any, ...] = (2,), at: tuple[Any, ...] = (0, 8)) -> object:
    return {"a": {"dtype": dtype, "shape": list(shape), "data_offsets": list(at)}}


def accepted(data: bytes, path: Path) -> bool:
    path.write_bytes(data)
    try:
        check_safetensors(path)
    except DataError:
        return False
    return True


def the_library_accepts(data: bytes) -> bool:
    """As the format's own library sees it."""
    try:
        deserialize(data)
    except SafetensorError:
        return False
    return True


def test_tensors_are_those_that_were_written(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    arrays = {
        "w": np.ones((3, 4), dtype=np.float32),
        "b": np.ones((5,), dtype=np.int8),
        "s": np.array(1.5),
        "none": np.zeros((0, 7), dtype=np.float16),
    }
    path.write_bytes(save(arrays, {"format": "pt"}))
    found = {tensor.name: tensor for tensor in read_safetensors(path)}
    assert {name: tensor.shape for name, tensor in found.items()} == {
        name: array.shape for name, array in arrays.items()
    }
    assert {name: tensor.end - tensor.begin for name, tensor in found.items()} == {
        name: array.nbytes for name, array in arrays.items()
    }


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "has 0 bytes"),
        (b"1234567", "has 7 bytes"),
        (b"\x80\x02}q\x00X\x05\x00\x00\x00hello", "but its header would have"),
        (laid_out({}, length=2**63), "but its header would have"),
        (laid_out(b"[]"), "no JSON object"),
        (laid_out(b"{"), "no JSON"),
        (laid_out(b"\xff{}"), "no JSON"),
        (laid_out(b"[" * 100_000), "no JSON"),
        (laid_out({"__metadata__": {"a": 1}}), "other things than texts"),
        (laid_out({"a": 1}), "describes the tensor 'a'"),
        (laid_out({"a": {"dtype": "F32", "shape": [1]}}), "describes the tensor 'a'"),
        (laid_out(one(shape=(-2,)), 8), "describes the tensor 'a'"),
        (laid_out(one(shape=(True,)), 8), "describes the tensor 'a'"),
        (laid_out(one(shape=(2.0,)), 8), "describes the tensor 'a'"),
        (laid_out(one(at=(0, 8, 9)), 8), "describes the tensor 'a'"),
        (laid_out(one("F31"), 8), "unknown type 'F31'"),
        (laid_out(one("F4", (3,), (0, 1)), 1), "it needs 1.5"),
        (laid_out(one(shape=(3,)), 8), "gives the tensor 'a' 8 bytes; it needs 12"),
        (laid_out(one(shape=(2**32, 2**32)), 8), "it needs 7"),
        (laid_out(one(at=(8, 0)), 8), "it needs 8"),
        (laid_out(one(at=(1, 9)), 9), "at byte 1, not at 0"),
        (laid_out(one(), 7), "has 7 bytes of tensors"),
        (laid_out(one(), 9), "has 9 bytes of tensors"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_file_is_refused_by_us_and_by_the_library(
    data: bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        check_safetensors(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.hint
    assert not the_library_accepts(data)


@pytest.mark.parametrize(
    "header",
    [
        b' {"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}',
        b'{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}, "a": '
        b'{"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}',
        b'{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1], "more": 1}}',
    ],
    ids=["space before", "name twice", "more fields"],
)
def test_the_format_is_held_to_where_the_library_is_lenient(header: bytes, tmp_path: Path) -> None:
    assert not accepted(laid_out(header, 1), tmp_path / "a")
    assert the_library_accepts(laid_out(header, 1))


def test_overlapping_tensors_are_refused(tmp_path: Path) -> None:
    header = {
        "a": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8]},
        "b": {"dtype": "U8", "shape": [8], "data_offsets": [4, 12]},
    }
    assert not accepted(laid_out(header, 12), tmp_path / "a")
    assert not the_library_accepts(laid_out(header, 12))


@pytest.mark.parametrize("dtype", BITS)
def test_every_type_has_the_size_that_the_library_gives_it(dtype: str, tmp_path: Path) -> None:
    data = laid_out(one(dtype, (16,), (0, 2 * BITS[dtype])), 2 * BITS[dtype])
    assert accepted(data, tmp_path / "a")
    assert the_library_accepts(data)


def test_every_beginning_of_a_whole_file_is_refused(tmp_path: Path) -> None:
    whole = weights()
    assert accepted(whole, tmp_path / "a")
    for length in range(len(whole)):
        assert not accepted(whole[:length], tmp_path / "a")


@given(at=st.integers(0, len(weights()) - 1), value=st.integers(0, 255))
@example(at=0, value=255)
@example(at=7, value=255)
def test_one_changed_byte_is_judged_as_the_library_judges_it(
    at: int, value: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = bytearray(weights())
    data[at] = value
    path = tmp_path_factory.getbasetemp() / "changed.safetensors"
    assert accepted(bytes(data), path) == the_library_accepts(bytes(data))


@given(rubbish=st.binary(max_size=200), length=st.integers(0, 300))
def test_rubbish_is_refused(
    rubbish: bytes, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.safetensors"
    data = struct.pack("<Q", length) + rubbish
    assert accepted(data, path) == the_library_accepts(data)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(DataError, match=str(path)) as caught:
            check_safetensors(path)
        assert caught.value.hint
