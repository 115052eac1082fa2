"""The command assess: one way for each thing that can be assessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from proofstone.api import Workspace, assess_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.interfaces.cli import options as o
from proofstone.interfaces.cli.given import listed, refuse_unread
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.show import findings_table, out, plan_table, print_json, say

Params = Mapping[str, Any]

_OUT = frozenset({"gates", "report", "sarif", "junit"})
_TABLE = _OUT | {"label", "protected", "threshold"}
_KIND = frozenset({"task", "positive", "query"})
_ASKED = _TABLE | {"data", "probes", "plan"}
_FOREIGN = _ASKED | _KIND | {"inputs", "classes", "output", "logits"}


@dataclass(frozen=True)
class Way:
    """One thing to assess: what it is called, the options that are read for it, and how."""

    name: str
    reads: frozenset[str]
    run: Callable[[Params], dict[str, Any]]


def assess_command(
    context: typer.Context,
    predictions: o.Predictions = None,
    data: o.Data = None,
    model: o.ModelOrName = None,
    endpoint: o.Endpoint = None,
    release: o.ReleaseOption = None,
    suite: o.Suite = "support",
    questions: o.Questions = None,
    label: o.Label = "y",
    score: o.Score = "p",
    task: o.Task = "auto",
    query: o.Query = None,
    protected: o.Protected = "",
    positive: o.Positive = None,
    threshold: o.Threshold = None,
    logits: o.Logits = False,
    inputs: o.Inputs = "",
    classes: o.Classes = "",
    output: o.Output = None,
    probes: o.Probes = "",
    gates: o.Gates = None,
    key_variable: o.KeyVariable = None,
    most_calls: o.MostCalls = None,
    most_tokens: o.MostTokens = None,
    plan: o.PlanOnly = False,
    report: o.ReportPath = None,
    sarif: o.Sarif = None,
    junit: o.JUnit = None,
    project: o.Project = o.HERE,
    as_json: o.Json = False,
) -> None:
    """The command `assess`; `core.operations` has its help."""
    given = {name: value for name, value in locals().items() if name != "context"}
    way = _way(given)
    refuse_unread(context, way.reads, way.name)
    document = way.run(given)
    if as_json:
        print_json(document)
    elif plan:
        out().print(plan_table(document))
    else:
        _show(document)
    if any(
        one["limit"] is not None and one["verdict"] != "pass"
        for one in document.get("findings", ())
    ):
        raise typer.Exit(3)


def _way(given: Params) -> Way:
    """The way that the options ask for."""
    if given["predictions"] is not None:
        return Way("--predictions", _TABLE | _KIND | {"predictions", "score"}, _recorded)
    if given["endpoint"] is not None:
        if given["model"] is None:
            raise InputError("--model is wanting", hint="name the model that the service has")
        asks = frozenset({"endpoint", "model", "key_variable", "most_calls"})
        if given["data"] is not None:
            return Way("--endpoint with --data", _FOREIGN | asks, _inference)
        words = {"suite", "questions", "most_tokens", "gates", "report"}
        return Way("--endpoint", asks | words, _chat_endpoint)
    if given["release"] is not None:
        return Way("--release", _ASKED | {"release"}, _release)
    if given["model"] is not None:
        if given["questions"] is not None:
            return Way("--questions", frozenset({"model", "questions", "report"}), _questions)
        return Way("--model", _FOREIGN | {"model"}, _onnx)
    return Way(_("a project"), frozenset({"sarif", "junit"}), _project)


def _project(given: Params) -> dict[str, Any]:
    with progress(quiet=given["as_json"]) as tell:
        workspace = Workspace(given["project"], tell)
        return workspace.assess(sarif=given["sarif"], junit=given["junit"])


def _recorded(given: Params) -> dict[str, Any]:
    names = ("label", "score", "task", "query", "positive", "gates", "report", "sarif", "junit")
    more = {} if given["threshold"] is None else {"threshold": given["threshold"]}
    return assess_file(
        given["predictions"],
        protected=listed(given["protected"]),
        **{name: given[name] for name in names},
        **more,
    )


def _questions(given: Params) -> dict[str, Any]:
    models = Workspace(given["project"]).models
    return models.ask(Path(given["model"]), given["questions"], report=given["report"])


def _chat_endpoint(given: Params) -> dict[str, Any]:
    from proofstone.pipeline.endpoint import Limits

    return Workspace(given["project"]).models.ask_endpoint(
        given["endpoint"],
        given["model"],
        limits=Limits(given["most_calls"], given["most_tokens"]),
        key=given["key_variable"],
        **{name: given[name] for name in ("suite", "questions", "gates", "report")},
    )


def _onnx(given: Params) -> dict[str, Any]:
    if not given["model"].lower().endswith(".onnx"):
        hint = "an ONNX file (.onnx) with --data, or a chat model (GGUF) with --questions"
        raise InputError(f"{given['model']}: is no model that can be assessed", hint=hint)
    return Workspace(given["project"]).models.assess(Path(given["model"]), **_asking(given))


def _inference(given: Params) -> dict[str, Any]:
    return Workspace(given["project"]).models.assess_endpoint(
        given["endpoint"],
        given["model"],
        key=given["key_variable"],
        most_calls=given["most_calls"],
        **_asking(given),
    )


def _release(given: Params) -> dict[str, Any]:
    return Workspace(given["project"]).releases.assess(given["release"], **_asking(given))


def _asking(given: Params) -> dict[str, Any]:
    """What a model of a table is asked, and what is said of it."""
    if given["data"] is None:
        raise InputError("--data is wanting", hint="a file of rows with their label")
    names = ("data", "label", "query", "threshold", "output", "gates", "report", "sarif", "junit")
    said = {name: given[name] for name in ("task", "positive", "logits")}
    return {
        **{name: given[name] for name in (*names, "plan")},
        "protected": listed(given["protected"]),
        "inputs": listed(given["inputs"]) or None,
        "probes": listed(given["probes"]),
        "said": said | {"classes": tuple(listed(given["classes"]))},
    }


def _show(document: dict[str, Any]) -> None:
    findings = document["findings"]
    gated = [one for one in findings if one["limit"] is not None]
    known = [one for one in findings if one["limit"] is None and one["value"] is not None]
    if gated:
        out().print(findings_table(gated, _("Gates")))
        out().print()
    out().print(findings_table([one for one in known if "=" not in one["subject"]], _("Measured")))
    _say_task(document.get("task", {}))
    for why, metrics in _unmeasured(findings).items():
        says = _("not measured: {metric}: {why}")
        say(says.format(metric=", ".join(dict.fromkeys(metrics)), why=why))
    if "spent" in document:
        spent = document["spent"]
        says = _("{calls} calls, {tokens} tokens spent") if spent["tokens"] else _("{calls} calls")
        say(says.format(calls=spent["calls"], tokens=spent["tokens"]))
    if document.get("report"):
        say(_("report: {path}").format(path=document["report"]))


def _say_task(found: Params) -> None:
    why = found.get("why")
    if why:
        says = _("taken for a task of kind {kind}: {why}; --task says otherwise")
        say(says.format(kind=found["kind"], why=_(why)))


def _unmeasured(findings: list[dict[str, Any]]) -> dict[str, list[str]]:
    """By reason, the metrics that should have been measured, those of gates included."""
    found: dict[str, list[str]] = {}
    for one in findings:
        if one["value"] is None and (one["verdict"] == "not_run" or one["limit"] is not None):
            found.setdefault(one["reason"], []).append(one["metric"])
    return found
