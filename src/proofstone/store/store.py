"""The store of a project: blobs, ledger and lock, opened together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from proofstone.core.artifact import Artifact, Draft
from proofstone.store.actions import Actions
from proofstone.store.answers import Answers
from proofstone.store.ledger import Ledger
from proofstone.store.lock import hold
from proofstone.store.objects import DiskArtifact, Objects
from proofstone.store.outcomes import Outcomes
from proofstone.store.releases import AuditRows, Releases
from proofstone.store.runs import Runs


class Store:
    """Everything that a project keeps under `root`; the ledger may live elsewhere.

    Raises:
        StoreError: it cannot be written, or was written by a newer version.
    """

    def __init__(self, root: Path, address: str | None = None) -> None:
        self.root = root
        self.objects = Objects(root / "objects")
        self.ledger = Ledger(address or f"sqlite:///{root / 'ledger.sqlite'}")
        self.actions = Actions(self.ledger)
        self.runs = Runs(self.ledger)
        self.releases = Releases(self.ledger)
        self.audit = AuditRows(self.ledger)
        self.answers = Answers(self.ledger)
        self.outcomes = Outcomes(self.ledger)

    def put(self, draft: Draft) -> Artifact:
        """Store a draft's files; it becomes visible to others only with the ledger's commit."""
        return self.objects.put(draft)

    def open(self, artifact: Artifact) -> DiskArtifact:
        """Return a reader of `artifact`, which checks every read."""
        return self.objects.open(artifact)

    def hold(
        self, who: str, *, wait: float, tell: Callable[[str], None] = lambda note: None
    ) -> AbstractContextManager[None]:
        """Hold the project for one run; see `store.lock.hold`."""
        return hold(self.root / "lock", who, wait=wait, tell=tell)

    def repair(self) -> list[str]:
        """Drop damaged objects, what nobody refers to, and actions whose outputs are gone.

        Returns the ids of the artifacts that the next run will make again.
        """
        known = self.actions.artifacts()
        damaged = [artifact for artifact in known if not self._sound(artifact)]
        for artifact in damaged:
            self.actions.forget(artifact.id)
        self.objects.sweep({blob.sha256 for artifact in known for blob in artifact.files.values()})
        return [artifact.id for artifact in damaged]

    def close(self) -> None:
        """Give the database connections back."""
        self.ledger.close()

    def _sound(self, artifact: Artifact) -> bool:
        sound = True
        for blob in artifact.files.values():
            if not self.objects.sound(blob):
                self.objects.discard(blob)
                sound = False
        return sound
