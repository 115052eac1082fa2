"""The binary tensor extension of the Open Inference Protocol v2 (Triton, 2020), for requests.

After the JSON come the tensors' bytes in order, little-endian; a tensor says how many are its
own in the parameter `binary_data_size`. Answers are always JSON, as the extension allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from proofstone.serve.errors import RequestError

SIZE = "binary_data_size"

_NUMPY: Mapping[str, str] = {
    "FP64": "<f8", "FP32": "<f4", "FP16": "<f2",
    "INT64": "<i8", "INT32": "<i4", "INT16": "<i2", "INT8": "<i1",
    "UINT64": "<u8", "UINT32": "<u4", "UINT16": "<u2", "UINT8": "<u1",
}  # fmt: skip


def with_binary(document: object, raw: bytes) -> object:
    """Return the request `document` with the tensors in `raw` written out as JSON data.

    What is not a request at all is returned as it is, for `parse_request` to refuse.

    Raises:
        RequestError: sizes, datatypes and bytes do not fit together.
    """
    inputs = document.get("inputs") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(inputs, list):
        return document
    start = 0
    written = []
    for tensor in inputs:
        size = _size(tensor)
        if size is None:
            written.append(tensor)
            continue
        name = str(tensor.get("name"))
        if "data" in tensor:
            raise RequestError(f"{name}: has data both in JSON and in bytes", field=name)
        end = start + size
        if end > len(raw):
            raise RequestError(f"{name}: {SIZE} is beyond the end of the body", field=name)
        data = _values(raw[start:end], tensor.get("datatype"), name)
        parameters = {key: one for key, one in tensor["parameters"].items() if key != SIZE}
        written.append(tensor | {"data": data, "parameters": parameters})
        start = end
    if start != len(raw):
        raise RequestError(f"{len(raw) - start} bytes after the JSON belong to no tensor")
    return document | {"inputs": written}


def _size(tensor: object) -> int | None:
    if not isinstance(tensor, dict) or not isinstance(tensor.get("parameters"), dict):
        return None
    size = tensor["parameters"].get(SIZE)
    if size is None:
        return None
    if type(size) is not int or size < 0:
        name = str(tensor.get("name"))
        raise RequestError(f"{name}: {SIZE} must be a whole number", field=name)
    return size


def _values(data: bytes, datatype: object, name: str) -> list[Any]:
    if datatype == "BYTES":
        return _texts(data, name)
    if datatype == "BOOL":
        if not set(data) <= {0, 1}:
            raise RequestError(f"{name}: a BOOL byte is neither 0 nor 1", field=name)
        return [byte == 1 for byte in data]
    kind = np.dtype(_NUMPY.get(str(datatype), "<f8"))
    if len(data) % kind.itemsize:
        raise RequestError(f"{name}: is cut off within a value", field=name)
    values: list[Any] = np.frombuffer(data, kind).tolist()
    return values


def _texts(data: bytes, name: str) -> list[Any]:
    values = []
    start = 0
    while start < len(data):
        end = start + 4 + int.from_bytes(data[start : start + 4], "little")
        if start + 4 > len(data) or end > len(data):
            raise RequestError(f"{name}: is cut off within a value", field=name)
        try:
            values.append(data[start + 4 : end].decode())
        except UnicodeDecodeError:
            raise RequestError(f"{name}: a value is not UTF-8", field=name) from None
        start = end
    return values
