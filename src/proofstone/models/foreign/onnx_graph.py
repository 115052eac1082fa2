"""What an ONNX file asks of whoever opens it, read before anything runs it.

An ONNX model is a message `ModelProto` (onnx.proto, ONNX 2017) in the protocol buffers' wire
format. Its nested messages are walked through without copying: a tensor that lies in another file,
or an operator that only somebody's library knows, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofstone.core.errors import DataError

_NESTED: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "function": {7: "node", 11: "attribute"},
    "training": {1: "graph", 2: "graph"},
}
"""Which fields of a message are messages, and of which kind."""

_IR_VERSION, _GRAPH = 1, 7
_EXTERNAL_DATA, _DATA_LOCATION, _EXTERNAL = 13, 14, 1
_OP_TYPE, _NODE_DOMAIN, _FUNCTION_DOMAIN = 4, 7, 10
_NAME, _INTS, _STRINGS = 1, 8, 9
_CLASSES = ("classlabels_strings", "classlabels_int64s", "classlabels_ints", "classlabels")
_KNOWN = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
_MOST_FIELD = 1 << 29


@dataclass
class Graph:
    """What was met: the lists of classes that its classifiers name, in order."""

    classes: list[tuple[str, ...]] = field(default_factory=list)


def check_graph(content: bytes, name: str) -> Graph:
    """Walk through the ONNX model in `content`; `name` begins messages.

    Raises:
        DataError: it is no ONNX model, is cut short, keeps weights in another file, or has an
            operator that is neither ONNX's nor ONNX Runtime's own.

    Not covered: what a graph computes and how long it takes; a loop in it may not end.
    """
    found, domains = Graph(), set(_KNOWN)
    nodes: dict[str, str] = {}
    waiting: list[tuple[str, memoryview]] = [("model", memoryview(content))]
    try:
        while waiting:
            kind, message = waiting.pop()
            fields = list(_fields(message))
            if kind == "model" and not {_IR_VERSION, _GRAPH} <= {number for number, _ in fields}:
                raise ValueError("is not an ONNX model")
            if kind == "tensor":
                _inside(fields)
            elif kind == "node":
                nodes.setdefault(_text(fields, _NODE_DOMAIN), _text(fields, _OP_TYPE))
            elif kind == "function":
                domains.add(_text(fields, _FUNCTION_DOMAIN))
            elif kind == "attribute" and _text(fields, _NAME) in _CLASSES:
                found.classes.append(_classes(fields))
            known = _NESTED.get(kind, {})
            for number, value in fields:
                if number in known:
                    waiting.append((known[number], _message(value)))
    except ValueError as error:
        hint = "export the model again, into one file, with operators of ONNX alone"
        raise DataError(f"{name}: {error}", hint=hint) from error
    strange = sorted(nodes.keys() - domains)
    if strange:
        raise DataError(
            f"{name}: the operator {nodes[strange[0]][:40]!r} is of {strange[0][:60]!r}, which "
            "needs somebody's library",
            hint="export the model again with operators of ONNX alone",
        )
    return found


def _inside(fields: list[tuple[int, Any]]) -> None:
    if any(
        number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value == _EXTERNAL)
        for number, value in fields
    ):
        raise ValueError("keeps weights in another file, and no other file is read")


def _classes(fields: list[tuple[int, Any]]) -> tuple[str, ...]:
    names: list[str] = []
    for number, value in fields:
        if number == _STRINGS:
            names.append(bytes(_message(value)).decode("utf-8", "replace"))
        elif number == _INTS and isinstance(value, int):
            names.append(str(_signed(value)))
        elif number == _INTS:
            packed, at = _message(value), 0
            while at < len(packed):
                one, at = _varint(packed, at)
                names.append(str(_signed(one)))
    return tuple(names)


def _text(fields: list[tuple[int, Any]], wanted: int) -> str:
    for number, value in fields:
        if number == wanted and isinstance(value, memoryview):
            return bytes(value[:200]).decode("utf-8", "replace")
    return ""


def _message(value: object) -> memoryview:
    if not isinstance(value, memoryview):
        raise ValueError("is not an ONNX model")
    return value


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """Number and value of each field: a whole number, or the bytes of what is longer."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if not 0 < number < _MOST_FIELD or kind not in (0, 1, 2, 5):
            raise ValueError("is not an ONNX model")
        if kind == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        length = 8 if kind == 1 else 4
        if kind == 2:
            length, at = _varint(message, at)
        if at + length > len(message):
            raise ValueError("is cut short")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(message):
            raise ValueError("is cut short")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at
    raise ValueError("is not an ONNX model")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
