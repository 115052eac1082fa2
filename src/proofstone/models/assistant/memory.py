"""How much of a conversation counts, and what is searched for when it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from proofstone.models.conversation import Conversation


@dataclass(frozen=True)
class Window:
    """The last `turns` turns before the question, together at most `characters` long."""

    turns: int
    characters: int

    def of(self, conversation: Conversation) -> Conversation:
        """Return the turns before the last that still count; system turns never do."""
        earlier = [turn for turn in conversation[:-1] if turn.role != "system"]
        kept: list[int] = []
        left = self.characters
        for place in range(len(earlier) - 1, -1, -1):
            left -= len(earlier[place].content)
            if left < 0 or len(kept) == self.turns:
                break
            kept.append(place)
        return tuple(earlier[place] for place in reversed(kept))


def queries(window: Conversation, question: str) -> list[str]:
    """Return what to search for: the question, and with what the user asked just before it.

    A follow-up such as "and in Chinese?" says too little by itself, while one that changes the
    subject says enough; whoever searches keeps the better found of the two.
    """
    before = [turn.content for turn in window if turn.role == "user"]
    return [question, f"{before[-1]} {question}"] if before else [question]
