"""An ONNX file from any framework, run by ONNX Runtime (extra `text`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import DataError, InputError
from proofstone.core.project.nearest import nearest
from proofstone.models.foreign.onnx_graph import check_graph
from proofstone.models.foreign.tensors import Declared, Element, features, slots
from proofstone.models.rows import Rows
from proofstone.models.sources.onnx_header import check_onnx

_ELEMENTS: Mapping[str, Element] = {
    "tensor(float16)": "float16", "tensor(float)": "float32", "tensor(double)": "float64",
    "tensor(int8)": "int8", "tensor(int16)": "int16", "tensor(int32)": "int32",
    "tensor(int64)": "int64", "tensor(uint8)": "uint8", "tensor(uint16)": "uint16",
    "tensor(uint32)": "uint32", "tensor(uint64)": "uint64",
    "tensor(bool)": "bool", "tensor(string)": "text",
}  # fmt: skip
_FLOATS = ("tensor(float)", "tensor(double)", "tensor(float16)")


class OnnxFile:
    """A model of a table in ONNX: it takes one matrix, or a tensor for each column.

    `frame` is the table at hand; `columns` are those that may be inputs (all of it unless given),
    `spare` those of them that are left out where the model takes fewer. `output` names the output
    to read: unless given, probabilities before other numbers before decided labels. Maps of
    classes (ZipMap of skl2onnx) are read as their probabilities. A fixed batch is kept by filling
    the last one up.

    Raises:
        DataError: the file is no ONNX model, needs another file or somebody's library, or takes
            other columns; there is no such output.

    Not covered: what the graph computes, and how long; it runs in this process, without a limit
    of time or memory.
    """

    costly = False

    def __init__(
        self,
        source: Path | bytes,
        frame: pl.DataFrame,
        *,
        columns: Sequence[str] | None = None,
        spare: Sequence[str] = (),
        output: str | None = None,
    ) -> None:
        content, self.name = _content(source)
        named = check_graph(content, self.name).classes
        self._digest = digest(content)
        self._session = _session(content, self.name)
        self._output = _chosen(self._session.get_outputs(), output, self.name)
        declared, self._batch = self._declared()
        self._slots = slots(
            declared,
            frame,
            columns=frame.columns if columns is None else columns,
            spare=spare,
            name=self.name,
        )
        self.inputs = features(self._slots)
        self.batch_size = 16_384
        self.classes: tuple[str, ...] = named[0] if len(set(named)) == 1 else ()

    @property
    def id(self) -> str:
        """Digest of the file, of the output that is read and of the columns that it takes."""
        return digest_json([self._digest, self._output.name, [one.name for one in self.inputs]])

    def ask(self, rows: Rows) -> np.ndarray:
        """Return what the model answers: numbers (n,) or (n, width), or labels (n,).

        Raises:
            RowError: a row does not fit what the model takes.
            InputError: ONNX Runtime cannot run it on these rows.
        """
        given = {slot.tensor.name: slot.array(rows) for slot in self._slots}
        if self._batch is None:
            return self._run(given)
        parts = []
        for start in range(0, len(rows), self._batch):
            at = np.minimum(np.arange(start, start + self._batch), len(rows) - 1)
            kept = min(self._batch, len(rows) - start)
            parts.append(self._run({name: one[at] for name, one in given.items()})[:kept])
        return np.concatenate(parts)

    def _run(self, given: Mapping[str, np.ndarray]) -> np.ndarray:
        try:
            (found,) = self._session.run([self._output.name], dict(given))
        except Exception as error:  # onnxruntime's exceptions have no common class of their own
            raise InputError(
                f"{self.name}: cannot be run: {_first_line(error)}",
                hint="see whether it takes these columns in this order",
            ) from error
        if isinstance(found, list):
            found = self._unmapped(found)
        n = len(next(iter(given.values())))
        values = np.asarray(found)
        if values.ndim == 0 or len(values) != n:
            raise InputError(
                f"{self.name}: answers of shape {values.shape} for {n} rows",
                hint="it must answer each row on its own: one entry a row, first",
            )
        return values.reshape(n, -1) if values.ndim > 2 else values

    def _unmapped(self, found: list[Any]) -> np.ndarray:
        """Maps of class to probability as an array (n, classes)."""
        if not found or not all(isinstance(one, dict) for one in found):
            raise InputError(
                f"{self.name}: answers a list, not numbers", hint="name another output"
            )
        keys = list(found[0])
        self.classes = tuple(str(key) for key in keys)
        return np.array([[one.get(key, np.nan) for key in keys] for one in found])

    def _declared(self) -> tuple[list[Declared], int | None]:
        """The tensors that the model takes, and its batch where that is fixed."""
        found, batches = [], set()
        for one in self._session.get_inputs():
            rank = len(one.shape)
            if one.type not in _ELEMENTS or rank not in (1, 2):
                raise DataError(
                    f"{self.name}: its input {one.name} is a {one.type} of shape {one.shape}, "
                    "not columns of a table",
                    hint="only models that take rows of a table are assessed",
                )
            width = 1 if rank == 1 else one.shape[1]
            fixed = one.shape[0] if isinstance(one.shape[0], int) and one.shape[0] > 0 else None
            batches.add(fixed)
            wide = width if isinstance(width, int) else None
            found.append(Declared(one.name, _ELEMENTS[one.type], wide, rank))
        if not found or len(batches) > 1:
            raise DataError(f"{self.name}: takes no rows of a table", hint="see its inputs")
        return found, batches.pop()


def _content(source: Path | bytes) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "the ONNX model"
    check_onnx(source)
    return source.read_bytes(), source.name


def _session(content: bytes, name: str) -> Any:
    import onnxruntime as runtime

    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.use_deterministic_compute = True
    try:
        session = runtime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
        session.disable_fallback()  # it prints to standard output, where a document may go
        for one in (*session.get_inputs(), *session.get_outputs()):
            str((one.name, one.type, one.shape))  # what is no text ends here
        return session
    except Exception as error:  # onnxruntime's exceptions have no common class of their own
        raise DataError(
            f"{name}: cannot be opened: {_first_line(error)}", hint="export the model to ONNX again"
        ) from error


def _chosen(outputs: Sequence[Any], wanted: str | None, name: str) -> Any:
    """The output to read."""
    if wanted is not None:
        for one in outputs:
            if one.name == wanted:
                return one
        names = [one.name for one in outputs]
        raise DataError(f"{name}: has no output {wanted!r}", hint=nearest(wanted, names))
    told = [one for one in outputs if "prob" in one.name.lower()]
    numbers = [one for one in outputs if one.type in _FLOATS or one.type.startswith("seq(map")]
    for some in ([one for one in told if one in numbers], numbers, list(outputs)):
        if some:
            return some[0]
    raise DataError(f"{name}: has no output", hint="export the model to ONNX again")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
