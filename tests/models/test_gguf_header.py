from __future__ import annotations

import struct
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from gguf import GGUFWriter
from hypothesis import given
from hypothesis import strategies as st
from tests.models.gguf_files import entry, gguf, smollm2, tensor, text

from proofstone.core.errors import DataError, MissingExtra
from proofstone.models.gguf_header import check_gguf

WIDE = entry("general.alignment", 4, struct.pack("<I", 64))
NUMBERS = entry("n", 9, struct.pack("<IQ", 5, 3) + struct.pack("<3i", 1, 2, 3))
WORDS = entry("w", 9, struct.pack("<IQ", 8, 2) + text("one") + text("two"))
NESTED = entry("a", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 0, 4) + b"abcd")
SCALAR = entry("x", 12, struct.pack("<d", 1.5))
NAME = entry("general.name", 8, text("tiny"))


def checked(path: Path, data: bytes) -> None:
    file = path / "model.gguf"
    file.write_bytes(data)
    check_gguf(file)


def test_the_real_weights_are_whole() -> None:
    check_gguf(smollm2())


@pytest.mark.parametrize(
    "data",
    [
        gguf((), (tensor("t", (8,)),), 32),
        gguf((NAME, NUMBERS, WORDS, SCALAR), (tensor("t", (2, 4)),), 32, version=2),
        gguf((), (tensor("a", (8,)), tensor("b", (8,), offset=32)), 64),
        gguf((), (tensor("q", (32, 2), kind=2),), 36),
        gguf((WIDE,), (tensor("t", (8,)),), 32, alignment=64),
        gguf((), (tensor("new", (8,), kind=99),), 0),
    ],
    ids=["one", "metadata", "two", "quantised", "aligned", "unknown type"],
)
def test_a_whole_file_is_accepted(data: bytes, tmp_path: Path) -> None:
    checked(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not a GGUF file"),
        (b"GG", "is not a GGUF file"),
        (b"PK\x03\x04" + bytes(100), "is not a GGUF file"),
        (gguf((), (tensor("t", (8,)),), 32, magic=b"ggml"), "is not a GGUF file"),
        (b"GGUF", "cut short"),
        (b"GGUF" + struct.pack("<I", 3), "its header goes on to byte 16"),
        (b"GGUF" + struct.pack(">I", 3) + bytes(16), "GGUF version 50331648"),
        (gguf((), (tensor("t", (8,)),), 32, version=1), "GGUF version 1"),
        (gguf((), (tensor("t", (8,)),), 32, version=4), "GGUF version 4"),
        (gguf((), (tensor("t", (8,)),), 31), "its tensors end at byte"),
        (gguf((), (tensor("a", (8,)), tensor("b", (8,), offset=32)), 63), "its tensors end"),
        (gguf((), (tensor("q", (32, 2), kind=2),), 35), "its tensors end at byte"),
        (gguf((WIDE,), (tensor("t", (8,)),), 32), "its tensors end at byte"),
        (gguf((), (tensor("t", (2**40, 2**20)),), 32), "its tensors end at byte"),
        (gguf((), (tensor("t", (8,), offset=2**60),), 32), "its tensors end at byte"),
        (gguf((NAME,)), "holds no tensor"),
        (gguf((), (tensor("t", (1,) * 5),), 32), "has 5 dimensions"),
        (gguf((entry("x", 77, b""),), (tensor("t", (8,)),), 32), "no type 77"),
        (gguf((NESTED,), (tensor("t", (8,)),), 32), "no type 9"),
        (gguf((entry("general.alignment", 4, bytes(4)),), (), 32), "is no power of two"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0) + bytes(64), "cut short"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 2**60) + bytes(64), "cut short"),
        (gguf((entry("s", 8, struct.pack("<Q", 2**62)),), (), 32), "cut short"),
        (gguf((entry("a", 9, struct.pack("<IQ", 8, 2**60)),), (), 3200), "cut short"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_damaged_file_is_refused_with_place_and_remedy(
    data: bytes, says: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        checked(tmp_path, data)
    assert says in str(caught.value)
    assert str(tmp_path / "model.gguf") in str(caught.value)
    assert caught.value.hint


def test_what_the_reference_writer_writes_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "written.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_array("words", ["one", "two", "three"])
    writer.add_array("numbers", [1, 2, 3])
    writer.add_custom_alignment(128)
    writer.add_tensor("a", np.ones((3, 5), dtype=np.float32))
    writer.add_tensor("b", np.ones((7,), dtype=np.float16))
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file,
                  writer.write_tensors_to_file, writer.close):  # fmt: skip
        write()
    check_gguf(path)


def test_every_beginning_of_a_whole_file_is_refused(tmp_path: Path) -> None:
    whole = gguf((NAME, NUMBERS, WORDS, SCALAR), (tensor("t", (2, 4)),), 32)
    checked(tmp_path, whole)
    for length in range(len(whole)):
        with pytest.raises(DataError):
            checked(tmp_path, whole[:length])


def test_the_real_weights_cut_anywhere_are_refused(tmp_path: Path) -> None:
    with smollm2().open("rb") as file:
        head = file.read(1 << 20)
    for length in (3, 23, 24, 100, 5_000, 500_000, 1 << 20):
        with pytest.raises(DataError, match=r"cut short|is not a GGUF"):
            checked(tmp_path, head[:length])


@given(rubbish=st.binary(max_size=200), tensors=st.integers(0, 3), entries=st.integers(0, 3))
def test_rubbish_behind_the_magic_never_passes_for_a_model(
    rubbish: bytes, tensors: int, entries: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, tensors, entries) + rubbish)
    with pytest.raises(DataError):
        check_gguf(path)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.gguf", tmp_path):
        with pytest.raises(DataError, match=str(path)) as caught:
            check_gguf(path)
        assert caught.value.hint == "name a GGUF file"


def test_without_the_library_of_types_the_extra_is_named(tmp_path: Path) -> None:
    with (
        mock.patch.dict(sys.modules, {"gguf.constants": None, "gguf": None}),
        pytest.raises(MissingExtra) as caught,
    ):
        checked(tmp_path, gguf((), (tensor("t", (8,)),), 32))
    assert caught.value.hint == "pip install 'proofstone[text]'"
