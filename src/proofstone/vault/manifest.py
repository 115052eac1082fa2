"""What a signature covers: names and digests of files, and how others differ from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from proofstone.core.canonical import digest
from proofstone.core.errors import VerificationError
from proofstone.vault.directory import Survey, in_order, read_once, shown


@dataclass(frozen=True)
class Manifest:
    """The files of a signed directory: path -> SHA-256 (hex), and the directory's name.

    The name only informs; `root` and `files` do not depend on it.
    """

    name: str
    files: Mapping[str, str]

    @property
    def root(self) -> str:
        """The OMS subject digest: SHA-256 (hex) over all file digests in order of path."""
        together = hashlib.sha256()
        for value in in_order(self.files).values():
            together.update(bytes.fromhex(value))
        return together.hexdigest()


@dataclass(frozen=True)
class Differences:
    """How files found differ from files signed. Each path stands in one field only."""

    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines())

    def lines(self) -> list[str]:
        """One line for each file at fault."""
        return [
            *(f"changed: {shown(name)}" for name in self.changed),
            *(f"added: {shown(name)}" for name in self.added),
            *(f"removed: {shown(name)}" for name in self.removed),
            *(f"renamed: {shown(old)} -> {shown(new)}" for old, new in self.renamed),
            *(f"refused: {shown(name)} is {why}" for name, why in self.refused),
        ]


def differences(signed: Mapping[str, str], found: Survey) -> Differences:
    """Return how what was `found` differs from what was `signed`.

    A file that left one name and came up under another with the same bytes is `renamed`.
    """
    added = {name: value for name, value in found.files.items() if name not in signed}
    renamed = []
    removed = []
    for name, value in signed.items():
        if name in found.files or name in found.refused:
            continue
        new = next((other for other, held in added.items() if held == value), None)
        if new is None:
            removed.append(name)
        else:
            renamed.append((name, new))
            del added[new]
    changed = [name for name, value in signed.items() if found.files.get(name, value) != value]
    return Differences(
        tuple(changed),
        tuple(added),
        tuple(removed),
        tuple(renamed),
        tuple(found.refused.items()),
    )


def read_verified(directory: Path, manifest: Manifest, path: str) -> bytes:
    """Return the bytes of `path` below `directory`, read once and equal to what was signed.

    Load these bytes, not the file: between `verify_directory` and a second read another
    process may change it.

    Raises:
        VerificationError: `path` is not in the manifest, cannot be read, or has other bytes.

    Not covered: files that a library opens by name on its own; the whole file lies in memory.
    """
    if path not in manifest.files:
        raise VerificationError(f"{shown(path)}: not among the signed files of {manifest.name}")
    try:
        data = read_once(directory, path)
    except OSError as error:
        raise VerificationError(
            f"{directory}/{shown(path)}: cannot be read: {error.strerror}"
        ) from error
    if digest(data) != manifest.files[path]:
        raise VerificationError(
            f"{directory}/{shown(path)}: changed since it was signed",
            hint="obtain the directory again from who signed it",
        )
    return data
