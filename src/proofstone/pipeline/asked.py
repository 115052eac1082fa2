"""Assessing a model that can be asked: an ONNX file, an inference endpoint, a release."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from proofstone.assess.asked import Table, Terms, asked_case, assess_asked, kind_asked
from proofstone.assess.foreign.meaning import UNSAID, Said, meant
from proofstone.assess.foreign.objects import model_of
from proofstone.checks.levels import corrected_levels
from proofstone.checks.memory import never
from proofstone.checks.plan import AssessmentPlan, plan_assessment
from proofstone.checks.probe import Probe
from proofstone.core.budget import Prices
from proofstone.core.errors import Cancelled, InputError
from proofstone.core.project.known import Kind
from proofstone.core.project.schema import Gate
from proofstone.data.sources.opening import read_file
from proofstone.models.contract import Model
from proofstone.models.foreign.inference import InferenceEndpoint
from proofstone.models.foreign.onnx_file import OnnxFile
from proofstone.pipeline.assessment import Assessment, exported
from proofstone.pipeline.gates import parse_gates, read_gates
from proofstone.pipeline.known import fitting_probes
from proofstone.pipeline.limits import UNLIMITED, Limits, waiting
from proofstone.pipeline.plugins import plugin
from proofstone.pipeline.record import record_of
from proofstone.registry.verify import VerifiedModel
from proofstone.store.store import Store

_SAMPLE = 64


@dataclass(frozen=True)
class Asking:
    """What an assessment is given beside the model.

    `label` names the label's column, or several with commas between them; `protected` columns of
    people's attributes; `query` what is ranked together; `inputs` the model's columns in its order,
    unless all others are meant. `probes` names those to run, unless all that fit are meant.
    `gates` is a YAML file; `report`, `sarif` and `junit` say where those go. With `plan` nothing is
    assessed: what would be asked is returned. `cancelled` is asked between batches; where it says
    so, the assessment ends with `Cancelled`, and nothing is written.
    """

    data: Path
    label: str
    protected: Sequence[str] = ()
    query: str | None = None
    inputs: Sequence[str] | None = None
    output: str | None = None
    said: Said = field(default_factory=Said)
    threshold: float | None = None
    probes: Sequence[str] = ()
    gates: Path | None = None
    report: Path | None = None
    sarif: Path | None = None
    junit: Path | None = None
    seed: int = 0
    plan: bool = False
    cancelled: Callable[[], bool] = never

    def table(self) -> Table:
        """Read the rows.

        Raises:
            DataError: the file cannot be read, or a column is absent.
        """
        frame = read_file(self.data)
        return Table.of(frame, self.label, protected=self.protected, query=self.query)

    def columns(self, table: Table) -> list[str]:
        """The columns that may be inputs.

        Raises:
            InputError: one that was named is named twice, or holds labels or queries.
        """
        if self.inputs is None:
            return table.candidates
        taken = dict.fromkeys(table.labels, "a label column") | {table.query: "the query column"}
        for at, name in enumerate(self.inputs):
            if name in self.inputs[:at] or name in taken:
                why = taken.get(name, "named twice")
                raise InputError(
                    f"input column {name} is {why}",
                    hint="name the columns that the model takes, each once, in its order",
                )
        return list(self.inputs)


def asking(*, said: Mapping[str, Any], **given: Any) -> Asking:
    """Return what a door was given as one value; `said` is about the model."""
    return Asking(said=Said(**said), **given)


def assess_onnx(model: Path, asking: Asking) -> dict[str, Any]:
    """Assess the ONNX file `model` on a table; write a report and return the findings.

    Raises:
        DataError: the file is no ONNX model of a table, or the table does not fit it.
        InputError: a gate would not stand in a project file, or answers are no probabilities.
    """
    table = asking.table()
    source = OnnxFile(
        model,
        table.frame,
        columns=asking.columns(table),
        spare=asking.protected,
        output=asking.output,
    )
    found = meant(source, table, asking.said)
    return _written(found, table, asking, model.stem, Terms(threshold=asking.threshold))


def assess_inference(
    url: str,
    model: str,
    store: Store,
    asking: Asking,
    *,
    key: str | None = None,
    limits: Limits = UNLIMITED,
    concurrency: int = 4,
) -> dict[str, Any]:
    """Assess the model that `url` serves in the Open Inference Protocol, as `assess_onnx` does.

    `key` names the environment variable that holds the key. What a request may cost, by the prices
    of a call and of a row, is set aside before it is sent; none is sent that might cost more than
    `limits` leave. Answers are kept in the ledger: an assessment that was stopped, by a budget too,
    goes on where it was.

    Raises:
        Cancelled: `asking.cancelled` said so; what was answered is kept.
        DataError: the table does not fit the model.
        InputError: the address cannot be used, the service cannot be reached, a gate would not
            stand in a project file, the budget covers no call, or money is limited without prices.
        MissingExtra: httpx is not installed.
    """
    table = asking.table()
    budget = limits.budget()
    source = InferenceEndpoint(
        url,
        model,
        table.frame,
        budget,
        columns=asking.columns(table),
        spare=asking.protected,
        output=asking.output,
        key=key,
        concurrency=concurrency,
        wait=waiting(asking.cancelled),
    )
    try:
        found = meant(source, table, asking.said)
        terms = Terms(threshold=asking.threshold, recall=store.answers)
        if asking.plan:
            plan = _plan(found, table, asking, terms, limits.prices)
            # All that is known of its pace is the request for the first rows.
            document = replace(plan, seconds=source.seconds(plan.expected_calls)).to_json()
        else:
            document = _written(found, table, asking, model, terms)
    finally:
        source.close()
    return document | {"spent": limits.spent(budget)}


def assess_release(verified: VerifiedModel, asking: Asking) -> dict[str, Any]:
    """Assess a verified release on new rows; it decides by its own signed thresholds.

    Raises:
        DataError: the file cannot be read, or its columns do not fit the model.
        InputError: the release is an assistant, or a gate would not stand in a project file.
    """
    table = asking.table()
    model = verified.model
    own = model.thresholds(table.frame) if asking.threshold is None else asking.threshold
    name = f"{verified.name}-{verified.release[:12]}"
    return _written(model, table, asking, name, Terms(threshold=own))


def assess_object(
    model: Any,
    X: Any,  # noqa: N803  the field's name for the inputs
    y: Any,
    *,
    protected: Sequence[str] | Mapping[str, Any] = (),
    query: Any = None,
    said: Said = UNSAID,
    threshold: float | None = None,
    probes: Sequence[str] = (),
    gates: Sequence[Mapping[str, Any]] = (),
    level: float = 0.95,
    name: str = "assessment",
    cancelled: Callable[[], bool] = never,
) -> Assessment:
    """Assess an object of a notebook that is no estimator, on rows that it has not seen.

    It may be a raw booster of LightGBM or XGBoost, a text-classification pipeline of transformers,
    a torch module on a matrix, any function of rows, or keep the Model contract; `X`, `y`,
    `protected` and `query` are as `assess.foreign.objects.model_of` takes them. Where `cancelled`,
    which is asked between batches, says so, probes that are not done end as `not_run`.

    Raises:
        DataError: lengths differ, a column is absent, or labels do not fit the answers.
        InputError: the object is of no known kind, its answers are no probabilities, or a gate
            would not stand in a project file.
    """
    found, table = model_of(model, X, y, protected=protected, query=query, said=said)
    terms = Terms(threshold=threshold, level=level, cancelled=cancelled)
    return _assessment(found, table, parse_gates(gates), name, terms, probes)


def _written(model: Model, table: Table, asking: Asking, name: str, terms: Terms) -> dict[str, Any]:
    """Assess, write the report, and return what a door prints."""
    if asking.plan:
        return _plan(model, table, asking, terms).to_json()
    declared = read_gates(asking.gates) if asking.gates else None
    gates = declared.gates if declared else []
    seeded = replace(terms, seed=asking.seed, cancelled=asking.cancelled)
    found = _assessment(model, table, gates, name, seeded, asking.probes)
    if asking.cancelled():
        raise Cancelled
    page = asking.report or asking.data.with_name(f"{_file_name(name)}-report.html")
    found.save(page)
    exported(found.record, sarif=asking.sarif, junit=asking.junit, gates=declared)
    return {
        "task": {"kind": kind_asked(model.signature, table.query)},
        "threshold": found.threshold,
        "verdict": found.verdict,
        "findings": found.findings,
        "report": str(page),
    }


def _plan(
    model: Model, table: Table, asking: Asking, terms: Terms, prices: Prices | None = None
) -> AssessmentPlan:
    """What the same assessment would ask; a model whose answers are kept is asked nothing."""
    case, _cut = asked_case(model, table, terms)
    probes = _probes(kind_asked(model.signature, table.query), asking.probes)
    sample = _SAMPLE if terms.recall is None else 0
    return plan_assessment(model, probes, case, seed=asking.seed, prices=prices, sample=sample)


def _probes(kind: Kind, named: Sequence[str]) -> list[Probe]:
    """The probes named, else every one that fits."""
    chosen = [plugin("probes", one) for one in named] or list(fitting_probes(kind).values())
    return [one.load() for one in chosen]


def _assessment(
    model: Model,
    table: Table,
    gates: Sequence[Gate],
    name: str,
    terms: Terms,
    named: Sequence[str] = (),
) -> Assessment:
    """Run the probes, and judge the gates."""
    probes = _probes(kind_asked(model.signature, table.query), named)
    levels = corrected_levels(gates, probes, level=terms.level, candidates=1)
    assessed = assess_asked(model, table, probes, replace(terms, levels=levels))
    task: dict[str, Any] = {
        "label": assessed.label,
        "positive": assessed.positive,
        "protected": list(assessed.protected),
    }
    if assessed.kind != "decision":
        task["kind"] = assessed.kind
    record = record_of(name, assessed.findings, gates, task=task)
    return Assessment(record, assessed.threshold)


def _file_name(name: str) -> str:
    """The model's name as a file's: no folders, nothing that a shell minds."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name).strip(".")
