"""What a person gave on the command line: lists in one text, and options that nobody would read."""

from __future__ import annotations

from collections.abc import Collection

import typer

from proofstone.core.errors import InputError

_ALWAYS = frozenset({"project", "as_json"})


def listed(text: str) -> list[str]:
    """The parts of a text between its commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def refuse_unread(context: typer.Context, reads: Collection[str], beside: str) -> None:
    """Refuse options that were given and would be left unread together with `beside`.

    Raises:
        InputError: there are such options; names them.
    """
    said = [
        name
        for name in context.params
        if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    unread = [name for name in said if name not in reads and name not in _ALWAYS]
    if unread:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in unread)
        raise InputError(
            f"{names}: not taken together with {beside}",
            hint=f"`{context.command_path} --help` says what each option is for",
        )
