"""From which evidence on a question is answered rather than passed on to a person."""

from __future__ import annotations

from collections.abc import Sequence

from proofstone.core.i18n import _
from proofstone.report.charts.threshold import Level, Words, threshold_chart
from proofstone.report.numbers import count, number, plain, share, span, whole
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View

ROWS = 11


def view(record: Record) -> View | None:
    """The chosen threshold, what it does, and the curve; None where none was fitted."""
    handover = record.shown.handover if record.shown is not None else {}
    levels = _levels(listing(handover.get("curve")))
    chosen = number(handover.get("threshold"))
    if not levels or chosen is None:
        return None
    known, answerable = number(handover.get("n")), number(handover.get("answerable"))
    reached = chosen <= 1.0
    texts = [_rule(record), _at(levels, chosen) if reached else _never()]
    if known is not None and answerable is not None:
        texts.append(
            _(
                "It was fitted on {n} questions that judge nothing; for {answerable} of them, what "
                "was found holds the answer. Each was predicted by a model that had not seen its "
                "topic."
            ).format(n=count(known), answerable=count(answerable))
        )
    return {
        "texts": [text for text in texts if text],
        "chart": _chart(levels, chosen) if reached else None,
        "rows": _rows(levels, chosen),
    }


def _levels(curve: Sequence[object]) -> list[Level]:
    """The points of the curve with all of their numbers, from the least threshold on."""
    found = []
    for entry in curve:
        one = mapping(entry)
        named = ("threshold", "right", "wrong", "wrong_low", "wrong_high")
        known = [value for name in named if (value := number(one.get(name))) is not None]
        if len(known) == len(named) and 0 <= known[0] <= 1:
            found.append(Level(*known))
    return sorted(found, key=lambda level: level.threshold)


def _rule(record: Record) -> str:
    most = number(mapping(record.assistant.get("handover")).get("most_wrong"))
    if most is None:
        return ""
    return _(
        "A question is answered where the evidence of what was found, a probability from 0 to 1, "
        "reaches a threshold: the least at which, of 100 questions without an answer, at most "
        "{most} are expected to be answered all the same (conformal risk control, Angelopoulos et "
        "al. 2022)."
    ).format(most=whole(most))


def _never() -> str:
    return _("No threshold keeps that promise with so few questions: every question is passed on.")


def _level_at(levels: Sequence[Level], chosen: float) -> Level:
    """The level that holds at `chosen`."""
    return next((level for level in levels if level.threshold >= chosen - 1e-12), levels[-1])


def _at(levels: Sequence[Level], chosen: float) -> str:
    level = _level_at(levels, chosen)
    return _(
        "At the chosen threshold, {threshold}, about {right} of 100 questions for which the answer "
        "was found are answered, and about {wrong} of 100 that have none (interval {ends})."
    ).format(
        threshold=plain(chosen, 2),
        right=whole(level.right),
        wrong=whole(level.wrong),
        ends=span("accuracy", level.low, level.high),
    )


def _chart(levels: Sequence[Level], chosen: float) -> object:
    return threshold_chart(
        _("Answered or passed on, by the threshold"),
        _at(levels, chosen),
        levels,
        chosen,
        Words(
            across=_("Least evidence that is answered on"),
            up=_("Share answered"),
            right=_("of questions whose answer was found"),
            wrong=_("of questions without an answer"),
            chosen=_("chosen: {threshold}").format(threshold=plain(chosen, 2)),
        ),
        lambda tick: f"{100 * tick:.3g}%",
    )


def _rows(levels: Sequence[Level], chosen: float) -> list[tuple[str, str, str, str]]:
    """What each tenth of the scale does, and the chosen threshold among them."""
    places = sorted({*(tenth / (ROWS - 1) for tenth in range(ROWS)), chosen})
    last = levels[-1].threshold
    rows = []
    for place in places:
        if place <= last:
            level = _level_at(levels, place)
            rows.append(
                (
                    plain(place, 2),
                    share(level.right),
                    share(level.wrong),
                    span("accuracy", level.low, level.high),
                )
            )
    return rows
