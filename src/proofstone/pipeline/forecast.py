"""What would run, and why: the plan held against the ledger without running anything."""

from __future__ import annotations

from typing import Any

from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.core.project.nearest import nearest
from proofstone.pipeline.engine import Progress
from proofstone.pipeline.journey import Journey
from proofstone.pipeline.keys import action_key, ingredients
from proofstone.pipeline.node import Node
from proofstone.pipeline.standing import known_action
from proofstone.pipeline.why import changes


def forecast(journey: Journey) -> list[dict[str, Any]]:
    """Return each step with `known`, `would run` or `waits` (for a step that would run).

    A step that waits may still be left alone when what comes before gives the same as before.
    `seconds` is how long it took last, or None.
    """
    plan = journey.plan()
    progress = Progress(outputs=dict(plan.given))
    given = {port.node for port in plan.given}
    rows = []
    for node in plan:
        status = _status(journey, node, progress)
        history = journey.store.actions.history(node.name)
        reads = sorted({port.node for port in node.inputs.values()} - given)
        seconds = history[0].seconds if history else None
        rows.append({"name": node.name, "status": status, "seconds": seconds, "reads": reads})
    journey.index.save()
    return rows


def why(journey: Journey, step: str) -> dict[str, Any]:
    """Return what changed for `step`.

    Held against its last action where it would run now, else between its last two actions.

    Raises:
        InputError: the plan has no such step.
    """
    plan = journey.plan()
    names = [node.name for node in plan]
    if step not in names:
        raise InputError(f"there is no step {step!r}", hint=nearest(step, names))
    progress = Progress(outputs=dict(plan.given))
    for node in plan:
        if node.name == step:
            return _explain(journey, node, progress)
        _status(journey, node, progress)
    raise AssertionError(step)


def _explain(journey: Journey, node: Node, progress: Progress) -> dict[str, Any]:
    history = journey.store.actions.history(node.name)
    waits = sorted({port.node for port in node.inputs.values() if port not in progress.outputs})
    status = _status(journey, node, progress)
    if waits:
        says = _("{step} waits for {others}, which would run first")
        return _document(node, status, says.format(step=node.name, others=", ".join(waits)))
    if not history:
        return _document(node, status, _("{step} never ran").format(step=node.name))
    now = ingredients(node, _ids(node, progress), journey.index)
    if status == "would run" and history[0].key == action_key(now):
        says = _("{step} would run: what it gave is gone")
        return _document(node, status, says.format(step=node.name))
    if status == "would run":
        says = _("{step} would run: this changed since it last ran").format(step=node.name)
        return _document(node, status, says, history[0].ingredients, now)
    if len(history) == 1:
        says = _("{step} is known; it ran once, on {time}")
        return _document(node, status, says.format(step=node.name, time=history[0].committed[:19]))
    says = _("{step} is known; it last ran because this had changed").format(step=node.name)
    return _document(node, status, says, history[1].ingredients, history[0].ingredients)


def _document(
    node: Node, status: str, says: str, before: Any = None, after: Any = None
) -> dict[str, Any]:
    found = [vars(change) for change in changes(before, after)]
    return {"step": node.name, "status": status, "says": says, "changes": found}


def _status(journey: Journey, node: Node, progress: Progress) -> str:
    if not set(node.inputs.values()) <= set(progress.outputs):
        return "waits"
    known = known_action(journey.store, node, journey.index, progress)
    return "would run" if known is None else "known"


def _ids(node: Node, progress: Progress) -> dict[str, str]:
    return {role: progress.outputs[port].id for role, port in node.inputs.items()}
