"""The words of the command-line framework (click, Typer), in the language in force."""

from __future__ import annotations

import gettext
import os

from proofstone.core.i18n import DOMAIN, LOCALE, language, message

WORDS = (
    message("Usage:"),
    message("Options"),
    message("Arguments"),
    message("Show this message and exit."),
    message("[required]"),
    message("[default: {}]"),
    message("required"),
    message("default: {default}"),
    message("Error: {message}"),
    message("Try '{command} {option}' for help."),
    message("No such command {name!r}."),
    message("No such option: {name}"),
    message("Missing command."),
    message("Missing argument"),
    message("Missing option"),
    message("Invalid value for {param_hint}: {message}"),
    message("{value!r} is not a valid {number_type}."),
    message("{value} is not in the range {range}."),
)
"""What the framework says through gettext, listed so that the catalogue has it."""


def translate_framework() -> None:
    """Let the framework find our catalogue; for the process that is the command line only."""
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
