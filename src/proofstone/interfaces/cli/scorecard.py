"""The end of a run on one screen: candidates, gates, price of mitigation, release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from proofstone.core.i18n import _
from proofstone.interfaces.cli.show import number, out, verdict_text, verdict_word

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
    """The first gate about a protected column: what the candidates are compared by."""
    protected = record["project"].get("task", {}).get("protected", ())
    return next((one for one in record["gates"] if one["subject"] in protected), None)


def gate_lines(record: Mapping[str, Any]) -> Iterator[Text]:
    """One line for each gate: verdict, value, interval, limit; then what would open a shut one."""
    for gate in record["gates"]:
        named = _limited(gate)
        value, low, high = (_figure(gate[name]) for name in ("value", "low", "high"))
        ends = f"{value} [{low}, {high}]"
        what = f"{named['metric']} ({named['subject']})  {ends}  {named['limit']}"
        yield Text.assemble(verdict_text(gate["verdict"]), "  ", what)
        if gate["verdict"] in _SHUT:
            ways = [_own_rows(record, gate, way) for way in gate["would_open"]]
            yield from (Text(f"  {line}", "dim") for line in _way_lines(ways))


def _figure(value: float | None, digits: int = 3) -> str:
    """A share or score with its decimals; what counts in hundreds, such as a length, without."""
    return number(value, 0 if value is not None and abs(value) >= 100 else digits)


def _own_rows(
    record: Mapping[str, Any], gate: Mapping[str, Any], way: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The way with the gate's own count where an assistant's gates count different things.

    One counts questions, another sentences, a third attempts: nothing scales them up alike.
    """
    if way["way"] != "rows" or not _is_assistant(record):
        return way
    return {**way, "rows": gate["rows_needed"], "now": gate["n"], "counts": "of them"}


def _way_lines(ways: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What would decide a gate that, as it looks, would then stay shut; and what would open it."""
    deciding = [way for way in ways if way["way"] == "rows" and not way["opens"]]
    for way in deciding:
        yield _("would decide: {way}").format(way=way_sentence(way))
    opening = "; ".join(way_sentence(way) for way in ways if way not in deciding)
    yield _("would open: {ways}").format(ways=opening or _("nothing that was measured"))


def _limited(gate: Mapping[str, Any]) -> dict[str, str]:
    sign = {"max": "≤ ", "min": "≥ ", None: ""}[gate["direction"]]
    limit = sign + _figure(gate["limit"], 2)
    return {"metric": gate["metric"], "subject": gate["subject"], "limit": limit}


def way_sentence(way: Mapping[str, Any]) -> str:
    """One measured way to open a gate, in words."""
    if way["way"] == "rows":
        says = (
            _("about {rows} of them instead of {now}")
            if way.get("counts") == "of them"
            else _("about {rows} rows instead of {now}")
        )
        return says.format(rows=way["rows"], now=way["now"])
    if way["way"] == "threshold":
        return _("thresholds moved by {shift:+.2f} (accuracy {now:.3f} → {then:.3f})").format(
            shift=way["shift"], now=way["accuracy_now"], then=way["accuracy"]
        )
    return _("candidate {name}, at a price of {price:.3f}").format(
        name=way["name"], price=way["price"]
    )


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
    untested = ", ".join(one["what"] for one in record["not_tested"]) or _("nothing")
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
