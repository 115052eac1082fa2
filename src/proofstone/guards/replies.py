"""The labelled replies that ship with the guards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.labelled import lines
from proofstone.models import fields
from proofstone.models.text.language import language_of

_DATA = "replies.jsonl"


@dataclass(frozen=True)
class LabelledReply:
    """A reply in its conversation; `wrong` names the guard that should act, if any."""

    conversation: Exchange
    reply: Said
    wrong: str | None


@cache
def replies() -> tuple[LabelledReply, ...]:
    """Return the labelled replies."""
    return tuple(_reply(one) for one in lines(_DATA))


def _reply(line: dict[str, object]) -> LabelledReply:
    from proofstone.models.conversation import Turn
    from proofstone.models.retrieval.passage import Passage

    instructions, question, text = (
        fields.text(line[name], _DATA) for name in ("instructions", "question", "reply")
    )
    passages = tuple(
        Passage(name, name.partition("#")[0], "", "", language_of(said), said)
        for name, said in fields.mapping(line["passages"], _DATA).items()
    )
    messages = Turn("system", instructions), Turn("user", question)
    wrong = line["wrong"]
    return LabelledReply(
        Exchange(messages, passages),
        Said(text, fields.texts(line["sources"], _DATA)),
        None if wrong is None else fields.text(wrong, _DATA),
    )
