"""Tables in files, by path."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path

from proofstone.core.errors import DataError
from proofstone.data.sources.source import Reading, unreadable


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
            raise unreadable(path, error) from error

    def read(self, uri: str, directory: Path, encoding: str | None = None) -> Reading:
        """Return the table in the file."""
        from proofstone.data.sources.opening import open_file

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
