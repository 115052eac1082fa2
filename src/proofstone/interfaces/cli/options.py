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
Endpoint = Annotated[str | None, typer.Option(help=_("Address of an OpenAI-compatible service."))]
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
ChatModel = Annotated[
    str | None,
    typer.Option(
        help=_("A chat model in a GGUF file, with --questions; or its name, with --endpoint.")
    ),
]
Questions = Annotated[
    Path | None, typer.Option(help=_("A YAML list of questions; see the documentation."))
]
Gates = Annotated[
    Path | None,
    typer.Option(help=_("A YAML list of gates: metric, subject, min or max, reason.")),
]
HERE = Path()
