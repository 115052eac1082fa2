"""What every source of tables offers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from proofstone.core.errors import DataError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Reading:
    """A table as it stood in its source, rows in the source's order, and how it was read.

    Columns of text formats are strings and nothing in them has been interpreted yet.
    `encoding` and `delimiter` are None where the format has none. `fingerprint` is that of the
    very bytes that were read, as the source's `fingerprint` would give it.
    """

    frame: pl.DataFrame
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    fingerprint: str = ""


class Source(Protocol):
    """A kind of place that tables are read from."""

    @property
    def scheme(self) -> str:
        """What stands before `://` in its addresses."""

    def fingerprint(self, uri: str, directory: Path) -> str:
        """Return a digest that changes when the content does, without parsing it.

        Raises:
            DataError: there is nothing at `uri`; relative paths start at `directory`.
        """

    def read(self, uri: str, directory: Path, encoding: str | None = None) -> Reading:
        """Return the table at `uri`.

        Raises:
            DataError: it cannot be read; the message names the line or column at fault.
        """


def unreadable(path: Path, error: OSError) -> DataError:
    """The error of a file that the operating system does not hand out."""
    absent = isinstance(error, FileNotFoundError)
    hint = "check how it is spelt" if absent else "check its permissions"
    return DataError(f"{path}: cannot be read: {error.strerror}", hint=hint)
