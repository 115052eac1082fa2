"""Conversations: turns of system, user and assistant, and how a table of rows holds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from proofstone.models import fields
from proofstone.models.errors import RowError
from proofstone.models.rows import Rows

Role = Literal["system", "user", "assistant"]

MESSAGES = "messages"
CONTINUATION = "continuation"
PLANTED = "planted"


@dataclass(frozen=True)
class Turn:
    """What one side said."""

    role: Role
    content: str

    def to_json(self) -> dict[str, str]:
        """The turn as chat protocols write it."""
        return {"role": self.role, "content": self.content}


Conversation = tuple[Turn, ...]


def exchange(*said: str, system: str | None = None) -> Conversation:
    """Return the conversation in which user and assistant said these texts by turns.

    >>> [turn.role for turn in exchange("Hello", "Hello. What can I do?", "Help me")]
    ['user', 'assistant', 'user']
    """
    roles: tuple[Role, Role] = ("user", "assistant")
    turns = tuple(Turn(roles[at % 2], text) for at, text in enumerate(said))
    return turns if system is None else (Turn("system", system), *turns)


def write(conversation: Conversation) -> str:
    """Return the text that a cell of the column `messages` holds."""
    return json.dumps([turn.to_json() for turn in conversation], ensure_ascii=False)


def read(text: str, row: int = 0) -> Conversation:
    """Read back what `write` returned; `row` is for the message.

    Raises:
        RowError: it is no list of turns, or is empty.
    """
    place = f"row {row}, {MESSAGES}"
    try:
        turns = tuple(_turn(one, f"{place}[{at}]") for at, one in enumerate(json.loads(text)))
    except (TypeError, ValueError) as error:
        raise RowError(f"{place}: is no JSON list of turns: {error}") from error
    if not turns:
        raise RowError(f"{place}: the conversation is empty", hint="give at least one user turn")
    return turns


def rows_of(
    conversations: Sequence[Conversation], planted: Sequence[Sequence[str]] | None = None
) -> Rows:
    """Return one row a conversation; `planted` are passages put before what retrieval finds."""
    held = [None] * len(conversations) if planted is None else [_planted(one) for one in planted]
    frame = pl.DataFrame(
        {MESSAGES: [write(one) for one in conversations], PLANTED: held},
        schema={MESSAGES: pl.String, PLANTED: pl.String},
    )
    return Rows.of(frame)


def read_rows(rows: Rows) -> list[Conversation]:
    """Return the conversations in `rows`.

    Raises:
        RowError: one of them cannot be read; the message names its row.
    """
    cells = zip(rows.origin.tolist(), rows.frame[MESSAGES].to_list(), strict=True)
    return [read(text, row) for row, text in cells]


def read_planted(rows: Rows) -> list[tuple[str, ...]]:
    """Return what is planted in each row; nothing where there is no such column."""
    if PLANTED not in rows.frame.columns:
        return [()] * len(rows)
    return [() if one is None else tuple(json.loads(one)) for one in rows.frame[PLANTED].to_list()]


def _planted(passages: Sequence[str]) -> str | None:
    return json.dumps(list(passages), ensure_ascii=False) if passages else None


def _turn(document: object, place: str) -> Turn:
    state = fields.mapping(document, place)
    role = fields.field(state, "role", place)
    if role not in get_args(Role):
        raise RowError(f"{place}.role: {str(role)[:40]!r} is not system, user or assistant")
    content = fields.field(state, "content", place)
    if not isinstance(content, str):
        raise RowError(f"{place}.content: is no text")
    return Turn(role, content)
