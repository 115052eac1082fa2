"""How documents and errors look on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from proofstone.core.errors import ProofstoneError
from proofstone.core.i18n import _

_STYLES = {
    "pass": ("✓", "green"),
    "fail": ("✗", "red"),
    "inconclusive": ("?", "yellow"),
    "not_run": ("–", "yellow"),
    "not_applicable": ("·", "dim"),
}


def out() -> Console:
    """The console of standard output."""
    return Console(highlight=False, soft_wrap=False, markup=False)


def verdict_text(verdict: str) -> Text:
    """A verdict as symbol, word and colour."""
    symbol, style = _STYLES[verdict]
    return Text(f"{symbol} {verdict_word(verdict)}", style=style)


def verdict_word(verdict: str) -> str:
    """A verdict in the language in force."""
    words = {
        "pass": _("pass"), "fail": _("fail"), "inconclusive": _("inconclusive"),
        "not_run": _("not run"), "not_applicable": _("not applicable"),
    }  # fmt: skip
    return words[verdict]


def number(value: float | None, digits: int = 3) -> str:
    """A number for a table; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(finding: Mapping[str, Any]) -> str:
    """`value [low, high]` of a finding."""
    if finding["value"] is None:
        return "–"
    return f"{number(finding['value'])} [{number(finding['low'])}, {number(finding['high'])}]"


def findings_table(findings: Sequence[Mapping[str, Any]], title: str = "") -> Table:
    """Findings as a table: what, of whom, value with interval, limit, verdict."""
    table = Table(title=title, box=None, pad_edge=False, header_style="bold", title_justify="left")
    for heading in (_("metric"), _("subject"), _("value [interval]"), _("limit"), _("n"), ""):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        sign = {"max": "≤ ", "min": "≥ ", None: ""}[finding["direction"]]
        table.add_row(
            finding["metric"],
            finding["subject"],
            interval(finding),
            f"{sign}{number(finding['limit'])}" if finding["limit"] is not None else "",
            str(finding["n"]),
            verdict_text(finding["verdict"]) if finding["limit"] is not None else "",
        )
    return table


def show_error(error: ProofstoneError, *, as_json: bool) -> None:
    """Print an error on standard error; with `--json` as one document on standard output."""
    if as_json:
        print(json.dumps({"error": error.to_json()}, ensure_ascii=False, indent=2))
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    told, remedy = _("error:"), _("hint:")
    console.print(f"[bold red]{told}[/] {escape(str(error))}")
    if error.hint:
        console.print(f"[bold]{remedy}[/] {escape(error.hint)}")
    sys.stderr.flush()
