"""Whether a file can be an ONNX model: its outermost fields are walked through.

An ONNX model is one message `ModelProto` (onnx.proto, ONNX 2017) in the protocol buffers' wire
format: fields of a number and a kind, of which `ir_version` is 1 and `graph` is 7.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from proofstone.core.errors import DataError

_NUMBER, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_IR_VERSION, _GRAPH = 1, 7
_MOST_FIELD = 64


def check_onnx(path: Path) -> None:
    """Raise unless the outermost fields of `path` fill it, with a version and a graph among them.

    Raises:
        DataError: it cannot be read, is cut short, or is something else.

    Not covered: the graph itself, which ONNX Runtime examines when it loads; weights that lie in
    other files.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            fields = _fields(file, size)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}", hint="name an ONNX file") from error
    except ValueError as error:
        raise DataError(f"{path}: {error}", hint="fetch or copy it again") from error
    if (_IR_VERSION, _NUMBER) not in fields or (_GRAPH, _LENGTH) not in fields:
        raise DataError(f"{path}: is not an ONNX model", hint="export the model to ONNX first")


def _fields(file: BinaryIO, size: int) -> set[tuple[int, int]]:
    """Number and kind of the outermost fields."""
    found = set()
    while file.tell() < size:
        key = _varint(file)
        number, kind = key >> 3, key & 7
        if not 0 < number < _MOST_FIELD or kind not in {_NUMBER, _EIGHT, _LENGTH, _FOUR}:
            raise ValueError("is not an ONNX model")
        found.add((number, kind))
        if kind == _NUMBER:
            _varint(file)
            continue
        length = _varint(file) if kind == _LENGTH else 8 if kind == _EIGHT else 4
        if file.tell() + length > size:
            raise ValueError(f"is cut short: field {number} ends behind its {size} bytes")
        file.seek(length, 1)
    return found


def _varint(file: BinaryIO) -> int:
    value = 0
    for place in range(10):
        byte = file.read(1)
        if not byte:
            raise ValueError("is cut short")
        value |= (byte[0] & 0x7F) << 7 * place
        if byte[0] < 0x80:
            return value
    raise ValueError("is not an ONNX model")
