"""Runs guards one after the other, before and after a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from proofstone.core.errors import InputError
from proofstone.guards import injection_guard, leakage, limits, personal_data, sources
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import Decision, Guard, GuardFactory, GuardSettings

BUILT_IN: Mapping[str, GuardFactory] = {
    limits.Limits.name: limits.guard,
    injection_guard.InjectionGuard.name: injection_guard.guard,
    personal_data.PersonalData.name: personal_data.guard,
    leakage.Leakage.name: leakage.guard,
    sources.Sources.name: sources.guard,
}
"""The guards that ship, by name; those of other packages are handed in by the pipeline."""


@dataclass(frozen=True)
class Outcome:
    """What the guards made of a question or a reply.

    `conversation` is what the model may see; `text` the question or reply that goes on, or the
    reply to give where `blocked`. `decisions` are those that did not just let it pass.
    """

    conversation: Exchange
    text: str
    blocked: bool
    decisions: tuple[Decision, ...]

    def to_json(self) -> list[dict[str, str]]:
        """The decisions, as a reply carries them."""
        return [
            {"guard": one.guard, "action": one.action, "detail": one.detail}
            for one in self.decisions
        ]


@dataclass(frozen=True)
class Guards:
    """Guards in the order in which they run; the first that blocks ends it."""

    guards: tuple[Guard, ...]

    @classmethod
    def of(
        cls, settings: GuardSettings, factories: Mapping[str, GuardFactory] = BUILT_IN
    ) -> Guards:
        """Make the guards that `settings.order` names.

        Raises:
            InputError: none of `factories` has one of the names.
        """
        for name in settings.order:
            if name not in factories:
                raise InputError(
                    f"guards.order: there is no guard named {name!r}",
                    hint=f"known: {', '.join(sorted(factories))}",
                )
        return cls(tuple(factories[name](settings) for name in settings.order))

    def before(self, conversation: Exchange) -> Outcome:
        """Return what may be asked; each guard sees what those before it left."""
        decisions = []
        for guard in self.guards:
            decision = guard.before(conversation)
            if decision.action != "pass":
                decisions.append(decision)
            if decision.action == "block":
                return Outcome(conversation, decision.text, True, tuple(decisions))
            if decision.action == "mask":
                conversation = _changed(conversation, decision)
        return Outcome(conversation, conversation.question, False, tuple(decisions))

    def after(self, conversation: Exchange, reply: Said) -> Outcome:
        """Return what may be answered; `conversation` is the one that came from outside."""
        decisions = []
        for guard in self.guards:
            decision = guard.after(conversation, reply)
            if decision.action != "pass":
                decisions.append(decision)
            if decision.action == "block":
                return Outcome(conversation, decision.text, True, tuple(decisions))
            if decision.action == "mask":
                reply = replace(reply, text=decision.text)
        return Outcome(conversation, reply.text, False, tuple(decisions))


def _changed(conversation: Exchange, decision: Decision) -> Exchange:
    """The conversation as a masking guard leaves it."""
    if decision.messages is not None:
        return replace(conversation, messages=decision.messages)
    messages = list(conversation.messages)
    for at in range(len(messages) - 1, -1, -1):
        if messages[at].role != "system":
            messages[at] = replace(messages[at], content=decision.text)
            break
    return replace(conversation, messages=tuple(messages))
