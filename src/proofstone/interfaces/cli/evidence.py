"""Commands that measure and show: assess, explain, report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from proofstone.api import Workspace, assess_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.interfaces.cli.explained import show_explanation
from proofstone.interfaces.cli.options import (
    HERE,
    ChatModel,
    Endpoint,
    Gates,
    Json,
    KeyVariable,
    MostCalls,
    MostTokens,
    Project,
    Questions,
    Suite,
)
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.show import findings_table, out, print_json, say


def assess_command(
    predictions: Annotated[
        Path | None, typer.Option(help=_("A table of labels and scores; no project is needed."))
    ] = None,
    label: Annotated[str, typer.Option(help=_("With --predictions: the label's column."))] = "y",
    score: Annotated[str, typer.Option(help=_("With --predictions: the score's column."))] = "p",
    protected: Annotated[
        str, typer.Option(help=_("With --predictions: protected columns, comma between."))
    ] = "",
    positive: Annotated[
        str | None, typer.Option(help=_("The label's value that the score is the probability of."))
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help=_("Scores from here on are decided positive."))
    ] = 0.5,
    gates: Gates = None,
    model: ChatModel = None,
    questions: Questions = None,
    endpoint: Endpoint = None,
    suite: Suite = "support",
    key_variable: KeyVariable = None,
    most_calls: MostCalls = None,
    most_tokens: MostTokens = None,
    report: Annotated[
        Path | None, typer.Option(help=_("Where the report goes; beside the file by default."))
    ] = None,
    sarif: Annotated[Path | None, typer.Option(help=_("Also write SARIF 2.1.0 there."))] = None,
    junit: Annotated[Path | None, typer.Option(help=_("Also write JUnit XML there."))] = None,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `assess`; `core.operations` has its help."""
    given = {"predictions": predictions, "gates": gates, "sarif": sarif, "junit": junit}
    if endpoint is not None:
        document = _ask_endpoint(
            Workspace(project), endpoint, model, given, suite=suite, key=key_variable,
            most=(most_calls, most_tokens), questions=questions, report=report,
        )  # fmt: skip
    elif model is not None:
        if questions is None:
            raise InputError("--questions is wanting", hint="a YAML list of prompt and expect")
        _refuse(given, "--model", "a chat model is measured without gates, for now")
        document = Workspace(project).models.ask(Path(model), questions, report=report)
    elif predictions is None:
        others = {"questions": questions, "gates": gates, "report": report}
        _refuse(others, "a project", "gates stand in its file; `proofstone report` writes reports")
        with progress(quiet=as_json) as tell:
            document = Workspace(project, tell).assess(sarif=sarif, junit=junit)
    else:
        _refuse({"questions": questions}, "--predictions", "questions are put to a --model")
        columns = [name.strip() for name in protected.split(",") if name.strip()]
        document = assess_file(
            predictions, label=label, score=score, protected=columns, positive=positive,
            threshold=threshold, gates=gates, report=report, sarif=sarif, junit=junit,
        )  # fmt: skip
    _end(document, as_json=as_json)


def _ask_endpoint(
    workspace: Workspace,
    endpoint: str,
    model: str | None,
    given: Mapping[str, Path | None],
    *,
    most: tuple[int | None, int | None],
    **options: Any,
) -> dict[str, Any]:
    from proofstone.pipeline.endpoint import Limits

    if model is None:
        raise InputError("--model is wanting", hint="name the model that the service has")
    others = {name: value for name, value in given.items() if name != "gates"}
    _refuse(others, "--endpoint", "the report and --json have the findings")
    limits = Limits(*most)
    return workspace.models.ask_endpoint(
        endpoint, model, limits=limits, gates=given["gates"], **options
    )


def _end(document: dict[str, Any], *, as_json: bool) -> None:
    """Print what an assessment came to; a gate that is not open ends it with 3."""
    if as_json:
        print_json(document)
    else:
        _show(document)
    if any(one["limit"] is not None and one["verdict"] != "pass" for one in document["findings"]):
        raise typer.Exit(3)


def _refuse(options: Mapping[str, Path | None], beside: str, hint: str) -> None:
    """Refuse options that would be left unread."""
    given = [f"--{name}" for name, value in options.items() if value is not None]
    if given:
        raise InputError(f"{', '.join(given)}: not taken together with {beside}", hint=hint)


def _show(document: dict[str, Any]) -> None:
    findings = [one for one in document["findings"] if one["value"] is not None]
    gated = [one for one in findings if one["limit"] is not None]
    whole = [one for one in findings if one["limit"] is None and "=" not in one["subject"]]
    if gated:
        out().print(findings_table(gated, _("Gates")))
        out().print()
    out().print(findings_table(whole, _("Measured")))
    for one in document["findings"]:
        if one["verdict"] == "not_run" and one["limit"] is None:
            say(_("not measured: {metric}: {why}").format(metric=one["metric"], why=one["reason"]))
    if "spent" in document:
        spent = document["spent"]
        says = _("{calls} calls, {tokens} tokens spent")
        say(says.format(calls=spent["calls"], tokens=spent["tokens"]))
    if document.get("report"):
        say(_("report: {path}").format(path=document["report"]))


def explain_command(
    rows: Annotated[
        Path, typer.Argument(help=_("Rows, texts or questions: CSV, Parquet or JSONL."))
    ],
    release: Annotated[str, typer.Option(help=_("Id, stage, or latest."))] = "latest",
    limit: Annotated[int, typer.Option(min=1, help=_("Explain at most so many rows."))] = 5,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `explain`; `core.operations` has its help."""
    document = Workspace(project).explain(rows, release=release, limit=limit)
    if as_json:
        print_json(document)
    else:
        show_explanation(document)


def report_command(
    release: Annotated[str, typer.Option(help=_("Id, stage, or latest."))] = "latest",
    output: Annotated[Path, typer.Option("--output", "-o", help=_("Where it goes."))] = Path(
        "report.html"
    ),
    cards: Annotated[
        bool, typer.Option("--cards", help=_("Also write model card and data card as Markdown."))
    ] = False,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `report`; `core.operations` has its help."""
    document = Workspace(project).report(release=release, output=output, cards=cards)
    if as_json:
        print_json(document)
        return
    for path in document["files"]:
        say(_("wrote {file}").format(file=path))
