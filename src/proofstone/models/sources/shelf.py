"""The folder of fetched models: content under its digest, and what each address led to."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from proofstone.core.canonical import canonical_json, digest, digest_json
from proofstone.core.durable import border, move_file, sweep, write_file
from proofstone.models.sources.delivery import Tell
from proofstone.models.sources.kinds import MODEL
from proofstone.store.lock import hold

_WAIT = 3600.0
_OBJECTS, _ADDRESSES, _WORK = "objects", "addresses", "work"


@dataclass(frozen=True)
class Fetched:
    """A file or folder that was fetched and checked.

    `sha256` is that of the file; of a folder, that of the canonical JSON of its files' digests by
    relative name. `size` is in bytes. `licence` and `origin` are as the source states them, empty
    where it does not; `address` is what was asked for. `pinned` says whether the digest was known
    before: from the caller, or because Proofstone ships it.
    """

    path: Path
    sha256: str
    size: int
    licence: str
    origin: str
    address: str
    pinned: bool = False

    def to_json(self) -> dict[str, Any]:
        """What was fetched, as a JSON object."""
        return asdict(self) | {"path": str(self.path)}


class Shelf:
    """What was fetched into one folder, which processes of one user share.

    What a folder's address leads to depends on the endings that are taken from it, so each choice
    of `suffixes` has records of its own.
    """

    def __init__(self, folder: Path, suffixes: Collection[str] = MODEL) -> None:
        self._folder = folder
        self._records = folder / _ADDRESSES
        if suffixes != MODEL:
            self._records = folder / f"{_ADDRESSES}-{digest_json(sorted(suffixes))[:16]}"

    def find(self, address: str) -> Fetched | None:
        """What `address` led to before, with its bytes read and found the same; else None."""
        record = self.recorded(address)
        return record if record is not None and _unharmed(record) else None

    def recorded(self, address: str) -> Fetched | None:
        """What `address` led to before, without a look at its bytes; None where it never did."""
        return self._record(self._address(address))

    def list(self) -> list[Fetched]:
        """Everything that was kept, by address; content is not read."""
        paths = sorted(self._records.glob("*.json"))
        records = [record for path in paths if (record := self._record(path)) is not None]
        return sorted(records, key=lambda record: record.address)

    @contextmanager
    def work(self, address: str, tell: Tell) -> Iterator[Path]:
        """An empty folder to fetch into, for one process at a time; gone afterwards.

        What a killed process left is removed by the next.

        Raises:
            Busy: another process has been fetching from `address` for an hour.
            StoreError: the folder cannot be written.
        """
        room = self._folder / _WORK / digest(address.encode())[:16]
        with hold(room.with_suffix(".lock"), address, wait=_WAIT, tell=tell), border(room):
            shutil.rmtree(room, ignore_errors=True)
            room.mkdir(parents=True)
            try:
                yield Path(tempfile.mkdtemp(dir=room))
            finally:
                shutil.rmtree(room, ignore_errors=True)

    def put(self, files: Mapping[str, Path], record: Fetched, *, whole: bool) -> Fetched:
        """Move finished files here; the record, which makes them readable, is written last.

        `record` tells where they lie now; with `whole` they are a folder. The answer tells where
        they are then.

        Raises:
            StoreError: the disk is full or read-only; nothing new is readable.
        """
        place, name_of_one = self._folder / _OBJECTS / record.sha256, record.path.name
        if whole:
            name_of_one = ""
            if _unharmed(replace(record, path=place)):
                files = {}
            else:
                shutil.rmtree(place, ignore_errors=True)
        for name, source in files.items():
            sweep(place / name)
            move_file(source, place / name)
        file = self._address(record.address)
        sweep(file)
        write_file(file, canonical_json(record.to_json() | {"path": name_of_one}))
        return replace(record, path=place / name_of_one)

    def _address(self, address: str) -> Path:
        return self._records / f"{digest(address.encode())}.json"

    def _record(self, path: Path) -> Fetched | None:
        """A record; None where there is none, or none that can be read: it is fetched again."""
        try:
            document = json.loads(path.read_bytes())
            inside, name = Path(document["sha256"]).name, Path(document.pop("path")).name
            return Fetched(path=self._folder / _OBJECTS / inside / name, **document)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read in parts."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(files: Mapping[str, str], *, whole: bool) -> str:
    """The digest of what holds these files, given theirs by name; see `Fetched.sha256`."""
    return digest_json(dict(files)) if whole else next(iter(files.values()))


def _unharmed(record: Fetched) -> bool:
    whole = record.path.is_dir()
    paths = sorted(record.path.rglob("*")) if whole else [record.path]
    try:
        found = {
            path.relative_to(record.path).as_posix(): file_digest(path)
            for path in paths
            if not path.is_dir() and not path.name.startswith(".")
        }
    except OSError:
        return False
    return bool(found) and digest_of(found, whole=whole) == record.sha256
