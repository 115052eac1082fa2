"""The steps of the toy plan, apart from what runs them: their code is all that their keys hold."""

from __future__ import annotations

from collections.abc import Mapping

from proofstone.core.artifact import Draft
from proofstone.core.errors import Cancelled
from proofstone.core.step import Context, step


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


@step("toy.patient", outputs=("patient",))
def patient(context: Context) -> Mapping[str, Draft]:
    """Goes on until it is told to stop, and then gives nothing."""
    for _ in range(10**9):
        if context.cancelled():
            raise Cancelled
    raise AssertionError("nobody asked to stop")
