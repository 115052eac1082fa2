"""Releases that the ledger knows, and the audit rows in which decisions about them stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proofstone.core.artifact import Artifact
from proofstone.store.actions import load_artifact, record_artifact
from proofstone.store.ledger import Ledger
from proofstone.store.tables import audit, releases


@dataclass(frozen=True)
class ReleaseRow:
    """One release: its id (without signature and time), and the signed artifact that holds it."""

    id: str
    artifact: Artifact
    name: str
    verdict: str
    created: str
    who: str


class Releases:
    """Reads and enters releases; the first entry of an id stands."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, release: ReleaseRow) -> ReleaseRow:
        """Enter `release` unless its id is known; return what now stands."""
        with self._ledger.begin() as connection:
            standing = self._find(connection, release.id)
            if standing is not None:
                return standing
            record_artifact(connection, release.artifact)
            row = vars(release) | {"artifact": release.artifact.id}
            connection.execute(releases.insert().values(row))
        return release

    def renew(self, release: ReleaseRow) -> ReleaseRow:
        """Put the artifact of `release` in the place of one whose objects are gone; return it."""
        with self._ledger.begin() as connection:
            record_artifact(connection, release.artifact)
            query = releases.update().where(releases.c.id == release.id)
            connection.execute(query.values(artifact=release.artifact.id))
        return release

    def get(self, name: str) -> ReleaseRow | None:
        """Return the release with the id `name`, or None."""
        with self._ledger.begin() as connection:
            return self._find(connection, name)

    def all(self) -> list[ReleaseRow]:
        """Every release, the newest first."""
        with self._ledger.begin() as connection:
            names = connection.scalars(sa.select(releases.c.id).order_by(releases.c.created.desc()))
            found = [self._find(connection, name) for name in names.all()]
        return [release for release in found if release is not None]

    def _find(self, connection: sa.Connection, name: str) -> ReleaseRow | None:
        query = sa.select(releases).where(releases.c.id == name)
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return ReleaseRow(**{**row, "artifact": load_artifact(connection, row["artifact"])})


class AuditRows:
    """The audit table: rows are only ever appended, numbered from 0 without a gap."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def append(self, make: Callable[[int], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Append the row that `make` returns for the next number, in one transaction."""
        with self._ledger.begin() as connection:
            if self._ledger.dialect == "postgresql":
                connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
            size = connection.scalar(sa.select(sa.func.count()).select_from(audit))
            row = dict(make(int(size or 0)))
            connection.execute(audit.insert().values(row))
        return row

    def all(self) -> list[Mapping[str, Any]]:
        """Every row in order."""
        with self._ledger.begin() as connection:
            rows = connection.execute(sa.select(audit).order_by(audit.c.seq)).mappings()
            return [dict(row) for row in rows]
