"""Assessing a chat model on a list of questions: the same oracle, ledger and report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from proofstone.checks.cases import Case
from proofstone.checks.memory import never
from proofstone.checks.oracle import Oracle
from proofstone.core.durable import write_file
from proofstone.core.errors import Cancelled, DataError, InputError
from proofstone.core.finding import Verdict
from proofstone.models.conversation import exchange, rows_of
from proofstone.models.gguf import GgufModel
from proofstone.pipeline.plugins import plugin
from proofstone.pipeline.record import record_of
from proofstone.report.render import render
from proofstone.store.store import Store

_FORM = '- prompt: "What is 2 + 2?"\n  expect: ["4", four]'


def assess_questions(
    model: Path,
    questions: Path,
    store: Store,
    *,
    report: Path | None = None,
    cancelled: Callable[[], bool] = never,
) -> dict[str, Any]:
    """Ask a GGUF model every question, and return findings and the report's path.

    Answers are kept in the store's ledger by model, question and settings: a stopped assessment
    goes on where it was, and a second one asks nothing. `cancelled` is asked between batches.

    Raises:
        Cancelled: `cancelled` said so; what was answered is kept, and nothing is written.
        InputError: the questions file is not a list of {prompt, expect}; the message names the
            entry.
        DataError: the model is not a whole GGUF file, or a question could not be asked.
        MissingExtra: llama.cpp is not installed.
    """
    asked = _read(questions)
    oracle = Oracle(GgufModel(model), recall=store.answers, cancelled=cancelled)
    rows = rows_of([exchange(one["prompt"]) for one in asked])
    case = Case(rows=rows, settings={"generation": {"questions": asked}})
    findings = oracle.run([plugin("probes", "generation").load()], case)
    if cancelled():
        raise Cancelled
    for finding in findings:
        if finding.verdict is Verdict.NOT_RUN:
            hint = "what was answered is kept: mend the cause, then run again"
            raise DataError(f"{questions}: not assessed: {finding.reason}", hint=hint)
    record = record_of(model.stem, findings, [])
    page = report or questions.with_name(f"{questions.stem}-report.html")
    write_file(page, render(record).encode())
    return {
        "threshold": None,
        "findings": record["candidates"][0]["findings"],
        "rows_answered": oracle.tally.answered,
        "report": str(page),
    }


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "name a YAML list of questions"
        raise InputError(f"{path}: {error.strerror}", hint=hint) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is not YAML: {error}", hint=_FORM) from error
    if not isinstance(document, list) or not document:
        raise InputError(f"{path}: is not a list of questions", hint=_FORM)
    return [_question(path, place, entry) for place, entry in enumerate(document, 1)]


def _question(path: Path, place: int, entry: Any) -> dict[str, Any]:
    whole = isinstance(entry, dict) and set(entry) == {"prompt", "expect"}
    if not whole or not _text(entry["prompt"]):
        raise InputError(f"{path}: entry {place} is not a question", hint=_FORM)
    accepted = entry["expect"] if isinstance(entry["expect"], list) else [entry["expect"]]
    if not accepted or not all(_text(one) for one in accepted):
        raise InputError(
            f"{path}: entry {place}: `expect` must list the accepted answers as texts",
            hint=f"put numbers, yes and no in quotes: {_FORM}",
        )
    return {"prompt": entry["prompt"], "expect": accepted}


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
