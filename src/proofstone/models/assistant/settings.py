"""How an assistant answers, as its release carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofstone.core.i18n import LANGUAGES
from proofstone.models import fields
from proofstone.models.assistant.memory import Window

HANDOVER = {
    "en": "I am not sure that our documents answer this, so I would rather not guess. "
    "A person can help you.",
    "zh": "我不确定现有文档能否回答这个问题，所以不乱猜。可以由人工为您解答。",
}
"""What a person is told where the project file says nothing else."""


@dataclass(frozen=True)
class AssistantSettings:
    """Limits and texts; `threshold` is the least evidence that is answered on.

    `languages` are those that the generator words; `handover` has a text for every language.
    `guards` are settings of guards by name. `threads` are the generator's: llama.cpp rounds
    otherwise with others, so what was assessed is served with as many.
    """

    threshold: float
    top: int
    window: Window
    instructions: str
    languages: tuple[str, ...]
    max_tokens: int
    context: int
    threads: int
    handover: Mapping[str, str]
    guards: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        window = {"turns": self.window.turns, "characters": self.window.characters}
        return vars(self) | {
            "window": window,
            "languages": list(self.languages),
            "handover": dict(self.handover),
            "guards": dict(self.guards),
        }

    @classmethod
    def from_json(cls, document: object, place: str) -> AssistantSettings:
        """Read back what `to_json` returned; `place` is file and field.

        Raises:
            InputError: a field is absent or of another kind; names the place.
        """
        state = fields.mapping(document, place)

        def part(name: str) -> Any:
            return fields.field(state, name, place)

        window = fields.mapping(part("window"), f"{place}.window")
        handover = fields.mapping(part("handover"), f"{place}.handover")
        return cls(
            threshold=fields.number(part("threshold"), f"{place}.threshold"),
            top=fields.integer(part("top"), f"{place}.top"),
            window=Window(
                *(fields.integer(window.get(name), f"{place}.window.{name}")
                  for name in ("turns", "characters"))
            ),
            instructions=str(part("instructions")),
            languages=fields.texts(part("languages"), f"{place}.languages"),
            max_tokens=fields.integer(part("max_tokens"), f"{place}.max_tokens"),
            context=fields.integer(part("context"), f"{place}.context"),
            threads=fields.integer(part("threads"), f"{place}.threads"),
            handover={
                name: fields.text(fields.field(handover, name, place), f"{place}.handover.{name}")
                for name in LANGUAGES
            },
            guards=fields.mapping(part("guards"), f"{place}.guards"),
        )  # fmt: skip
