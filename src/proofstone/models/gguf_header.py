"""Whether a GGUF file is whole: its header is read and every tensor must lie within the file.

The layout is that of the GGUF specification, versions 2 and 3 (ggml, 2023): magic, version,
number of tensors and of metadata entries, the entries, a description of each tensor, the tensors.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from proofstone.core.errors import DataError
from proofstone.core.extras import need

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = "general.alignment"
_FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_LENGTH = 8
_MOST_DIMENSIONS = 4
_MOST_ELEMENTS = 1 << 24

Scalar = str | int | float | bool


@dataclass(frozen=True)
class Tensor:
    """The shape of a tensor, innermost dimension first, and the number of its type."""

    shape: tuple[int, ...]
    kind: int


@dataclass(frozen=True)
class GgufHeader:
    """What a GGUF file says of itself: single entries, entries that are lists, and tensors.

    Bytes of a text that are no UTF-8 are kept as surrogates.
    """

    values: Mapping[str, Scalar]
    arrays: Mapping[str, tuple[Scalar, ...]]
    tensors: Mapping[str, Tensor]


def check_gguf(path: Path, name: str | None = None) -> GgufHeader:
    """Return the header of `path`, or raise unless it is a whole GGUF file.

    `name` stands for the file in messages; by default it is its path.

    Raises:
        DataError: it cannot be read, is no GGUF file, is of another version, is cut short, or its
            header contradicts itself; the message names the byte.
        MissingExtra: the library that knows the sizes of tensors is not installed.

    Not covered: whether the numbers in the tensors are those that were published.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, path.stat().st_size, name or str(path)).read()
    except OSError as error:
        raise DataError(f"{name or path}: {error.strerror}", hint="name a GGUF file") from error


class _Reader:
    """Reads a header from its beginning, never past the end of the file."""

    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self._file = file
        self._size = size
        self._name = name
        self._values: dict[str, Scalar] = {}
        self._arrays: dict[str, tuple[Scalar, ...]] = {}
        self._tensors: dict[str, Tensor] = {}

    def read(self) -> GgufHeader:
        if self._size < len(_MAGIC) or self._file.read(len(_MAGIC)) != _MAGIC:
            hint = "convert the model to GGUF first"
            raise DataError(f"{self._name}: is not a GGUF file", hint=hint)
        version = self._number("<I")
        if version not in _VERSIONS:
            raise DataError(
                f"{self._name}: has GGUF version {version}; known are 2 and 3, little-endian",
                hint="convert the model again with a current llama.cpp",
            )
        tensors, entries = self._number("<Q"), self._number("<Q")
        for _ in range(entries):
            self._entry()
        alignment = self._alignment()
        ends = [self._tensor() for _ in range(tensors)]
        start = -(-self._file.tell() // alignment) * alignment
        if not ends:
            raise self._contradiction("it holds no tensor")
        if start + max(ends) > self._size:
            raise self._cut(f"its tensors end at byte {start + max(ends)}")
        return GgufHeader(self._values, self._arrays, self._tensors)

    def _entry(self) -> None:
        name = self._text()
        kind = self._number("<I")
        if kind == _ARRAY:
            self._arrays[name] = self._array(name)
        else:
            (self._values[name],) = self._several(name, kind, 1)

    def _array(self, name: str) -> tuple[Scalar, ...]:
        return self._several(name, self._number("<I"), self._number("<Q"))

    def _several(self, name: str, kind: int, count: int) -> tuple[Scalar, ...]:
        size = _LENGTH if kind == _STRING else struct.calcsize(f"<{_FORMS.get(kind, 'B')}")
        self._within(size * count)
        if count > _MOST_ELEMENTS:
            raise self._contradiction(f"{name}: {count} elements are more than any model has")
        if kind == _STRING:
            return tuple(self._text() for _ in range(count))
        if kind not in _FORMS:
            raise self._contradiction(f"{name}: there is no type {kind} of metadata")
        return struct.unpack(f"<{count}{_FORMS[kind]}", self._take(size * count))

    def _alignment(self) -> int:
        alignment = self._values.get(_ALIGNMENT, 32)
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
            raise self._contradiction(f"the alignment {alignment} is no power of two")
        return alignment

    def _tensor(self) -> int:
        """Read the description of one tensor; return where it ends, from the first one on."""
        name, dimensions = self._text(), self._number("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise self._contradiction(f"the tensor {name} has {dimensions} dimensions")
        values = 1
        shape = tuple(self._number("<Q") for _ in range(dimensions))
        for size in shape:
            values *= size
        kind, offset = self._number("<I"), self._number("<Q")
        self._tensors[name] = Tensor(shape, kind)
        block, size = _block_sizes().get(kind, (values or 1, 0))
        return offset + values // block * size

    def _text(self) -> str:
        length = self._number("<Q")
        return self._take(length).decode("utf-8", "surrogateescape")

    def _number(self, form: str) -> int:
        return int(struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _take(self, count: int) -> bytes:
        self._within(count)
        return self._file.read(count)

    def _within(self, count: int) -> None:
        end = self._file.tell() + count
        if end > self._size:
            raise self._cut(f"its header goes on to byte {end}")

    def _cut(self, what: str) -> DataError:
        return DataError(
            f"{self._name}: is cut short or damaged: it has {self._size} bytes, but {what}",
            hint="fetch or copy the file again, and compare its size with the original's",
        )

    def _contradiction(self, what: str) -> DataError:
        return DataError(
            f"{self._name}: byte {self._file.tell()}: {what}",
            hint="the file is damaged: fetch or copy it again",
        )


def _block_sizes() -> dict[int, tuple[int, int]]:
    """Values and bytes of a block, by the number of its type."""
    sizes = need("gguf.constants", "text").GGML_QUANT_SIZES
    return {int(kind): block for kind, block in sizes.items()}
