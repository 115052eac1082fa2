"""Commands about releases: list, compare, promote, roll back, export, verify, reproduce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from proofstone.api import Workspace
from proofstone.core.i18n import _
from proofstone.interfaces.cli.compared import show_candidates, show_releases
from proofstone.interfaces.cli.options import HERE, Json, Key, Project, Release
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.show import out, print_json, say, verdict_text

Why = Annotated[str, typer.Option(help=_("The reason; it stands in the audit trail."))]
Second = Annotated[
    str | None,
    typer.Argument(help=_("Another release; without it, the candidates of the first.")),
]
Stage = Annotated[str, typer.Option(help=_("staging or production."))]


def releases_command(project: Project = HERE, as_json: Json = False) -> None:
    """The command `releases`; `core.operations` has its help."""
    document = Workspace(project).releases.list()
    if as_json:
        print_json(document)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("release"), _("verdict"), _("stages"), _("created"), _("by")):
        table.add_column(heading)
    for one in document["releases"]:
        stages = ", ".join(one["stages"])
        table.add_row(
            one["id"][:12], verdict_text(one["verdict"]), stages, one["created"], one["who"]
        )
    out().print(table)


def compare_command(
    first: Release, second: Second = None, project: Project = HERE, as_json: Json = False
) -> None:
    """The command `compare`; `core.operations` has its help."""
    document = Workspace(project).releases.compare(first, second)
    if as_json:
        print_json(document)
    elif second is None:
        show_candidates(document)
    else:
        show_releases(document, first, second)


def promote_command(
    release: Release, why: Why, to: Stage = "production", project: Project = HERE,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The command `promote`; `core.operations` has its help."""
    document = Workspace(project).releases.promote(release, stage=to, why=why)
    if as_json:
        print_json(document)
        return
    say(_("{release} is now in {stage}").format(release=document["release"][:12], stage=to))


def rollback_command(
    why: Why, stage: Stage = "production", project: Project = HERE, as_json: Json = False
) -> None:
    """The command `rollback`; `core.operations` has its help."""
    document = Workspace(project).releases.rollback(stage=stage, why=why)
    if as_json:
        print_json(document)
        return
    say(_("{stage} is back at {release}").format(release=document["release"][:12], stage=stage))


def export_command(
    release: Release,
    directory: Annotated[Path, typer.Argument(help=_("The folder to create."))],
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `export`; `core.operations` has its help."""
    document = Workspace(project).releases.export(release, directory)
    if as_json:
        print_json(document)
        return
    say(_("wrote {file}").format(file=document["directory"]))
    say(_("check it anywhere: {line}").format(line=document["verify"]))


def verify_command(
    directory: Annotated[Path, typer.Argument(help=_("An exported release."))],
    key: Key = None,
    project: Project = HERE,
    as_json: Json = False,
) -> None:
    """The command `verify`; `core.operations` has its help."""
    document = Workspace(project).releases.verify(directory, key=key)
    if as_json:
        print_json(document)
    else:
        say(_("signature, digests and evidence hold: release {release}").format(
            release=document["release"][:12]))  # fmt: skip
        say(verdict_text(document["verdict"]))
    if document["verdict"] != "pass":
        raise typer.Exit(3)


def reproduce_command(
    release: Release = "latest", project: Project = HERE, as_json: Json = False
) -> None:
    """The command `reproduce`; `core.operations` has its help."""
    with progress(quiet=as_json) as tell:
        document = Workspace(project, tell).releases.reproduce(release)
    if as_json:
        print_json(document)
    else:
        for difference in document["differences"]:
            say(f"  {difference}")
        says = _("the same release came out") if document["same"] else _("it came out differently")
        say(says)
    if not document["same"]:
        raise typer.Exit(4)
