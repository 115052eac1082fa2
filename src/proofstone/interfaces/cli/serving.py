"""Commands that use a released model: serve, predict, feedback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from proofstone.api import Workspace
from proofstone.core.i18n import _
from proofstone.interfaces.cli.options import HERE, Json, Key, Project, Release
from proofstone.interfaces.cli.show import interval, out, print_json, say


def serve_command(
    release: Release = "production",
    host: Annotated[str, typer.Option(help=_("A loopback address."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("0 picks a free one."))] = 8080,
    slots: Annotated[
        int, typer.Option(min=1, max=64, help=_("Conversations answered side by side."))
    ] = 4,
    key: Key = None,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `serve`; `core.operations` has its help."""
    from proofstone.interfaces.rest.server import serve

    workspace = Workspace(project)
    verified = workspace.serve(release, key=key)
    serve(
        verified,
        host=host,
        port=port,
        slots=slots,
        outcomes=workspace.outcomes(verified),
        ready=lambda address: _ready(address, as_json),
    )


def _ready(address: str, as_json: bool) -> None:
    if as_json:
        print_json({"address": address})
    else:
        say(_("serving on {address} (documentation: {address}/docs)").format(address=address))


def predict_command(
    rows: Annotated[Path, typer.Argument(help=_("A table of rows: CSV, Parquet or JSONL."))],
    output: Annotated[Path, typer.Option("--output", "-o", help=_("Where predictions go."))],
    release: Annotated[str, typer.Option(help=_("Id, stage, latest, or a folder."))] = "production",
    key: Key = None,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `predict`; `core.operations` has its help."""
    document = Workspace(project).predict(rows, output, release=release, key=key)
    if as_json:
        print_json(document)
        return
    say(_("{n} rows predicted, written to {file}").format(n=document["rows"], file=output))


def feedback_command(
    release: Release = "production", project: Project = HERE, as_json: Json = False
) -> None:
    """The command `feedback`; `core.operations` has its help."""
    document = Workspace(project).releases.feedback(release)
    if as_json:
        print_json(document)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = {
        "satisfied": _("satisfied"),
        "resolved": _("resolved"),
        "handed_over": _("handed over"),
        "refused": _("refused"),
        "response": _("with feedback"),
    }
    for heading in (_("language"), _("answers"), *shown.values()):
        table.add_column(heading, overflow="fold")
    names = {"all": _("all"), "en": _("English"), "zh": _("Chinese")}
    for group in document["groups"]:
        rates = [interval(group[name]) for name in shown]
        table.add_row(names[group["language"]], str(group["answers"]), *rates)
    out().print(table)
    for one in document["comments"]:
        say(f"{one['rated'][:10]}  {one['comment']}")
