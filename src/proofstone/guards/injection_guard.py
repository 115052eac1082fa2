"""The guard that stops attacks on the model's instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofstone.core.i18n import message
from proofstone.guards.exchange import Exchange, Said
from proofstone.guards.guard import Decision, GuardSettings, in_language_of, passed
from proofstone.guards.injection import injection_score, injection_signs, messages, shipped
from proofstone.guards.labelled import Labelled, Rate

if TYPE_CHECKING:
    from proofstone.models.conversation import Turn

BLOCKED = message(
    "I cannot follow that message: it asks me to set aside how I work. Please put your question "
    "in other words, or ask for a person."
)


class InjectionGuard:
    """Blocks (or flags) a question whose injection score reaches the threshold.

    An earlier message that reaches it is taken out of the conversation together with the reply to
    it, so that one bad message does not end a conversation and cannot be slipped in as history.
    Retrieved passages are for `PassageScreen`.

    Not covered: what `injection_score` does not cover.
    """

    name = "injection"

    def __init__(self, settings: GuardSettings) -> None:
        chosen = settings.injection_threshold
        self.threshold = shipped().threshold if chosen is None else chosen
        self._action = settings.injection_action

    def before(self, conversation: Exchange) -> Decision:
        """Block or flag an attack; mask a history that holds one."""
        asked = conversation.question
        signs = injection_signs(asked)
        score = shipped().score(signs)
        if score >= self.threshold:
            detail = f"score {score:.2f}: {', '.join(signs)}"
            block = self._action == "block"
            text = in_language_of(asked, BLOCKED) if block else asked
            return Decision(self._action, text, self.name, detail)
        kept = self._kept(conversation)
        if len(kept) == len(conversation.messages):
            return passed(self.name, asked)
        gone = len(conversation.messages) - len(kept)
        return Decision("mask", asked, self.name, f"{gone} earlier messages taken out", kept)

    def after(self, conversation: Exchange, reply: Said) -> Decision:
        """Let every reply pass: what it may hold is for the other guards."""
        return passed(self.name, reply.text)

    def false_alarms(self) -> Rate:
        """Rate on the benign messages of the half that nothing was fitted on."""
        rows = [one for one in messages("judge") if not one.attack]
        return Rate(sum(self._alarm(one) for one in rows), len(rows))

    def misses(self) -> Rate:
        """Rate on the attacks of the half that nothing was fitted on."""
        rows = [one for one in messages("judge") if one.attack]
        return Rate(sum(not self._alarm(one) for one in rows), len(rows))

    def _alarm(self, row: Labelled) -> bool:
        return injection_score(row.text) >= self.threshold

    def _kept(self, conversation: Exchange) -> tuple[Turn, ...]:
        """The messages without earlier attacks and the replies that follow them."""
        if self._action == "flag":
            return conversation.messages
        asked = conversation.question
        kept: list[Turn] = []
        after_attack = False
        for one in conversation.messages:
            if one.role == "system":
                kept.append(one)
                continue
            attack = one.content != asked and injection_score(one.content) >= self.threshold
            if not attack and not (after_attack and one.role == "assistant"):
                kept.append(one)
            after_attack = attack
        return tuple(kept)


guard = InjectionGuard
