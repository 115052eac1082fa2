"""A release as a directory that stands alone."""

from __future__ import annotations

from pathlib import Path

from proofstone.core.artifact import Stored
from proofstone.core.durable import border, write_folder
from proofstone.core.errors import InputError
from proofstone.vault.directory import checked_names, survey


def export(release: Stored, directory: Path) -> Path:
    """Write the files of a stored `release` as the new folder `directory`, and return it.

    The folder appears whole or not at all. A folder that holds the very same release is left
    alone; an empty one is filled.

    Raises:
        InputError: something else lies there.
        StoreError: the disk is full or read-only, or a stored file is damaged; nothing is
            written then.
    """
    files = release.artifact.files
    names = sorted(checked_names(files))
    with border(directory):
        if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
            raise InputError(f"{directory}: is not a folder", hint="name a new folder")
        if directory.is_dir():
            if any(directory.iterdir()):
                return _same(release, directory)
            directory.rmdir()
        write_folder(directory, ((name, release.read(name)) for name in names))
    return directory


def _same(release: Stored, directory: Path) -> Path:
    found = survey(directory)
    wanted = {name: blob.sha256 for name, blob in release.artifact.files.items()}
    if found.refused or found.files != wanted:
        raise InputError(
            f"{directory}: is not empty and holds something else",
            hint="name a new folder, or remove what lies there",
        )
    return directory
