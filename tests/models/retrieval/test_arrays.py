from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import InputError
from proofstone.models.retrieval.arrays import read_array, write_array

_VALUES = np.arange(12, dtype=np.float32).reshape(4, 3)


def _saved(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=True)
    return file.getvalue()


def test_numpy_reads_what_it_writes_and_it_reads_what_numpy_writes() -> None:
    np.testing.assert_array_equal(np.load(io.BytesIO(write_array(_VALUES))), _VALUES)
    np.testing.assert_array_equal(read_array(_saved(_VALUES), "a", "<f4", (4, 3)), _VALUES)


def test_any_length_is_none() -> None:
    assert read_array(write_array(_VALUES), "a", "<f4", (None, 3)).shape == (4, 3)
    empty = np.zeros((0, 3), dtype=np.float32)
    assert read_array(write_array(empty), "a", "<f4", (None, 3)).shape == (0, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no array",
        write_array(_VALUES)[:-1],
        write_array(_VALUES) + b"\0",
        write_array(_VALUES.astype(np.float64)),
        write_array(_VALUES.T),
        _saved(np.asfortranarray(_VALUES)),
        _saved(np.array([{"a": 1}], dtype=object)),
        write_array(_VALUES).replace(b"(4, 3)", b"(9, 3)"),
        write_array(_VALUES).replace(b"(4, 3), }   ", b"(9**9, 3), }"),
    ],
)
def test_what_is_not_that_array_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(InputError, match=r"^vectors\.npy: "):
        read_array(content, "vectors.npy", "<f4", (None, 3))


def test_a_header_that_claims_terabytes_takes_no_memory() -> None:
    content = write_array(_VALUES).replace(b"(4, 3), }         ", b"(4000000000, 3), }")
    assert b"4000000000" in content
    with pytest.raises(InputError, match="bytes, not"):
        read_array(content, "a", "<f4", (None, 3))


@given(st.integers(0, 127), st.binary(min_size=1, max_size=4))
def test_a_damaged_header_is_refused_or_changes_nothing(at: int, damage: bytes) -> None:
    content = bytearray(write_array(_VALUES))
    content[at : at + len(damage)] = damage
    with suppress(InputError):
        np.testing.assert_array_equal(read_array(bytes(content), "a", "<f4", (4, 3)), _VALUES)
