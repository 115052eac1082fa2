"""Files: CSV and its kin, Parquet and JSON Lines, told apart by name and first bytes."""

from __future__ import annotations

import difflib
import hashlib
import io
from pathlib import Path

import polars as pl

from proofstone.core.errors import DataError
from proofstone.data.kinds import typed
from proofstone.data.sources.delimited import parse_delimited
from proofstone.data.sources.encoding import decode
from proofstone.data.sources.lines import parse_lines
from proofstone.data.sources.source import Reading

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


class FileSource:
    """Tables in files; an address is a path, or `file://` and a path."""

    scheme = "file"

    def fingerprint(self, uri: str, directory: Path) -> str:
        """Return the SHA-256 of the file's bytes."""
        path = locate(uri, directory)
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(path, error) from error

    def read(self, uri: str, directory: Path, encoding: str | None = None) -> Reading:
        """Return the table in the file."""
        return open_file(locate(uri, directory), encoding)


files = FileSource()


def locate(uri: str, directory: Path) -> Path:
    """Return the path that `uri` means, relative to `directory`.

    Raises:
        DataError: there is no such file; the hint names the nearest one beside it.
    """
    path = Path(directory) / Path(uri.removeprefix("file://")).expanduser()
    if path.is_dir():
        raise DataError(f"{path}: a folder, not a file", hint="name one file in it")
    if not path.exists():
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, sorted(beside), n=1)
        hint = f"did you mean {near[0]}?" if near else "check data.source"
        raise DataError(f"{path}: there is no such file", hint=hint)
    return path


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
        raise _unreadable(path, error) from error
    _refuse(data, suffix, place)
    if suffix in _PARQUET or data.startswith(b"PAR1"):
        return Reading(_parquet(data, place), "parquet")
    text, used = decode(data, encoding, place)
    if suffix in _LINES:
        return Reading(parse_lines(text, place), "jsonl", used)
    frame, delimiter = parse_delimited(text, place)
    return Reading(frame, "csv", used, delimiter)


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


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path}: cannot be read: {error.strerror}", hint="check its permissions")
