"""Answers in the words of OpenAI's protocol: completions, chunks of them, and models."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from proofstone.models.assistant.reply import Reply

ID = "chatcmpl-"


@dataclass(frozen=True)
class Answer:
    """A finished turn. `text` is all of it, sources included; `rest` was not told in parts.

    `created` is in seconds since 1970. `conversation` is the id of the one that is kept, `ignored`
    the roles of turns that did not count.
    """

    id: str
    created: int
    model: str
    release: str
    reply: Reply
    text: str
    rest: str
    withheld: bool = False
    conversation: str | None = None
    ignored: tuple[str, ...] = ()

    @property
    def finish(self) -> str:
        """Why it ended, as the protocol says it; `content_filter` where it is cut off by guards."""
        return "content_filter" if self.withheld else self.reply.finish

    @property
    def usage(self) -> dict[str, int]:
        """Tokens read and written: none where no generator ran, as for a quotation."""
        read, written = self.reply.prompt_tokens, self.reply.completion_tokens
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
        }

    def completion(self) -> dict[str, Any]:
        """The answer as one document."""
        message = {
            "role": "assistant",
            "content": self.text,
            "refusal": None,
            "proofstone": self.extension(),
        }
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish}
        head = _head(self.id, self.created, self.model, "chat.completion")
        return head | {"choices": [choice], "usage": self.usage}

    def extension(self) -> dict[str, Any]:
        """What the protocol has no words for: outcome, sources, evidence, release, guards.

        Of a guard its name and what it did: a score would help whoever tries to get past it.
        """
        found: dict[str, Any] = {
            "outcome": self.reply.outcome,
            "sources": [asdict(one) for one in self.reply.sources],
            "evidence": self.reply.evidence,
            "release": self.release,
            "guards": [{"guard": one.guard, "action": one.action} for one in self.reply.guards],
        }
        if self.conversation is not None:
            found["conversation"] = self.conversation
        if self.ignored:
            found["ignored"] = list(self.ignored)
        return found


@dataclass(frozen=True)
class Chunks:
    """The chunks of one streamed answer."""

    id: str
    created: int
    model: str
    usage: bool

    def first(self) -> dict[str, Any]:
        """The chunk that begins the message."""
        return self._chunk({"role": "assistant", "content": ""})

    def text(self, text: str) -> dict[str, Any]:
        """A chunk of text."""
        return self._chunk({"content": text})

    def last(self, answer: Answer) -> list[dict[str, Any]]:
        """The chunks that end it: the rest of the text, why it ended, and the usage if asked."""
        rest = [self.text(answer.rest)] if answer.rest else []
        end = self._chunk({}, answer.finish) | {"proofstone": answer.extension()}
        usage = [self._head() | {"choices": [], "usage": answer.usage}] if self.usage else []
        return [*rest, end, *usage]

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        chunk = self._head() | {"choices": [choice]}
        return chunk | {"usage": None} if self.usage else chunk

    def _head(self) -> dict[str, Any]:
        return _head(self.id, self.created, self.model, "chat.completion.chunk")


def model_card(name: str, release: str, created: int) -> dict[str, Any]:
    """Return a model as the protocol lists it."""
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": "proofstone",
        "proofstone": {"release": release},
    }


def _head(identity: str, created: int, model: str, kind: str) -> dict[str, Any]:
    return {"id": identity, "object": kind, "created": created, "model": model}
