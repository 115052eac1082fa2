"""A chat model behind somebody else's endpoint, asked as an assistant is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from proofstone.checks.memory import Memory, never
from proofstone.checks.oracle import Tally
from proofstone.checks.probe import Ask
from proofstone.core.errors import InputError
from proofstone.core.step import Recall
from proofstone.models.assistant.reply import Outcome, Reply
from proofstone.models.assistant.wording import INSTRUCTIONS
from proofstone.models.contract import Feature, Generate, Model, Operation, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import (
    MESSAGES,
    Conversation,
    Turn,
    read_planted,
    read_rows,
    rows_of,
)
from proofstone.models.rows import Rows
from proofstone.models.text.words import words

_HANDS_OVER = re.compile(
    r"\bI (?:do not|don['’]t|can ?not|can['’]t) (?:know|find|answer|tell|help|say|have)"
    r"|\bI(?:['’]m| am) (?:not (?:sure|able|aware)|unable|sorry)"
    r"|\b(?:not|isn['’]t) (?:mentioned|specified|provided|stated|covered|answered|available)\b"
    r"|\b(?:contact|reach out to|ask) (?:a person|our|your|the) ?(?:support|team|help|agent)?"
    r"|(?:我|目前|暂时)?(?:不知道|不清楚|不确定|无法(?:回答|提供|确定|帮助)|没有(?:相关|提到|提及|找到))"
    r"|(?:联系|转)(?:人工|客服)|抱歉|对不起",
    re.IGNORECASE,
)


class EndpointAssistant:
    """Answers `Reply` with what a remote chat model says; it names no sources.

    `instructions` are sent as the system turn. Planted passages stand before the question, as an
    assistant that retrieves would have them. A reply counts as handed over when it says, in words
    that a rule knows, that it does not know or cannot help. Answers are kept in `recall`.

    Not covered: hand-overs in other words count as answers; whatever retrieval the other side has
    is not seen.
    """

    by_origin = False
    rows_a_call = 1

    def __init__(
        self,
        remote: Model,
        *,
        instructions: str = INSTRUCTIONS,
        max_tokens: int = 256,
        recall: Recall | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        self.instructions = instructions
        self.tally = Tally()
        self.id = remote.id
        self.batch_size = 64
        self._operation = Generate(max_tokens)
        self._memory = Memory(remote, self.tally, recall, cancelled=cancelled)

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """`Reply` alone."""
        return frozenset({AskReply})

    @property
    def signature(self) -> Signature:
        """A conversation goes in, text comes out."""
        return Signature((Feature(MESSAGES, "text"),), "text")

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return a reply for each conversation, an object array of dict, shape (n,).

        Raises:
            InputError: the operation is not `Reply`.
            EndpointError, OverBudget, RowError: as the remote model raises.
            Cancelled: somebody asked to stop.
        """
        if not isinstance(operation, AskReply):
            raise InputError(f"an endpoint does not answer {type(operation).__name__}")
        cells = zip(read_rows(rows), read_planted(rows), strict=True)
        asked = rows_of([self._prompt(*cell) for cell in cells])
        [texts] = self._memory.answer([Ask(asked, self._operation, draw)])
        found = np.empty(len(rows), dtype=object)
        found[:] = [_reply(str(text)).to_json() for text in texts]
        return found

    def _prompt(self, conversation: Conversation, planted: Sequence[str]) -> Conversation:
        turns = [turn for turn in conversation if turn.role != "system"]
        if planted:
            listed = "\n\n".join(f"[{number}] {text}" for number, text in enumerate(planted, 1))
            asked = f"Passages:\n\n{listed}\n\nQuestion: {turns[-1].content}"
            turns[-1] = Turn("user", asked)
        return (Turn("system", self.instructions), *turns)


def _reply(text: str) -> Reply:
    outcome: Outcome = "handed_over" if _HANDS_OVER.search(text) else "answered"
    return Reply(text, outcome, evidence=1.0, completion_tokens=len(words(text)))
