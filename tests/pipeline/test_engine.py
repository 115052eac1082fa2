from __future__ import annotations

from pathlib import Path

import pytest
from tests.pipeline.toy import node, nodes, run

from proofstone.core.errors import StoreError
from proofstone.pipeline.code import CodeIndex
from proofstone.pipeline.engine import Engine, Progress
from proofstone.pipeline.executor import LocalExecutor
from proofstone.pipeline.node import Node, Port
from proofstone.store.store import Store


def statuses(progress: Progress) -> dict[str, str]:
    return {name: step.status for name, step in progress.steps.items()}


def ids(progress: Progress) -> dict[Port, str]:
    return {port: artifact.id for port, artifact in progress.outputs.items()}


def test_a_second_run_restores_everything(tmp_path: Path) -> None:
    first = run(tmp_path, nodes(4))
    second = run(tmp_path, nodes(4))
    assert set(statuses(first).values()) == {"ran"}
    assert set(statuses(second).values()) == {"restored"}
    assert ids(first) == ids(second)


def test_what_comes_out_as_before_leaves_the_rest_alone(tmp_path: Path) -> None:
    run(tmp_path, nodes(4))
    later = run(tmp_path, nodes(6))
    assert statuses(later) == {"numbers": "ran", "parity": "ran", "shout": "restored"}


def test_an_old_setting_is_known_again(tmp_path: Path) -> None:
    run(tmp_path, nodes(4))
    run(tmp_path, nodes(5))
    back = run(tmp_path, nodes(4))
    assert set(statuses(back).values()) == {"restored"}


def test_spread_work_gives_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    one = run(tmp_path / "one", nodes(5, spread=True), workers=1)
    two = run(tmp_path / "two", nodes(5, spread=True), workers=2)
    assert ids(one) == ids(two)


def test_a_failed_step_keeps_what_was_finished_and_skips_what_waited(tmp_path: Path) -> None:
    after = Node(
        "after", "tests.pipeline.toy_steps:broken", {}, {"broken": Port("broken", "broken")}
    )
    plan = [*nodes(4)[:1], node("broken", "numbers"), after]
    with pytest.raises(ValueError, match="on purpose"):
        run(tmp_path, plan)
    assert statuses(run(tmp_path, plan[:1])) == {"numbers": "restored"}


def test_a_deleted_object_is_made_again(tmp_path: Path) -> None:
    first = run(tmp_path, nodes(4))
    blob = first.outputs[Port("shout", "shout")].files["shout.txt"]
    (tmp_path / "objects" / blob.sha256[:2] / blob.sha256[2:]).unlink()
    second = run(tmp_path, nodes(4))
    assert statuses(second) == {"numbers": "restored", "parity": "restored", "shout": "ran"}
    assert ids(first) == ids(second)


def test_a_truncated_object_is_named_and_repaired(tmp_path: Path) -> None:
    first = run(tmp_path, nodes(4))
    blob = first.outputs[Port("parity", "parity")].files["b.txt"]
    path = tmp_path / "objects" / blob.sha256[:2] / blob.sha256[2:]
    path.write_bytes(path.read_bytes()[:3])
    with pytest.raises(StoreError, match="3 of 12 bytes") as caught:
        run(tmp_path, nodes(4))
    assert "doctor --repair" in caught.value.hint
    store = Store(tmp_path)
    assert store.repair() == [first.outputs[Port("parity", "parity")].id]
    store.close()
    assert ids(run(tmp_path, nodes(4))) == ids(first)


def test_an_interrupt_stops_what_is_under_way_and_keeps_what_was_finished(tmp_path: Path) -> None:
    store, progress = Store(tmp_path), Progress()

    def tell(name: str, event: str, seconds: float | None) -> None:
        if (name, event) == ("numbers", "ran"):
            raise KeyboardInterrupt

    with LocalExecutor(1) as executor:
        index = CodeIndex(tmp_path / "cache" / "code.json")
        engine = Engine(store, executor, index, tmp_path, tell)
        with pytest.raises(KeyboardInterrupt):
            engine.run([node("patient"), node("numbers", count=3)], progress, 2)
    assert len(store.actions.history("numbers")) == 1
    assert store.actions.history("patient") == []
    store.close()
