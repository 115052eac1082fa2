"""Commands about a project: init, check, plan, run, why, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from proofstone.api import Workspace
from proofstone.core.errors import GateShut, Problem, ProjectFileError
from proofstone.core.i18n import _
from proofstone.interfaces.cli.options import HERE, Json, Project
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.scorecard import print_scorecard
from proofstone.interfaces.cli.show import out, print_json, say


def init_command(
    directory: Annotated[Path, typer.Argument(help=_("The folder to create."))],
    template: Annotated[
        str, typer.Option(help=_("A template that ships: credit, reviews, support."))
    ] = "credit",
    source: Annotated[
        Path | None, typer.Option("--from", help=_("Your own table: CSV, Parquet or JSONL."))
    ] = None,
    label: Annotated[
        str | None, typer.Option(help=_("With --from: the column to predict."))
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help=_("With --from: the text's encoding, such as gbk."))
    ] = None,
    as_json: Json = False,
) -> None:
    """The command `init`; `core.operations` has its help."""
    document = Workspace(directory).init(
        template=template, source=source, label=label, encoding=encoding
    )
    if as_json:
        print_json(document)
        return
    say(_("wrote {file}").format(file=document["file"]))
    say(_("next: read it, then `proofstone run -C {folder}`").format(folder=directory))


def check_command(project: Project = HERE, as_json: Json = False) -> None:
    """The command `check`; `core.operations` has its help."""
    document = Workspace(project).check()
    problems = [Problem(**problem) for problem in document["problems"]]
    if as_json:
        print_json(document)
        raise typer.Exit(ProjectFileError(problems).exit_code if problems else 0)
    if problems:
        raise ProjectFileError(problems)
    say(_("{file} holds").format(file=document["file"]))


def plan_command(project: Project = HERE, as_json: Json = False) -> None:
    """The command `plan`; `core.operations` has its help."""
    document = Workspace(project).plan()
    if as_json:
        print_json(document)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("step"), _("status"), _("last took"), _("reads")):
        table.add_column(heading, overflow="fold")
    words = {"known": _("known"), "would run": _("would run"), "waits": _("waits")}
    for one in document["steps"]:
        took = "" if one["seconds"] is None else f"{one['seconds']:.1f} s"
        table.add_row(one["name"], words[one["status"]], took, ", ".join(one["reads"]))
    out().print(table)


def run_command(
    project: Project = HERE,
    workers: Annotated[
        int | None, typer.Option(help=_("Processes; one a core by default."))
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help=_("No progress."))] = False,
    as_json: Json = False,
) -> None:
    """The command `run`; `core.operations` has its help."""
    with progress(quiet=quiet or as_json) as tell:
        workspace = Workspace(project, tell)
        document = workspace.run(workers=workers)
    if as_json:
        print_json(document)
    else:
        print_scorecard(workspace.record(), document)
    if document["verdict"] != "pass":
        raise typer.Exit(GateShut("").exit_code)


def why_command(
    step: Annotated[str, typer.Argument(help=_("A step's name, as `plan` shows it."))],
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `why`; `core.operations` has its help."""
    document = Workspace(project).why(step)
    if as_json:
        print_json(document)
        return
    say(document["says"])
    for change in document["changes"]:
        say(f"  {change['path']}: {change['before']} → {change['after']}")


def doctor_command(
    project: Project = HERE,
    repair: Annotated[
        bool, typer.Option("--repair", help=_("Drop damaged objects; the next run remakes them."))
    ] = False,
    as_json: Json = False,
) -> None:
    """The command `doctor`; `core.operations` has its help."""
    document = Workspace(project).doctor(repair=repair)
    if as_json:
        print_json(document)
    else:
        for one in document["checks"]:
            mark = ("✓", "green") if one["ok"] else ("✗", "red")
            say(Text.assemble(mark, f" {one['what']}: {one['found']}"))
    if not all(one["ok"] for one in document["checks"]):
        raise typer.Exit(2)
