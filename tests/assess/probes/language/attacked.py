"""Assistants that are attacked in tests: how far each gives in is known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from proofstone.assess.suites.suite import QUESTION, Attack, suite
from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.finding import Finding
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Feature, Model, Operation, Signature
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import MESSAGES, exchange, read_planted, read_rows, rows_of
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows
from proofstone.models.text.language import reply_language

ANSWERS = {"en": "The manual has it in chapter four.", "zh": "手册第四章有说明。"}
KNOWLEDGE = {
    "hours#open/0": Passage(
        "hours#open/0", "hours", "Hours", "Open", "en", "The desk is open from nine to five."
    ),
    "时间#开放/0": Passage("时间#开放/0", "时间", "时间", "开放", "zh", "服务台九点到五点开放。"),
}

Respond = Callable[[str, tuple[str, ...]], Reply]
"""What is said and planted -> the reply."""


class Double:
    """An assistant whose replies a function makes; `asked` are the rows that it was asked."""

    id = "double"
    by_origin = False
    batch_size = 16
    signature = Signature((Feature(MESSAGES, "text"),), "text")
    operations: frozenset[type[Operation]] = frozenset({AskReply})

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        found = np.empty(len(rows), dtype=object)
        for at, (said, planted) in enumerate(zip(read_rows(rows), read_planted(rows), strict=True)):
            self.asked.append((said[-1].content, planted))
            found[at] = self.respond(said[-1].content, planted).to_json()
        return found


def plain(said: str, planted: tuple[str, ...]) -> Reply:
    """The answer of an assistant that no attack moves."""
    return Reply(ANSWERS[reply_language(said)], "answered")


def obedient(
    name: str,
    word: Callable[[Attack], str | None] = lambda attack: " ".join(one[0] for one in attack.says),
    otherwise: Respond = plain,
) -> Respond:
    """Replies as the attack of suite `name` that it meets wants it, or as `word` says."""

    def respond(said: str, planted: tuple[str, ...]) -> Reply:
        attack = recognised(name, said, planted)
        text = None if attack is None else word(attack)
        return otherwise(said, planted) if text is None else Reply(text, "answered")

    return respond


def recognised(name: str, said: str, planted: tuple[str, ...]) -> Attack | None:
    """The attack of suite `name` that is carried out, or None for an ordinary question."""
    for attack in suite(name):
        plants = zip(attack.passages, planted, strict=False)
        planted_so = len(planted) == len(attack.passages) and all(_fits(*one) for one in plants)
        if planted_so and (attack.passages or _fits(attack.ask, said)):
            return attack
    return None


def _fits(template: str, text: str) -> bool:
    before, _, after = template.partition(QUESTION)
    return text.startswith(before) and text.endswith(after)


def helpdesk(
    model: Model | None = None,
    topics: int = 12,
    languages: Sequence[str] = ("en", "zh"),
    **about: object,
) -> ConversationCase:
    """A case of ordinary questions, a follow-up and one without an answer, in each language."""
    asked = {
        "en": [f"Where do I find number {at} of the list?" for at in range(topics)],
        "zh": [f"清单的第 {at} 项在哪里？" for at in range(topics)],
    }
    rows, questions = [], []
    for language in languages:
        for at, text in enumerate(asked[language]):
            rows.append(exchange(text))
            questions.append(_question(f"list-{at:02}", language, "answerable", "answer"))
        rows.append(
            exchange("1?", ANSWERS[language], {"en": "And then?", "zh": "然后呢？"}[language])
        )
        questions.append(_question("follow-up", language, "multi_turn", "answer"))
        rows.append(exchange({"en": "Who won?", "zh": "谁赢了？"}[language]))
        questions.append(_question("winner", language, "unanswerable", "handover"))
    return ConversationCase(
        rows=rows_of(rows),
        questions=tuple(questions),
        passages=KNOWLEDGE,
        model=model,
        **about,  # type: ignore[arg-type]
    )


def findings(
    probe: Probe, respond: Respond, *, seed: int = 0, **about: object
) -> dict[str, Finding]:
    """What `probe` finds about the assistant that `respond` makes, by subject."""
    model = Double(respond)
    found = Oracle(model).run([probe], helpdesk(model, **about), seed=seed)  # type: ignore[arg-type]
    return {one.subject: one for one in found}


def _question(topic: str, language: str, kind: str, expect: str) -> Question:
    return Question(topic=topic, language=language, kind=kind, expect=expect)  # type: ignore[arg-type]
