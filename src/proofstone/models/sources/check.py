"""Compares what a source brought with every digest that is known of it, and looks into it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from proofstone.core.errors import DataError, VerificationError
from proofstone.models.sources.delivery import Delivery
from proofstone.models.sources.kinds import MODEL, check_file, refuse_weightless
from proofstone.models.sources.known import by_address
from proofstone.models.sources.shelf import Fetched, digest_of, file_digest


def check_delivery(
    delivery: Delivery, address: str, *, pin: str | None, pinned: bool, suffixes: Collection[str]
) -> Fetched:
    """Return what a delivery is, where it lies, once nothing about it is wrong.

    Raises:
        VerificationError: a digest is another than `pin` or the source says; the message has both.
        DataError: a file cannot be read, is damaged or of a kind that is not taken, or a folder
            holds no weights.
    """
    if delivery.whole and suffixes == MODEL:
        refuse_weightless(address, delivery.files.keys(), delivery.left)
    digests = {name: _digest(path) for name, path in delivery.files.items()}
    for name, stated in delivery.stated.items():
        if digests[name] != stated:
            raise VerificationError(
                f"{address}: {name} has the SHA-256 {digests[name]}, but {stated} is stated for it",
                hint=delivery.remedy,
            )
    if not digests:
        kinds = ", ".join(sorted(suffixes))
        raise DataError(f"{address}: holds no file that is taken", hint=f"taken are {kinds}")
    found = digest_of(digests, whole=delivery.whole)
    if pin is not None and found != pin:
        raise VerificationError(
            f"{address}: has the SHA-256 {found}, but {pin} was expected",
            hint="it is another file than the one that was meant: nothing of it was kept",
        )
    known = by_address(address)
    if known is None or known.sha256 != found:
        known = None
        for name, path in delivery.files.items():
            check_file(path, digests[name], suffixes)
    source = known or delivery
    size = sum(path.stat().st_size for path in delivery.files.values())
    return Fetched(delivery.root, found, size, source.licence, source.origin, address, pinned)


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError as error:
        hint = "give your user the right to read it"
        raise DataError(f"{path}: cannot be read: {error.strerror}", hint=hint) from error
