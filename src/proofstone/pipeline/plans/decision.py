"""The steps of a project that decides about the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from proofstone.core.project.schema import Candidate, DecisionProject
from proofstone.pipeline.known import chosen_probes
from proofstone.pipeline.node import Node, Port
from proofstone.pipeline.plans.shadows import row_budget, shadow_count
from proofstone.pipeline.plugins import Plugin, plugin
from proofstone.registry.champion import PROBE


def decision_nodes(project: DecisionProject, directory: Path) -> Iterator[Node]:
    """Yield the steps from the table to the findings of each candidate.

    Raises:
        InputError: a source, family or probe is unknown; the source cannot be found.
    """
    yield from _data_nodes(project, directory)
    probes = {name: one for name, one in chosen_probes(project).items() if name != PROBE}
    for candidate in project.train.candidates:
        trained = _train_node(project, candidate)
        shadows, without = shadow_count(project, candidate, probes)
        yield trained
        if shadows:
            sized = {"shadows": shadows, "row_budget": row_budget(project)}
            yield _shadows_node(trained, candidate, sized)
        yield _assess_node(project, candidate, probes, shadows, without)


def _data_nodes(project: DecisionProject, directory: Path) -> Iterator[Node]:
    data, task = project.data.model_dump(mode="json"), project.task.model_dump(mode="json")
    scheme = project.data.source.partition("://")[0] if "://" in project.data.source else "file"
    source = plugin("sources", scheme)
    print_of = source.load().fingerprint(project.data.source, directory)
    yield Node(
        "data.read",
        "proofstone.data.read:read",
        {"data": data, "fingerprint": print_of},
        plugins={"source": source},
    )
    yield Node(
        "data.check",
        "proofstone.data.check:check",
        {"data": data, "task": task},
        {"table": Port("data.read", "table")},
    )
    yield Node(
        "data.profile",
        "proofstone.data.profile:profile",
        {"data": data, "task": task, "name": project.name, "description": project.description},
        {"table": Port("data.check", "table"), "quarantine": Port("data.check", "quarantine")},
    )
    settings = {"split": project.split.model_dump(mode="json"), "task": task, "seed": project.seed}
    yield Node(
        "data.split",
        "proofstone.data.split:split",
        settings,
        {"table": Port("data.check", "table")},
    )


def _train_node(project: DecisionProject, candidate: Candidate) -> Node:
    return Node(
        f"train.fit/{candidate.name}",
        "proofstone.train.fit:fit",
        {
            "task": project.task.model_dump(mode="json"),
            "data": project.data.model_dump(mode="json"),
            "split": project.split.model_dump(mode="json"),
            "prepare": project.prepare.model_dump(mode="json"),
            "candidate": candidate.model_dump(mode="json"),
            "calibration": project.train.calibration,
            "threshold": project.train.threshold.model_dump(mode="json"),
        },
        {"table": Port("data.check", "table"), "split": Port("data.split", "split")},
        {"family": plugin("families", candidate.family)},
    )


def _shadows_node(trained: Node, candidate: Candidate, sized: Mapping[str, int | None]) -> Node:
    """The step that fits a candidate anew on random halves, with the settings it found."""
    return Node(
        f"train.shadows/{candidate.name}",
        "proofstone.train.shadows:shadows",
        {**trained.settings, **sized},
        {**trained.inputs, "trials": Port(trained.name, "trials")},
        trained.plugins,
    )


def _assess_node(
    project: DecisionProject,
    candidate: Candidate,
    probes: Mapping[str, Plugin],
    shadows: int,
    without: str,
) -> Node:
    trained = f"train.fit/{candidate.name}"
    learned = {"shadows": Port(f"train.shadows/{candidate.name}", "shadows")} if shadows else {}
    return Node(
        f"assess.candidate/{candidate.name}",
        "proofstone.assess.assess:assess_candidate",
        {
            "task": project.task.model_dump(mode="json"),
            "data": project.data.model_dump(mode="json"),
            "assess": project.assess.model_dump(mode="json"),
            "candidates": len(project.train.candidates),
            "candidate": candidate.name,
            "without_shadows": without,
        },
        {
            "table": Port("data.check", "table"),
            "split": Port("data.split", "split"),
            **learned,
            **{role: Port(trained, role) for role in ("model", "fold_models", "predictions")},
        },
        probes,
    )
