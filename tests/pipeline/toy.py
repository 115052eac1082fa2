"""A toy plan of four steps, small enough to be killed at each write."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from proofstone.core.artifact import Draft
from proofstone.core.project.schema import Project
from proofstone.core.step import Context, step
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.engine import Engine, Progress
from proofstone.pipeline.executor import LocalExecutor
from proofstone.pipeline.node import Node, Plan, Port
from proofstone.store.store import Store


def double(part: int) -> int:
    return 2 * part


@step("toy.numbers", outputs=("numbers",))
def numbers(context: Context) -> Mapping[str, Draft]:
    values = ",".join(str(one) for one in range(context.settings["count"]))
    return {"numbers": Draft("numbers", {"numbers.txt": values.encode()})}


@step("toy.parity", outputs=("parity",))
def parity(context: Context) -> Mapping[str, Draft]:
    text = context.inputs["numbers"].read("numbers.txt").decode()
    word = "even" if len(text.split(",")) % 2 == 0 else "odd"
    return {"parity": Draft("parity", {"a.txt": word.encode(), "b.txt": word.encode() * 3})}


@step("toy.shout", outputs=("shout",))
def shout(context: Context) -> Mapping[str, Draft]:
    word = context.inputs["parity"].read("a.txt").decode()
    return {"shout": Draft("shout", {"shout.txt": word.upper().encode()})}


@step("toy.doubled", outputs=("doubled",))
def doubled(context: Context) -> Mapping[str, Draft]:
    text = context.inputs["numbers"].read("numbers.txt").decode()
    values = context.map(double, [int(one) for one in text.split(",")])
    return {"doubled": Draft("doubled", {"doubled.txt": repr(values).encode()})}


@step("toy.broken", outputs=("broken",))
def broken(context: Context) -> Mapping[str, Draft]:
    raise ValueError("broken on purpose")


def nodes(count: int, *, spread: bool = False) -> list[Node]:
    plan = [
        Node("numbers", "tests.pipeline.toy:numbers", {"count": count}),
        Node("parity", "tests.pipeline.toy:parity", {}, {"numbers": Port("numbers", "numbers")}),
        Node("shout", "tests.pipeline.toy:shout", {}, {"parity": Port("parity", "parity")}),
    ]
    if spread:
        plan.append(
            Node(
                "doubled", "tests.pipeline.toy:doubled", {}, {"numbers": Port("numbers", "numbers")}
            )
        )
    return plan


def run(root: Path, plan: list[Node], workers: int = 2) -> Progress:
    """Run `plan` in the store at `root`; the progress so far is returned, errors are raised."""
    store = Store(root)
    progress = Progress()
    try:
        with LocalExecutor(workers) as executor:
            index = CodeIndex(root / "cache" / "code.json")
            Engine(store, executor, index, root).run(plan, progress, 1)
    finally:
        store.close()
    return progress


def as_plan(project: Project, count: int) -> Plan:
    return Plan(project, tuple(nodes(count)))


if __name__ == "__main__":
    run(Path(sys.argv[1]), nodes(int(sys.argv[2])))
