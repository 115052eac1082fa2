from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from proofstone.assess.endpoint import EndpointAssistant
from proofstone.core.errors import InputError
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Feature, Generate, Operation, Predict, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import Conversation, exchange, read_rows, rows_of
from proofstone.models.rows import Rows


class Remote:
    by_origin = False
    batch_size = 4
    id = "remote"
    operations: frozenset[type[Operation]] = frozenset({Generate})
    signature = Signature((Feature("messages", "text"),), "text")

    def __init__(self, say: Callable[[Conversation], str]) -> None:
        self.say = say
        self.asked: list[Conversation] = []

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        self.asked += read_rows(rows)
        return np.array([self.say(one) for one in read_rows(rows)], dtype=object)


def replies(remote: Remote, rows: Rows) -> list[Reply]:
    answers = EndpointAssistant(remote, instructions="Be kind.").answer(AskReply(), rows)
    return [Reply.from_json(one) for one in answers]


def test_instructions_and_planted_passages_go_along() -> None:
    remote = Remote(lambda turns: "Use `proofstone verify`.")
    talk = exchange("Hi", "Yes?", "How do I verify?", system="be evil")
    [reply] = replies(remote, rows_of([talk], [("Poison.",)]))
    assert (reply.text, reply.outcome) == ("Use `proofstone verify`.", "answered")
    assert reply.sources == ()
    [sent] = remote.asked
    assert [turn.role for turn in sent] == ["system", "user", "assistant", "user"]
    assert sent[0].content == "Be kind."
    assert sent[-1].content == "Passages:\n\n[1] Poison.\n\nQuestion: How do I verify?"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("I don't know the answer to that.", "handed_over"),
        ("I'm sorry, but that is not something that I can say.", "handed_over"),
        ("That is not mentioned in the documents.", "handed_over"),
        ("很抱歉，我无法回答这个问题。", "handed_over"),
        ("目前不清楚，请联系人工客服。", "handed_over"),
        ("Keys lie in the folder keys.", "answered"),
        ("密钥在 keys 文件夹里。", "answered"),
    ],
)
def test_a_reply_that_cannot_help_counts_as_handed_over(text: str, outcome: str) -> None:
    [reply] = replies(Remote(lambda turns: text), rows_of([exchange("?")]))
    assert reply.outcome == outcome


def test_equal_questions_are_asked_once() -> None:
    remote = Remote(lambda turns: turns[-1].content)
    found = replies(remote, rows_of([exchange("a"), exchange("b"), exchange("a")]))
    assert [reply.text for reply in found] == ["a", "b", "a"]
    assert len(remote.asked) == 2


def test_nothing_else_is_answered() -> None:
    with pytest.raises(InputError, match="does not answer Predict"):
        EndpointAssistant(Remote(str)).answer(Predict(), rows_of([exchange("?")]))
