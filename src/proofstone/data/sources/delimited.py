"""Delimited text (RFC 4180, and what goes by the name CSV): every row has the header's width."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import polars as pl

from proofstone.core.errors import DataError

DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 100
_CHUNK = 50_000
_LONE_RETURN = re.compile(r"\r(?!\n)")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Delimited(NamedTuple):
    """A table of strings, missing fields as empty strings, and the delimiter between them."""

    frame: pl.DataFrame
    delimiter: str


def parse_delimited(text: str, place: str) -> Delimited:
    """Return the table in `text`, whose first line names the columns.

    A column without a name is called `column_N`. Blank lines are passed over, except in a table
    of one column, where they are missing values.

    Raises:
        DataError: the text is empty, has only a header, names a column twice, or has a row that
            is too short, too long or wrongly quoted; the message names line and column.

    >>> parse_delimited("a;b\\n1;x\\n", "t.csv").frame.to_dict(as_series=False)
    {'a': ['1'], 'b': ['x']}
    """
    if not text.strip():
        raise DataError(f"{place}: the file is empty", hint="name a file with a header and rows")
    delimiter = _sniff(text)
    rows = _rows(text, delimiter, place)
    _line, first = next(rows)
    header = _header(first, place)
    plain = _plain(text, header, delimiter)
    if plain is not None:
        return Delimited(plain, delimiter)
    frames = list(_frames(rows, header, delimiter, place))
    if not frames:
        raise DataError(
            f"{place}: the file has a header of {len(header)} columns but no rows",
            hint="export the table again, with its rows",
        )
    return Delimited(pl.concat(frames, rechunk=True), delimiter)


def _sniff(text: str) -> str:
    """The delimiter that gives most of the first rows the header's width, above one."""
    best, chosen = (0.0, 0), ","
    for delimiter in DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row in islice(reader, _SNIFFED) if row]
        except csv.Error:
            continue
        share = sum(width == widths[0] for width in widths) / len(widths)
        if widths[0] > 1 and (share, widths[0]) > best:
            best, chosen = (share, widths[0]), delimiter
    return chosen


def _plain(text: str, header: list[str], delimiter: str) -> pl.DataFrame | None:
    """The table, many times faster, where there is no quote, blank line or ragged row.

    The reader refuses rows that are too long, so that the number of delimiters tells whether one
    is too short. None where anything is out of the ordinary, for the slow way to find out what.
    """
    lines = text.count("\n") + (not text.endswith("\n"))
    width = len(header)
    even = text.count(delimiter) == (width - 1) * lines
    if width == 1 or lines == 1 or not even or '"' in text or _LONE_RETURN.search(text):
        return None
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=delimiter,
            has_header=False,
            skip_rows=1,
            quote_char=None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.shape != (lines - 1, width):
        return None
    return frame.rename(dict(zip(frame.columns, header, strict=True))).fill_null("")


def _rows(text: str, delimiter: str, place: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line that it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, width, held = 1, 0, 0
    try:
        for row in reader:
            width = width or len(row)
            if not row:
                held += width == 1
            else:
                yield from ((line, [""]) for _ in range(held))
                held = 0
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{place}, line {line}: {error}",
            hint='close every quoted field with ", and write a quote inside it twice',
        ) from error


def _header(row: list[str], place: str) -> list[str]:
    names = [name.strip() or f"column_{at}" for at, name in enumerate(row, 1)]
    for at, name in enumerate(names):
        if name in names[:at]:
            first = names.index(name) + 1
            raise DataError(
                f'{place}, line 1: columns {first} and {at + 1} are both called "{name}"',
                hint="rename or remove one of them",
            )
    return names


def _frames(
    rows: Iterator[tuple[int, list[str]]], header: list[str], delimiter: str, place: str
) -> Iterator[pl.DataFrame]:
    width = len(header)
    schema = dict.fromkeys(header, pl.String)
    while chunk := list(islice(rows, _CHUNK)):
        for line, row in chunk:
            if len(row) != width:
                raise _ragged(place, line, row, header, delimiter)
        columns = zip(*(row for _line, row in chunk), strict=True)
        yield pl.DataFrame(dict(zip(header, columns, strict=True)), schema=schema)


def _ragged(place: str, line: int, row: list[str], header: list[str], delimiter: str) -> DataError:
    width, what = len(header), _NAMES[delimiter]
    if len(row) < width:
        absent = f'the first absent one is column "{header[len(row)]}"'
        hint = f"fill the row up with {what}s; an empty field is a missing value"
    else:
        absent = f'the first one too many is "{row[width][:40]}"'
        hint = f'put a field that holds a {what} between quotes ("), or remove the surplus'
    return DataError(
        f"{place}, line {line}: {len(row)} fields where the header has {width}; {absent}",
        hint=hint,
    )
