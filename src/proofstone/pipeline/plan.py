"""The plan: which steps a project file means, on what, with which settings."""

from __future__ import annotations

from pathlib import Path

from proofstone.core.project.kinds import Project
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.node import Node, Plan, Port


def make_plan(project: Project, directory: Path) -> Plan:
    """Return the plan of `project`, whose relative paths start at `directory`.

    Whatever the kind of project, its candidates are fitted by `train.fit/NAME` and measured by
    `assess.candidate/NAME`, and `select` names the winner: run, record and release rely on it.

    Raises:
        InputError: a source, family or probe is unknown; the source cannot be found.
    """
    # Each kind loads what it needs: a table's plan knows nothing of language.
    if isinstance(project, DecisionProject):
        from proofstone.pipeline.plans.decision import decision_nodes

        nodes = [*decision_nodes(project, directory)]
    else:
        from proofstone.pipeline.plans.assistant import assistant_nodes

        nodes = [*assistant_nodes(project, directory)]
    nodes.append(_select_node(project))
    return Plan(project, tuple(node.seeded(project.seed) for node in nodes))


def _select_node(project: Project) -> Node:
    names = project.candidate_names
    return Node(
        "select",
        "proofstone.pipeline.select:select",
        {
            "candidates": names,
            "gates": [gate.model_dump(mode="json") for gate in project.assess.gates],
            "select": project.select.model_dump(mode="json"),
        },
        {name: Port(f"assess.candidate/{name}", "findings") for name in names},
    )
