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
HERE = Path()
