"""Commands that measure and show: assess, explain, report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from proofstone.api import Workspace, assess_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.interfaces.cli.options import HERE, Json, Project
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.show import findings_table, number, out, print_json, say


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
    gates: Annotated[
        Path | None,
        typer.Option(help=_("A YAML list of gates: metric, subject, min or max, reason.")),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help=_("A chat model in a GGUF file, with --questions; or its name, with --endpoint.")
        ),
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help=_("A YAML list of questions; see the documentation."))
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(help=_("Address of an OpenAI-compatible service."))
    ] = None,
    suite: Annotated[str, typer.Option(help=_("With --endpoint: what it is asked."))] = "support",
    key_variable: Annotated[
        str | None,
        typer.Option(help=_("With --endpoint: the environment variable that holds the key.")),
    ] = None,
    most_calls: Annotated[
        int | None, typer.Option(min=1, help=_("With --endpoint: greatest number of calls."))
    ] = None,
    most_tokens: Annotated[
        int | None, typer.Option(min=1, help=_("With --endpoint: greatest number of tokens."))
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help=_("Where the report goes; beside the file by default."))
    ] = None,
    sarif: Annotated[Path | None, typer.Option(help=_("Also write SARIF 2.1.0 there."))] = None,
    junit: Annotated[Path | None, typer.Option(help=_("Also write JUnit XML there."))] = None,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `assess`; `core.operations` has its help."""
    if endpoint is not None:
        from proofstone.pipeline.endpoint import Limits

        if model is None:
            raise InputError("--model is wanting", hint="name the model that the service has")
        given = {"predictions": predictions, "sarif": sarif, "junit": junit}
        _refuse(given, "--endpoint", "the report and --json have the findings")
        document = Workspace(project).ask_endpoint(
            endpoint, model, suite=suite, key=key_variable,
            limits=Limits(most_calls, most_tokens), questions=questions, gates=gates,
            report=report,
        )  # fmt: skip
    elif model is not None:
        if questions is None:
            raise InputError("--questions is wanting", hint="a YAML list of prompt and expect")
        given = {"predictions": predictions, "gates": gates, "sarif": sarif, "junit": junit}
        _refuse(given, "--model", "a chat model is measured without gates, for now")
        document = Workspace(project).ask(Path(model), questions, report=report)
    elif predictions is None:
        given = {"questions": questions, "gates": gates, "report": report}
        _refuse(given, "a project", "gates stand in its file; `proofstone report` writes reports")
        with progress(quiet=as_json) as tell:
            document = Workspace(project, tell).assess(sarif=sarif, junit=junit)
    else:
        _refuse({"questions": questions}, "--predictions", "questions are put to a --model")
        columns = [name.strip() for name in protected.split(",") if name.strip()]
        document = assess_file(
            predictions, label=label, score=score, protected=columns, positive=positive,
            threshold=threshold, gates=gates, report=report, sarif=sarif, junit=junit,
        )  # fmt: skip
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
    if document.get("report"):
        say(_("report: {path}").format(path=document["report"]))


def explain_command(
    rows: Annotated[Path, typer.Argument(help=_("A table of rows: CSV, Parquet or JSONL."))],
    release: Annotated[str, typer.Option(help=_("Id, stage, or latest."))] = "latest",
    limit: Annotated[int, typer.Option(min=1, help=_("Explain at most so many rows."))] = 5,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `explain`; `core.operations` has its help."""
    document = Workspace(project).explain(rows, release=release, limit=limit)
    if as_json:
        print_json(document)
        return
    for row in document["rows"]:
        title = _("row {row}: score {score}").format(row=row["row"], score=number(row["score"]))
        table = Table(title=title, box=None, title_justify="left", header_style="bold")
        for heading in (_("feature"), _("value"), _("pushes the log-odds by")):
            table.add_column(heading)
        for one in row["contributions"]:
            value = "–" if one["value"] is None else str(one["value"])
            table.add_row(one["feature"], value, f"{one['contribution']:+.3f}")
        out().print(table)


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
