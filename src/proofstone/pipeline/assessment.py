"""Assessments without a project: a predictions file, or an estimator in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from proofstone.assess.foreign.estimators import assess_estimator, estimator_kind
from proofstone.assess.foreign.kind import Task, find_kind
from proofstone.assess.predictions import Assessed, Threshold, assess_predictions
from proofstone.checks.levels import corrected_levels
from proofstone.checks.memory import never
from proofstone.core.durable import write_file
from proofstone.core.project.known import Kind
from proofstone.core.project.schema import Gate
from proofstone.data.sources.opening import read_file
from proofstone.pipeline.gates import GatesFile, parse_gates, read_gates
from proofstone.pipeline.known import fitting_probes
from proofstone.pipeline.record import record_of
from proofstone.report.cards import data_card, model_card
from proofstone.report.frame import frame
from proofstone.report.junit import junit_xml
from proofstone.report.render import render
from proofstone.report.sarif import sarif_log


@dataclass(frozen=True, repr=False)
class Assessment:
    """An assessment: its findings, each gate judged. A notebook shows it as the report."""

    record: Mapping[str, Any]
    threshold: float | None

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings as JSON objects."""
        found: list[dict[str, Any]] = self.record["candidates"][0]["findings"]
        return found

    @property
    def gates(self) -> list[dict[str, Any]]:
        """The findings that a gate judged, in the order of the gates."""
        found: list[dict[str, Any]] = self.record["gates"]
        return found

    @property
    def verdict(self) -> str:
        """The worst verdict of all gates; `not_run` when there is no gate."""
        return str(self.record["verdict"])

    def save(self, path: str | Path) -> None:
        """Write the report as one HTML file."""
        write_file(Path(path), render(self.record).encode())

    def __repr__(self) -> str:
        """Verdict and numbers: the findings themselves are many."""
        return (
            f"Assessment(verdict={self.verdict!r}, findings={len(self.findings)}, "
            f"gates={len(self.gates)})"
        )

    def _repr_html_(self) -> str:
        """The report, in a frame of its own, for notebooks."""
        return frame(self.record)


def assess(
    estimator: Any,
    X: Any,  # noqa: N803  the field's name for the inputs
    y: Any,
    *,
    protected: Sequence[str] | Mapping[str, Any] = (),
    positive: Any = None,
    threshold: Threshold = None,
    task: Task = "auto",
    query: Any = None,
    gates: Sequence[Mapping[str, Any]] = (),
    level: float = 0.95,
    name: str = "assessment",
    cancelled: Callable[[], bool] = never,
) -> Assessment:
    """Assess a fitted estimator on rows that it has not seen.

    `estimator` has `predict_proba` or `predict`; `X` is a pandas or polars frame or an array,
    shape (n, d); `y` the labels, shape (n,), or (n, labels) where a row may have several;
    `protected` names columns of `X`, or maps names to arrays, shape (n,); `query`, shape (n,),
    says which rows are ranked together. `task` is found unless given: decision (two classes),
    classes, labels, number, ranking. `threshold` is of decisions and labels, 0.5 unless given;
    `base_rate` decides as many rows positive as are. `gates` are mappings with metric, subject, min
    or max, and reason.

    Raises:
        DataError: the labels have one class, lengths differ, a column is wanting.
        InputError: a gate would not stand in a project file; the message names it. Or the
            estimator does not answer what the task needs.
    """
    parsed = parse_gates(gates)
    probes = _probes(estimator_kind(estimator, y, task=task, query=query, positive=positive))
    assessed = assess_estimator(
        estimator, X, y, protected=protected, positive=positive, threshold=threshold, task=task,
        query=query, level=level, levels=_levels(parsed, probes, level),
        probes=list(probes.values()), cancelled=cancelled,
    )  # fmt: skip
    return _assessment(assessed, parsed, name)


def assess_file(
    path: Path,
    *,
    label: str,
    score: str,
    protected: Sequence[str],
    task: Task = "auto",
    query: str | None = None,
    positive: str | None = None,
    threshold: Threshold = None,
    gates: Path | None = None,
    report: Path | None = None,
    sarif: Path | None = None,
    junit: Path | None = None,
) -> dict[str, Any]:
    """Assess a predictions file; write its report beside it and return threshold and findings.

    `label` and `score` name columns, several with commas between them, or a pattern such as
    `p_*`; `query` the column that says which rows are ranked together. `task` is found from them
    unless given, and what it was found to be is returned with the reason.

    Raises:
        DataError: a column is wanting, a value does not fit (the message names column and row),
            the label has one class.
        InputError: a gate would not stand in a project file; the message names its line.
    """
    declared = read_gates(gates) if gates else None
    parsed = declared.gates if declared else []
    frame = read_file(path)
    found = find_kind(
        frame, label=label, score=score, query=query, task=task, positive=positive
    )  # fmt: skip
    probes = _probes(found.kind)
    assessed = assess_predictions(
        frame, label=label, score=score, query=query, task=task, protected=protected,
        positive=positive, threshold=threshold, levels=_levels(parsed, probes, 0.95),
        probes=list(probes.values()),
    )  # fmt: skip
    assessment = _assessment(assessed, parsed, path.stem)
    page = report or path.with_name(f"{path.stem}-report.html")
    assessment.save(page)
    exported(assessment.record, sarif=sarif, junit=junit, gates=declared)
    return {
        "task": {"kind": found.kind, "why": found.why},
        "threshold": assessment.threshold,
        "verdict": assessment.verdict,
        "findings": assessment.findings,
        "report": str(page),
    }


def exported(
    record: Mapping[str, Any],
    *,
    sarif: Path | None,
    junit: Path | None,
    gates: GatesFile | None = None,
) -> None:
    """Write the gates of `record` as SARIF and JUnit where a path is given.

    SARIF points at the lines of `gates`, else at the project file.
    """
    if sarif is not None:
        place: dict[str, Any] = {}
        if gates is not None:
            place = {"file": _uri(gates.path), "lines": gates.lines}
        write_file(sarif, sarif_log(record, **place).encode())
    if junit is not None:
        write_file(junit, junit_xml(record).encode())


def card_files(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the model card and the data card in both languages, by file name."""
    makers = {"model-card": model_card, "data-card": data_card}
    return {
        f"{name}.{language}.md": make(record, language)
        for name, make in makers.items()
        for language in ("en", "zh")
    }


def _uri(path: Path) -> str:
    """The path from the current folder, where code scanning starts, else a file URI."""
    whole, here = path.resolve(), Path.cwd()
    if whole.is_relative_to(here):
        return quote(whole.relative_to(here).as_posix())
    return whole.as_uri()


def _levels(
    gates: Sequence[Gate], probes: Mapping[str, Any], level: float
) -> dict[tuple[str, str], float]:
    return corrected_levels(gates, probes.values(), level=level, candidates=1)


def _probes(kind: Kind) -> dict[str, Any]:
    return {name: found.load() for name, found in fitting_probes(kind).items()}


def _assessment(assessed: Assessed, gates: Sequence[Gate], name: str) -> Assessment:
    task = {
        "label": assessed.label,
        "positive": assessed.positive,
        "protected": list(assessed.protected),
    }
    if assessed.kind != "decision":
        task["kind"] = assessed.kind
    record = record_of(name, assessed.findings, gates, task=task)
    return Assessment(record, assessed.threshold)
