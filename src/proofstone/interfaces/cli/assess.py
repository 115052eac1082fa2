"""The command assess: one way for each thing that can be assessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from proofstone.api import Workspace, assess_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.interfaces.cli import options as o
from proofstone.interfaces.cli.given import listed, refuse_unread
from proofstone.interfaces.cli.planned import print_plan
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.show import (
    findings_table,
    out,
    print_json,
    say,
    say_unmeasured,
)
from proofstone.interfaces.cli.stopping import stopping
from proofstone.interfaces.cli.ways import way_lines

if TYPE_CHECKING:
    from proofstone.pipeline.limits import Limits

Params = Mapping[str, Any]

_KEPT = "what was answered is kept: the same command goes on where it was"
_AGAIN = "nothing was written: give the same command again"
_LIMITS = ("most_calls", "most_money", "price_call")
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
    most_money: o.MostMoney = None,
    price_call: o.PriceCall = None,
    price_row: o.PriceRow = None,
    price_tokens: o.PriceTokens = None,
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
        print_plan(document)
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
        asks = frozenset({"endpoint", "model", "key_variable", *_LIMITS})
        if given["data"] is not None:
            return Way("--endpoint with --data", _FOREIGN | asks | {"price_row"}, _inference)
        words = {"suite", "questions", "most_tokens", "price_tokens", "gates", "report", "plan"}
        return Way("--endpoint", asks | words, _chat_endpoint)
    if given["release"] is not None:
        return Way("--release", _ASKED | {"release"}, _release)
    if given["model"] is not None:
        if given["questions"] is not None:
            return Way("--questions", frozenset({"model", "questions", "report"}), _questions)
        return Way("--model", _FOREIGN | {"model"}, _onnx)
    if given["plan"]:
        return Way("--plan", frozenset({"plan"}), _project_plan)
    return Way(_("a project"), frozenset({"sarif", "junit"}), _project)


def _project(given: Params) -> dict[str, Any]:
    with (
        stopping("what was finished is kept: `proofstone run` goes on", interrupts=True),
        progress(quiet=given["as_json"]) as tell,
    ):
        workspace = Workspace(given["project"], tell)
        return workspace.assess(sarif=given["sarif"], junit=given["junit"])


def _project_plan(given: Params) -> dict[str, Any]:
    with progress(quiet=given["as_json"]) as tell:
        return Workspace(given["project"], tell).assess(plan=True)


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
    models, model = Workspace(given["project"]).models, Path(given["model"])
    with stopping(_KEPT) as cancelled:
        report = given["report"]
        return models.ask(model, given["questions"], report=report, cancelled=cancelled)


def _chat_endpoint(given: Params) -> dict[str, Any]:
    limits = _limits(given)
    with stopping(_KEPT, interrupts=given["plan"]) as cancelled:
        return Workspace(given["project"]).models.ask_endpoint(
            given["endpoint"],
            given["model"],
            limits=limits,
            key=given["key_variable"],
            cancelled=cancelled,
            **{name: given[name] for name in ("suite", "questions", "gates", "report", "plan")},
        )


def _onnx(given: Params) -> dict[str, Any]:
    if not given["model"].lower().endswith(".onnx"):
        hint = "an ONNX file (.onnx) with --data, or a chat model (GGUF) with --questions"
        raise InputError(f"{given['model']}: is no model that can be assessed", hint=hint)
    models = Workspace(given["project"]).models
    with stopping(_AGAIN, interrupts=given["plan"]) as cancelled:
        return models.assess(Path(given["model"]), **_asking(given), cancelled=cancelled)


def _inference(given: Params) -> dict[str, Any]:
    limits = _limits(given)
    with stopping(_KEPT, interrupts=given["plan"]) as cancelled:
        return Workspace(given["project"]).models.assess_endpoint(
            given["endpoint"],
            given["model"],
            key=given["key_variable"],
            limits=limits,
            cancelled=cancelled,
            **_asking(given),
        )


def _release(given: Params) -> dict[str, Any]:
    releases = Workspace(given["project"]).releases
    with stopping(_AGAIN, interrupts=given["plan"]) as cancelled:
        return releases.assess(given["release"], **_asking(given), cancelled=cancelled)


def _limits(given: Params) -> Limits:
    """What the service may cost, and its prices."""
    from proofstone.core.budget import Prices
    from proofstone.pipeline.limits import Limits

    tokens = listed(given["price_tokens"] or "0,0")
    try:
        read, written = (float(one) for one in tokens)
    except ValueError:
        hint = "two numbers, such as 0.5,1.5"
        raise InputError(f"--price-tokens: {given['price_tokens']!r}", hint=hint) from None
    priced = any(given[name] is not None for name in ("price_call", "price_row", "price_tokens"))
    prices = Prices(read, written, given["price_call"] or 0.0, given["price_row"] or 0.0)
    return Limits(
        calls=given["most_calls"],
        tokens=given["most_tokens"],
        money=given["most_money"],
        prices=prices if priced else None,
    )


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
        for line in _open_ways(document.get("ways", ())):
            say(line)
        out().print()
    out().print(findings_table([one for one in known if "=" not in one["subject"]], _("Measured")))
    _say_task(document.get("task", {}))
    say_unmeasured(findings)
    if "spent" in document:
        spent = document["spent"]
        says = _("{calls} calls, {tokens} tokens spent") if spent["tokens"] else _("{calls} calls")
        told = says.format(calls=spent["calls"], tokens=spent["tokens"])
        cost = spent["money"]
        say(told if cost is None else f"{told}; " + _("cost {money}").format(money=f"{cost:.4g}"))
    if document.get("report"):
        say(_("report: {path}").format(path=document["report"]))


def _open_ways(ways: Sequence[Params]) -> Iterator[str]:
    """What would open each shut gate of a project, after the gate's name."""
    for gate in dict.fromkeys(way["gate"] for way in ways):
        own = [way for way in ways if way["gate"] == gate]
        for line in way_lines(own):
            yield f"{own[0]['metric']} ({own[0]['subject']})  {line}"


def _say_task(found: Params) -> None:
    why = found.get("why")
    if why:
        says = _("taken for a task of kind {kind}: {why}; --task says otherwise")
        say(says.format(kind=found["kind"], why=_(why)))
