"""Recomputing a release: everything again, in an empty store, and what came out differently."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from proofstone.core.artifact import Artifact, Draft
from proofstone.core.project.kinds import read_project
from proofstone.pipeline.champion import Champion, champion
from proofstone.pipeline.engine import Tell, silent
from proofstone.pipeline.journey import Journey
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey


def reproduce(
    record: Mapping[str, Any], directory: Path, kept: Store, *, workers: int, tell: Tell = silent
) -> dict[str, Any]:
    """Run the record's own project file anew and compare findings and release id.

    The source's path is read from `directory` as before. Nothing is used that `kept`, the
    project's store, has of this run: a store of its own is made and thrown away. The release that
    it was held against is read out of `kept`.

    Raises:
        InputError: `kept` has no more the release that it was held against.

    Not covered: other machines' arithmetic; another processor may give other last digits, which
    then show as differences.
    """
    project = read_project(record["project"])
    with TemporaryDirectory(prefix="proofstone-") as folder:
        store = Store(Path(folder))
        try:
            against = _copied(record, kept, store)
            journey = Journey(
                project, directory, store, who="reproduce", tell=tell,
                champion=lambda *_: against,
            )  # fmt: skip
            outcome = journey.run(SigningKey.generate(), workers=workers, wait=0.0)
        finally:
            store.close()
    differences = list(_differences(record, outcome.record))
    return {
        "release": record["release"],
        "reproduced": outcome.release,
        "same": outcome.release == record["release"],
        "differences": differences,
    }


def _copied(record: Mapping[str, Any], kept: Store, store: Store) -> Champion | None:
    """The release that the record was held against, its files copied into `store`."""
    if "challenge" not in record:
        return None
    found = champion(kept, record["challenge"]["champion"]["release"])
    for artifact in found.given.values():
        store.put(_draft(kept, artifact))
    return found


def _draft(kept: Store, artifact: Artifact) -> Draft:
    stored = kept.open(artifact)
    files = {name: stored.read(name) for name in artifact.files}
    return Draft(artifact.kind, files, artifact.meta)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = [
        f"{name}: {before[name]} -> {after[name]}"
        for name in ("release", "winner", "verdict")
        if before[name] != after[name]
    ]
    old, new = _values(before), _values(after)
    both = sorted(old.keys() | new.keys())
    return found + [f"{k}: {old.get(k)} -> {new.get(k)}" for k in both if old.get(k) != new.get(k)]


def _values(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{candidate['name']}: {one['metric']} of {one['subject']}": one["value"]
        for candidate in record["candidates"]
        for one in candidate["findings"]
    }
