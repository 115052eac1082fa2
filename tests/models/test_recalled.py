from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.models.assistant.desk import Writer

from proofstone.models.contract import Generate
from proofstone.models.conversation import exchange
from proofstone.models.recalled import Recalled


class Kept(dict[str, Any]):
    def get(self, keys: Sequence[str]) -> Mapping[str, Any]:  # type: ignore[override]
        return {key: self[key] for key in keys if key in self}

    def put(self, answers: Mapping[str, Any]) -> None:
        self.update(answers)


def test_the_same_turns_are_worded_once() -> None:
    writer, kept = Writer(lambda turns: turns[-1].content.upper()), Kept()
    first = Recalled(writer, kept).generate(exchange("hello"), Generate(5))
    again = Recalled(writer, kept).generate(exchange("hello"), Generate(5))
    assert first == again
    assert len(writer.prompts) == 1


def test_other_turns_draws_and_settings_are_asked_anew() -> None:
    writer, kept = Writer(lambda turns: "x"), Kept()
    recalled = Recalled(writer, kept)
    recalled.generate(exchange("hello"), Generate(5))
    recalled.generate(exchange("hello!"), Generate(5))
    recalled.generate(exchange("hello"), Generate(6))
    recalled.generate(exchange("hello"), Generate(5), draw=1)
    assert len(writer.prompts) == 4
