"""The step data.weights: the weights of one model, a file or a folder, fetched and checked."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from proofstone.core.artifact import Draft
from proofstone.core.canonical import digest_json
from proofstone.core.durable import border
from proofstone.core.errors import DataError
from proofstone.core.settings import settings
from proofstone.core.step import Context, step
from proofstone.data.sources.files import files
from proofstone.models.sources.fetch import fetch
from proofstone.models.sources.kinds import MODEL, kept
from proofstone.models.sources.known import by_address
from proofstone.models.vllm.folder import chat_folder

WEIGHTS = "weights"
"""The name of the file in the artifact; the files of a folder lie under it."""


@step("data.weights", outputs=("weights",))
def fetch_weights(context: Context) -> Mapping[str, Draft]:
    """Return the file or folder at the address, with its licence, origin and digest.

    Raises:
        DataError: there is nothing there, it is of a kind that is not taken, or a folder that holds
            no whole chat model.
        VerificationError: its digest is not the one in the project file.
    """
    address = located(context.settings["address"], context.directory)
    sha256 = context.settings["sha256"]
    fetched = fetch(address, sha256=sha256, folder=settings().models, tell=context.progress)
    found = _files(fetched.path)
    if WEIGHTS not in found:
        chat_folder(
            {name.removeprefix(f"{WEIGHTS}/"): _document(one) for name, one in found.items()},
            address,
        )
    held = {name: _copied(one, context.scratch / name) for name, one in found.items()}
    meta = {
        "address": context.settings["address"],
        "sha256": fetched.sha256,
        "size": fetched.size,
        "licence": fetched.licence,
        "origin": fetched.origin,
    }
    return {"weights": Draft("weights", held, meta)}


def fingerprint(address: str, sha256: str | None, directory: Path) -> str:
    """Return what changes when the weights at `address` do, without fetching them.

    Of a folder, only files that would be fetched count.

    Raises:
        DataError: a local file is not there.
    """
    known = by_address(address)
    pinned = sha256 or (known.sha256 if known else None)
    if pinned is not None:
        return pinned
    path = located(address, directory)
    if "://" in path:
        return address
    if Path(path).is_dir():
        parts = [(name, one) for name, one in _listed(Path(path)) if kept(name, MODEL)]
        return digest_json({name: files.fingerprint(str(one), directory) for name, one in parts})
    if not Path(path).is_file():
        hint = "correct the address of these weights: encoder, generator or adapter"
        raise DataError(f"{path}: there is no such file of weights", hint=hint)
    return files.fingerprint(path, directory)


def _files(path: Path) -> dict[str, Path]:
    if not path.is_dir():
        return {WEIGHTS: path}
    return {f"{WEIGHTS}/{name}": one for name, one in _listed(path)}


def _document(path: Path) -> bytes:
    """A file of a chat model as far as it is looked into: tensors, which are large, are not."""
    return b"" if path.suffix.lower() == ".safetensors" else path.read_bytes()


def _copied(source: Path, target: Path) -> Path:
    """A copy that the store may take for its own; no file is ever in memory as a whole."""
    with border(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return target


def _listed(folder: Path) -> list[tuple[str, Path]]:
    found = (one for one in folder.rglob("*") if one.is_file())
    return sorted((one.relative_to(folder).as_posix(), one) for one in found)


def located(address: str, directory: Path) -> str:
    """Return `address`, a path in it starting from the project's `directory`."""
    path = address.removeprefix("file://")
    return address if "://" in path else str(directory / Path(path).expanduser())
