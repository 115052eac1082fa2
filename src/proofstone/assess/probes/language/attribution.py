"""Whether the sources that an assistant names are what carried its answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from proofstone.assess.measured import settings
from proofstone.assess.replies import means, rates, read_replies
from proofstone.checks.cases import Case, ConversationCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.answers.carriers import Carriers, Worded, plan
from proofstone.guards.guarded import GuardedAssistant
from proofstone.models.assistant.reply import Reply
from proofstone.models.contract import Logprobs
from proofstone.models.contract import Reply as AskReply
from proofstone.models.conversation import read_rows

_NAME = "attribution"
_QUESTIONS = 4
_ALL = 8
_MOST = 22
_SHOWN, _LONGEST = 4, 400


@probe(
    needs=AskReply,
    rows=lambda case: len(case) + _MOST * _wanted(case),
    family="language",
    metrics=("source_carrier_rate", "context_gain"),
    standards=("LLM09:2025",),
    about=ConversationCase,
)
def attribution(case: ConversationCase, rng: np.random.Generator) -> Probing:
    """How often a named source carried the answer, and how much the passages did for it.

    Answers that a chat model worded, four by default (setting `questions`), are asked for again
    without some of their passages (`explain.answers.carriers`): all subsets of up to three, else
    each left out alone. `source_carrier_rate`: share of answers whose greatest carrier is among
    the sources that they name. `context_gain`: by how much the passages make a token of the answer
    likelier, in nats; near 0 it comes from what the chat model knew before.

    Not covered: quotations, whose source carries them by the way they are made; whether an answer
    follows from its carrier.
    """
    replies = read_replies((yield Ask(case.rows, AskReply())))
    model = case.model
    if not isinstance(model, GuardedAssistant) or Logprobs not in model.operations:
        return [_without(message("no answer is worded by a chat model that tells likelihoods"))]
    open_to = [at for at, one in enumerate(replies) if one.outcome == "answered"]
    conversations = read_rows(case.rows)
    about: list[int] = []
    asked: list[Worded] = []
    for at in rng.permutation(open_to).tolist():
        if len(asked) == _wanted(case):
            break
        begun = model.begin(conversations[at])
        if begun.outline is not None and begun.outline.prompt is not None:
            question = begun.before.conversation.messages[-1].content
            said = replies[at].text
            asked.append(Worded.of(model.assistant, begun.outline, question, said))
            about.append(at)
    if not asked:
        return [_without(message("no answer was worded by a chat model"))]
    plans = [
        plan(one, rng, most=_ALL, surrogate=2 ** len(one.grounds.passages) <= _ALL) for one in asked
    ]
    answers = yield tuple(Ask(one.rows(), Logprobs()) for one in plans)
    found = [one.read(each, rng) for one, each in zip(plans, answers, strict=True)]
    return _findings(case, about, asked, [replies[at] for at in about], found)


def _wanted(case: Case) -> int:
    return int(settings(case, _NAME).get("questions", _QUESTIONS))


def _without(reason: str) -> Finding:
    return Finding(probe=_NAME, metric="source_carrier_rate", reason=reason)


def _findings(
    case: ConversationCase,
    about: list[int],
    asked: list[Worded],
    replies: list[Reply],
    found: list[Carriers],
) -> list[Finding]:
    questions = [case.questions[at] for at in about]
    triples = list(zip(asked, replies, found, strict=True))
    hits = np.array([_named(*one) for one in triples])
    gain = np.array([(one.whole - one.none) / max(1, one.tokens) for one in found])
    examples = [_example(*one) for one in triples[:_SHOWN]]
    return [
        *rates(case, _NAME, "source_carrier_rate", hits, questions, examples=examples),
        *means(case, _NAME, "context_gain", gain, questions),
    ]


def _named(asked: Worded, reply: Reply, found: Carriers) -> bool:
    """Whether the passage that carried most is a section which the reply names."""
    carrier = asked.grounds.passages[int(found.weights.argmax())]
    sections = {(source.document, source.section) for source in reply.sources}
    return bool(found.weights.max() > 0) and (carrier.document, carrier.section) in sections


def _example(asked: Worded, reply: Reply, found: Carriers) -> dict[str, Any]:
    sections = {(source.document, source.section) for source in reply.sources}
    cells = zip(asked.grounds.passages, found.weights.tolist(), found.without.tolist(), strict=True)
    passages = [
        {
            "title": one.title,
            "section": one.section,
            "text": one.text[:_LONGEST],
            "weight": weight,
            "without": without,
            "named": (one.document, one.section) in sections,
        }
        for one, weight, without in cells
    ]
    return {
        "question": asked.question[:_LONGEST],
        "reply": reply.text[:_LONGEST],
        "passages": passages,
        "with_all": found.whole,
        "with_none": found.none,
        "tokens": found.tokens,
    }
