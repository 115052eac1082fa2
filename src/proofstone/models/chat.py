"""What an assistant wants of the model that words its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from proofstone.models.contract import Generate, Model
from proofstone.models.conversation import Conversation
from proofstone.models.generation import Completion, Piece


class Writer(Protocol):
    """Words the next turn of a conversation."""

    def generate(self, turns: Conversation, operation: Generate, draw: int = 0) -> Completion:
        """Return the whole next turn.

        Raises:
            RowError: the conversation does not fit the context.
        """


class ChatModel(Model, Writer, Protocol):
    """A chat model: answers batches, and words single turns, whole or as they are written."""

    def stream(
        self,
        turns: Conversation,
        operation: Generate,
        draw: int = 0,
        cancelled: Callable[[], bool] = ...,
    ) -> Iterator[Piece]:
        """Yield the next turn as it is written; the last piece says why it ended."""

    def close(self) -> None:
        """Give memory and connections back; the next question takes them again."""
