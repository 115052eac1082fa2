"""A chat model that says what a test wants, and may be held up in the middle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from proofstone.models.assistant.assistant import Assistant
from proofstone.models.contract import Generate
from proofstone.models.conversation import Conversation
from proofstone.models.generation import Completion, Piece, Usage


class Scripted:
    """Says `pieces`, one after the other; before the piece `held` it waits for `go` or the end.

    `asked` are the operations, `draws` the seeds and `turns` the conversations it was given;
    `stopped` is set when it was cut off.
    """

    id = "scripted"
    by_origin = False
    batch_size = 1
    operations = frozenset({Generate})

    def __init__(self) -> None:
        self.pieces: Sequence[str] = ("It is", " signed. ", "Run verify", ".")
        self.held: int | None = None
        self.go, self.reached, self.stopped = (threading.Event() for _ in range(3))
        self.asked: list[Generate] = []
        self.draws: list[int] = []
        self.turns: list[Conversation] = []

    def close(self) -> None:
        """Nothing to give back."""

    def generate(self, turns: Conversation, operation: Generate, draw: int = 0) -> Completion:
        return Completion("".join(self.pieces), "stop", Usage(7, len(self.pieces)))

    def stream(
        self,
        turns: Conversation,
        operation: Generate,
        draw: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Piece]:
        self.asked.append(operation)
        self.draws.append(draw)
        self.turns.append(turns)
        for at, text in enumerate(self.pieces):
            if at == self.held:
                self.reached.set()
                while not (self.go.wait(0.01) or cancelled()):
                    continue
            if cancelled():
                self.stopped.set()
                return
            yield Piece(text)
        yield Piece("", "stop", Usage(7, len(self.pieces)))


def words_with(assistant: Assistant, generator: Any) -> None:
    """Let `generator` word the English answers of `assistant`."""
    assistant.generator = generator
    assistant.settings = replace(assistant.settings, languages=("en",))
