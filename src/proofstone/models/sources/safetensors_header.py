"""Whether a safetensors file is whole: its header is read, and its tensors must fill the file.

The layout is that of the safetensors format (Hugging Face, 2022; its README's section "Format"):
the header's length in 8 bytes, little-endian; the header, a JSON object that gives each tensor's
dtype, shape and place; the tensors, without gaps. The header may have 100 MB.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from proofstone.core.errors import DataError

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
}  # fmt: skip
"""Bits of a value, by the name of its type."""

_MOST_HEADER = 100_000_000
_METADATA = "__metadata__"


@dataclass(frozen=True)
class Tensor:
    """One tensor as the header describes it; `begin` and `end` count from behind the header."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def check_safetensors(path: Path) -> None:
    """Raise unless `path` is a whole safetensors file.

    Raises:
        DataError: it cannot be read, is cut short, or its header contradicts itself or the file's
            length; the message names the tensor.

    Not covered: whether the numbers in the tensors are those that were published.
    """
    read_safetensors(path)


def read_safetensors(path: Path) -> list[Tensor]:
    """Return the tensors of a whole safetensors file, in the order in which they lie in it.

    Raises:
        DataError: as for `check_safetensors`.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(size - 8, _MOST_HEADER):
                raise _wrong(path, f"has {size} bytes, but its header would have {length}")
            header = file.read(length)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}", hint="name a safetensors file") from error
    tensors = [
        _tensor(path, name, entry)
        for name, entry in _entries(path, header).items()
        if name != _METADATA
    ]
    return _without_gaps(path, tensors, size - 8 - length)


def _entries(path: Path, header: bytes) -> dict[str, Any]:
    try:
        document = json.loads(header.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _wrong(path, f"has a header that is no JSON: {error}") from error
    if not header.startswith(b"{") or not isinstance(document, dict):
        raise _wrong(path, "has a header that is no JSON object")
    notes = document.get(_METADATA, {})
    if not isinstance(notes, dict) or not all(isinstance(one, str) for one in notes.values()):
        raise _wrong(path, f"has a {_METADATA} that holds other things than texts")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0]!r} comes twice")
    return dict(pairs)


def _tensor(path: Path, name: str, entry: Any) -> Tensor:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [begin, end]} if len(
            entry
        ) == 3 and all(_is_count(one) for one in [*shape, begin, end]):
            pass
        case _:
            raise _wrong(path, f"describes the tensor {name!r} by other than dtype, shape, place")
    if dtype not in BITS:
        raise _wrong(path, f"has a tensor {name!r} of the unknown type {dtype!r}")
    bits = prod(shape) * BITS[dtype]
    if bits % 8 or end - begin != bits // 8:
        raise _wrong(path, f"gives the tensor {name!r} {end - begin} bytes; it needs {bits / 8:g}")
    return Tensor(name, dtype, tuple(shape), begin, end)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _without_gaps(path: Path, tensors: list[Tensor], size: int) -> list[Tensor]:
    """The tensors in order, if each begins where the one before ends, and the last at the end."""
    end = 0
    ordered = sorted(tensors, key=lambda one: (one.begin, one.end))
    for one in ordered:
        if one.begin != end:
            raise _wrong(path, f"has the tensor {one.name!r} at byte {one.begin}, not at {end}")
        end = one.end
    if end != size:
        raise _wrong(path, f"has {size} bytes of tensors, but they end at byte {end}")
    return ordered


def _wrong(path: Path, what: str) -> DataError:
    return DataError(
        f"{path}: {what}",
        hint="the file is damaged or cut short: fetch or copy it again, and compare its size",
    )
