"""The files of a release that its id is the digest of, read out of a finished run."""

from __future__ import annotations

from collections.abc import Mapping

from proofstone.core.canonical import canonical_json, digest
from proofstone.pipeline.engine import Progress
from proofstone.pipeline.node import Port
from proofstone.pipeline.record import Readings

_PACE = "pace"
"""The kind of artifact that says how fast a step was: another run's is another."""


def release_files(readings: Readings, progress: Progress) -> dict[str, bytes]:
    """Return path -> bytes: the winner's model, the project file, findings and provenance.

    Nothing in them depends on when, how fast or by whom the run was made.
    """
    trained = f"train.fit/{readings.winner}"
    files = {
        f"model/{name}": readings.content(trained, "model", name)
        for name in readings.names(trained, "model")
    }
    findings = [finding.to_json() for finding in readings.findings(readings.winner)]
    project = readings.project.model_dump(mode="json")
    return files | {
        "project.json": canonical_json(project),
        "findings.json": canonical_json(findings),
        "provenance.json": canonical_json(_provenance(readings, progress)),
        "croissant.json": readings.content("data.profile", "profile", "croissant.json"),
    }


def release_digests(
    files: Mapping[str, bytes], readings: Readings, progress: Progress
) -> dict[str, str]:
    """Return path -> SHA-256 of `files`; those of the model they were checked against when read."""
    model = progress.outputs[Port(f"train.fit/{readings.winner}", "model")]
    known = {f"model/{name}": blob.sha256 for name, blob in model.files.items()}
    return {path: known.get(path) or digest(data) for path, data in files.items()}


def _provenance(readings: Readings, progress: Progress) -> dict[str, object]:
    steps = {
        name: {
            "key": action.key,
            "ingredients": dict(action.ingredients),
            "outputs": {
                role: artifact.id
                for role, artifact in action.outputs.items()
                if artifact.kind != _PACE
            },
        }
        for name, action in sorted(progress.actions.items())
    }
    return {
        "format": 1,
        "winner": readings.winner,
        "data": progress.outputs[Port("data.check", "table")].id,
        "seed": readings.project.seed,
        "steps": steps,
    }
