from __future__ import annotations

from typing import Any

import pytest

from proofstone.core.errors import GateShut
from proofstone.registry.champion import champion_of, refuse_another

CHANGE = {"metric": "roc_auc_change", "not_applicable": ""}
HELD = {"steps": {"assess.champion": {"ingredients": {"settings": {"release": "a" * 64}}}}}
FIRST: dict[str, Any] = {"steps": {}}


def project(*gates: dict[str, str], **challenge: str) -> dict[str, Any]:
    return {"assess": {"gates": list(gates), "settings": {"challenge": challenge}}}


def test_whom_it_was_held_against() -> None:
    assert champion_of(HELD) == "a" * 64
    assert champion_of(FIRST) is None


@pytest.mark.parametrize(("held", "standing"), [(HELD, "b" * 64), (HELD, None), (FIRST, "b" * 64)])
def test_a_release_that_was_held_against_another_is_refused(
    held: dict[str, Any], standing: str | None
) -> None:
    with pytest.raises(GateShut, match="no worse than what stands in production") as caught:
        refuse_another(project(CHANGE), held, "production", standing)
    assert "proofstone run" in str(caught.value.hint)


def test_it_may_pass_where_nothing_asks_or_all_is_as_it_was() -> None:
    refuse_another(project(CHANGE), HELD, "production", "a" * 64)
    refuse_another(project(CHANGE), FIRST, "production", None)
    refuse_another(project(), HELD, "production", "b" * 64)
    refuse_another(project(CHANGE | {"not_applicable": "new task"}), HELD, "production", None)
    refuse_another(project(CHANGE), HELD, "staging", None)
    with pytest.raises(GateShut):
        refuse_another(project(CHANGE, champion="staging"), HELD, "staging", None)
