"""Assessing a chat model that we do not host, behind any OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from proofstone.assess.assistant import question_of
from proofstone.assess.endpoint import EndpointAssistant
from proofstone.checks.cases import ConversationCase
from proofstone.checks.levels import corrected_levels
from proofstone.checks.memory import never
from proofstone.checks.oracle import Oracle
from proofstone.checks.plan import plan_assessment
from proofstone.checks.probe import Probe
from proofstone.core.budget import Prices
from proofstone.core.durable import write_file
from proofstone.core.errors import Cancelled, InputError
from proofstone.core.project.nearest import nearest
from proofstone.data.knowledge.questions import parse_questions
from proofstone.models.contract import Reply
from proofstone.models.conversation import exchange, rows_of
from proofstone.models.endpoint.remote import RemoteModel
from proofstone.pipeline.gates import read_gates
from proofstone.pipeline.limits import UNLIMITED, Limits, waiting
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


def assess_endpoint(
    url: str,
    model: str,
    store: Store,
    *,
    suite: str = "support",
    key: str | None = None,
    limits: Limits = UNLIMITED,
    questions: Path | None = None,
    gates: Path | None = None,
    report: Path | None = None,
    plan: bool = False,
    cancelled: Callable[[], bool] = never,
) -> dict[str, Any]:
    """Ask the model at `url` every question of a suite; write a report and return the findings.

    `key` names the environment variable that holds the key. Answers are kept in the ledger: an
    assessment that was stopped, by a budget too, goes on where it was. Without `questions`, those
    of the template `support` are asked; only those for judging count. `cancelled` is asked between
    batches. With `plan` nothing is asked: how much would be is returned. Of a price by tokens no
    plan can say what it comes to, as some questions follow from replies; of one by calls it does.

    Raises:
        Cancelled: `cancelled` said so; what was answered is kept, and nothing is written.
        InputError: there is no such suite, the address cannot be used, a gate or question does
            not hold, the service cannot be reached, or the budget covers no question.
        MissingExtra: the library that asks is not installed.
    """
    if suite not in SUITES:
        raise InputError(f"there is no suite {suite!r}", hint=nearest(suite, SUITES))
    declared = read_gates(gates).gates if gates else []
    probes = [plugin("probes", name).load() for name in SUITES[suite]]
    budget = limits.budget()
    remote = RemoteModel(url, model, budget, key=key, wait=waiting(cancelled))
    assistant = EndpointAssistant(remote, recall=store.answers, cancelled=cancelled)
    levels = corrected_levels(declared, probes, level=0.95, candidates=1)
    case = _case(assistant, levels, _questions(questions))
    if plan:
        return _planned(assistant, probes, case, limits.prices)
    # One question first: an address, a key or a name that is wrong ends it here, and is told.
    assistant.answer(Reply(), case.rows.take(np.arange(1)))
    findings = Oracle(assistant, cancelled=cancelled).run(probes, case)
    if cancelled():
        raise Cancelled
    record = record_of(model, findings, declared)
    page = report or Path(f"{_file_name(model)}-report.html")
    write_file(page, render(record).encode())
    return {
        "threshold": None,
        "verdict": record["verdict"],
        "findings": record["candidates"][0]["findings"],
        "spent": limits.spent(budget),
        "rows_answered": assistant.tally.answered,
        "report": str(page),
    }


def _planned(
    assistant: EndpointAssistant,
    probes: Sequence[Probe],
    case: ConversationCase,
    prices: Prices | None,
) -> dict[str, Any]:
    by_tokens = prices is not None and (prices.prompt > 0 or prices.completion > 0)
    known = None if by_tokens else prices
    return plan_assessment(assistant, probes, case, prices=known, sample=0).to_json()


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
