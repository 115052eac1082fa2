"""What can be done with releases: compare, promote, export, verify, reproduce."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from proofstone.api.space import Space


class ReleaseDesk:
    """What can be done with releases; `RELEASE` is an id, its beginning, a stage, or `latest`."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def list(self) -> dict[str, Any]:
        """Every release, the newest first, with its verdict and the stages it stands in."""
        from proofstone.registry.shelf import releases

        return {"releases": [one.to_json() for one in releases(self._space.store)]}

    def compare(self, first: str, second: str | None = None) -> dict[str, Any]:
        """Findings, weights and cost of two releases side by side, or of one's candidates."""
        from proofstone.pipeline.comparison import compare, compare_candidates

        if second is None:
            return compare_candidates(self._space.record(first))
        return compare(self._space.record(first), self._space.record(second))

    def assess(self, release: str, **asking: Any) -> dict[str, Any]:
        """Assess a verified release on the labelled rows of a file."""
        from proofstone.pipeline.asked import asking as asked
        from proofstone.pipeline.asked import assess_release

        return assess_release(self._space.verified(release), asked(**asking))

    def challenge(self, challenger: str, **options: Any) -> dict[str, Any]:
        """Put a release, candidate or model against a release on the same rows."""
        from proofstone.pipeline.challenge import challenge

        return challenge(self._space.store, challenger, **options)

    def promote(self, release: str, *, stage: str, why: str) -> dict[str, Any]:
        """Put a release whose gates are open into a stage."""
        from proofstone.registry.promote import promote

        space = self._space
        decision = promote(
            space.store, release, stage, space.keys.public(), who=space.settings.user, why=why
        )
        return decision.to_json()

    def rollback(self, *, stage: str, why: str) -> dict[str, Any]:
        """Return a stage to the release that stood there before."""
        from proofstone.registry.promote import rollback

        space = self._space
        decision = rollback(
            space.store, stage, space.keys.public(), who=space.settings.user, why=why
        )
        return decision.to_json()

    def export(self, release: str, directory: Path) -> dict[str, Any]:
        """Write a release as a directory that stands alone; the public key goes beside it."""
        from proofstone.registry.export import export
        from proofstone.registry.shelf import find

        space = self._space
        row = find(space.store, release)
        export(space.store.open(row.artifact), directory)
        key = directory.with_name(f"{directory.name}.pub")
        space.keys.public().save(key)
        line = f"proofstone verify {directory} --key {key}"
        return {"release": row.id, "directory": str(directory), "key": str(key), "verify": line}

    def feedback(self, release: str = "production") -> dict[str, Any]:
        """Satisfaction, resolution, hand-over and response of a served release, by language."""
        from proofstone.registry.shelf import find
        from proofstone.serve.chat.feedback import feedback_summary

        store = self._space.store
        return feedback_summary(store.outcomes, find(store, release).id)

    def verify(self, directory: Path, *, key: Path | None = None) -> dict[str, Any]:
        """Verify an exported release offline: files, signature, evidence, and gates anew."""
        from proofstone.registry.verify import check

        evidence = check(directory, self._space.keys.trusted(directory, key))
        return evidence.to_json()

    def reproduce(self, release: str) -> dict[str, Any]:
        """Recompute a release from its sources in a store of its own, and compare."""
        from proofstone.pipeline.reproduce import reproduce

        space = self._space
        return reproduce(
            space.record(release),
            space.directory,
            space.store,
            workers=space.settings.workers,
            tell=space.tell,
        )
