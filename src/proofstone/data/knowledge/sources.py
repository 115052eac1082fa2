"""Which files a list of files and folders means, and what tells that one of them changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError
from proofstone.data.documents.formats import FORMATS
from proofstone.data.sources.files import files, locate


def documents_in(sources: Sequence[str], directory: Path) -> dict[str, Path]:
    """Return the documents that `sources` mean, by name, sorted.

    A name is the path below the source's folder, without its ending where that stays unique.
    Files of other kinds, hidden ones, and links that lead out of the folder are left out.

    Raises:
        DataError: a source is not there, two documents have one name, or none is found.
    """
    found: dict[str, Path] = {}
    for source in sources:
        place = directory / Path(source).expanduser()
        if place.is_dir():
            for name, path in _inside(place):
                _add(found, name, path)
        else:
            path = locate(source, directory)
            _add(found, path.name, path)
    if not found:
        hint = f"documents end with {', '.join(sorted(FORMATS))}"
        raise DataError(f"knowledge.source: no document in {', '.join(sources)}", hint=hint)
    bare = [name.rpartition(".")[0] for name in found]
    unique = len(set(bare)) == len(bare)
    return {
        short if unique else name: path
        for short, (name, path) in sorted(zip(bare, found.items(), strict=True))
    }


def _inside(folder: Path) -> Iterator[tuple[str, Path]]:
    """Documents below `folder` by their path in it; what a link brings in from elsewhere is not."""
    home = folder.resolve()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        known = path.suffix.lower() in FORMATS and path.is_file() and not hidden
        if known and path.resolve().is_relative_to(home):
            yield relative.as_posix(), path


def _add(found: dict[str, Path], name: str, path: Path) -> None:
    if found.setdefault(name, path) != path:
        raise DataError(
            f"{path}: {found[name]} has the same name in the knowledge base",
            hint="rename one of them, or name the folder that holds both",
        )


def fingerprint(sources: Sequence[str], directory: Path) -> str:
    """Return what changes when any of the documents does.

    Raises:
        DataError: a source is not there, or no document is found.
    """
    found = documents_in(sources, directory)
    prints = {name: files.fingerprint(str(path), directory) for name, path in found.items()}
    return digest_json(prints)
