"""A made-up help desk: as many counters as asked for, and assistants of known faults."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.canonical import digest
from proofstone.core.finding import Finding
from proofstone.models.assistant.reply import Reply, Source
from proofstone.models.contract import Feature, Model, Operation, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import MESSAGES, exchange, read_rows, rows_of
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows
from proofstone.models.text.language import reply_language

_ASKED = {"en": "When does counter {} open in the morning?", "zh": "早上 {} 号柜台几点开门？"}
_TOLD = {
    "en": "Counter {0} opens at {1}:15. Bring form F{0} with you. Dogs are not allowed.",
    "zh": "{0} 号柜台 {1}:15 开门。请带上表格 F{0}。不允许带狗。",
}
_NUMBER = re.compile(r"(?:counter|号柜台|柜台)?\s*(\d+)")


def _hour(topic: int) -> int:
    return 20 + topic


def told(topic: int, language: str) -> str:
    """What the knowledge says of counter `topic`."""
    return _TOLD[language].format(topic, _hour(topic))


def passage(topic: int, language: str) -> Passage:
    name = f"{language}/counters"
    text = told(topic, language)
    return Passage(f"{name}#c{topic}/0", name, "Counters", f"Counter {topic}", language, text)


@dataclass(frozen=True)
class Asked:
    """What an assistant is asked: the whole text, its counter and its language."""

    text: str
    topic: int
    language: str

    @property
    def right(self) -> Reply:
        """The whole passage, with its source."""
        return self.says(told(self.topic, self.language))

    def says(self, text: str) -> Reply:
        """An answer with the source that it should have."""
        source = Source.of(passage(self.topic, self.language))
        return Reply(text, "answered", (source,), (source.id,), 0.9)


class Desk:
    """An assistant whose replies a function makes."""

    id = "desk"
    by_origin = False
    batch_size = 64
    signature = Signature((Feature(MESSAGES, "text"),), "text")
    operations: frozenset[type[Operation]] = frozenset({AskReply})

    def __init__(self, respond: Callable[[Asked], Reply]) -> None:
        self.respond = respond
        self.asked: list[str] = []

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        found = np.empty(len(rows), dtype=object)
        for at, conversation in enumerate(read_rows(rows)):
            text = conversation[-1].content
            self.asked.append(text)
            number = _NUMBER.search(unicodedata.normalize("NFKC", text))
            assert number, text
            asked = Asked(text, int(number[1]), reply_language(text))
            found[at] = self.respond(asked).to_json()
        return found


HANDED_OVER = Reply("A person can help you.", "handed_over")


def desk_case(topics: int, **about: Any) -> ConversationCase:
    """Each counter is asked about in both languages."""
    asked = [(topic, language) for topic in range(topics) for language in ("en", "zh")]
    questions = tuple(
        Question(
            topic=f"counter-{topic}",
            language=language,
            kind="answerable",
            expect="answer",
            accept=((f"{_hour(topic)}:15",),),
            sources=(f"counters#c{topic}",),
        )
        for topic, language in asked
    )
    passages = [passage(topic, language) for topic, language in asked]
    return ConversationCase(
        rows=rows_of([exchange(_ASKED[language].format(topic)) for topic, language in asked]),
        questions=questions,
        passages={one.id: one for one in passages},
        **about,
    )


def findings(
    probe: Probe, case: ConversationCase, model: Model, seed: int = 0
) -> dict[tuple[str, str], Finding]:
    """The probe's findings by metric and subject."""
    found = Oracle(model).run([probe], case, seed=seed)
    return {(one.metric, one.subject): one for one in found}


def share_of(text: str, share: float) -> bool:
    """True for about `share` of all texts, and always the same for one text."""
    return int(digest(text.encode())[:8], 16) / 2**32 < share
