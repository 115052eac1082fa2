"""The end of a run on one screen: candidates, gates, price of mitigation, release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from proofstone.core.i18n import _
from proofstone.core.project.known import CHANGES
from proofstone.core.retelling import retell
from proofstone.interfaces.cli.show import number, out, verdict_text, verdict_word
from proofstone.interfaces.cli.ways import figure, way_lines

_CANDIDATES = 9
_OF_REPLIES = ("answer_quality", "wrongly_answered_rate", "handover_rate")
_SHUT = ("fail", "inconclusive", "not_run")


def print_scorecard(record: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Print what the run came to, and what to do next."""
    console = out()
    gap = gap_gate(record)
    if gap is not None:
        says = _(
            "gap: {metric} of {subject}, limit {limit}; intervals are corrected for the choice"
        )
        console.print(Text(says.format(**_limited(gap)), style="dim"), soft_wrap=True)
    console.print(candidates_table(record, gap))
    for line in (*asked_line(record), *gate_lines(record), *closing_lines(record, document)):
        console.print(line, soft_wrap=True)


def candidates_table(record: Mapping[str, Any], gap: Mapping[str, Any] | None) -> Table:
    """Candidates side by side: the preferred metric, the gap, and what mitigation cost.

    Of an assistant: what it answers rightly, what without knowing, what it passes on.
    """
    prefer = record["project"]["select"]["prefer"]
    speaks = _is_assistant(record)
    metrics = list(dict.fromkeys([prefer, *(_OF_REPLIES if speaks else ())]))
    named = [metric.removesuffix("_rate") if speaks else metric for metric in metrics]
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = [_("candidate"), *named, *([_("gap"), _("price")] if gap else []), _("gates")]
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    for candidate in record["candidates"][:_CANDIDATES]:
        star = "★ " if candidate["name"] == record["winner"] else "  "
        cells: list[str | Text] = [star + candidate["name"]]
        cells += [_cell(candidate, metric, "all", 2 if speaks else 3) for metric in metrics]
        if gap:
            cells += [_cell(candidate, gap["metric"], gap["subject"]), _price(record, candidate)]
        table.add_row(*cells, _passed(record, candidate))
    return table


def _is_assistant(record: Mapping[str, Any]) -> bool:
    return "assistant" in record["project"]


def _passed(record: Mapping[str, Any], candidate: Mapping[str, Any]) -> Text:
    """How many of its gates a candidate passed, under the sign of its verdict."""
    ranking = record["selection"]["ranking"]
    gates = next(one["gates"] for one in ranking if one["name"] == candidate["name"])
    passed = sum(gate["verdict"] in ("pass", "not_applicable") for gate in gates)
    sign = verdict_text(candidate["verdict"])
    return Text(f"{sign.plain[0]} {passed}/{len(gates)}", style=sign.style)


def gap_gate(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first gate about a protected column: what the candidates are compared by.

    How a gap changed since the last release is none.
    """
    protected = record["project"].get("task", {}).get("protected", ())
    about = (one for one in record["gates"] if one["subject"] in protected)
    return next((one for one in about if one["metric"] not in CHANGES), None)


def gate_lines(record: Mapping[str, Any]) -> Iterator[Text]:
    """One line for each gate: verdict, value, interval, limit; then what would open a shut one."""
    ways = _ways(record)
    for place, gate in enumerate(record["gates"]):
        named = _limited(gate)
        limit = "" if gate["limit"] is None else f"  {named['limit']}"
        what = f"{named['metric']} ({named['subject']})  {_measured(gate)}{limit}"
        yield Text.assemble(verdict_text(gate["verdict"]), "  ", what)
        if gate["verdict"] in _SHUT:
            own = [way for way in ways if way["gate"] == place]
            yield from (Text(f"  {line}", "dim") for line in way_lines(own))


def _ways(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was measured about the shut gates; the report's code is read where there are any."""
    if not any(gate["verdict"] in _SHUT for gate in record["gates"]):
        return []
    from proofstone.report.ways import measured_ways

    return measured_ways(record)


def _measured(gate: Mapping[str, Any]) -> str:
    """Value and interval of a gate's finding, or why there is none."""
    if gate["value"] is None:
        return retell(gate["reason"])
    value, low, high = (figure(gate[name]) for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _limited(gate: Mapping[str, Any]) -> dict[str, str]:
    sign = {"max": "≤ ", "min": "≥ ", None: ""}[gate["direction"]]
    limit = sign + figure(gate["limit"], 2)
    return {"metric": gate["metric"], "subject": gate["subject"], "limit": limit}


def asked_line(record: Mapping[str, Any]) -> Iterator[Text]:
    """What an assistant answers from, and how much it was asked; nothing for a table."""
    if not _is_assistant(record):
        return
    known = record["data"]["profile"]["knowledge"]
    winner = next(one for one in record["candidates"] if one["name"] == record["winner"])
    counts = {one["metric"]: one["n"] for one in winner["findings"] if one["subject"] == "all"}
    says = _(
        "answers from {documents} documents ({passages} passages); judged by {answerable} "
        "questions with an answer, {others} without"
    )
    yield Text(
        says.format(
            documents=known["documents"],
            passages=known["passages"],
            answerable=counts.get("answer_quality", 0),
            others=counts.get("wrongly_answered_rate", 0),
        ),
        style="dim",
    )


def closing_lines(record: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Text]:
    """Gate open or shut, release, cost, report."""
    shut = [gate for gate in record["gates"] if gate["verdict"] in _SHUT]
    is_open = record["verdict"] == "pass"
    state = _("GATE OPEN") if is_open else _("GATE SHUT ({n} of {all})").format(
        n=len(shut), all=len(record["gates"])
    )  # fmt: skip
    says = _("release {release}  verdict {verdict}").format(
        release=record["release"][:12], verdict=verdict_word(record["verdict"])
    )
    yield Text.assemble((state, "bold green" if is_open else "bold red"), f"  {says}")
    names = dict.fromkeys(one["what"] for one in record["not_tested"])
    untested = ", ".join(names) or _("nothing")
    yield Text(_("not measured: {names}").format(names=untested), style="dim")
    ran = sum(one["status"] == "ran" for one in document["steps"])
    cost = record["cost"]
    says = _("{ran} steps ran, {rest} restored; {seconds:.0f} s of work, peak {memory:.0f} MB")
    rest = len(document["steps"]) - ran
    yield Text(
        says.format(ran=ran, rest=rest, seconds=cost["seconds"], memory=cost["peak_memory_mb"])
    )
    yield Text(_("report: {path}").format(path=document["report"]))


def _cell(candidate: Mapping[str, Any], metric: str, subject: str, digits: int = 3) -> str:
    for finding in candidate["findings"]:
        if (finding["metric"], finding["subject"]) == (metric, subject):
            ends = f"[{number(finding['low'], 2)}, {number(finding['high'], 2)}]"
            return f"{number(finding['value'], digits)} {ends}"
    return "–"


def _price(record: Mapping[str, Any], candidate: Mapping[str, Any]) -> str:
    """What a mitigation costs in the preferred metric against the same family without one."""
    if candidate["mitigation"] == "none":
        return ""
    twin = next(
        (
            one
            for one in record["candidates"]
            if one["family"] == candidate["family"] and one["mitigation"] == "none"
        ),
        None,
    )
    own = _value(candidate, record["project"]["select"]["prefer"])
    other = _value(twin, record["project"]["select"]["prefer"]) if twin else None
    return "" if own is None or other is None else f"{own - other:+.3f}"


def _value(candidate: Mapping[str, Any], metric: str) -> float | None:
    for finding in candidate["findings"]:
        if (finding["metric"], finding["subject"]) == (metric, "all"):
            value: float | None = finding["value"]
            return value
    return None
