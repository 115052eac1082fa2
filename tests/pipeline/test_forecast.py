from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.pipeline.small import DOCUMENT
from tests.pipeline.toy import nodes, run

from proofstone.core.errors import InputError
from proofstone.core.project.schema import DecisionProject
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.engine import Progress
from proofstone.pipeline.forecast import forecast, why
from proofstone.pipeline.node import Node, Plan, Port
from proofstone.store.store import Store


@dataclass(frozen=True)
class ToyJourney:
    """What a forecast reads of a journey."""

    nodes: list[Node]
    store: Store
    index: CodeIndex

    def plan(self) -> Plan:
        return Plan(DecisionProject.model_validate(DOCUMENT), tuple(self.nodes))


class Toy:
    """A store in which toy plans run; each plan is the last one's with another count."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = Store(root)

    def run(self, count: int) -> Progress:
        return run(self.root, nodes(count))

    def journey(self, count: int) -> ToyJourney:
        return ToyJourney(nodes(count), self.store, CodeIndex(self.root / "code.json"))

    def statuses(self, count: int) -> dict[str, str]:
        return {row["name"]: row["status"] for row in forecast(self.journey(count))}


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    made = Toy(tmp_path)
    yield made
    made.store.close()


def test_an_empty_store_knows_nothing(toy: Toy) -> None:
    rows = forecast(toy.journey(4))
    assert [(row["name"], row["status"], row["seconds"]) for row in rows] == [
        ("numbers", "would run", None), ("parity", "waits", None), ("shout", "waits", None),
    ]  # fmt: skip
    assert [row["reads"] for row in rows] == [[], ["numbers"], ["parity"]]


def test_what_ran_is_known_with_its_time(toy: Toy) -> None:
    done = toy.run(4)
    rows = forecast(toy.journey(4))
    assert {row["status"] for row in rows} == {"known"}
    assert [row["seconds"] for row in rows] == [done.actions[row["name"]].seconds for row in rows]


def test_a_change_makes_its_step_run_and_the_rest_wait(toy: Toy) -> None:
    toy.run(4)
    assert toy.statuses(5) == {"numbers": "would run", "parity": "waits", "shout": "waits"}
    toy.run(5)
    assert set(toy.statuses(4).values()) == {"known"}


def test_a_forecast_runs_and_commits_nothing(toy: Toy) -> None:
    forecast(toy.journey(4))
    assert toy.store.actions.history("numbers") == []


def test_what_lost_its_output_would_run(toy: Toy) -> None:
    done = toy.run(4)
    blob = done.outputs[Port("numbers", "numbers")].files["numbers.txt"]
    (toy.root / "objects" / blob.sha256[:2] / blob.sha256[2:]).unlink()
    assert toy.statuses(4)["numbers"] == "would run"
    found = why(toy.journey(4), "numbers")
    assert (found["status"], found["changes"]) == ("would run", [])
    assert "is gone" in found["says"]


def test_why_names_what_changed(toy: Toy) -> None:
    toy.run(4)
    found = why(toy.journey(5), "numbers")
    assert found["status"] == "would run"
    assert found["changes"] == [{"path": "settings.count", "before": "4", "after": "5"}]


def test_why_after_the_run_tells_the_last_two_apart(toy: Toy) -> None:
    toy.run(4)
    toy.run(5)
    found = why(toy.journey(5), "numbers")
    assert found["status"] == "known"
    assert found["changes"] == [{"path": "settings.count", "before": "4", "after": "5"}]
    (change,) = why(toy.journey(5), "parity")["changes"]
    assert change["path"] == "inputs.numbers"


@pytest.mark.parametrize(("counts", "asked", "step", "status", "says"), [
    ([], 4, "numbers", "would run", "numbers never ran"),
    ([], 4, "shout", "waits", "shout waits for parity, which would run first"),
    ([4], 5, "parity", "waits", "parity waits for numbers"),
    ([4], 4, "shout", "known", "it ran once, on 20"),
])  # fmt: skip
def test_why_says_so_where_nothing_can_be_compared(
    toy: Toy, counts: list[int], asked: int, step: str, status: str, says: str
) -> None:
    for count in counts:
        toy.run(count)
    found = why(toy.journey(asked), step)
    assert (found["step"], found["status"], found["changes"]) == (step, status, [])
    assert says in found["says"]


def test_an_unknown_step_meets_the_known_ones(toy: Toy) -> None:
    with pytest.raises(InputError, match="no step 'number'") as caught:
        why(toy.journey(4), "number")
    assert "numbers" in caught.value.hint
