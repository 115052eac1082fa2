"""Artifacts: immutable, typed bundles of files, named by the SHA-256 of their content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from proofstone.core.canonical import digest_json


@dataclass(frozen=True)
class Blob:
    """One stored file: the SHA-256 of its bytes and their number."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Artifact:
    """A named set of blobs. `id` is the digest of kind, files and meta: same content, same id."""

    kind: str
    files: Mapping[str, Blob]
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The manifest, which `id` is the digest of."""
        return {
            "kind": self.kind,
            "files": {name: [blob.sha256, blob.size] for name, blob in self.files.items()},
            "meta": dict(self.meta),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Artifact:
        """Read back a manifest."""
        files = {name: Blob(sha, size) for name, (sha, size) in document["files"].items()}
        return cls(document["kind"], files, document["meta"])

    @cached_property
    def id(self) -> str:
        """SHA-256 of the canonical manifest, 64 hexadecimal digits."""
        return digest_json(self.to_json())


@dataclass(frozen=True)
class Draft:
    """What a step hands back to become an artifact: files as bytes, or paths to move in."""

    kind: str
    files: Mapping[str, bytes | Path]
    meta: Mapping[str, Any] = field(default_factory=dict)


class Stored(Protocol):
    """An artifact that can be read. Every read checks size and digest first."""

    @property
    def artifact(self) -> Artifact:
        """The manifest."""

    def read(self, name: str) -> bytes:
        """Return one file's bytes; raises `StoreError` when they are damaged or missing."""

    def path(self, name: str) -> Path:
        """Return a checked, read-only path of one file, for readers that map it into memory."""
