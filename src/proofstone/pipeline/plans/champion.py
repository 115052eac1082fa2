"""The steps that hold each candidate against the release that stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofstone.core.artifact import Artifact
from proofstone.core.project.known import CHANGES
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.champion import Champion
from proofstone.pipeline.known import chosen_probes
from proofstone.pipeline.node import Node, Plan, Port
from proofstone.pipeline.plugins import Plugin
from proofstone.registry.champion import PROBE, STEP, champion_stage

_GIVEN = "release"


def held_against(plan: Plan, champion: Champion | None) -> Plan:
    """Return `plan` with the steps that hold its candidates against `champion`.

    Without a champion there are such steps only where a gate asks for a change: they say that the
    release is the first. An assistant's plan, and one without the probe, is returned as it is.
    """
    project = plan.project
    if not isinstance(project, DecisionProject):
        return plan
    probe = chosen_probes(project).get(PROBE)
    asked = any(gate.metric in CHANGES for gate in project.assess.gates)
    if probe is None or (champion is None and not asked):
        return plan
    *before, select = plan.nodes
    added = [node.seeded(project.seed) for node in _nodes(project, champion, probe)]
    changed = {
        f"change/{name}": Port(f"assess.change/{name}", "findings")
        for name in project.candidate_names
    }
    last = replace(select, inputs={**select.inputs, **changed})
    given = {} if champion is None else _given(champion)
    return Plan(project, (*before, *added, last), given)


def _given(champion: Champion) -> dict[Port, Artifact]:
    return {Port(_GIVEN, role): artifact for role, artifact in champion.given.items()}


def _nodes(project: DecisionProject, champion: Champion | None, probe: Plugin) -> Iterator[Node]:
    task = project.task.model_dump(mode="json")
    stage = champion_stage(project.model_dump(mode="json"))
    shared = {"table": Port("data.check", "table"), "split": Port("data.split", "split")}
    answers = {}
    if champion is not None:
        yield Node(
            STEP,
            "proofstone.assess.challenge.champion:answer_as_champion",
            {"task": task, "stage": stage, "release": champion.release, "name": champion.name},
            {**shared, **{port.role: port for port in _given(champion)}},
        )
        answers = {"champion": Port(STEP, "answers")}
    for name in project.candidate_names:
        yield Node(
            f"assess.change/{name}",
            "proofstone.assess.challenge.candidate:measure_change",
            {
                "task": task,
                "stage": stage,
                "assess": project.assess.model_dump(mode="json"),
                "candidates": len(project.candidate_names),
            },
            {**shared, **answers, "predictions": Port(f"train.fit/{name}", "predictions")},
            {PROBE: probe},
        )
