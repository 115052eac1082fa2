"""What the namespaces of a workspace need of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from proofstone.api.keys import KeyRing
from proofstone.core.settings import Settings

if TYPE_CHECKING:
    from proofstone.pipeline.engine import Tell
    from proofstone.registry.verify import VerifiedModel
    from proofstone.store.store import Store


class Space(Protocol):
    """A project folder as a namespace sees it; `Workspace` is one."""

    directory: Path
    tell: Tell

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        ...

    @property
    def store(self) -> Store:
        """The project's store, made when first used."""
        ...

    @property
    def keys(self) -> KeyRing:
        """The project's signing key and its public half."""
        ...

    def record(self, release: str = "latest") -> dict[str, Any]:
        """The record of a release."""
        ...

    def verified(self, release: str, key: Path | None = None) -> VerifiedModel:
        """A release as a verified model."""
        ...

    def open_store(self) -> Store:
        """Open the store, also where there is no project; whoever opens it closes it."""
        ...
