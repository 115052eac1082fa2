"""The command line's table of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from typing import Any

import click
import typer
from typer.core import TyperGroup

from proofstone.core.errors import InputError, ProofstoneError
from proofstone.core.i18n import _, speak
from proofstone.core.operations import OPERATIONS, Operation
from proofstone.interfaces.cli.framework import translate_framework
from proofstone.interfaces.cli.show import show_error

_MODULES = {
    "init": "project", "check": "project", "plan": "project", "run": "project", "why": "project",
    "doctor": "project", "report": "evidence", "assess": "assess", "explain": "evidence",
    "releases": "releases", "compare": "releases", "promote": "releases", "rollback": "releases",
    "export": "releases", "verify": "releases", "reproduce": "releases", "challenge": "challenge",
    "serve": "serving", "predict": "serving", "feedback": "serving",
    "models list": "models", "models pull": "models", "models show": "models",
}  # fmt: skip


class LazyGroup(TyperGroup):
    """Commands in the table's order, each module imported when its command is called.

    `under` is what stands before the commands of a group: `"models "` for `models list`.
    """

    under = ""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the operations, or the first words of several, the newcomer's first."""
        return list(dict.fromkeys(self._rest(one).split()[0] for one in self._operations()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or a group of them; None when the name is unknown."""
        name = f"{self.under}{cmd_name}"
        if name not in _MODULES:
            return self._group(cmd_name) if cmd_name in self.list_commands(ctx) else None
        module = importlib.import_module(f"proofstone.interfaces.cli.{_MODULES[name]}")
        function: Callable[..., None] = getattr(module, f"{name.replace(' ', '_')}_command")
        operation = next(one for one in OPERATIONS if one.name == name)
        app = typer.Typer(add_completion=False)
        app.command(cmd_name, help=_help(operation))(function)
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any: the first three, then the rest."""
        shown = [(one, (self._rest(one), _(one.summary))) for one in self._operations()]
        for heading, wanted in ((_("Start here"), True), (_("Then"), False)):
            rows = [row for one, row in shown if one.first is wanted]
            if rows:
                with formatter.section(_("Commands") if self.under else heading):
                    formatter.write_dl(rows)

    def _operations(self) -> list[Operation]:
        return [one for one in OPERATIONS if one.name.startswith(self.under)]

    def _rest(self, operation: Operation) -> str:
        return operation.name.removeprefix(self.under)

    def _group(self, name: str) -> click.Command:
        group = LazyGroup(name=name, rich_markup_mode=None)
        group.under = f"{self.under}{name} "
        return group


def _help(operation: Operation) -> str:
    """What an operation does, an example, and what else there is to know, as `--help` shows it."""
    summary = _("{summary}.").format(summary=_(operation.summary))
    example = _("Example: {line}").format(line=operation.example)
    return "\n\n".join([summary, example, *([_(operation.note)] if operation.note else [])])


def run() -> None:
    """Run the command line on `sys.argv`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A sign that the terminal's encoding lacks is no reason to stop.
            stream.reconfigure(errors="replace")
    if "--json" in sys.argv:
        speak("en")  # programs read it, whatever language their user speaks
    translate_framework()
    app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None)
    app.callback(help=_("Prove a model before it ships, and keep proving it while it runs."))(_root)
    sys.exit(call(lambda: typer.main.get_command(app).main(standalone_mode=False)))


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"proofstone {version('proofstone')}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_version, help=_("Print the version.")
    ),
) -> None:
    """Take the options that stand before a command."""


def call(command: Callable[[], Any]) -> int:
    """Call `command` and return the exit status: each kind of error has one."""
    try:
        status = command()
    except ProofstoneError as error:
        show_error(error, as_json="--json" in sys.argv)
        return error.exit_code
    except click.ClickException as error:
        if "--json" not in sys.argv:
            error.show()
            return error.exit_code
        usage = InputError(error.format_message(), hint="`--help` shows what the command takes")
        show_error(usage, as_json=True)
        return usage.exit_code
    except (click.Abort, KeyboardInterrupt):
        print(_("stopped; what was finished is kept, `proofstone run` goes on"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 141
    return status if isinstance(status, int) else 0
