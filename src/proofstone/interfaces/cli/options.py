"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from proofstone.core.i18n import _

Project = Annotated[
    Path, typer.Option("--project", "-C", help=_("The project's folder."), show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]
Release = Annotated[
    str,
    typer.Argument(help=_("A release: its id or the first characters of it, a stage, or latest.")),
]
Key = Annotated[
    Path | None,
    typer.Option("--key", help=_("The signer's public key (PEM); this project's own by default.")),
]
Predictions = Annotated[
    Path | None, typer.Option(help=_("A table of labels and scores; no project is needed."))
]
Data = Annotated[
    Path | None,
    typer.Option(help=_("Labelled rows to ask a model, a service or a release.")),
]
ReleaseOption = Annotated[
    str | None, typer.Option(help=_("A release to assess on the rows of --data."))
]
Label = Annotated[str, typer.Option(help=_("The label's column; several, comma between."))]
Score = Annotated[
    str,
    typer.Option(help=_("With --predictions: the score's column; several, or a pattern p_*.")),
]
Protected = Annotated[str, typer.Option(help=_("Protected columns, comma between."))]
Positive = Annotated[
    str | None, typer.Option(help=_("The label's value that the score is the probability of."))
]
Threshold = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help=_("Scores from here on are decided positive; 0.5, or as the release says."),
    ),
]
Logits = Annotated[
    bool, typer.Option("--logits", help=_("The model answers in logits, not probabilities."))
]
Inputs = Annotated[
    str,
    typer.Option(help=_("The model's input columns in its order; all but the label by default.")),
]
Classes = Annotated[
    str, typer.Option(help=_("The classes, in the order of the model's answers, comma between."))
]
Output = Annotated[str | None, typer.Option(help=_("Which of a model's outputs counts."))]
Probes = Annotated[
    str, typer.Option(help=_("Probes to run, comma between; every one that fits by default."))
]
PlanOnly = Annotated[
    bool,
    typer.Option(
        "--plan", help=_("Only say how much would be asked; a few rows are, to know the time.")
    ),
]
ReportPath = Annotated[
    Path | None, typer.Option(help=_("Where the report goes; beside the file by default."))
]
Sarif = Annotated[Path | None, typer.Option(help=_("Also write SARIF 2.1.0 there."))]
JUnit = Annotated[Path | None, typer.Option(help=_("Also write JUnit XML there."))]
Endpoint = Annotated[
    str | None,
    typer.Option(
        help=_(
            "Address of a service: OpenAI-compatible, or with --data one of the Open Inference "
            "Protocol."
        )
    ),
]
Suite = Annotated[str, typer.Option(help=_("With --endpoint: what it is asked."))]
KeyVariable = Annotated[
    str | None,
    typer.Option(help=_("With --endpoint: the environment variable that holds the key.")),
]
MostCalls = Annotated[
    int | None, typer.Option(min=1, help=_("With --endpoint: greatest number of calls."))
]
MostTokens = Annotated[
    int | None, typer.Option(min=1, help=_("With --endpoint: greatest number of tokens."))
]
MostMoney = Annotated[
    float | None,
    typer.Option(min=0, help=_("With --endpoint: greatest cost, in the currency of the prices.")),
]
PriceCall = Annotated[
    float | None, typer.Option(min=0, help=_("With --endpoint: the price of a call."))
]
PriceRow = Annotated[
    float | None, typer.Option(min=0, help=_("With --endpoint and --data: the price of a row."))
]
PriceTokens = Annotated[
    str | None,
    typer.Option(
        help=_("With --endpoint: prices of a million tokens read and written, comma between.")
    ),
]
ModelOrName = Annotated[
    str | None,
    typer.Option(
        help=_(
            "An ONNX file, with --data; a chat model in a GGUF file, with --questions; or its "
            "name, with --endpoint."
        )
    ),
]
Questions = Annotated[
    Path | None, typer.Option(help=_("A YAML list of questions; see the documentation."))
]
Gates = Annotated[
    Path | None,
    typer.Option(help=_("A YAML list of gates: metric, subject, min or max, reason.")),
]
Task = Annotated[
    str,
    typer.Option(
        help=_(
            "What the labels are: decision, classes, labels, number or ranking; found by itself."
        )
    ),
]
Query = Annotated[
    str | None, typer.Option(help=_("With a ranking: the column that says which query."))
]
HERE = Path()
