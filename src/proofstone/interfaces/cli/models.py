"""Commands about models from elsewhere: models list, models pull, models show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from proofstone.api import Workspace
from proofstone.core.i18n import _
from proofstone.interfaces.cli.options import Json
from proofstone.interfaces.cli.progress import progress
from proofstone.interfaces.cli.show import out, print_json, say

Model = Annotated[str, typer.Argument(help=_("An address, or the name of a known model."))]
Digest = Annotated[
    str | None, typer.Option("--sha256", help=_("The SHA-256 that the content must have."))
]
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000


def models_list_command(as_json: Json = False) -> None:
    """The command `models list`; `core.operations` has its help."""
    document = Workspace().models.list()
    if as_json:
        print_json(document)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("model"), _("size"), _("licence"), _("digest"), _("here"), _("use")):
        table.add_column(heading, overflow="fold")
    for one in document["models"]:
        here = _("yes") if one["path"] else _("no")
        pinned = _("pinned") if one["pinned"] else _("as first seen")
        licence = one["licence"] or _("not stated")
        use = _(one["use"]) if one["use"] else ""
        table.add_row(one["name"], size(one["size"]), licence, pinned, here, use)
    out().print(table)
    say(_("kept in {folder}").format(folder=document["folder"]))


def models_pull_command(model: Model, sha256: Digest = None, as_json: Json = False) -> None:
    """The command `models pull`; `core.operations` has its help."""
    with progress(quiet=as_json) as tell:
        document = Workspace(tell=tell).models.pull(model, sha256=sha256)
    if as_json:
        print_json(document)
        return
    _show(document)


def models_show_command(model: Model, as_json: Json = False) -> None:
    """The command `models show`; `core.operations` has its help."""
    document = Workspace().models.show(model)
    if as_json:
        print_json(document)
        return
    _show(document)


def size(count: float) -> str:
    """Bytes for a person, in steps of 1000.

    >>> size(98_362_432), size(612)
    ('98.4 MB', '612 B')
    """
    steps = 0
    while count >= _STEP and steps < len(_UNITS) - 1:
        count, steps = count / _STEP, steps + 1
    return f"{count:.{1 if steps else 0}f} {_UNITS[steps]}"


def _show(document: Mapping[str, Any]) -> None:
    """One line for each thing that is recorded of a model."""
    absent = _("not stated")
    context = document["context_length"]
    parameters = document["parameters"]
    pinned = _("pinned") if document["pinned"] else _("as first seen")
    rows = (
        (_("model"), document["name"]),
        (_("architecture"), document["architecture"]),
        (_("parameters"), f"{parameters:,}" if parameters else ""),
        (_("quantisation"), document["quantisation"]),
        (_("context length"), _("{n} tokens").format(n=context) if context else ""),
        (_("chat template"), document["chat_template"]),
        (_("licence"), document["licence"]),
        (_("size"), size(document["size"])),
        (_("origin"), document["origin"]),
        (_("address"), document["address"]),
        (_("digest"), f"{document['sha256']} ({pinned})"),
        (_("path"), document["path"]),
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value or absent)
    out().print(table)
