"""Which steps of a plan are known, found out without running any."""

from __future__ import annotations

from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.engine import Progress
from proofstone.pipeline.keys import action_key, ingredients
from proofstone.pipeline.node import Node, Plan, Port
from proofstone.store.actions import Action
from proofstone.store.store import Store


def known_action(store: Store, node: Node, index: CodeIndex, progress: Progress) -> Action | None:
    """Return what `node` gave before, entered in `progress`; None where it would have to run.

    What it reads must stand in `progress`.
    """
    inputs = {role: progress.outputs[port].id for role, port in node.inputs.items()}
    action = store.actions.get(action_key(ingredients(node, inputs, index)))
    if action is None or not all(map(store.objects.has, action.outputs.values())):
        return None
    for role, artifact in action.outputs.items():
        progress.outputs[Port(node.name, role)] = artifact
    return action


def known_keys(
    store: Store, plan: Plan, index: CodeIndex, named: tuple[str, ...]
) -> dict[str, object]:
    """Return the action keys of the steps whose name begins with one of `named`, where known.

    Steps that come after those are not looked at.
    """
    progress = Progress(outputs=dict(plan.given))
    wanted = [node.name for node in plan if node.name.startswith(named)]
    keys: dict[str, object] = {}
    for node in plan:
        if len(keys) == len(wanted):
            break
        if set(node.inputs.values()) <= set(progress.outputs):
            action = known_action(store, node, index, progress)
            if action is not None and node.name in wanted:
                keys[node.name] = action.key
    return keys
