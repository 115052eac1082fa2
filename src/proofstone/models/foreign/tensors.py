"""Columns of a table as the tensors that a model declares: one a column, or one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from proofstone.core.errors import DataError
from proofstone.core.project.nearest import nearest
from proofstone.models.contract import Feature, FeatureKind
from proofstone.models.errors import RowError
from proofstone.models.prepare.values import column, numbers, texts, truths
from proofstone.models.rows import Rows

Element = Literal[
    "float16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "text",
]  # fmt: skip

_KINDS: Mapping[str, FeatureKind] = {"bool": "boolean", "text": "category"}


@dataclass(frozen=True)
class Declared:
    """A tensor as the model declares it; `width` is None where any number of columns fits.

    `rank` is 1 for shape (n,), else 2.
    """

    name: str
    element: Element
    width: int | None
    rank: int


@dataclass(frozen=True)
class Slot:
    """A declared tensor, and the columns that are put into it."""

    tensor: Declared
    columns: tuple[str, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """The columns as a signature has them."""
        kind = _KINDS.get(self.tensor.element, "number")
        return tuple(Feature(name, kind) for name in self.columns)

    def array(self, rows: Rows) -> np.ndarray:
        """Return the tensor of `rows`: shape (n, columns), or (n,).

        Raises:
            RowError: a column is absent, a value does not fit, or is missing where the tensor's
                type cannot say so; names row and field.
        """
        parts = []
        for name in self.columns:
            values, missing = self._read(rows, name)
            if missing.any() and not self.tensor.element.startswith("float"):
                at = int(missing.argmax())
                raise RowError(
                    f"row {rows.origin[at]}, field {name}: is missing, and "
                    f"{self.tensor.element} cannot say so",
                    hint="fill it in, or leave the row out",
                )
            parts.append(values)
        return parts[0] if self.tensor.rank == 1 else np.stack(parts, axis=1)

    def cells(self, rows: Rows) -> list[Any]:
        """Return the same row by row as plain values, None where one is missing.

        Raises:
            RowError: a column is absent, or a value does not fit; names row and field.
        """
        columns = []
        for name in self.columns:
            values, missing = self._read(rows, name)
            pairs = zip(values.tolist(), missing.tolist(), strict=True)
            columns.append([None if gone else value for value, gone in pairs])
        return [value for row in zip(*columns, strict=True) for value in row]

    def _read(self, rows: Rows, name: str) -> tuple[np.ndarray, np.ndarray]:
        """One column's values in the tensor's type, and which of them are missing, (n,) each."""
        try:
            return self._values(rows, name)
        except RowError as error:
            raise error.placed(rows.origin) from error

    def _values(self, rows: Rows, name: str) -> tuple[np.ndarray, np.ndarray]:
        series, element = column(rows.frame, name), self.tensor.element
        if element == "text":
            told = texts(series)
            gone = np.array([one is None for one in told], dtype=np.bool_)
            return np.array(told, dtype=object), gone
        bare = element == "bool" or series.dtype == pl.Boolean
        values = truths(series) if bare else numbers(series)
        missing = np.isnan(values)
        if element.startswith("float"):
            return values.astype(element), missing
        whole = np.where(missing, 0.0, values)
        if element == "bool":
            return whole.astype(np.bool_), missing
        limits = np.iinfo(element)
        odd = (whole != np.round(whole)) | (whole < limits.min) | (whole > limits.max)
        if odd.any():
            at = int(odd.argmax())
            raise RowError(
                f"row {rows.origin[at]}, field {name}: {whole[at]:g} is no {element}",
                hint="the model takes whole numbers there",
            )
        return whole.astype(element), missing


def slots(
    declared: Sequence[Declared],
    frame: pl.DataFrame,
    *,
    columns: Sequence[str],
    spare: Sequence[str] = (),
    name: str,
) -> tuple[Slot, ...]:
    """Return which of `columns` go into which tensor; `name` is the model's.

    Tensors that are called as columns take those. A single tensor takes all columns in order; the
    columns in `spare` (those of people's attributes) are left out where the width asks for it.

    Raises:
        DataError: there is no column for a tensor, or numbers of columns differ.
    """
    for wanted in columns:
        if wanted not in frame.columns:
            raise DataError(
                f"{name}: there is no column named {wanted!r}",
                hint=nearest(wanted, frame.columns),
            )
    if all(one.name in columns and one.width in (1, None) for one in declared):
        return tuple(Slot(one, (one.name,)) for one in declared)
    if len(declared) != 1:
        wanting = next(one.name for one in declared if one.name not in columns)
        raise DataError(
            f"{name}: takes {wanting!r}, and there is no such column",
            hint=nearest(wanting, columns) or "name the columns as the model does",
        )
    (tensor,) = declared
    kept = [one for one in columns if one not in spare]
    chosen = list(columns)
    if tensor.width is not None and len(columns) != tensor.width:
        chosen = kept
    if tensor.width is not None and len(chosen) != tensor.width:
        raise DataError(
            f"{name}: takes {tensor.width} columns, and there are {len(columns)}: "
            f"{', '.join(columns[:10])}",
            hint="name those that it takes, in its order (--inputs a,b,c)",
        )
    if tensor.element != "text":
        for one in chosen:
            if not (frame.schema[one].is_numeric() or frame.schema[one] in (pl.Boolean, pl.Null)):
                raise DataError(
                    f"{name}: takes numbers, and column {one} holds {frame.schema[one]}",
                    hint="name the columns that it takes, in its order (--inputs a,b,c)",
                )
    return (Slot(tensor, tuple(chosen)),)


def features(found: Sequence[Slot]) -> tuple[Feature, ...]:
    """The columns of all slots, in order."""
    return tuple(feature for slot in found for feature in slot.features)
