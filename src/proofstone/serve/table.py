"""Rows of a file in batches, each cell read as the model's signature types it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import polars as pl

from proofstone.core.errors import DataError
from proofstone.models.contract import Feature, Signature
from proofstone.serve.cells import read_cell
from proofstone.serve.columns import Columns
from proofstone.serve.errors import FieldError

BATCH = 4096

_DELIMITERS = (",", ";", "\t", "|")
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_TEXT = {".csv", ".tsv", ".txt"}
_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}


def read_columns(path: Path, signature: Signature, *, batch: int = BATCH) -> Iterator[Columns]:
    """Yield the rows of a CSV, Parquet or JSONL file as columns, at most `batch` rows at a time.

    Columns that the model has no input for are passed over. Missing are empty cells and what
    goes by that name (NA, null, ...), as when the model was trained.

    Raises:
        DataError: the file cannot be read, or lacks a column; it is named.
        FieldError: a cell does not fit; `row` counts the rows of the file from 0.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in _PARQUET:
            yield from _parquet(path, signature, batch)
            return
        if suffix not in _TEXT | _LINES:
            raise DataError(
                f"{path}: the name does not say what it is",
                hint="rows are read from .csv, .tsv, .parquet and .jsonl",
            )
        with path.open(encoding=_encoding(path), newline="") as stream:
            rows = _delimited(stream, path) if suffix in _TEXT else _json_lines(stream, path)
            yield from _batches(rows, path, signature, batch)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not valid {error.encoding}: {error.reason}", hint="save it as UTF-8"
        ) from error
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read: {error.strerror}", hint="name a file that you may read"
        ) from error


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(3)
    if not start:
        raise DataError(f"{path}: the file is empty", hint="name a file with a header and rows")
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")


def _delimited(stream: TextIO, path: Path) -> Iterator[dict[str, Any]]:
    first = stream.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    stream.seek(0)
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            hint = 'close every quoted field with ", and write a quote inside it twice'
            raise DataError(f"{path}, line {line}: {error}", hint=hint) from error
        if row is None:
            return
        if not header:
            header = _header([name.strip() for name in row], path)
        elif len(row) == len(header):
            yield dict(zip(header, row, strict=True))
        elif row:
            raise DataError(
                f"{path}, line {line}: {len(row)} fields where the header has {len(header)}",
                hint="mend the line; an empty field is a missing value",
            )


def _header(names: list[str], path: Path) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise DataError(
                f'{path}, line 1: two columns are called "{name}"', hint="rename one of them"
            )
    return names


def _json_lines(stream: TextIO, path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            hint = "each line must be one JSON object"
            raise DataError(f"{path}, line {number}: not JSON", hint=hint) from error
        if not isinstance(row, dict):
            hint = "each line must be one JSON object"
            raise DataError(f"{path}, line {number}: not a JSON object", hint=hint)
        yield row


def _batches(
    rows: Iterable[dict[str, Any]], path: Path, signature: Signature, batch: int
) -> Iterator[Columns]:
    rows = iter(rows)
    start = 0
    while chunk := list(islice(rows, batch)):
        columns: Columns = {}
        for feature in signature.inputs:
            columns[feature.name] = [
                _cell(row, feature, path, start + place) for place, row in enumerate(chunk)
            ]
        start += len(chunk)
        yield columns
    if not start:
        raise DataError(f"{path}: has no rows", hint="name a file with a header and rows")


def _cell(row: dict[str, Any], feature: Feature, path: Path, place: int) -> Any:
    if feature.name not in row:
        raise _wanting(path, feature.name, list(row))
    try:
        return read_cell(row[feature.name], feature)
    except ValueError as error:
        hint = "mend the row; rows count from 0, the header not among them"
        raise FieldError(place, feature.name, str(error), hint=hint, file=str(path)) from error


def _parquet(path: Path, signature: Signature, batch: int) -> Iterator[Columns]:
    try:
        table = pl.scan_parquet(path)
        names = table.collect_schema().names()
        for feature in signature.inputs:
            if feature.name not in names:
                raise _wanting(path, feature.name, names)
        wanted = table.select([feature.name for feature in signature.inputs])
        height = int(wanted.select(pl.len()).collect().item())
        for start in range(0, height, batch):
            chunk = wanted.slice(start, batch).collect()
            columns: Columns = {}
            for feature in signature.inputs:
                rows = ({feature.name: value} for value in chunk[feature.name].to_list())
                columns[feature.name] = [
                    _cell(row, feature, path, start + place) for place, row in enumerate(rows)
                ]
            yield columns
    except pl.exceptions.PolarsError as error:
        hint = "it is damaged or cut short: export it again"
        raise DataError(f"{path}: not a whole Parquet file", hint=hint) from error
    if not height:
        raise DataError(f"{path}: has no rows", hint="name a file with rows")


def _wanting(path: Path, name: str, given: list[str]) -> DataError:
    return DataError(
        f'{path}: has no column "{name}", which the model needs',
        hint=f"it has: {', '.join(map(str, given))}",
    )
