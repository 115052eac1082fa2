"""Opening a file as a table: CSV and its kin, Parquet, JSON Lines, by name and first bytes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import polars as pl

from proofstone.core.errors import DataError
from proofstone.data.kinds import typed
from proofstone.data.sources.delimited import parse_delimited
from proofstone.data.sources.encoding import decode
from proofstone.data.sources.lines import parse_lines
from proofstone.data.sources.source import Reading, unreadable

_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}
_PICKLES = {".pkl", ".pickle", ".joblib"}
_REFUSED = {
    ".json": "a single JSON document: write one object a line and call it .jsonl",
    ".xlsx": "a workbook: save the sheet as CSV in UTF-8",
    ".xls": "a workbook: save the sheet as CSV in UTF-8",
    ".gz": "compressed: unpack it first",
    ".zip": "an archive: unpack it first",
    ".xz": "compressed: unpack it first",
    ".zst": "compressed: unpack it first",
}
_MAGIC = {
    b"PK\x03\x04": "an archive or a workbook: unpack it, or save the sheet as CSV in UTF-8",
    b"\x1f\x8b": "compressed: unpack it first",
    b"\xfd7zXZ": "compressed: unpack it first",
    b"\x89HDF": "an HDF5 file: export the table as CSV or Parquet",
}


def read_file(path: Path, encoding: str | None = None) -> pl.DataFrame:
    """Return the table in the file at `path`, its columns in the types that they seem to hold.

    Raises:
        DataError: as `open_file`.
    """
    return typed(open_file(path, encoding).frame, {})[0]


def open_file(path: Path, encoding: str | None = None) -> Reading:
    """Return the table in the file at `path`, nothing in it interpreted yet.

    Raises:
        DataError: it cannot be read as a table; the message names file, line and column.
    """
    suffix, place = path.suffix.lower(), path.name
    if suffix in _REFUSED:
        raise DataError(f"{place}: {_REFUSED[suffix]}", hint=_ACCEPTED)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    _refuse(data, suffix, place)
    fingerprint = hashlib.sha256(data).hexdigest()
    if suffix in _PARQUET or data.startswith(b"PAR1"):
        return Reading(_parquet(data, place), "parquet", fingerprint=fingerprint)
    text, used = decode(data, encoding, place)
    if suffix in _LINES:
        return Reading(parse_lines(text, place), "jsonl", used, fingerprint=fingerprint)
    frame, delimiter = parse_delimited(text, place)
    return Reading(frame, "csv", used, delimiter, fingerprint)


_ACCEPTED = "tables are read from CSV (.csv, .tsv, .txt), Parquet (.parquet) and JSONL (.jsonl)"


def _refuse(data: bytes, suffix: str, place: str) -> None:
    pickled = len(data) > 1 and data[0] == 0x80 and 2 <= data[1] <= 5
    if suffix in _PICKLES or pickled:
        raise DataError(
            f"{place}: a pickle, which can run any program when it is opened, is never read",
            hint="open it yourself if you trust who wrote it, and export the table as Parquet",
        )
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise DataError(f"{place}: {what}", hint=_ACCEPTED)
    if not data:
        raise DataError(f"{place}: the file is empty", hint="name a file with a header and rows")


def _parquet(data: bytes, place: str) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(
            f"{place}: not a whole Parquet file: {str(error).splitlines()[0]}",
            hint="it is damaged or cut short: export the table again",
        ) from error
    if not frame.height or not frame.width:
        raise DataError(f"{place}: the table has no rows", hint="export it again, with its rows")
    return frame
