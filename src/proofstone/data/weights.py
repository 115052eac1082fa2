"""The step data.weights: one file of a model's weights, fetched and checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from proofstone.core.artifact import Draft
from proofstone.core.errors import DataError
from proofstone.core.settings import settings
from proofstone.core.step import Context, step
from proofstone.data.sources.files import files
from proofstone.models.sources.fetch import fetch
from proofstone.models.sources.known import by_address

WEIGHTS = "weights"
"""The name of the file in the artifact."""


@step("data.weights", outputs=("weights",))
def fetch_weights(context: Context) -> Mapping[str, Draft]:
    """Return the file at the address, with its licence, origin and digest.

    Raises:
        DataError: there is nothing there, it is a folder, or of a kind that is not taken.
        VerificationError: its digest is not the one in the project file.
    """
    address = located(context.settings["address"], context.directory)
    sha256 = context.settings["sha256"]
    fetched = fetch(address, sha256=sha256, folder=settings().models, tell=context.progress)
    if fetched.path.is_dir():
        raise DataError(f"{address}: is a folder", hint="name one file of weights in it")
    meta = {
        "address": context.settings["address"],
        "sha256": fetched.sha256,
        "size": fetched.size,
        "licence": fetched.licence,
        "origin": fetched.origin,
    }
    return {"weights": Draft("weights", {WEIGHTS: fetched.path.read_bytes()}, meta)}


def fingerprint(address: str, sha256: str | None, directory: Path) -> str:
    """Return what changes when the weights at `address` do, without fetching them.

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
    if not Path(path).is_file():
        hint = "correct the address of these weights: encoder, generator or adapter"
        raise DataError(f"{path}: there is no such file of weights", hint=hint)
    return files.fingerprint(path, directory)


def located(address: str, directory: Path) -> str:
    """Return `address`, a path in it starting from the project's `directory`."""
    path = address.removeprefix("file://")
    return address if "://" in path else str(directory / Path(path).expanduser())
