"""Data inside a wheel or source archive: `package://NAME==VERSION/path`, pinned by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError, InputError
from proofstone.core.settings import settings
from proofstone.data.sources.encoding import decode
from proofstone.data.sources.opening import open_file
from proofstone.data.sources.source import Reading
from proofstone.models.sources.fetch import fetch
from proofstone.models.sources.shelf import Fetched

if TYPE_CHECKING:
    import polars as pl

_LINES = ".txt"
_TAKEN = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", _LINES})
_OPTIONS = "rows=NUMBER, seed=NUMBER and sha256=DIGEST"


@dataclass(frozen=True)
class _Place:
    """An address, taken apart: what is fetched, what it must be, and how many of its rows."""

    address: str
    sha256: str | None
    rows: int | None
    seed: int


class PackageFiles:
    """Tables in packages that are fetched as archives; nothing of a package is built or run.

    A path to a file is a table as `opening` reads it. A path to a folder is one text a line from
    each of its `.txt` files: columns `text`, and `label`, the file's name without its ending. A
    text that stands there again is left out, and one that stands in two files is left out
    altogether: nobody can say which label is right.

    After the path may stand `?rows=8000&seed=1` (that many rows, drawn at random, in the order
    of the source) and `sha256=` with the digest that `proofstone models pull` shows.

    Not covered: an address without `sha256` is believed the first time.
    """

    scheme = "package"

    def fingerprint(self, uri: str, directory: Path) -> str:
        """Return a digest of the content and of the draw of rows; fetches what is not kept."""
        place = _place(uri)
        return _fingerprint(place, _fetched(place))

    def read(self, uri: str, directory: Path, encoding: str | None = None) -> Reading:
        """Return the table at `uri`.

        Raises:
            InputError: an option is unknown or no number, or the package cannot be reached.
            DataError: there is no such path, or it holds no table.
            VerificationError: the content has another digest.
        """
        place = _place(uri)
        fetched = _fetched(place)
        if fetched.path.is_dir():
            frame, used = _labelled(fetched.path, uri, encoding)
            reading = Reading(frame, "lines", used)
        else:
            reading = open_file(fetched.path, encoding)
        return Reading(
            _drawn(reading.frame, place),
            reading.format,
            reading.encoding,
            reading.delimiter,
            _fingerprint(place, fetched),
        )


package_files = PackageFiles()


def _place(uri: str) -> _Place:
    address, _, query = uri.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = options.keys() - {"rows", "seed", "sha256"}
    if unknown:
        raise InputError(
            f"data.source: {min(unknown)[:40]!r} is no option of {address}",
            hint=f"known are {_OPTIONS}",
        )
    rows = _number(options, "rows", least=1)
    return _Place(address, options.get("sha256"), rows, _number(options, "seed", least=0) or 0)


def _number(options: dict[str, str], name: str, least: int) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise InputError(
            f"data.source: {name}={text[:40]} is no whole number from {least}",
            hint=f"known are {_OPTIONS}",
        )
    return int(text)


def _fetched(place: _Place) -> Fetched:
    folder = settings().models
    return fetch(place.address, sha256=place.sha256, folder=folder, suffixes=_TAKEN)


def _fingerprint(place: _Place, fetched: Fetched) -> str:
    return digest_json([fetched.sha256, place.rows, place.seed])


def _labelled(folder: Path, uri: str, encoding: str | None) -> tuple[pl.DataFrame, str]:
    """The distinct lines of the folder's text files, and the encoding that they are in."""
    import polars as pl

    paths = sorted(folder.glob(f"*{_LINES}"))
    if len(paths) < 2:
        raise DataError(
            f"{uri}: {len(paths)} files of lines ({_LINES}) are in the folder",
            hint="name a folder with one such file for each label, or a file that is a table",
        )
    parts, used = [], ""
    for path in paths:
        text, used = decode(path.read_bytes(), encoding, path.name)
        lines = [line for raw in text.split("\n") if (line := raw.strip())]
        if not lines:
            raise DataError(f"{uri}: {path.name} is empty", hint="name another folder")
        parts.append(pl.DataFrame({"text": lines, "label": path.stem}))
    once = pl.concat(parts).unique(maintain_order=True)
    return once.filter(pl.col("text").is_unique()), used


def _drawn(frame: pl.DataFrame, place: _Place) -> pl.DataFrame:
    import numpy as np

    if place.rows is None or place.rows >= frame.height:
        return frame
    rng = np.random.default_rng(place.seed)
    return frame[np.sort(rng.permutation(frame.height)[: place.rows])]
