"""The one record of a run, from which the report, the cards and the release are made."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from proofstone.checks.gate import judge_all, merge
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.core.project.kinds import Project
from proofstone.core.project.schema import DecisionProject, Gate
from proofstone.pipeline.engine import Progress
from proofstone.pipeline.known import fitting_probes, kind_of_task
from proofstone.pipeline.node import Port
from proofstone.pipeline.opening import would_open
from proofstone.registry.champion import STEP
from proofstone.store.store import Store


class Readings:
    """What a finished plan left in the store, read once each."""

    def __init__(self, store: Store, progress: Progress, project: Project) -> None:
        self._store = store
        self._progress = progress
        self.project = project
        self.choice: dict[str, Any] = self.document("select", "choice", "choice.json")

    def has(self, node: str) -> bool:
        """Whether the plan had this step."""
        return node in self._progress.actions

    def document(self, node: str, role: str, name: str) -> Any:
        """Return one JSON file of one output."""
        return json.loads(self.content(node, role, name))

    def content(self, node: str, role: str, name: str) -> bytes:
        """Return the bytes of one file of one output."""
        artifact = self._progress.outputs[Port(node, role)]
        return self._store.open(artifact).read(name)

    def names(self, node: str, role: str) -> list[str]:
        """Return the names of the files of one output."""
        return sorted(self._progress.outputs[Port(node, role)].files)

    @property
    def winner(self) -> str:
        """The chosen candidate's name."""
        return str(self.choice["winner"])

    def findings(self, candidate: str) -> list[Finding]:
        """Return a candidate's findings with every gate judged, in the order measured."""
        nodes = (f"assess.candidate/{candidate}", f"assess.change/{candidate}")
        documents = [
            self.document(node, "findings", "findings.json") for node in nodes if self.has(node)
        ]
        findings = [Finding.from_json(one) for document in documents for one in document]
        return merge(findings, judge_all(findings, self.project.assess.gates).gates)


def assemble(
    readings: Readings, progress: Progress, *, release: str, decided: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the record of a finished run: JSON, and equal for equal runs."""
    project = readings.project
    findings = readings.findings(readings.winner)
    opening = judge_all(findings, project.assess.gates)
    return {
        "format": 1,
        "name": project.name,
        "project": project.model_dump(mode="json"),
        "seed": project.seed,
        "data": _data(readings, progress),
        "candidates": [
            _candidate(readings, progress, entry) for entry in readings.choice["ranking"]
        ],
        "winner": readings.winner,
        "selection": {"rule": readings.choice["rule"], "ranking": readings.choice["ranking"]},
        "verdict": str(opening.verdict),
        "gates": _gates(readings, opening.gates, findings),
        "release": release,
        **_challenge(readings, progress),
        "steps": _steps(progress),
        "cost": _cost(progress),
        "decisions": [dict(decided)],
        "environment": _environment(progress),
        "not_tested": [*not_tested(findings), *_not_chosen(project)],
    }


def _not_chosen(project: Project) -> list[dict[str, str]]:
    """Return the probes that fit, and that the project file leaves out."""
    if not project.assess.probes:
        return []
    fitting = fitting_probes(kind_of_task(project))
    left = sorted(fitting.keys() - set(project.assess.probes))
    return [{"what": name, "why": message("assess.probes leaves it out")} for name in left]


def record_of(
    name: str, findings: Sequence[Finding], gates: Sequence[Gate], **more: Any
) -> dict[str, Any]:
    """Return the record of an assessment outside any project: one candidate, and its gates."""
    opening = judge_all(findings, gates)
    merged = merge(findings, opening.gates)
    alone: list[dict[str, Any]] = [{"name": name, "preferred": None, "gates": []}]
    verdict = str(opening.verdict)
    found = [finding.to_json() for finding in merged]
    return {
        "format": 1,
        "name": name,
        **more,
        "candidates": [{"name": name, "verdict": verdict, "findings": found}],
        "winner": name,
        "verdict": verdict,
        "gates": [
            finding.to_json()
            | {
                "why_limit": gate.reason or gate.not_applicable,
                "would_open": would_open(finding, merged, opening.gates, alone, name),
            }
            for gate, finding in zip(gates, opening.gates, strict=True)
        ],
        "not_tested": not_tested(merged),
    }


def not_tested(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Return what no number was obtained for, and why."""
    return [
        {"what": finding.metric, "why": finding.reason}
        for finding in findings
        if finding.value is None and not finding.gated and not finding.details
    ]


def _data(readings: Readings, progress: Progress) -> dict[str, Any]:
    return {
        "profile": readings.document("data.profile", "profile", "profile.json"),
        "quarantine": readings.document("data.check", "quarantine", "problems.json"),
        "table": progress.outputs[Port("data.check", "table")].id,
    }


def _candidate(readings: Readings, progress: Progress, entry: Mapping[str, Any]) -> dict[str, Any]:
    name = entry["name"]
    trials = readings.document(f"train.fit/{name}", "trials", "trials.json")
    nodes = [
        node
        for node in progress.actions
        if node.endswith(f"/{name}") and node.startswith(("train.", "assess."))
    ]
    findings = readings.findings(name)
    if name != readings.winner:
        findings = [one.judged(details=_light(one)) for one in findings if _shown(one)]
    return {
        "name": name,
        **_declared(readings.project, name),
        "verdict": entry["verdict"],
        "eligible": entry["verdict"] == "pass",
        "trials": trials,
        "seconds": round(sum(progress.actions[node].seconds for node in nodes), 1),
        "memory_mb": max(progress.actions[node].peak_mb for node in nodes),
        "findings": [one.to_json() for one in findings],
        "weights": _weights(progress, name),
        **_pace(progress, name),
    }


def _challenge(readings: Readings, progress: Progress) -> dict[str, Any]:
    """Who the winner was held against, and on which rows; nothing where no release stood."""
    if not readings.has(STEP):
        return {}
    told = progress.actions[STEP].ingredients["settings"]
    answered = readings.document(STEP, "answers", "answers.json")
    change = progress.outputs[Port(f"assess.change/{readings.winner}", "findings")]
    return {
        "challenge": {
            "champion": {"kind": "release", "name": told["name"], "release": told["release"]},
            "challenger": {"kind": "candidate", "name": readings.winner, "release": None},
            "stage": told["stage"],
            "answered": answered,
            **change.meta,
        }
    }


def _declared(project: Project, name: str) -> dict[str, Any]:
    """What the project file says of a candidate: how it is made, and what is done about bias."""
    if isinstance(project, DecisionProject):
        candidate = next(one for one in project.train.candidates if one.name == name)
        return {
            "family": candidate.family,
            "mitigation": candidate.mitigation,
            "attribute": candidate.attribute,
        }
    responder = next(one for one in project.assistant.candidates if one.name == name)
    return {
        "family": "quoting" if responder.generator is None else "generating",
        "mitigation": "none",
        "attribute": None,
        "generator": responder.generator,
        "adapter": responder.adapter or (f"tuned: {name}" if responder.tune else None),
    }


def _pace(progress: Progress, name: str) -> dict[str, float]:
    """Seconds a reply, where replies were counted: their own time by their number."""
    pace = progress.actions[f"assess.candidate/{name}"].outputs.get("pace")
    if pace is None or not pace.meta["replies"]:
        return {}
    return {"seconds_per_reply": round(pace.meta["seconds"] / pace.meta["replies"], 3)}


def _weights(progress: Progress, name: str) -> list[dict[str, Any]]:
    """Where the weights that a candidate uses come from, under which licence, and their size."""
    used = set(progress.actions[f"train.fit/{name}"].ingredients["inputs"].values())
    return [
        dict(artifact.meta)
        for artifact in progress.outputs.values()
        if artifact.kind == "weights" and artifact.id in used
    ]


def _shown(finding: Finding) -> bool:
    """Whether a candidate that did not win shows this finding: the details of one are enough."""
    return finding.gated or (finding.value is not None and "=" not in finding.subject)


def _light(finding: Finding) -> dict[str, Any]:
    shown = ("groups", "tokens_p95")
    return {name: finding.details[name] for name in shown if name in finding.details}


def _gates(
    readings: Readings, judged: Sequence[Finding], findings: Sequence[Finding]
) -> list[dict[str, Any]]:
    ranking = readings.choice["ranking"]
    return [
        finding.to_json()
        | {
            "why_limit": gate.reason or gate.not_applicable,
            "would_open": would_open(finding, findings, judged, ranking, readings.winner),
        }
        for gate, finding in zip(readings.project.assess.gates, judged, strict=True)
    ]


def _steps(progress: Progress) -> list[dict[str, Any]]:
    return [
        {"name": name, "seconds": action.seconds, "key": action.key}
        for name, action in sorted(progress.actions.items())
    ]


def _cost(progress: Progress) -> dict[str, float]:
    actions = progress.actions.values()
    return {
        "seconds": round(sum(action.seconds for action in actions), 1),
        "peak_memory_mb": max(action.peak_mb for action in actions),
    }


def _environment(progress: Progress) -> dict[str, Any]:
    packages: dict[str, str] = {}
    for action in progress.actions.values():
        packages |= action.ingredients["packages"]
    python = {action.ingredients["python"] for action in progress.actions.values()}
    return {
        "python": ", ".join(sorted(python)),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": dict(sorted(packages.items())),
    }
