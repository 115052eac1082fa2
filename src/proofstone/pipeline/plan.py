"""The plan: which steps a project file means, on what, with which settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from proofstone.core.canonical import digest
from proofstone.core.project.schema import Candidate, Project
from proofstone.pipeline.node import Node, Plan, Port
from proofstone.pipeline.plugins import Plugin, plugin, plugins

TABLE_PROBES_LEFT_OUT = frozenset({"generation"})


def make_plan(project: Project, directory: Path) -> Plan:
    """Return the plan of `project`, whose relative paths start at `directory`.

    Raises:
        InputError: a source, family or probe is unknown; the source cannot be found.
    """
    nodes = [*_data_nodes(project, directory)]
    probes = _probes(project)
    for candidate in project.train.candidates:
        nodes.append(_train_node(project, candidate))
        nodes.append(_assess_node(project, candidate, probes))
    nodes.append(_select_node(project))
    return Plan(project, tuple(_seeded(project, node) for node in nodes))


def _data_nodes(project: Project, directory: Path) -> Iterator[Node]:
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


def _train_node(project: Project, candidate: Candidate) -> Node:
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


def _assess_node(project: Project, candidate: Candidate, probes: Mapping[str, Plugin]) -> Node:
    trained = f"train.fit/{candidate.name}"
    return Node(
        f"assess.candidate/{candidate.name}",
        "proofstone.assess.assess:assess_candidate",
        {
            "task": project.task.model_dump(mode="json"),
            "data": project.data.model_dump(mode="json"),
            "assess": project.assess.model_dump(mode="json"),
            "candidates": len(project.train.candidates),
            "candidate": candidate.name,
        },
        {
            "table": Port("data.check", "table"),
            "split": Port("data.split", "split"),
            **{role: Port(trained, role) for role in ("model", "fold_models", "predictions")},
        },
        probes,
    )


def _select_node(project: Project) -> Node:
    names = [candidate.name for candidate in project.train.candidates]
    return Node(
        "select",
        "proofstone.pipeline.select:select",
        {
            "candidates": [one.model_dump(mode="json") for one in project.train.candidates],
            "gates": [gate.model_dump(mode="json") for gate in project.assess.gates],
            "select": project.select.model_dump(mode="json"),
        },
        {name: Port(f"assess.candidate/{name}", "findings") for name in names},
    )


def _probes(project: Project) -> dict[str, Plugin]:
    if project.assess.probes:
        return {name: plugin("probes", name) for name in project.assess.probes}
    known = plugins("probes").items()
    return {name: found for name, found in known if name not in TABLE_PROBES_LEFT_OUT}


def _seeded(project: Project, node: Node) -> Node:
    seed = int(digest(f"{project.seed}/{node.name}".encode())[:8], 16)
    return Node(node.name, node.step, node.settings, node.inputs, node.plugins, seed)
