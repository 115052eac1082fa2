"""Messages of the Open Inference Protocol v2 (KServe, 2023) for models of a table, over JSON.

A request has one tensor an input, of shape [n] or [n, 1]; `null` in its data is a missing value
(an extension). The answer has the tensors `label`, `score` and `decision`. Numbers take any
numeric datatype and are computed with as float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofstone.models.contract import Feature, Signature
from proofstone.serve.columns import Columns, check_columns
from proofstone.serve.errors import RequestError
from proofstone.serve.server import Predictions

DATATYPES: Mapping[str, tuple[str, ...]] = {
    "number": (
        "FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "INT8",
        "UINT64", "UINT32", "UINT16", "UINT8",
    ),
    "boolean": ("BOOL",),
    "category": ("BYTES",),
    "text": ("BYTES",),
}  # fmt: skip
"""Datatypes that each kind of input takes; the first is the one that metadata names."""

OUTPUTS = {"label": "BYTES", "score": "FP64", "decision": "BOOL"}
"""The tensors of an answer."""

_RANGES = {
    f"{sign}INT{bits}": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
}
_ALL = tuple(dict.fromkeys(name for names in DATATYPES.values() for name in names))
_REQUEST = frozenset({"id", "inputs", "outputs", "parameters"})
_INPUT = frozenset({"name", "datatype", "shape", "data", "parameters"})
_OUTPUT = frozenset({"name", "parameters"})
_TENSORS = 100_000


@dataclass(frozen=True)
class Tensor:
    """One named tensor: `data` flat, row by row."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: list[Any]

    def to_json(self) -> dict[str, Any]:
        """The tensor as the protocol writes it."""
        return {
            "name": self.name,
            "datatype": self.datatype,
            "shape": list(self.shape),
            "data": self.data,
        }


@dataclass(frozen=True)
class InferRequest:
    """A checked request: `outputs` names the tensors wanted."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[str, ...] = tuple(OUTPUTS)
    id: str | None = None


@dataclass(frozen=True)
class InferResponse:
    """An answer, under the id of its request."""

    model: str
    version: str
    outputs: tuple[Tensor, ...]
    id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The answer as the protocol writes it."""
        document: dict[str, Any] = {"model_name": self.model, "model_version": self.version}
        if self.id is not None:
            document["id"] = self.id
        return document | {"outputs": [tensor.to_json() for tensor in self.outputs]}


def parse_request(document: object) -> InferRequest:
    """Return the request in a JSON `document`.

    Raises:
        RequestError: it is not what the protocol asks for; `field` names the part at fault.
    """
    request = _object(document, "the request", _REQUEST)
    identity = request.get("id")
    if "id" in request and not isinstance(identity, str):
        raise RequestError("id: must be text", field="id")
    _parameters(request, "the request")
    inputs = request.get("inputs")
    if not isinstance(inputs, list) or not 0 < len(inputs) <= _TENSORS:
        raise RequestError(
            "inputs: must be a list of tensors", field="inputs", hint="one tensor for each input"
        )
    outputs = _outputs(request.get("outputs", []))
    return InferRequest(tuple(_tensor(one, n) for n, one in enumerate(inputs)), outputs, identity)


def columns_of(request: InferRequest, signature: Signature) -> Columns:
    """Return the request's tensors as columns that fit `signature`.

    Raises:
        RequestError: a tensor is given twice, has another datatype than its input takes, or
            another number of rows than the first.
        FieldError: an input is wanting or unknown, or a value does not fit.
    """
    features = {feature.name: feature for feature in signature.inputs}
    columns: dict[str, Sequence[Any]] = {}
    rows = request.inputs[0].shape[0]
    for tensor in request.inputs:
        if tensor.name in columns:
            raise RequestError(f"{tensor.name}: is given twice", field=tensor.name)
        if tensor.shape[0] != rows:
            raise RequestError(
                f"{tensor.name}: has {tensor.shape[0]} rows where {request.inputs[0].name} "
                f"has {rows}",
                field=tensor.name,
            )
        if tensor.name in features:
            _check_datatype(tensor, features[tensor.name])
        columns[tensor.name] = tensor.data
    return check_columns(columns, signature)


def respond(
    request: InferRequest, predictions: Predictions, *, model: str, version: str
) -> InferResponse:
    """Return the answer to `request`, with the tensors that it asks for."""
    data: dict[str, list[Any]] = {
        "label": list(predictions.label),
        "score": predictions.score.tolist(),
        "decision": predictions.decision.tolist(),
    }
    outputs = tuple(
        Tensor(name, OUTPUTS[name], (len(data[name]),), data[name]) for name in request.outputs
    )
    return InferResponse(model, version, outputs, request.id)


def metadata(name: str, version: str, signature: Signature) -> dict[str, Any]:
    """Return the model's metadata document."""
    inputs = [
        {"name": feature.name, "datatype": DATATYPES[feature.kind][0], "shape": [-1, 1]}
        for feature in signature.inputs
    ]
    outputs = [
        {"name": tensor, "datatype": datatype, "shape": [-1]}
        for tensor, datatype in OUTPUTS.items()
    ]
    return {
        "name": name,
        "versions": [version],
        "platform": "proofstone",
        "inputs": inputs,
        "outputs": outputs,
    }


def _tensor(document: object, place: int) -> Tensor:
    where = f"inputs[{place}]"
    tensor = _object(document, where, _INPUT)
    name = tensor.get("name")
    if not isinstance(name, str) or not name:
        raise RequestError(f"{where}: name must be text", field=where)
    _parameters(tensor, where)
    datatype = tensor.get("datatype")
    if datatype not in _ALL:
        hint = f"one of {', '.join(_ALL)}"
        raise RequestError(f"{name}: there is no such datatype", field=name, hint=hint)
    shape = tensor.get("shape")
    if (
        not isinstance(shape, list)
        or len(shape) not in (1, 2)
        or any(type(size) is not int for size in shape)
        or shape[0] < 1
        or shape[1:] not in ([], [1])
    ):
        hint = "[n] or [n, 1], with n rows, at least 1"
        raise RequestError(f"{name}: the shape cannot be read", field=name, hint=hint)
    data = tensor.get("data")
    if not isinstance(data, list):
        raise RequestError(f"{name}: data must be a list", field=name)
    if data and len(shape) == 2 and isinstance(data[0], list):
        if not all(isinstance(row, list) and len(row) == 1 for row in data):
            raise RequestError(f"{name}: data is not of shape {shape}", field=name)
        data = [row[0] for row in data]
    if len(data) != shape[0]:
        raise RequestError(
            f"{name}: has {len(data)} values where its shape says {shape[0]}", field=name
        )
    return Tensor(name, datatype, tuple(shape), data)


def _check_datatype(tensor: Tensor, feature: Feature) -> None:
    allowed = DATATYPES[feature.kind]
    if tensor.datatype not in allowed:
        raise RequestError(
            f"{tensor.name}: {tensor.datatype} where a {feature.kind} is expected",
            field=tensor.name,
            hint=f"use {allowed[0]}",
        )
    if tensor.datatype not in _RANGES:
        return
    low, high = _RANGES[tensor.datatype]
    for row, value in enumerate(tensor.data):
        if value is not None and not (type(value) is int and low <= value <= high):
            raise RequestError(
                f"row {row}, field {tensor.name}: is not an {tensor.datatype}",
                field=tensor.name,
                hint=f"a whole number from {low} to {high}, or use FP64",
            )


def _outputs(outputs: object) -> tuple[str, ...]:
    if not isinstance(outputs, list):
        raise RequestError("outputs: must be a list", field="outputs")
    names = []
    for place, one in enumerate(outputs):
        where = f"outputs[{place}]"
        output = _object(one, where, _OUTPUT)
        _parameters(output, where)
        name = output.get("name")
        if name not in tuple(OUTPUTS) or name in names:
            hint = f"each of {', '.join(OUTPUTS)} at most once"
            raise RequestError(f"{where}: there is no such output", field=where, hint=hint)
        names.append(name)
    return tuple(names or OUTPUTS)


def _parameters(part: Mapping[str, Any], where: str) -> None:
    parameters = part.get("parameters", {})
    if not isinstance(parameters, dict) or not all(
        isinstance(value, (str, int, float, bool)) for value in parameters.values()
    ):
        raise RequestError(
            f"{where}: parameters must be text, numbers or truth values by name",
            field="parameters",
        )


def _object(value: object, where: str, known: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RequestError(f"{where}: must be a JSON object", field=where)
    for name in value:
        if name not in known:
            raise RequestError(
                f"{where}: unknown field {ascii(name)[:40]}",
                field=where,
                hint=f"known: {', '.join(sorted(known))}",
            )
    return value
