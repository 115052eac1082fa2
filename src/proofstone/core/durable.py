"""Durable writes: aside, fsync, rename, fsync the folder. Readers never see half a file."""

from __future__ import annotations

import errno
import glob
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proofstone.core.errors import StoreError

_ASIDE = ".aside"
_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some room, then run again: nothing was lost"),
    errno.EDQUOT: ("the disk quota is used up", "free some room, then run again: nothing was lost"),
    errno.EROFS: ("the file system is read-only", "use a store on a writable disk"),
    errno.EACCES: ("permission denied", "give your user write access to the folder"),
    errno.EPERM: ("permission denied", "give your user write access to the folder"),
}


@contextmanager
def border(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals into a `StoreError` that names `path` and a remedy."""
    try:
        yield
    except OSError as error:
        otherwise = (f"cannot be used: {error.strerror}", "name another path")
        reason, hint = _REASONS.get(error.errno or 0, otherwise)
        raise StoreError(f"{path}: {reason}", hint=hint) from error


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` to `path` so that a reader sees all of it or nothing.

    `mode` holds from the first byte.

    Raises:
        StoreError: the disk is full or read-only; nothing is left behind.
    """
    with border(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = _aside(path)
        try:
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            try:
                _write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(aside, path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def move_file(source: Path, path: Path) -> None:
    """Move a finished file to `path` as durably as `write_file` would write it."""
    with border(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = _aside(path)
        try:
            shutil.move(source, aside)
            with aside.open("rb") as handle:
                os.fsync(handle.fileno())
            os.replace(aside, path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


def write_folder(path: Path, files: Iterator[tuple[str, bytes]]) -> None:
    """Write a whole new folder so that it appears complete or not at all.

    Raises:
        StoreError: the disk is full or read-only, or `path` exists; nothing is left behind.
    """
    with border(path):
        if path.exists():
            raise StoreError(f"{path}: exists already", hint="name a folder that does not exist")
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = _aside(path)
        try:
            aside.mkdir()
            for name, data in files:
                write_file(aside / name, data)
            os.replace(aside, path)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        _sync_folder(path.parent)


def sweep(path: Path) -> None:
    """Remove what a killed write of `path` left beside it; raises `StoreError` when it cannot."""
    with border(path):
        for aside in path.parent.glob(f".{glob.escape(path.name)}.*{_ASIDE}"):
            aside.unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}{_ASIDE}")


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
