"""What an assessment would ask, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from proofstone.core.i18n import _
from proofstone.interfaces.cli.show import out, say


def print_plan(document: Mapping[str, Any]) -> None:
    """Print the plan of one model, or those of a project's candidates."""
    if "candidates" not in document:
        _print_one(document)
        return
    named: list[str] = []
    for at, one in enumerate(document["candidates"]):
        if at:
            say("")
        for line in _standing(one):
            say(line)
        if one["plan"] is not None:
            _print_one(one["plan"])
        elif one["unplanned"] != named:
            named = one["unplanned"]
            say(_("probes: {names}").format(names=", ".join(named)))


def _standing(one: Mapping[str, Any]) -> Iterator[str]:
    """What is known of a candidate before its plan."""
    name = one["name"]
    if one["status"] == "known":
        yield _("{name}: assessed already; a run asks nothing of what follows").format(name=name)
    elif one["status"] == "would run":
        yield _("{name}: would be assessed").format(name=name)
    else:
        says = _("{name}: waits for {steps}; what {n} probes ask of it is not known before")
        steps = ", ".join(one["waits_for"])
        yield says.format(name=name, steps=steps, n=len(one["unplanned"]))
    if one["judged"] is not None:
        yield _("{n} rows or questions judge it").format(n=one["judged"])
    if one["last_seconds"] is not None:
        told = f"{one['last_seconds']:.1f}"
        yield _("its assessment took {n} s last, the time of probes included").format(n=told)


def _print_one(plan: Mapping[str, Any]) -> None:
    out().print(_table(plan))
    for line in _sums(plan):
        say(line)


def _table(plan: Mapping[str, Any]) -> Table:
    """A row a probe."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(_("probe"))
    table.add_column(_("rows"), justify="right")
    table.add_column("")
    for one in plan["probes"]:
        known = "" if one["exact"] else _("at most")
        table.add_row(one["probe"], str(one["rows"]), known if one["fits"] else _("not applicable"))
    return table


def _sums(plan: Mapping[str, Any]) -> Iterator[str]:
    """All of it: rows, calls, time, requests, cost."""
    says = _("{rows} rows, {distinct} of them distinct, in about {calls} calls")
    told = says.format(
        rows=plan["rows"], distinct=plan["distinct_rows"], calls=plan["expected_calls"]
    )
    if plan["seconds"] is not None:
        seconds = plan["seconds"]
        told += "; " + _("about {n} s").format(
            n=f"{seconds:.1f}" if seconds > 1 else f"{seconds:.1g}"
        )
    yield told
    if plan["requests"] is not None:
        yield _("at most {n} requests, where none has to be repeated").format(n=plan["requests"])
    if plan["cost"] is not None:
        yield _("at most {money} to pay").format(money=f"{plan['cost']:.4g}")
