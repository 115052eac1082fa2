"""The command challenge: champion against challenger on the same rows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from proofstone.api import Workspace, challenge_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.interfaces.cli import options as o
from proofstone.interfaces.cli.show import findings_table, out, print_json, say

Challenger = Annotated[
    str,
    typer.Argument(
        help=_("A release, a candidate of the last run, or a score column of --predictions.")
    ),
]
Champion = Annotated[
    str, typer.Option(help=_("The release, or score column, that it has to match."))
]
Margin = Annotated[
    float,
    typer.Option(min=0, max=1, help=_("How much worse it may be and still count as no worse.")),
]


def challenge_command(
    challenger: Challenger,
    champion: Champion = "production",
    data: o.Data = None,
    predictions: o.Predictions = None,
    label: o.Label = "y",
    protected: o.Protected = "",
    positive: o.Positive = None,
    threshold: o.Threshold = None,
    margin: Margin = 0.01,
    gates: o.Gates = None,
    report: o.ReportPath = None,
    project: o.Project = o.HERE,
    as_json: o.Json = False,
) -> None:
    """The command `challenge`; `core.operations` has its help."""
    shared: dict[str, Any] = {"champion": champion, "margin": margin, "gates": gates}
    shared |= {} if report is None else {"report": report}
    if predictions is None:
        shared |= {} if threshold is None else {"threshold": threshold}
        releases = Workspace(project).releases
        document = releases.challenge(challenger, data=data, **shared)
    elif data is not None:
        raise InputError("--data and --predictions: give one", hint="rows to ask, or scores")
    else:
        names = [name.strip() for name in protected.split(",") if name.strip()]
        document = challenge_file(
            predictions, label=label, challenger=challenger, protected=names,
            positive=positive, threshold=threshold, **shared,
        )  # fmt: skip
    _end(document, as_json=as_json)


def _end(document: dict[str, Any], *, as_json: bool) -> None:
    """Print what the challenge came to; a challenger that may be worse ends it with 3."""
    if as_json:
        print_json(document)
    else:
        out().print(findings_table(document["gates"], _("Challenger against champion")))
        rest = [
            one for one in document["findings"] if one["limit"] is None and one["value"] is not None
        ]
        out().print(findings_table(rest, _("Measured")))
        say(_("report: {path}").format(path=document["report"]))
    if document["verdict"] != "pass":
        raise typer.Exit(3)
