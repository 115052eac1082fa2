"""Committed actions: which outputs a step gave for an action key, and which runs used them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proofstone.core.artifact import Artifact
from proofstone.store.ledger import Ledger
from proofstone.store.tables import actions, artifacts, releases


@dataclass(frozen=True)
class Action:
    """One committed action. `ingredients` is what its key is the digest of."""

    key: str
    step: str
    ingredients: Mapping[str, Any]
    outputs: Mapping[str, Artifact]
    seconds: float
    peak_mb: float
    committed: str
    deterministic: bool = True


class Actions:
    """Reads and commits actions. The first committed output of a key is the one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, key: str) -> Action | None:
        """Return the action committed under `key`, or None."""
        with self._ledger.begin() as connection:
            return self._find(connection, key)

    def history(self, step: str) -> list[Action]:
        """Return every action that `step` committed, the newest first."""
        newest = actions.c.committed.desc()
        query = sa.select(actions.c.key).where(actions.c.step == step).order_by(newest)
        with self._ledger.begin() as connection:
            keys = connection.scalars(query).all()
        found = [self.get(key) for key in keys]
        return [action for action in found if action is not None]

    def commit(self, action: Action) -> Action:
        """Commit `action` with its artifacts in one transaction; return what now stands."""
        with self._ledger.begin() as connection:
            standing = self._find(connection, action.key)
            if standing is not None:
                return standing
            for artifact in action.outputs.values():
                record_artifact(connection, artifact)
            outputs = {role: artifact.id for role, artifact in action.outputs.items()}
            row = {**vars(action), "ingredients": dict(action.ingredients), "outputs": outputs}
            connection.execute(actions.insert().values(row))
        return action

    def forget(self, artifact: str) -> int:
        """Drop every action that gave `artifact`, so that its step runs again; return how many.

        The artifact itself is dropped too, unless a release is made of it.
        """
        with self._ledger.begin() as connection:
            rows = connection.execute(sa.select(actions.c.key, actions.c.outputs)).all()
            keys = [row.key for row in rows if artifact in row.outputs.values()]
            connection.execute(actions.delete().where(actions.c.key.in_(keys)))
            released = sa.select(releases.c.artifact).where(releases.c.artifact == artifact)
            unused = artifacts.c.id.not_in(released)
            connection.execute(artifacts.delete().where(artifacts.c.id == artifact, unused))
        return len(keys)

    def artifacts(self) -> list[Artifact]:
        """Every artifact that the ledger knows."""
        with self._ledger.begin() as connection:
            return [
                Artifact.from_json(manifest)
                for manifest in connection.scalars(sa.select(artifacts.c.manifest))
            ]

    def _find(self, connection: sa.Connection, key: str) -> Action | None:
        query = sa.select(actions).where(actions.c.key == key)
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        outputs = {role: load_artifact(connection, name) for role, name in row["outputs"].items()}
        return Action(**{**row, "outputs": outputs})


def record_artifact(connection: sa.Connection, artifact: Artifact) -> None:
    """Enter `artifact` in the ledger unless it is there."""
    known = connection.scalar(sa.select(artifacts.c.id).where(artifacts.c.id == artifact.id))
    if known is None:
        row = {"id": artifact.id, "kind": artifact.kind, "manifest": artifact.to_json()}
        connection.execute(artifacts.insert().values(row))


def load_artifact(connection: sa.Connection, name: str) -> Artifact:
    """Return the artifact with the id `name`."""
    manifest = connection.scalars(
        sa.select(artifacts.c.manifest).where(artifacts.c.id == name)
    ).one()
    return Artifact.from_json(manifest)
