"""What an assistant says in one turn, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from proofstone.models.retrieval.passage import Passage

Outcome = Literal["answered", "handed_over", "refused"]


@dataclass(frozen=True)
class Source:
    """A passage that a reply names as its source."""

    id: str
    document: str
    title: str
    section: str

    @classmethod
    def of(cls, passage: Passage) -> Self:
        """The source that `passage` is."""
        return cls(passage.id, passage.document, passage.title, passage.section)


@dataclass(frozen=True)
class GuardAction:
    """What a guard did to a turn: which guard, what, and why in a few words."""

    guard: str
    action: Literal["mask", "block", "flag"]
    detail: str


@dataclass(frozen=True)
class Reply:
    """One turn of an assistant.

    `outcome` tells an answer from a hand-over to a person (the evidence was too thin) and from a
    refusal (a guard stopped it). `retrieved` are the ids of the passages that were found, best
    first; `evidence` is the calibrated probability that they answer the question.
    """

    text: str
    outcome: Outcome
    sources: tuple[Source, ...] = ()
    retrieved: tuple[str, ...] = ()
    evidence: float = 0.0
    guards: tuple[GuardAction, ...] = ()
    finish: Literal["stop", "length"] = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def changed(self, **changes: Any) -> Reply:
        """Return a copy with `changes`."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The reply as a JSON object."""
        usage = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }
        return {
            "text": self.text,
            "outcome": self.outcome,
            "sources": [asdict(one) for one in self.sources],
            "retrieved": list(self.retrieved),
            "evidence": self.evidence,
            "guards": [asdict(one) for one in self.guards],
            "finish": self.finish,
            "usage": usage,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reply:
        """Read back what `to_json` returned."""
        return cls(
            text=document["text"],
            outcome=document["outcome"],
            sources=tuple(Source(**one) for one in document["sources"]),
            retrieved=tuple(document["retrieved"]),
            evidence=document["evidence"],
            guards=tuple(GuardAction(**one) for one in document["guards"]),
            finish=document["finish"],
            prompt_tokens=document["usage"]["prompt_tokens"],
            completion_tokens=document["usage"]["completion_tokens"],
        )


def sources_of(passages: Sequence[Passage]) -> tuple[Source, ...]:
    """The sources that `passages` are, each section once."""
    sections = {(one.document, one.section): Source.of(one) for one in reversed(passages)}
    return tuple(reversed(sections.values()))
