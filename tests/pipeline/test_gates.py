from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proofstone.core.errors import InputError
from proofstone.pipeline.gates import parse_gates, read_gates

FIRM = {"metric": "roc_auc", "min": 0.6, "reason": "what the rules before it reach"}


def test_gates_and_the_lines_that_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "gates.yaml"
    path.write_text(
        "# limits\n- metric: roc_auc\n  min: 0.7\n  reason: 理由\n\n"
        "- {metric: accuracy, not_applicable: nobody is hurt}\n"
    )
    found = read_gates(path)
    assert [(gate.metric, gate.min, gate.reason) for gate in found.gates] == [
        ("roc_auc", 0.7, "理由"), ("accuracy", None, ""),
    ]  # fmt: skip
    assert (found.path, found.lines) == (path, [2, 6])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1: (file): the file is empty"),
        ("metric: roc_auc", "1: (file): the file is not a list of gates"),
        ("- [", "(file): not YAML"),
        ("\udc80", "not UTF-8"),
        ("\n- metric: roc_auc", "2: gates[0]: the gate has no limit"),
        (
            "- {metric: roc_auc, min: .nan, reason: x}",
            "1: gates[0].min: must be a number, not .nan",
        ),
        ("- {metric: roc_auc, max: .inf, reason: x}", "gates[0].max: must be a number, not .inf"),
        ("- {metric: roc_auc, max: 1e999, reason: x}", "1e999 is too large a number"),
        ("- {metric: roc_auc, min: '0.5', reason: x}", "gates[0].min: must be a number, not 0.5"),
        ("- {metric: roc_auc, min: 0.5}", "gates[0]: the gate gives no reason for its limit"),
        (
            "- metric: roc_auc\n  min: 0.5\n  max: 0.6\n  reason: x",
            "3: gates[0].max: the gate has min and max",
        ),
        (
            "- {metric: roc_auc, min: 0.5, reason: x}\n- {metric: roc_auc, min: 0.6, reason: y}",
            "2: gates[1]: roc_auc of all has a gate already: gates[0]",
        ),
        ("- {metric: a, mn: 1, reason: x}", 'gates[0].mn: unknown key "mn"'),
    ],
)
def test_a_file_that_lists_no_gates_is_named_with_its_line(
    text: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "gates.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError) as caught:
        read_gates(path)
    assert str(caught.value).startswith(f"{path}:")
    assert says in str(caught.value)
    assert caught.value.hint


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.yaml: cannot be read: No such file"):
        read_gates(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        (FIRM | {"metric": "roc_auk"}, 'gates[1].metric: no metric "roc_auk" is measured'),
        ({"min": 0.5, "reason": "x"}, 'gates[1].metric: required key "metric" is missing'),
        (FIRM | {"mn": 0.5}, 'gates[1].mn: unknown key "mn"'),
        (FIRM | {"min": "much"}, "gates[1].min: must be a number, not much"),
        (FIRM | {"min": float("inf")}, "gates[1].min: must be a finite number, not inf"),
        (FIRM | {"min": float("nan")}, "gates[1].min: must be a finite number, not nan"),
        ({"metric": "accuracy", "reason": "x"}, "gates[1]: the gate has no limit"),
        (FIRM | {"max": 0.9}, "gates[1].max: the gate has min and max"),
        ({"metric": "accuracy", "min": 0.1}, "gates[1]: the gate gives no reason"),
        ("roc_auc", "gates[1]: must be a mapping of keys to values, not roc_auc"),
    ],
)
def test_a_mapping_that_is_no_gate_is_named(gate: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_gates([FIRM, gate])
    assert str(caught.value).startswith(says)
    assert "reason" in caught.value.hint


def test_a_project_may_not_have_infinite_limits_either() -> None:
    from pydantic import ValidationError

    from proofstone.core.project.schema import Column, Gate

    for limit in (float("inf"), float("nan")):
        with pytest.raises(ValidationError, match="finite"):
            Gate(metric="roc_auc", min=limit)
        with pytest.raises(ValidationError, match="finite"):
            Column(type="number", max=limit)
