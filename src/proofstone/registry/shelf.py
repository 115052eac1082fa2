"""The releases of a project: listed, found by the beginning of an id, opened once verified."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from proofstone.core.artifact import Stored
from proofstone.core.errors import InputError, VerificationError
from proofstone.registry.bundle import RELEASE
from proofstone.registry.decisions import STAGES, Decisions
from proofstone.registry.export import export
from proofstone.registry.verify import VerifiedModel, verify
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.keys import PublicKey

_SHORTEST = 4


@dataclass(frozen=True)
class Standing:
    """A release and the stages in which it stands."""

    row: ReleaseRow
    stages: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The release as `releases --json` prints it."""
        return {
            "id": self.row.id,
            "name": self.row.name,
            "verdict": self.row.verdict,
            "created": self.row.created,
            "who": self.row.who,
            "stages": list(self.stages),
        }


def releases(store: Store) -> list[Standing]:
    """Return every release, the newest first, with the stages in which each stands."""
    decisions = Decisions(store.audit)
    standing = {stage: decisions.current(stage) for stage in STAGES}
    return [
        Standing(row, tuple(stage for stage in STAGES if standing[stage] == row.id))
        for row in store.releases.all()
    ]


def find(store: Store, name: str) -> ReleaseRow:
    """Return the release that `name` means: an id, the beginning of one, a stage, or `latest`.

    Raises:
        InputError: none or several are meant.
    """
    rows = store.releases.all()
    if name in STAGES:
        return _in_stage(store, rows, name)
    if name == "latest":
        name = store.runs.last_release() or (rows[0].id if rows else name)
    found = [row for row in rows if len(name) >= _SHORTEST and row.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        meant = ", ".join(row.id[:16] for row in found)
        raise InputError(f"release {name!r} may mean several: {meant}", hint="give more digits")
    raise InputError(
        f"there is no release {name!r}",
        hint="`proofstone releases` lists them; give at least the first 4 digits of an id",
    )


def known(store: Store, name: str) -> bool:
    """Whether `name` is a stage, `latest`, or the beginning of a release's id."""
    return name in (*STAGES, "latest") or any(
        len(name) >= _SHORTEST and row.id.startswith(name) for row in store.releases.all()
    )


def stored(store: Store, name: str) -> tuple[ReleaseRow, Stored]:
    """Return the release that `name` means and its files, as far as they say that they are its.

    Raises:
        InputError: as `find`.
        VerificationError: the ledger gives the files of another release.
    """
    row = find(store, name)
    files = store.open(row.artifact)
    if json.loads(files.read(RELEASE)).get("id") != row.id:
        raise VerificationError(
            f"release {row.id[:12]}: the ledger gives the files of another release",
            hint="the ledger was altered: restore it from a backup",
        )
    return row, files


def open_release(store: Store, name: str, public: PublicKey) -> VerifiedModel:
    """Return the stored release that `name` means as a verified model.

    Raises:
        InputError: as `find`.
        StoreError: a stored file is damaged.
        VerificationError, GateShut: as `verify`; or the ledger has another release under this id.
    """
    row = find(store, name)
    with TemporaryDirectory(prefix="proofstone-") as folder:
        directory = export(store.open(row.artifact), Path(folder) / row.artifact.id[:12])
        verified = verify(directory, public)
    if verified.release != row.id:
        raise VerificationError(
            f"release {row.id[:12]}: the ledger has {verified.release[:12]} in its place",
            hint="restore the ledger from a backup",
        )
    return verified


def _in_stage(store: Store, rows: list[ReleaseRow], stage: str) -> ReleaseRow:
    standing = Decisions(store.audit).current(stage)
    for row in rows:
        if row.id == standing:
            return row
    raise InputError(
        f"no release stands in {stage}",
        hint=f"`proofstone promote RELEASE --to {stage} --why REASON` puts one there",
    )
