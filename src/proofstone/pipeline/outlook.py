"""What assessing a project's candidates would ask: rows, calls, time, before anything is asked."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence
from typing import Any

import polars as pl

from proofstone.checks.plan import AssessmentPlan, plan_assessment
from proofstone.core.project.schema import DecisionProject
from proofstone.core.step import Context
from proofstone.pipeline.engine import Progress, StepContext
from proofstone.pipeline.executor import LocalExecutor
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.node import Node, Port
from proofstone.pipeline.standing import known_action

_SAMPLE = 64


def outlook(journey: Journey) -> dict[str, Any]:
    """Return for each candidate what its assessment would ask, as far as that can be known.

    `status` is `known` (it is measured: a run asks nothing), `would run`, or `waits` for the steps
    in `waits_for`, which would run first. Of a candidate that waits only the names of its probes
    are known, and `judged`, the number of rows or questions that it is judged by, where those are
    there: what probes ask follows from its model. `last_seconds` is how long the whole assessment
    took last, the time of probes included; None where it never ran.

    Not covered: training, and shadow models, which a run may have to fit before; answers that are
    kept from an assessment that was stopped.
    """
    plan = journey.plan()
    progress = Progress(outputs=dict(plan.given))
    found = []
    for node in plan:
        whole = set(node.inputs.values()) <= set(progress.outputs)
        action = known_action(journey.store, node, journey.index, progress) if whole else None
        if node.name.startswith("assess.candidate/"):
            status = "waits" if not whole else "would run" if action is None else "known"
            found.append(_candidate(journey, node, progress, status))
    journey.index.save()
    return {"candidates": found}


def _candidate(journey: Journey, node: Node, progress: Progress, status: str) -> dict[str, Any]:
    history = journey.store.actions.history(node.name)
    told: dict[str, Any] = {
        "name": node.name.partition("/")[2],
        "status": status,
        "waits_for": sorted({p.node for p in node.inputs.values() if p not in progress.outputs}),
        "last_seconds": history[0].seconds if history else None,
        "judged": _judged(journey, progress),
        "plan": None,
        "unplanned": [],
    }
    if status == "waits":
        return told | {"unplanned": sorted(node.plugins)}
    here, started = f"plan/{told['name']}", time.perf_counter()
    journey.tell(here, "start", None)
    planned = _plan(journey, node, progress).to_json()
    journey.tell(here, "ran", time.perf_counter() - started)
    return told | {"plan": planned}


def _judged(journey: Journey, progress: Progress) -> int | None:
    """How many rows or questions candidates are judged by; None where those are not there yet."""
    split = progress.outputs.get(Port("data.split", "split"))
    if split is not None:
        folds = pl.read_parquet(io.BytesIO(journey.store.open(split).read("split.parquet")))
        return int((folds["fold"] >= 0).sum())
    questions = progress.outputs.get(Port("data.questions", "questions"))
    if questions is not None:
        entries = json.loads(journey.store.open(questions).read("questions.json"))
        return len([one for one in entries if one["use"] == "judge"])
    return None


def _plan(journey: Journey, node: Node, progress: Progress) -> AssessmentPlan:
    context = StepContext(
        settings=node.settings,
        inputs={role: journey.store.open(progress.outputs[p]) for role, p in node.inputs.items()},
        plugins={role: plugin.load() for role, plugin in node.plugins.items()},
        directory=journey.directory,
        scratch=journey.store.root / "cache" / "steps" / "plan",
        recall=journey.store.answers,
        seed=node.seed,
        executor=LocalExecutor(1),
        tell=lambda note: None,
    )
    model, probes, case = _case(context, decides=isinstance(journey.project, DecisionProject))
    return plan_assessment(model, probes, case, seed=node.seed, sample=_SAMPLE)


def _case(context: Context, *, decides: bool) -> tuple[Any, Sequence[Any], Any]:
    """What the step asks, with what, about what; each kind loads what it needs."""
    if decides:
        from proofstone.assess.assess import candidate_case

        return candidate_case(context)
    from proofstone.assess.assistant import candidate_case as candidate_conversations

    return candidate_conversations(context)
