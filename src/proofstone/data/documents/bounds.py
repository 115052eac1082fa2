"""How large a document may be: one without end is refused before it fills the memory."""

from __future__ import annotations

import stat
from pathlib import Path

from proofstone.core.errors import DataError
from proofstone.data.sources.source import unreadable

MOST_BYTES = 20_000_000
MOST_CHARACTERS = 2_000_000
MOST_SECTIONS = 50_000
MOST_TAGS = 1_000_000
_SPLIT = "split it into documents of a chapter each, or leave it out"


def read_bounded(path: Path, name: str) -> bytes:
    """Return the bytes of the file at `path`, at most `MOST_BYTES`; `name` is for messages.

    Raises:
        DataError: it is no regular file, cannot be read, is empty, or larger.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(f"{name}: no regular file", hint="name the files of the documents")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if not data:
        raise DataError(f"{name}: the file is empty", hint="leave it out, or write it again")
    if len(data) > MOST_BYTES:
        raise DataError(
            f"{name}: larger than {MOST_BYTES // 1_000_000} MB, the most that a document may be",
            hint=_SPLIT,
        )
    return data


def check_characters(count: int, name: str) -> None:
    """Refuse a document of which `count` characters have been read so far.

    Raises:
        DataError: they are more than `MOST_CHARACTERS`.
    """
    if count > MOST_CHARACTERS:
        raise endless(name, f"more than {MOST_CHARACTERS:,} characters of text")


def endless(name: str, what: str) -> DataError:
    """The error of a document that goes on and on; `what` says in which way."""
    return DataError(f"{name}: an endless document: {what}", hint=_SPLIT)
