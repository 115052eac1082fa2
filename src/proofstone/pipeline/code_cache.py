"""What was learnt about source files and installed libraries, kept between processes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from proofstone.core.canonical import digest, digest_json
from proofstone.core.durable import write_file
from proofstone.core.errors import StoreError
from proofstone.pipeline import imports
from proofstone.pipeline.versions import Versions, installation

_SETTLED = 2_000_000_000


class CodeCache:
    """Digest and imports of files, remembered as long as their status says nothing changed.

    It saves time and changes no answer: what is damaged, was read by other code of ours, or is
    about other installed libraries is dropped. A file that changed within the last two seconds
    is not remembered, as its next change might bear the same time.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        reader = digest(Path(imports.__file__).read_bytes())
        self._terms = {"reader": reader, "installation": installation()}
        known = _load(file, self._terms)
        self._files: dict[str, Any] = known["files"]
        self.versions = Versions(known["versions"])
        self._kept = digest_json(known)

    def file(self, path: Path, package: str) -> tuple[str, tuple[str, ...]]:
        """Return the digest of one file and what it imports as a module of `package`."""
        stat = path.stat()
        stamp = [stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino]
        key = f"{package}:{path}"
        known = self._files.get(key)
        if known is None or known["stamp"] != stamp:
            source = path.read_bytes()
            found = imports.imports_of(source, package) if path.suffix == ".py" else []
            known = {"stamp": stamp, "sha": digest(source), "imports": found}
            if time.time_ns() - max(stamp[:2]) > _SETTLED:
                self._files[key] = known
        return known["sha"], tuple(known["imports"])

    def save(self) -> None:
        """Write what was learnt, if anything; a store that refuses costs only time."""
        known = {"files": self._files, "versions": self.versions.known}
        if digest_json(known) != self._kept:
            document = {**self._terms, **known, "digest": digest_json([self._terms, known])}
            try:
                write_file(self._file, json.dumps(document).encode())
            except StoreError:
                return


def _load(file: Path, terms: dict[str, str]) -> dict[str, Any]:
    """Return what was kept on these terms, else nothing."""
    try:
        document = json.loads(file.read_bytes())
        known = {name: document[name] for name in ("files", "versions")}
        whole = document["digest"] == digest_json([terms, known])
    except (OSError, ValueError, TypeError, KeyError):
        whole = False
    return known if whole else {"files": {}, "versions": {}}
