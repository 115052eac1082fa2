"""Assessing a chat model on a list of questions: the same oracle, ledger and report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Case
from proofstone.core.durable import write_file
from proofstone.core.errors import InputError
from proofstone.models.gguf import GgufModel
from proofstone.models.rows import Rows
from proofstone.pipeline.plugins import plugin
from proofstone.report.render import render
from proofstone.store.store import Store


def assess_questions(
    model: Path, questions: Path, store: Store, *, report: Path | None = None
) -> dict[str, Any]:
    """Ask a GGUF model every question, and return findings and the report's path.

    Answers are kept in the store's ledger by model, question and settings: a stopped assessment
    goes on where it was, and a second one asks nothing.

    Raises:
        InputError: the questions file is not a list of {prompt, expect}.
        DataError: the model is not a GGUF file.
    """
    asked = _read(questions)
    oracle = Oracle(GgufModel(model), recall=store.answers)
    prompts = Rows.of(pl.DataFrame({"prompt": [one["prompt"] for one in asked]}))
    case = Case(
        rows=prompts,
        target=np.zeros(len(asked), dtype=np.int64),
        threshold=np.zeros(len(asked)),
        settings={"generation": {"questions": asked}},
    )
    findings = oracle.run([plugin("probes", "generation").load()], case)
    record = _record(model, [finding.to_json() for finding in findings])
    page = report or questions.with_name(f"{questions.stem}-report.html")
    write_file(page, render(record).encode())
    return {
        "threshold": None,
        "findings": record["candidates"][0]["findings"],
        "rows_answered": oracle.tally.answered,
        "report": str(page),
    }


def _record(model: Path, findings: list[dict[str, Any]]) -> dict[str, Any]:
    name = model.stem
    return {
        "format": 1,
        "name": name,
        "candidates": [{"name": name, "verdict": "not_run", "findings": findings}],
        "winner": name,
        "verdict": "not_run",
        "gates": [],
    }


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if not isinstance(document, list) or not document:
        raise InputError(f"{path}: is not a list", hint="- prompt: …\n  expect: [an answer]")
    for place, entry in enumerate(document):
        whole = isinstance(entry, dict) and set(entry) == {"prompt", "expect"}
        if not whole or not isinstance(entry["expect"], list) or not entry["expect"]:
            raise InputError(
                f"{path}: entry {place} is not a question",
                hint="give `prompt` (text) and `expect` (a list of accepted answers)",
            )
    return document
