"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Project = Annotated[
    Path, typer.Option("--project", "-C", help="The project's folder.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Release = Annotated[
    str, typer.Argument(help="A release: its id or the first characters of it, a stage, or latest.")
]
Key = Annotated[
    Path | None,
    typer.Option("--key", help="The signer's public key (PEM); this project's own by default."),
]
HERE = Path()
