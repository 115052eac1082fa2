"""Commands that show: explain, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from proofstone.api import Workspace
from proofstone.core.i18n import _
from proofstone.interfaces.cli.explained import show_explanation
from proofstone.interfaces.cli.options import (
    HERE,
    Json,
    Project,
)
from proofstone.interfaces.cli.show import print_json, say


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
