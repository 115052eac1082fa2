"""Whether a GGUF file is whole: its header is read and every tensor must lie within the file.

The layout is that of the GGUF specification, versions 2 and 3 (ggml, 2023): magic, version,
number of tensors and of metadata entries, the entries, a description of each tensor, the tensors.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from proofstone.core.errors import DataError
from proofstone.core.extras import need

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_ALIGNMENT = "general.alignment"
_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_UINT32, _STRING, _ARRAY = 4, 8, 9
_MOST_DIMENSIONS = 4


def check_gguf(path: Path) -> None:
    """Raise unless `path` is a whole GGUF file.

    Raises:
        DataError: it cannot be read, is no GGUF file, is of another version, is cut short, or its
            header contradicts itself; the message names the byte.
        MissingExtra: the library that knows the sizes of tensors is not installed.

    Not covered: whether the numbers in the tensors are those that were published.
    """
    try:
        with path.open("rb") as file:
            _Header(file, path).check()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}", hint="name a GGUF file") from error


class _Header:
    """Reads a header from its beginning, never past the end of the file."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._size = path.stat().st_size

    def check(self) -> None:
        if self._size < len(_MAGIC) or self._file.read(len(_MAGIC)) != _MAGIC:
            hint = "convert the model to GGUF first"
            raise DataError(f"{self._path}: is not a GGUF file", hint=hint)
        version = self._number("<I")
        if version not in _VERSIONS:
            raise DataError(
                f"{self._path}: has GGUF version {version}; known are 2 and 3, little-endian",
                hint="convert the model again with a current llama.cpp",
            )
        tensors, entries = self._number("<Q"), self._number("<Q")
        alignment = 32
        for _ in range(entries):
            alignment = self._entry() or alignment
        ends = [self._tensor() for _ in range(tensors)]
        start = -(-self._file.tell() // alignment) * alignment
        if not ends:
            raise self._contradiction("it holds no tensor")
        if start + max(ends) > self._size:
            raise self._cut(f"its tensors end at byte {start + max(ends)}")

    def _entry(self) -> int | None:
        """Skip one metadata entry; return its value where it is the alignment."""
        name = self._text()
        kind = self._number("<I")
        if name != _ALIGNMENT or kind != _UINT32:
            self._skip_value(kind)
            return None
        alignment = self._number("<I")
        if alignment == 0 or alignment & (alignment - 1):
            raise self._contradiction(f"the alignment {alignment} is no power of two")
        return alignment

    def _skip_value(self, kind: int) -> None:
        count = 1
        if kind == _ARRAY:
            kind, count = self._number("<I"), self._number("<Q")
        if kind in _SCALARS:
            self._skip(count * _SCALARS[kind])
        elif kind == _STRING:
            for _ in range(count):
                self._skip(self._number("<Q"))
        else:
            raise self._contradiction(f"there is no type {kind} of metadata")

    def _tensor(self) -> int:
        """Read the description of one tensor; return where it ends, from the first one on."""
        name, dimensions = self._text(), self._number("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise self._contradiction(f"the tensor {name} has {dimensions} dimensions")
        values = 1
        for _ in range(dimensions):
            values *= self._number("<Q")
        kind, offset = self._number("<I"), self._number("<Q")
        block, size = _block_sizes().get(kind, (values or 1, 0))
        return offset + values // block * size

    def _text(self) -> str:
        length = self._number("<Q")
        return self._take(length).decode("utf-8", "replace")

    def _number(self, form: str) -> int:
        return int(struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _take(self, count: int) -> bytes:
        self._within(count)
        return self._file.read(count)

    def _skip(self, count: int) -> None:
        self._within(count)
        self._file.seek(count, 1)

    def _within(self, count: int) -> None:
        end = self._file.tell() + count
        if end > self._size:
            raise self._cut(f"its header goes on to byte {end}")

    def _cut(self, what: str) -> DataError:
        return DataError(
            f"{self._path}: is cut short or damaged: it has {self._size} bytes, but {what}",
            hint="fetch or copy the file again, and compare its size with the original's",
        )

    def _contradiction(self, what: str) -> DataError:
        return DataError(
            f"{self._path}: byte {self._file.tell()}: {what}",
            hint="the file is damaged: fetch or copy it again",
        )


def _block_sizes() -> dict[int, tuple[int, int]]:
    """Values and bytes of a block, by the number of its type."""
    sizes = need("gguf.constants", "text").GGML_QUANT_SIZES
    return {int(kind): block for kind, block in sizes.items()}
