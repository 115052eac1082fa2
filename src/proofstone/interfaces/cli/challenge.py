"""The command challenge: champion against challenger on the same rows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from proofstone.api import Workspace, challenge_file
from proofstone.core.errors import InputError
from proofstone.core.i18n import _
from proofstone.interfaces.cli import options as o
from proofstone.interfaces.cli.given import listed, refuse_unread
from proofstone.interfaces.cli.show import findings_table, out, print_json, say, say_unmeasured

Challenger = Annotated[
    str,
    typer.Argument(
        help=_("A release, a candidate of the last run, or a score column of --predictions.")
    ),
]
Champion = Annotated[
    str | None,
    typer.Option(help=_("The release (production by default) or score column to be matched.")),
]
Margin = Annotated[
    float,
    typer.Option(min=0, max=1, help=_("How much worse it may be and still count as no worse.")),
]


_SCORES = frozenset({"predictions", "label", "protected", "positive"})
_SHARED = frozenset({"challenger", "champion", "threshold", "margin", "gates", "report"})


def challenge_command(
    context: typer.Context,
    challenger: Challenger,
    champion: Champion = None,
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
    shared: dict[str, Any] = {"margin": margin, "gates": gates}
    shared |= {} if report is None else {"report": report}
    if predictions is None:
        refuse_unread(context, _SHARED | {"data"}, _("a release"))
        shared |= {} if threshold is None else {"threshold": threshold}
        shared |= {} if champion is None else {"champion": champion}
        document = Workspace(project).releases.challenge(challenger, data=data, **shared)
    else:
        refuse_unread(context, _SHARED | _SCORES, "--predictions")
        if champion is None:
            hint = "name the column that holds the champion's scores"
            raise InputError("--champion is wanting", hint=hint)
        document = challenge_file(
            predictions, label=label, champion=champion, challenger=challenger,
            protected=listed(protected), positive=positive, threshold=threshold, **shared,
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
        say_unmeasured(document["findings"])
        say(_("report: {path}").format(path=document["report"]))
    if document["verdict"] != "pass":
        raise typer.Exit(3)
