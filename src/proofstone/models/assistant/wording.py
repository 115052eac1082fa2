"""Answers that a chat model words from passages, and which of the passages support them."""

from __future__ import annotations

from collections.abc import Sequence

from proofstone.models.assistant.grounds import Grounds
from proofstone.models.assistant.support import support
from proofstone.models.conversation import Conversation, Turn
from proofstone.models.retrieval.bm25 import BM25
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.sentences import sentences

INSTRUCTIONS = (
    "You answer questions for a help desk. Use only the passages that come with the question. "
    "Answer in one to three short sentences. If the passages do not answer it, say that you do "
    "not know."
)
_SUPPORTED = 0.5
"""Share of a sentence's words, weighted by rarity, that makes a passage its source."""


def prompt(instructions: str, earlier: Conversation, grounds: Grounds, asked: str) -> Conversation:
    """Return the conversation that the chat model continues."""
    numbered = enumerate((passage.text for passage in grounds.passages), 1)
    listed = "\n\n".join(f"[{number}] {text}" for number, text in numbered)
    question = Turn("user", f"Passages:\n\n{listed}\n\nQuestion: {asked}")
    return (Turn("system", instructions or INSTRUCTIONS), *earlier, question)


def cited(text: str, passages: Sequence[Passage], bm25: BM25) -> tuple[Passage, ...]:
    """Return the passages that support a sentence of `text`, in their own order."""
    found: set[int] = set()
    for sentence in sentences(text):
        shares = [support(sentence, passage.text, bm25) for passage in passages]
        if shares and max(shares) >= _SUPPORTED:
            found.add(shares.index(max(shares)))
    return tuple(passages[at] for at in sorted(found))
