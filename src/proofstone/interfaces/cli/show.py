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
from proofstone.core.retelling import retell

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


def say(line: str | Text) -> None:
    """Print a line as it is: what reads it may be a program, and a path must stay whole."""
    out().print(line, soft_wrap=True)


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
    whole = _("value [interval]")
    for heading in (_("metric"), _("subject"), whole, _("limit"), _("n"), ""):
        table.add_column(heading, overflow="fold", no_wrap=heading == whole)
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


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output; in ASCII where that cannot hold all texts."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    ascii_only = not encoding.lower().startswith("utf")
    print(json.dumps(document, ensure_ascii=ascii_only, indent=2, allow_nan=False))


def show_error(error: ProofstoneError, *, as_json: bool) -> None:
    """Print an error on standard error; with `--json` as one document on standard output."""
    if as_json:
        print_json({"error": error.to_json()})
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    told, remedy = _("error:"), _("hint:")
    console.print(f"[bold red]{told}[/] {escape(str(error))}")
    if error.hint:
        console.print(f"[bold]{remedy}[/] {escape(error.hint)}")
    sys.stderr.flush()


def say_unmeasured(findings: Sequence[Mapping[str, Any]]) -> None:
    """Print by reason which metrics should have been measured, those of gates included."""
    found: dict[str, dict[str, None]] = {}
    for one in findings:
        if one["value"] is None and (one["verdict"] == "not_run" or one["limit"] is not None):
            found.setdefault(one["reason"], {})[one["metric"]] = None
    for why, metrics in found.items():
        says = _("not measured: {metric}: {why}")
        say(says.format(metric=", ".join(metrics), why=retell(why)))
