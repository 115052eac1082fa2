"""What guards look at: the messages so far, what was retrieved, and the reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofstone.models.conversation import Turn
    from proofstone.models.retrieval.passage import Passage


@dataclass(frozen=True)
class Exchange:
    """The messages in order, the last of them the question, and the passages found for it.

    Messages of the role "system" are the instructions; they come from whoever runs the model.
    All others come from outside, those of the assistant too where a client sends them back.
    """

    messages: tuple[Turn, ...]
    passages: tuple[Passage, ...] = ()

    @property
    def question(self) -> str:
        """The last message that is not one of the instructions, or nothing."""
        return next((one.content for one in reversed(self.messages) if one.role != "system"), "")

    @property
    def instructions(self) -> str:
        """The messages of the role "system"."""
        return "\n".join(one.content for one in self.messages if one.role == "system")

    @property
    def known(self) -> str:
        """All that was said or found, instructions included: what a reply may draw on."""
        return "\n".join(
            [*(one.content for one in self.messages), *(one.text for one in self.passages)]
        )


@dataclass(frozen=True)
class Said:
    """A reply and the ids of the passages that it names as its sources."""

    text: str
    sources: tuple[str, ...] = ()
