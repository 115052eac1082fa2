"""Assessing a chat model that we do not host, behind any OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from proofstone.assess.assistant import question_of
from proofstone.assess.endpoint import EndpointAssistant
from proofstone.checks.cases import ConversationCase
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle
from proofstone.core.budget import Prices, Spending
from proofstone.core.durable import write_file
from proofstone.core.errors import InputError
from proofstone.core.project.nearest import nearest
from proofstone.data.knowledge.questions import parse_questions
from proofstone.models.contract import Reply
from proofstone.models.conversation import exchange, rows_of
from proofstone.models.endpoint.remote import RemoteModel
from proofstone.pipeline.gates import read_gates
from proofstone.pipeline.plugins import plugin
from proofstone.pipeline.record import record_of
from proofstone.report.render import render
from proofstone.store.store import Store

SUITES = {
    "support": (
        "answers",
        "counterfactual",
        "document_injection",
        "jailbreak",
        "length",
        "personal_data",
        "prompt_leakage",
        "robustness",
        "user_injection",
    ),
}
"""Named sets of probes that need nothing of a model but its replies."""

_QUESTIONS = files("proofstone") / "templates" / "support" / "questions.yaml"


@dataclass(frozen=True)
class Limits:
    """What an assessment may cost at most; `prices` are of a million tokens."""

    calls: int | None = None
    tokens: int | None = None
    money: float | None = None
    prices: Prices | None = None


def assess_endpoint(
    url: str,
    model: str,
    store: Store,
    *,
    suite: str = "support",
    key: str | None = None,
    limits: Limits = Limits(),
    questions: Path | None = None,
    gates: Path | None = None,
    report: Path | None = None,
) -> dict[str, Any]:
    """Ask the model at `url` every question of a suite; write a report and return the findings.

    `key` names the environment variable that holds the key. Answers are kept in the ledger: an
    assessment that was stopped, by a budget too, goes on where it was. Without `questions`, those
    of the template `support` are asked; only those for judging count.

    Raises:
        InputError: there is no such suite, the address cannot be used, a gate or question does
            not hold, the service cannot be reached, or the budget covers no question.
        MissingExtra: the library that asks is not installed.
    """
    if suite not in SUITES:
        raise InputError(f"there is no suite {suite!r}", hint=nearest(suite, SUITES))
    declared = read_gates(gates).gates if gates else []
    probes = [plugin("probes", name).load() for name in SUITES[suite]]
    budget = Spending(
        limit_calls=limits.calls,
        limit_tokens=limits.tokens,
        limit_money=limits.money,
        prices=limits.prices,
    )
    remote = RemoteModel(url, model, budget, key=key)
    assistant = EndpointAssistant(remote, recall=store.answers)
    levels = corrected_levels(declared, probes, level=0.95, candidates=1)
    case = _case(assistant, levels, _questions(questions))
    # One question first: an address, a key or a name that is wrong ends it here, and is told.
    assistant.answer(Reply(), case.rows.take(np.arange(1)))
    record = record_of(model, Oracle(assistant).run(probes, case), declared)
    page = report or Path(f"{_file_name(model)}-report.html")
    write_file(page, render(record).encode())
    return {
        "threshold": None,
        "verdict": record["verdict"],
        "findings": record["candidates"][0]["findings"],
        "spent": vars(budget.spent),
        "rows_answered": assistant.tally.answered,
        "report": str(page),
    }


def _case(
    assistant: EndpointAssistant,
    levels: Mapping[tuple[str, str], float],
    questions: Sequence[Mapping[str, Any]],
) -> ConversationCase:
    judged = [one for one in questions if one["use"] == "judge"]
    return ConversationCase(
        rows=rows_of([exchange(*one["turns"]) for one in judged]),
        questions=tuple(question_of(one) for one in judged),
        model=assistant,
        levels=levels,
    )


def _questions(path: Path | None) -> list[dict[str, Any]]:
    if path is not None:
        return parse_questions(path)
    with as_file(_QUESTIONS) as shipped:
        return parse_questions(shipped)


def _file_name(model: str) -> str:
    """The model's name as a file's: no folders, nothing that a shell minds."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in model).strip(".")
