"""Conversations in the settings of a probe, and how likely a model holds their last turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from proofstone.models import fields
from proofstone.models.conversation import CONTINUATION, MESSAGES, Conversation, Turn, write
from proofstone.models.rows import Rows


@dataclass(frozen=True)
class Example:
    """A conversation and the answer that ends it, as a tuning file holds them."""

    asked: Conversation
    answer: str

    def answering(self, answer: str) -> Example:
        """The same conversation with another answer."""
        return replace(self, answer=answer)


def read_example(document: object, place: str) -> Example:
    """Read a conversation as a tuning file holds it; `place` is where it stands.

    Raises:
        InputError: it has no messages, or does not end with the assistant; names the place.
    """
    messages = fields.items(
        fields.field(fields.mapping(document, place), "messages", place), f"{place}.messages"
    )
    turns = tuple(_turn(one, f"{place}.messages[{at}]") for at, one in enumerate(messages))
    if len(turns) < 2 or turns[-1].role != "assistant":
        raise fields.misfit(f"{place}.messages", "they do not end with the assistant's answer")
    return Example(turns[:-1], turns[-1].content)


def rows_of_answers(examples: Sequence[Example]) -> Rows:
    """Return one row an example, whose log-probability is asked for."""
    columns = {
        MESSAGES: [write(one.asked) for one in examples],
        CONTINUATION: [one.answer for one in examples],
    }
    return Rows.of(pl.DataFrame(columns, schema={MESSAGES: pl.String, CONTINUATION: pl.String}))


def _turn(document: object, place: str) -> Turn:
    state = fields.mapping(document, place)
    role = fields.field(state, "role", place)
    if role not in ("system", "user", "assistant"):
        raise fields.misfit(f"{place}.role", f"{str(role)[:40]!r} is not system, user or assistant")
    return Turn(role, fields.text(fields.field(state, "content", place), f"{place}.content"))
