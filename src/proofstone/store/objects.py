"""Content-addressed blobs on disk, and artifacts read through them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from proofstone.core.artifact import Artifact, Blob, Draft
from proofstone.core.canonical import digest
from proofstone.core.durable import border, move_file, write_file
from proofstone.core.errors import StoreError

_CHUNK = 1 << 20


@dataclass(frozen=True)
class DiskArtifact:
    """An artifact whose blobs lie on disk; each read checks size and digest."""

    artifact: Artifact
    objects: Objects

    def read(self, name: str) -> bytes:
        """Return one file's bytes, checked."""
        return self.objects.read(self._blob(name))

    def path(self, name: str) -> Path:
        """Return one file's path, its bytes checked just before."""
        return self.objects.checked(self._blob(name))

    def _blob(self, name: str) -> Blob:
        try:
            return self.artifact.files[name]
        except KeyError:
            known = ", ".join(sorted(self.artifact.files))
            raise StoreError(
                f"artifact {self.artifact.id[:12]} ({self.artifact.kind}) has no file {name}",
                hint=f"it has: {known}",
            ) from None


class Objects:
    """Blobs under one folder, each named by the SHA-256 of its bytes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, draft: Draft) -> Artifact:
        """Store a draft's files; a blob that is there already is left alone.

        Raises:
            StoreError: the disk is full or read-only.
        """
        blobs = {name: self._put_blob(content) for name, content in sorted(draft.files.items())}
        return Artifact(draft.kind, blobs, dict(draft.meta))

    def open(self, artifact: Artifact) -> DiskArtifact:
        """Return a reader of `artifact`."""
        return DiskArtifact(artifact, self)

    def has(self, artifact: Artifact) -> bool:
        """Whether every blob is there; digests are checked when read.

        Raises:
            StoreError: a blob is there, but truncated.
        """
        lengths = [(blob, self._length(blob)) for blob in artifact.files.values()]
        for blob, length in lengths:
            if length not in (-1, blob.size):
                raise self._damaged(blob, length)
        return all(length == blob.size for blob, length in lengths)

    def read(self, blob: Blob) -> bytes:
        """Return a blob's bytes.

        Raises:
            StoreError: it is missing, truncated or altered.
        """
        path = self._path(blob.sha256)
        with border(path):
            data = path.read_bytes() if path.exists() else b""
        if len(data) != blob.size or digest(data) != blob.sha256:
            raise self._damaged(blob, len(data))
        return data

    def checked(self, blob: Blob) -> Path:
        """Return a blob's path after its bytes were checked; raises as `read` does."""
        if not self.sound(blob):
            raise self._damaged(blob, max(self._length(blob), 0))
        return self._path(blob.sha256)

    def sound(self, blob: Blob) -> bool:
        """Whether a blob is there, whole and unaltered."""
        return (
            self._length(blob) == blob.size and _digest_file(self._path(blob.sha256)) == blob.sha256
        )

    def sweep(self, wanted: set[str]) -> int:
        """Delete blobs not in `wanted` and files left aside; return how many went."""
        gone = 0
        for folder in sorted(self._root.glob("??")):
            for path in sorted(folder.iterdir()):
                if folder.name + path.name not in wanted:
                    path.unlink()
                    gone += 1
        return gone

    def discard(self, blob: Blob) -> None:
        """Delete a damaged blob, so that the step that made it runs again."""
        self._path(blob.sha256).unlink(missing_ok=True)

    def _put_blob(self, content: bytes | Path) -> Blob:
        if isinstance(content, bytes):
            blob = Blob(digest(content), len(content))
            if self._length(blob) != blob.size:
                write_file(self._path(blob.sha256), content)
            return blob
        blob = Blob(_digest_file(content), content.stat().st_size)
        if self._length(blob) != blob.size:
            move_file(content, self._path(blob.sha256))
        return blob

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]

    def _length(self, blob: Blob) -> int:
        try:
            return self._path(blob.sha256).stat().st_size
        except FileNotFoundError:
            return -1

    def _damaged(self, blob: Blob, length: int) -> StoreError:
        path = self._path(blob.sha256)
        place = f"{path}: stored object {blob.sha256[:12]}"
        if not path.exists():
            return StoreError(f"{place} is gone", hint="`proofstone run` makes it again")
        found = f"has {length} of {blob.size} bytes" if length != blob.size else "was altered"
        return StoreError(
            f"{place} {found}",
            hint="run `proofstone doctor --repair`, which drops it; the next run remakes it",
        )


def _digest_file(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
