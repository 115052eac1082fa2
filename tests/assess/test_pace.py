"""The time of a reply is that of replies, whatever else the model was asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from proofstone.assess.assistant import _pace
from proofstone.checks.oracle import Tally
from proofstone.core.artifact import Artifact
from proofstone.models.contract import Generate, Logprobs, Reply
from proofstone.pipeline.engine import Progress
from proofstone.pipeline.record import _pace as recorded


def noted(*answers: tuple[Any, int, float]) -> Artifact:
    tally = Tally()
    for operation, rows, seconds in answers:
        tally.answer(operation, rows, seconds)
    draft = _pace(tally)
    return Artifact(draft.kind, {}, draft.meta)


def told(pace: Artifact | None) -> dict[str, float]:
    outputs = {} if pace is None else {"pace": pace}
    actions = {"assess.candidate/a": SimpleNamespace(outputs=outputs, seconds=99.0)}
    return recorded(cast(Progress, SimpleNamespace(actions=actions)), "a")


def test_rows_of_likelihood_are_no_replies() -> None:
    pace = noted(
        (Reply(), 4, 6.0), (Logprobs(), 500, 80.0), (Reply(), 2, 3.0), (Generate(), 1, 5.0)
    )
    assert told(pace) == {"seconds_per_reply": pytest.approx(1.5)}


def test_without_replies_nothing_is_said_of_their_time() -> None:
    assert told(noted((Logprobs(), 500, 80.0))) == {}
    assert told(None) == {}
