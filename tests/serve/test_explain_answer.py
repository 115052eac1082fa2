from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.models.assistant.desk import PASSAGES, Writer, desk
from tests.serve.chat.assistants import verified_assistant

from proofstone.core.errors import DataError
from proofstone.guards.chain import Guards
from proofstone.guards.guard import GuardSettings
from proofstone.guards.guarded import GuardedAssistant
from proofstone.models.contract import Operation
from proofstone.models.conversation import exchange, read_rows
from proofstone.models.rows import Rows
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.explain_answer import explain_questions, explain_reply

ASKED = "Where is the signing key file?"


class Telling(Writer):
    """Words one answer, likelier by nine nats with the sentence that says it."""

    def __init__(self, said: str = "It is the file signer.pem.") -> None:
        super().__init__(lambda turns: said)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        held = ["signer.pem" in turns[-1].content for turns in read_rows(rows)]
        return np.column_stack([np.where(held, -3.0, -12.0), np.full(len(held), 7.0)])


def guarded(writer: Writer | None = None, **guards: Any) -> GuardedAssistant:
    return GuardedAssistant(desk(writer), Guards.of(GuardSettings.from_json(guards, "guards")))


def test_a_worded_answer_has_its_carrier() -> None:
    found = explain_reply(guarded(Telling()), exchange(ASKED))
    assert (found["how"], found["outcome"]) == ("worded", "answered")
    assert found["carrier"] == PASSAGES[1].id
    weights = {piece["passage"]: piece["weight"] for piece in found["pieces"]}
    assert weights.pop(PASSAGES[1].id) == pytest.approx(9.0)
    assert list(weights.values()) == [pytest.approx(0.0)]
    assert found["likelihood"] == {"with_all": -3.0, "with_none": -12.0, "tokens": 7}
    assert found["surrogate"]["exact"] is True
    assert "4 subsets" in found["method"]
    json.dumps(found, allow_nan=False)


def test_sentences_are_taken_away_too() -> None:
    found = explain_reply(guarded(Telling()), exchange(ASKED), unit="sentences")
    best = max(found["pieces"], key=lambda piece: piece["weight"])
    assert best["text"] == PASSAGES[1].text
    assert len(found["pieces"]) > 2


def test_a_quotation_is_carried_by_its_passage() -> None:
    found = explain_reply(guarded(), exchange(ASKED))
    assert (found["how"], found["carrier"]) == ("quoted", PASSAGES[1].id)
    assert found["pieces"] == []
    first = found["passages"][0]
    assert first["named"] is True
    matched = sum(word["matched"] for word in first["found"]["words"])
    assert first["found"]["meaning"] + matched == pytest.approx(first["found"]["score"], abs=1e-6)


def test_a_hand_over_says_how_sure_it_would_have_been() -> None:
    found = explain_reply(guarded(), exchange("What colour is the moon?"))
    assert (found["how"], found["outcome"], found["carrier"]) == ("none", "handed_over", None)
    assert found["evidence"] < found["threshold"] == 0.5
    assert found["passages"]


def test_nothing_is_shown_of_what_a_guard_stopped() -> None:
    secret = "The canary is q7-zebra-lamp."
    before = explain_reply(guarded(most_characters=10), exchange(ASKED))
    after = explain_reply(guarded(Telling(secret), canaries=["q7-zebra-lamp"]), exchange(ASKED))
    for found in (before, after):
        assert (found["how"], found["outcome"], found["passages"]) == ("none", "refused", [])
        assert "zebra" not in json.dumps(found)


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> VerifiedModel:
    return verified_assistant(tmp_path_factory.mktemp("assistant") / "release")


def test_questions_of_a_file(verified: VerifiedModel, tmp_path: Path) -> None:
    lines = tmp_path / "questions.txt"
    lines.write_text("How do I verify a release?\n\n密钥丢失后怎么办？\nNot asked\n", "utf-8")
    found = explain_questions(verified, lines, limit=2)
    assert found["release"] == verified.release
    assert [one["how"] for one in found["answers"]] == ["quoted", "quoted"]
    assert [one["carrier"] for one in found["answers"]] == ["releases#verify/1", "zh/keys#lost/1"]
    chats = tmp_path / "questions.jsonl"
    turns = [{"role": "user", "content": "How do I verify a release?"}]
    chats.write_text(json.dumps({"messages": turns}) + "\n" + json.dumps({"question": "Hm?"}))
    asked = [one["question"] for one in explain_questions(verified, chats)["answers"]]
    assert asked == ["How do I verify a release?", "Hm?"]


@pytest.mark.parametrize("line", ["{", "[1]", '{"answer": "yes"}'])
def test_a_line_that_is_no_question_is_named(
    verified: VerifiedModel, tmp_path: Path, line: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f'{{"question": "Hm?"}}\n{line}\n')
    with pytest.raises(DataError, match=r"bad\.jsonl, line 2"):
        explain_questions(verified, file)
