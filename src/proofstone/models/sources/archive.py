"""Wheels and source archives: single files are copied out, nothing else of them is believed."""

from __future__ import annotations

import gzip
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from proofstone.core.errors import DataError
from proofstone.models.sources.address import is_inside

_MOST_FILES = 100_000
_MOST_GROWTH = 100
_ROOM = 1 << 28
_MOST_READ = 1 << 26
_CHUNK = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class Archive(Protocol):
    """An archive of files by relative name, with slashes."""

    def names(self) -> list[str]:
        """Names of the plain files."""
        ...

    def read(self, name: str) -> bytes:
        """A short file's content."""
        ...

    def copy(self, name: str, to: Path) -> None:
        """Write a file's content to `to`."""
        ...


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Yield the wheel or source archive at `path`; from the latter's names its top folder is cut.

    Raises:
        DataError: it is damaged, or unsafe: a path that leads outside, a name that comes twice,
            more than 100,000 files, or files that are together above 100 times the archive's
            size (and 256 MiB).

    Not covered: links and devices are passed over, as if they were not there.
    """
    try:
        if path.name.endswith((".whl", ".zip")):
            with zipfile.ZipFile(path) as wheel:
                yield _Members(path, _zip_members(path, wheel))
        else:
            with tarfile.open(path) as bundle:
                yield _Members(path, _tar_members(path, bundle))
    except _DAMAGE as error:
        raise DataError(f"{path.name}: is damaged: {error}", hint="fetch it again") from error


class _Member(Protocol):
    size: int

    def open(self) -> IO[bytes]: ...


class _Zipped:
    def __init__(self, wheel: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._wheel, self._info = wheel, info
        self.size = info.file_size

    def open(self) -> IO[bytes]:
        return self._wheel.open(self._info)


class _Tarred:
    def __init__(self, bundle: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self._bundle, self._info = bundle, info
        self.size = info.size

    def open(self) -> IO[bytes]:
        stream = self._bundle.extractfile(self._info)
        assert stream is not None  # only plain files are members
        return stream


class _Members:
    """The plain files of an archive, once all of their names and sizes were found safe."""

    def __init__(self, path: Path, found: Iterator[tuple[str, _Member]]) -> None:
        self._path = path
        most = _MOST_GROWTH * path.stat().st_size + _ROOM
        total, members, counts = 0, dict[str, _Member](), Counter[str]()
        for name, member in found:
            total += member.size
            counts[name] += 1
            members[name] = member
            if not is_inside(name):
                raise self._unsafe(f"its file {name!r} leads outside")
            if counts[name] > 1:
                raise self._unsafe(f"its file {name!r} comes twice")
            if total > most or len(members) > _MOST_FILES:
                raise self._unsafe("it would grow beyond all bounds when unpacked")
        self._members = members

    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes:
        member = self._members[name]
        if member.size > _MOST_READ:
            raise self._unsafe(f"its file {name!r} is too long")
        with member.open() as stream:
            return stream.read(_MOST_READ)

    def copy(self, name: str, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        with self._members[name].open() as stream, to.open("wb") as file:
            shutil.copyfileobj(stream, file, _CHUNK)

    def _unsafe(self, why: str) -> DataError:
        hint = "do not use this archive; tell those who publish it"
        return DataError(f"{self._path.name}: {why}", hint=hint)


def _zip_members(path: Path, wheel: zipfile.ZipFile) -> Iterator[tuple[str, _Member]]:
    for info in wheel.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not info.is_dir() and kind in {0, stat.S_IFREG}:
            yield info.filename, _Zipped(wheel, info)


def _tar_members(path: Path, bundle: tarfile.TarFile) -> Iterator[tuple[str, _Member]]:
    for info in bundle:
        _, _, name = info.name.partition("/")
        if info.isreg() and name:
            yield name, _Tarred(bundle, info)
    _read_out(path, bundle)


def _read_out(path: Path, bundle: tarfile.TarFile) -> None:
    """Read what follows the last file: at its end stands the checksum of all that was read."""
    assert bundle.fileobj is not None
    left = _ROOM
    while part := bundle.fileobj.read(_CHUNK):
        left -= len(part)
        if left < 0:
            raise tarfile.ReadError("it goes on behind its end")
