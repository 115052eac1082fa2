from __future__ import annotations

import math
from typing import Any

import pytest

from proofstone.registry.verify import VerifiedModel
from proofstone.serve.chat.errors import Refused
from proofstone.serve.chat.feedback import Feedback, feedback_summary, parse_feedback
from proofstone.store.outcomes import Outcome
from proofstone.store.store import Store

Z = 1.959963984540054


def wilson(k: int, n: int) -> tuple[float, float]:
    """The roots of (p - k/n)^2 = z^2 p (1 - p) / n, by the quadratic formula."""
    a, b, c = 1 + Z**2 / n, -(2 * k / n + Z**2 / n), (k / n) ** 2
    root = math.sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def share(summary: dict[str, Any], language: str, name: str) -> dict[str, Any]:
    (group,) = (one for one in summary["groups"] if one["language"] == language)
    found: dict[str, Any] = group[name]
    return found


def test_shares_and_their_intervals(store: Store, extractive: VerifiedModel) -> None:
    release, outcomes = extractive.release, store.outcomes
    for at in range(20):
        outcome = "handed_over" if at < 4 else "refused" if at == 4 else "answered"
        language = "zh" if at % 2 else "en"
        outcomes.add(Outcome(f"a{at}", release, "2025", language, outcome))
    for at in range(8):
        satisfied = None if at == 7 else at < 5
        said = {"satisfied": satisfied, "resolved": True if at == 7 else None}
        outcomes.rate(f"a{at}", release, **said, comment=f"c{at}" if at < 2 else None, rated="2025")
    found = feedback_summary(outcomes, release)
    assert [one["language"] for one in found["groups"]] == ["all", "en", "zh"]
    for name, (k, n) in {
        "response": (8, 20), "satisfied": (5, 7), "handed_over": (4, 20), "refused": (1, 20)
    }.items():  # fmt: skip
        value = share(found, "all", name)
        assert (value["value"], value["n"]) == (k / n, n)
        assert (value["low"], value["high"]) == pytest.approx(wilson(k, n))
    assert share(found, "all", "resolved")["value"] == 1.0
    assert share(found, "all", "resolved")["high"] == 1.0
    assert share(found, "zh", "handed_over")["value"] == 0.2
    assert len(found["comments"]) == 2


def test_nothing_counted_is_no_share(store: Store, extractive: VerifiedModel) -> None:
    found = feedback_summary(store.outcomes, extractive.release)
    assert share(found, "all", "satisfied") == {"value": None, "low": None, "high": None, "n": 0}


def test_a_comment_is_masked_and_on_one_line() -> None:
    said = {"id": "a", "comment": " Call\nme\x1b[31m: bob@example.org \x00"}
    found = parse_feedback(said | {"satisfied": False})
    assert found.satisfied is False
    assert found.comment is not None
    assert "bob" not in found.comment
    assert found.comment.startswith("Call me[31m: ")
    assert parse_feedback({"id": "a", "resolved": True}) == Feedback("a", None, True, None)


@pytest.mark.parametrize(
    ("said", "reason", "field"),
    [
        ({"satisfied": True}, "missing_required_parameter", "id"),
        ({"id": 7, "satisfied": True}, "invalid_type", "id"),
        ({"id": "a"}, "missing_required_parameter", ""),
        ({"id": "a", "comment": " \x00"}, "missing_required_parameter", ""),
        ({"id": "a", "satisfied": "yes"}, "invalid_type", "satisfied"),
        ({"id": "a", "comment": "x" * 1_001}, "string_above_max_length", "comment"),
        ({"id": "a", "stars": 5}, "unknown_parameter", "stars"),
        ([], "invalid_type", ""),
    ],
)
def test_what_is_no_feedback_is_named(said: Any, reason: str, field: str) -> None:
    with pytest.raises(Refused) as raised:
        parse_feedback(said)
    assert (raised.value.reason, raised.value.field) == (reason, field)
