"""Explanations on a terminal: features of rows, words of texts, passages of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from proofstone.core.i18n import _
from proofstone.interfaces.cli.show import number, out
from proofstone.report.sections.answers_why import heat, signed

_WORDS = 12
_STYLES = {
    ("for", 1): "blue", ("for", 2): "blue underline", ("for", 3): "bold blue underline",
    ("for", 4): "bold reverse blue", ("against", 1): "red", ("against", 2): "red italic",
    ("against", 3): "bold red italic", ("against", 4): "bold reverse red",
}  # fmt: skip


def show_explanation(document: Mapping[str, Any]) -> None:
    """Print what `serve.why.explain_any` returned."""
    for row in document.get("rows", ()):
        out().print(_row_table(row))
    for answer in document.get("answers", ()):
        _show_answer(answer)


def heat_text(found: Mapping[str, Any]) -> Text:
    """A text whose words are marked: blue for the positive class, red against, stronger louder."""
    parts = [(part["start"], part["end"], part["contribution"]) for part in found["parts"]]
    text = Text()
    for piece in heat(found["text"], parts):
        text.append(piece["text"], _STYLES.get((piece["side"], piece["level"]), ""))
    return text


def _row_table(row: Mapping[str, Any]) -> Table:
    title = _("row {row}: score {score}").format(row=row["row"], score=number(row["score"]))
    table = _table(title, _("feature"), _("value"), _("pushes the log-odds by"))
    shown = row["contributions"]
    if "heat" in row:
        out().print(heat_text(row["heat"]))
        shown = shown[:_WORDS]
    for one in shown:
        value = "–" if one["value"] is None else str(one["value"])
        table.add_row(one["feature"], value, signed(one["contribution"]))
    return table


def _show_answer(answer: Mapping[str, Any]) -> None:
    console = out()
    console.print(Text(answer["question"], style="bold"), soft_wrap=True)
    console.print(answer["text"], soft_wrap=True)
    console.print(Text(answer["method"], style="dim"), soft_wrap=True)
    if answer["pieces"]:
        table = _table("", _("passage"), _("makes it likelier by (nats)"), _("alone"), _("text"))
        for one in sorted(answer["pieces"], key=lambda piece: -piece["weight"])[:_WORDS]:
            weight = f"{signed(one['weight'], 1)} ± {number(one['error'], 1)}"
            table.add_row(one["passage"], weight, signed(one["without"], 1), one["text"][:60])
        console.print(table)
        return
    for one in answer["passages"]:
        if one["found"] is None:
            continue
        words = sorted(one["found"]["words"], key=lambda word: -word["matched"] - word["meant"])
        best = ", ".join(word["word"] for word in words[:4])
        line = _("found by {words}, score {score}").format(
            words=best, score=number(one["found"]["score"])
        )
        console.print(f"  {one['id']}: {line}", soft_wrap=True)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title or None, box=None, title_justify="left", header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
