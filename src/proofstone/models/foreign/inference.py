"""A model of a table that somebody else serves in the Open Inference Protocol (extra `text`).

The protocol: KServe's Open Inference Protocol, version 2, over REST with JSON (2023).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl

from proofstone.core.budget import Budget, OverBudget
from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError, InputError
from proofstone.core.project.nearest import nearest
from proofstone.models import fields
from proofstone.models.endpoint.address import Address
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.endpoint.transport import Patience, Transport
from proofstone.models.errors import RowError
from proofstone.models.foreign.tensors import Declared, Element, features, slots
from proofstone.models.rows import Rows

ELEMENTS: Mapping[str, Element] = {
    "FP16": "float16", "FP32": "float32", "FP64": "float64",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64",
    "UINT8": "uint8", "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64",
    "BOOL": "bool", "BYTES": "text",
}  # fmt: skip
"""The protocol's datatypes."""

_FLOATS = ("FP64", "FP32", "FP16")
_MATRIX = Declared("input-0", "float64", None, 2)
_SPEAKS = "see whether it speaks the Open Inference Protocol v2, and what the model is called"


class InferenceEndpoint:
    """A model that is asked over HTTP: `concurrency` requests at a time, of `rows_a_call` rows.

    `url` is the server's, with or without `/v2`; `frame`, `columns`, `spare` and `output` are as
    for an ONNX file, and the model's metadata says what it takes. Unless `output` names one,
    probabilities are read before a score, before other numbers, before decided labels. Where the
    metadata lists no inputs, as some servers' does, one matrix of numbers is sent. A missing value
    is sent as `null`, which not every server takes. `key` names the environment variable that holds
    the key. Each request is a call of `budget`, which is asked for the price of its rows too.

    Where a request is refused, its rows are asked apart until those at fault are found, which are
    not asked about again; what the others were answered is kept, until all of a batch are.

    Raises:
        InputError: the address cannot be used, or the variable is not set.
        DataError: the table does not fit the model, or there is no such output.
        EndpointError: it cannot be reached, or has no such model.
        MissingExtra: httpx is not installed.

    Not covered: whether the same model answers tomorrow under this name, and what the other side
    does with the rows.
    """

    costly = True
    classes: tuple[str, ...] = ()

    def __init__(
        self,
        url: str,
        model: str,
        frame: pl.DataFrame,
        budget: Budget,
        *,
        columns: Sequence[str] | None = None,
        spare: Sequence[str] = (),
        output: str | None = None,
        key: str | None = None,
        concurrency: int = 4,
        rows_a_call: int = 64,
        patience: Patience | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        base = url.rstrip("/").removesuffix("/v2")
        self.name, self._path = model, f"v2/models/{quote(model, safe='')}"
        self._transport = Transport(
            Address(base, key),
            budget,
            patience=patience or Patience(),
            concurrency=concurrency,
            wait=wait,
            speaks=_SPEAKS,
        )
        self._url, self._concurrency = base, concurrency
        self._known = self._transport.get(self._path, model)
        declared, fixed = _declared(self._known, model)
        self.rows_a_call = 1 if fixed == 1 else rows_a_call
        self._wanted = output
        told = bool(self._known.get("outputs"))
        self._output = _chosen(self._known, output, model) if told else None
        self._slots = slots(
            declared,
            frame,
            columns=frame.columns if columns is None else columns,
            spare=spare,
            name=model,
        )
        self.inputs = features(self._slots)
        self.batch_size = concurrency * self.rows_a_call
        self._kept: dict[str, np.ndarray | RowError] = {}
        self._apart: dict[str, np.ndarray] = {}
        self._refused: dict[str, RowError] = {}
        self._fastest = math.inf

    def __repr__(self) -> str:
        return f"InferenceEndpoint({self._url!r}, {self.name!r})"

    @property
    def id(self) -> str:
        """Digest of address, metadata (which names the versions), output and columns."""
        asked = [self._output or self._wanted, [one.name for one in self.inputs]]
        return digest_json([self._url, self.name, self._known, *asked])

    def ask(self, rows: Rows) -> np.ndarray:
        """Return what the model answers: numbers (n,) or (n, width), or labels (n,).

        Raises:
            RowError: a row does not fit, is refused, or its answer cannot be read; names the row.
            EndpointError: the endpoint cannot be reached, or refuses every request.
            OverBudget: not enough is left for the next call.
        """
        if self._refused:
            for row in self._keys(rows):
                if row in self._refused:
                    raise self._refused[row]
        parts, questions, keys = self._parts(rows)
        hopeless = Event()

        def one(part: Rows, question: Mapping[str, Any], key: str) -> np.ndarray | RowError | None:
            if key in self._kept or hopeless.is_set():
                return self._kept.get(key)
            try:
                self._kept[key] = self._part(part, question)
            except RowError as error:
                self._kept[key] = error
            except (EndpointError, OverBudget):
                hopeless.set()
                raise
            return self._kept[key]

        with ThreadPoolExecutor(self._concurrency) as pool:
            futures = [pool.submit(one, *each) for each in zip(parts, questions, keys, strict=True)]
        for future in futures:
            if (error := future.exception()) is not None:
                raise error
        found = [future.result() for future in futures]
        for answer in found:
            if isinstance(answer, RowError):
                raise answer
        for key in keys:
            self._kept.pop(key, None)
        return np.concatenate([one for one in found if isinstance(one, np.ndarray)])

    def seconds(self, batches: int) -> float | None:
        """How long so many batches take, all requests as fast as the fastest; None before any."""
        return None if math.isinf(self._fastest) else self._fastest * batches

    def partly(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Of rows that `ask` failed on: the places of those that were answered, and the answers."""
        parts, _questions, keys = self._parts(rows)
        places: list[int] = []
        known: list[np.ndarray] = []
        for at, part, key in zip(range(0, len(rows), self.rows_a_call), parts, keys, strict=True):
            held = self._kept.get(key)
            if isinstance(held, np.ndarray):
                places.extend(range(at, at + len(part)))
                known.append(held)
            else:
                apart = [self._apart.get(one) for one in self._keys(part)]
                places.extend(at + one for one, answer in enumerate(apart) if answer is not None)
                known.extend(answer for answer in apart if answer is not None)
        found = np.concatenate(known) if known else np.empty(0)
        return np.array(places, dtype=np.int64), found

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _parts(self, rows: Rows) -> tuple[list[Rows], list[dict[str, Any]], list[str]]:
        """The rows of each request, the request, and what it is known by."""
        parts = [
            rows.take(np.arange(start, min(start + self.rows_a_call, len(rows))))
            for start in range(0, len(rows), self.rows_a_call)
        ]
        questions = [self._question(part) for part in parts]
        return parts, questions, [digest_json(question) for question in questions]

    def _part(self, rows: Rows, question: Mapping[str, Any]) -> np.ndarray:
        """Ask one request; where it is refused, ask its halves, to find the rows at fault.

        What the other rows were answered is kept; the first that is refused is named.
        """
        place = f"row {rows.origin[0]}"
        if len(rows) > 1:
            place += f" and {len(rows) - 1} more"
        try:
            path, begun = f"{self._path}/infer", time.perf_counter()
            answer = self._transport.post(path, question, place, (0, 0), rows=len(rows))
            self._fastest = min(self._fastest, time.perf_counter() - begun)
            output = self._output or _chosen(answer, self._wanted, self.name)
            return _read(answer, output, len(rows), place)
        except RowError as error:
            if len(rows) == 1:
                self._refused[digest_json(question)] = error
                raise
        middle = len(rows) // 2
        halves = [rows.take(np.arange(middle)), rows.take(np.arange(middle, len(rows)))]
        found, refused = [], None
        for half in halves:
            try:
                answers = self._part(half, self._question(half))
            except RowError as error:
                refused = refused or error
            else:
                found.append(answers)
                each = np.split(answers, len(half))
                self._apart |= dict(zip(self._keys(half), each, strict=True))
        if refused is not None:
            raise refused
        return np.concatenate(found)

    def _keys(self, rows: Rows) -> list[str]:
        """What each row is known by."""
        return [digest_json(self._question(rows.take(np.array([at])))) for at in range(len(rows))]

    def _question(self, rows: Rows) -> dict[str, Any]:
        inputs = []
        for slot in self._slots:
            datatype = next(name for name, one in ELEMENTS.items() if one == slot.tensor.element)
            shape = [len(rows), len(slot.columns)][: slot.tensor.rank]
            inputs.append(
                {
                    "name": slot.tensor.name,
                    "datatype": datatype,
                    "shape": shape,
                    "data": slot.cells(rows),
                }
            )
        if self._output is None:
            return {"inputs": inputs}
        return {"inputs": inputs, "outputs": [{"name": self._output}]}


def _declared(document: Mapping[str, Any], name: str) -> tuple[list[Declared], int | None]:
    """What the metadata says that the model takes, and its batch where that is fixed."""
    found, batches = [], set()
    for one, datatype, shape in _tensors(document, "inputs", name):
        if datatype not in ELEMENTS or len(shape) not in (1, 2) or shape[0] > 1:
            raise DataError(
                f"{name}: its input {one} is {datatype} of shape {shape}, not columns of a table",
                hint="only models that take rows of a table are assessed",
            )
        batches.add(shape[0] if shape[0] > 0 else None)
        width = 1 if len(shape) == 1 else shape[1] if shape[1] > 0 else None
        found.append(Declared(one, ELEMENTS[datatype], width, len(shape)))
    if not found:
        return [_MATRIX], None
    if len(batches) > 1:
        raise DataError(f"{name}: takes no rows of a table", hint="see its metadata")
    return found, batches.pop()


def _chosen(document: Mapping[str, Any], wanted: str | None, name: str) -> str:
    """The name of the output to read."""
    outputs = _tensors(document, "outputs", name)
    names = [one for one, _, _ in outputs]
    if wanted is not None:
        if wanted not in names:
            raise DataError(f"{name}: has no output {wanted!r}", hint=nearest(wanted, names))
        return wanted
    numbers = [one for one, datatype, _ in outputs if datatype in _FLOATS]
    likely = [one for word in ("prob", "score") for one in numbers if word in one.lower()]
    for some in (likely, numbers, names):
        if some:
            return some[0]
    raise DataError(f"{name}: has no output", hint="see its metadata")


def _tensors(document: Mapping[str, Any], part: str, name: str) -> list[tuple[str, str, list[int]]]:
    """Name, datatype and shape of each tensor that the metadata lists."""
    found = []
    try:
        for at, one in enumerate(
            fields.items(fields.field(document, part, name), f"{name}, {part}")
        ):
            place = f"{name}, {part}[{at}]"
            state = fields.mapping(one, place)
            called = fields.text(fields.field(state, "name", place), place)
            datatype = fields.text(fields.field(state, "datatype", place), place)
            sizes = fields.items(fields.field(state, "shape", place), place)
            shape = [fields.integer(size, place) for size in sizes]
            found.append((called, datatype, shape or [-1]))
    except InputError as error:
        raise EndpointError(f"{error}", hint=_SPEAKS) from error
    return found


def _read(answer: Mapping[str, Any], output: str, n: int, place: str) -> np.ndarray:
    """The output's values, shape (n,) or (n, width)."""
    try:
        (tensor,) = [one for one in answer["outputs"] if one["name"] == output]
        shape = [int(size) for size in tensor["shape"]]
        if tensor["datatype"] in _FLOATS:
            data = np.array(tensor["data"], dtype=np.float64)
        elif tensor["datatype"] == "BYTES":
            data = np.array([str(one) for one in np.ravel(tensor["data"])], dtype=object)
        else:
            data = np.array(tensor["data"])
        values = data.reshape(shape)
        if len(values) != n:
            raise ValueError(f"{len(values)} answers for {n} rows")
        return values.reshape(n, -1) if values.ndim > 1 else values
    except (LookupError, TypeError, ValueError) as error:
        raise RowError(
            f"{place}: the answer is not as the protocol says: {error}", hint=_SPEAKS
        ) from error
