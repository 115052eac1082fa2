"""A directory as `{path: sha256}`: regular files only, no link is ever followed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

from proofstone.core.errors import InputError

_DEEPEST = 100
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFSOCK: "a socket",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass
class Survey:
    """What lies in a directory: digests of regular files, and why the rest was refused."""

    files: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def hash_directory(directory: Path, ignore: Collection[str] = ()) -> dict[str, str]:
    """Return the SHA-256 (hex) of every file below `directory`, in the order of `in_order`.

    Paths are POSIX and relative; hidden files and `.git*` count like any other. A path in
    `ignore`, or below one, is left out (but a link or device there is refused all the same).

    Raises:
        InputError: no such directory; or it holds links, sockets, devices, unreadable files
            or names that cannot be signed, all of which the message names.

    Not covered: empty directories, permissions, owners, times, extended attributes; whether
    a file is a hard link to one elsewhere; files changed while or after they are read.
    """
    found = survey(directory, ignore)
    if found.refused:
        lines = "".join(f"\n  {shown(name)}: {why}" for name, why in found.refused.items())
        raise InputError(
            f"{directory}: only regular files can be signed{lines}",
            hint="replace links by the files they point to and remove the rest",
        )
    return found.files


def survey(directory: Path, ignore: Collection[str] = ()) -> Survey:
    """Return what lies below `directory`, refusals included.

    Raises:
        InputError: `directory` is absent, is itself a link, or is no directory.
    """
    ignored = checked_names(ignore)
    found = Survey()
    try:
        root = os.open(directory, _FOLDER)
        try:
            _walk(root, (), ignored, found)
        finally:
            os.close(root)
    except OSError as error:
        why = "is a symbolic link" if directory.is_symlink() else error.strerror
        raise InputError(f"{directory}: {why}", hint="name the directory itself") from error
    return Survey(in_order(found.files), in_order(found.refused))


def read_once(directory: Path, name: str) -> bytes:
    """Return the bytes of the regular file `name` below `directory`, from one read.

    Raises:
        OSError: it is absent, unreadable, a link or not a regular file.
    """
    with _regular_file(directory / name) as stream:
        return stream.read()


def in_order(named: Mapping[str, str]) -> dict[str, str]:
    """Return `named` sorted by path, component by component ("a/b" before "a.b").

    >>> list(in_order({"a.b": "", "a/b": "", "B": ""}))
    ['B', 'a/b', 'a.b']
    """
    return dict(sorted(named.items(), key=lambda item: item[0].split("/")))


def name_fault(name: str) -> str | None:
    """Return why `name` cannot stand in a manifest, or None when it can.

    >>> name_fault("weights/a.bin"), name_fault("../a")
    (None, 'a path with an empty, "." or ".." part')
    """
    if not {"", ".", ".."}.isdisjoint(name.split("/")):
        return 'a path with an empty, "." or ".." part'
    if "\\" in name:
        return "a name with a backslash"
    if any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in name):
        return "a name with control characters"
    if any(0xD800 <= ord(letter) < 0xE000 for letter in name):
        return "a name that is not UTF-8"
    return None


def checked_names(names: Collection[str]) -> frozenset[str]:
    """Return `names` as a set of relative POSIX paths.

    Raises:
        InputError: one of them is absolute or climbs out.
    """
    if isinstance(names, str):
        raise InputError("the paths to ignore must be a list, not one text")
    for name in names:
        if fault := name_fault(name):
            raise InputError(f"{shown(name)}: {fault}", hint="give a path below the directory")
    return frozenset(names)


def shown(name: str) -> str:
    """Return `name` fit for a message: escaped where a terminal might obey it."""
    return name if name.isprintable() else ascii(name)


def _walk(folder: int, above: tuple[str, ...], ignored: frozenset[str], found: Survey) -> None:
    with os.scandir(folder) as entries:
        names = [(entry.name, entry.stat(follow_symlinks=False).st_mode) for entry in entries]
    for leaf, mode in names:
        parts = (*above, leaf)
        name = "/".join(parts)
        try:
            if why := _KINDS.get(stat.S_IFMT(mode)):
                found.refused[name] = why
            elif stat.S_ISDIR(mode):
                _enter(folder, parts, ignored, found)
            elif any("/".join(parts[:end]) in ignored for end in range(1, len(parts) + 1)):
                continue
            elif fault := name_fault(name):
                found.refused[name] = fault
            else:
                with _regular_file(leaf, folder) as stream:
                    found.files[name] = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            found.refused[name] = f"cannot be read: {error.strerror}"


def _enter(folder: int, parts: tuple[str, ...], ignored: frozenset[str], found: Survey) -> None:
    if len(parts) > _DEEPEST:
        found.refused["/".join(parts)] = f"more than {_DEEPEST} directories deep"
        return
    below = os.open(parts[-1], _FOLDER, dir_fd=folder)
    try:
        _walk(below, parts, ignored, found)
    finally:
        os.close(below)


@contextmanager
def _regular_file(path: str | Path, folder: int | None = None) -> Iterator[BufferedReader]:
    # Non-blocking, or a pipe put there after it was listed would hang the reader.
    with os.fdopen(os.open(path, _FILE, dir_fd=folder), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        yield stream
