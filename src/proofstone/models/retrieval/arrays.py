"""Arrays in NumPy's file format (NEP 1), read without unpickling, evaluating or copying."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from proofstone.models.fields import misfit

_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..)"
    rb"\{'descr': '([<|][a-z]\d)', 'fortran_order': False, 'shape': \(([\d, ]{0,60})\), \} *\n"
)
"""The header as NumPy writes it; its own reader evaluates this as Python, and fails in many ways.
The two bytes are the header's length, which the line end tells as well."""


def write_array(values: NDArray[Any]) -> bytes:
    """Return `values` as a .npy file of version 1.0: the same values give the same bytes."""
    file = io.BytesIO()
    npy.write_array(file, np.ascontiguousarray(values), version=(1, 0), allow_pickle=False)
    return file.getvalue()


def read_array(content: bytes, file: str, kind: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
    """Return the array in a .npy file; it looks into `content` and cannot be written to.

    `kind` is its type, such as "<f4"; None in `shape` stands for any length.

    Raises:
        InputError: the file is none, is cut short, or has another type or shape.
    """
    header = _HEADER.match(content)
    if header is None:
        raise misfit(file, "it is no array file of version 1.0")
    found = tuple(int(one) for one in re.findall(rb"\d+", header[2]))
    right = len(found) == len(shape) and all(
        wanted in (None, length) for length, wanted in zip(found, shape, strict=True)
    )
    if not right or header[1].decode() != kind:
        raise misfit(file, f"it is {header[1].decode()} of shape {found}, not {kind} of {shape}")
    end = header.end() + math.prod(found) * np.dtype(kind).itemsize
    if len(content) != end:
        raise misfit(file, f"it has {len(content)} bytes, not {end}")
    return np.frombuffer(content, dtype=kind, offset=header.end()).reshape(found)
