"""One plain sentence for each finding, in the language in force."""

from __future__ import annotations

from dataclasses import dataclass

from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import _, message
from proofstone.report.language import say
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import (
    bare,
    base_of,
    bound,
    compact,
    count,
    hundredths,
    kind_of,
    number,
    show,
    whole,
)
from proofstone.report.record import Record, listing, mapping
from proofstone.report.terms import metric_name, subject_name, where

OF_HUNDRED: dict[str, tuple[bool | None, str]] = {
    "selection_rate": (
        None,
        message("Of 100 {cases}, the model decides “{positive}” for about {share}"),
    ),
    "true_positive_rate": (
        True,
        message("Of 100 {cases}, the model rightly decides “{positive}” for about {share}"),
    ),
    "false_negative_rate": (True, message("Of 100 {cases}, the model misses about {share}")),
    "false_positive_rate": (
        False,
        message("Of 100 {cases}, the model wrongly decides “{positive}” for about {share}"),
    ),
    "true_negative_rate": (
        False,
        message("Of 100 {cases}, the model rightly leaves about {share} alone"),
    ),
    "precision": (
        None,
        message("Of 100 {cases} for which the model decides “{positive}”, about {share} truly are"),
    ),
    "negative_predictive_value": (
        None,
        message(
            "Of 100 {cases} for which the model does not decide “{positive}”, about {share} truly "
            "are not"
        ),
    ),
    "accuracy": (None, message("Of 100 {cases}, the model decides about {share} rightly")),
    "decision_flip_rate": (
        None,
        message(
            "Of 100 {cases}, about {share} would get another decision if their values changed a "
            "little"
        ),
    ),
    "answer_match_rate": (
        None,
        message("Of 100 questions, about {share} were answered with an expected text"),
    ),
    "slice_error": (None, message("Of 100 {cases}, the model decides about {share} wrongly")),
}
"""By metric: whether it is about truly positive cases (or negative ones, or all); its clause."""

ON_SCORES = {
    "roc_auc": message(
        "Of 100 pairs of a “{positive}” case and another one, the model ranks about {share} the "
        "right way round (chance would be 50)"
    ),
    "average_precision": message(
        "Averaged over all thresholds, about {share} of 100 cases that the model picks as "
        "“{positive}” truly are"
    ),
    "log_loss": message("The log loss is {value} (0 is perfect, lower is better)"),
    "brier_score": message(
        "The predicted probabilities miss what happened by a mean squared {value} (0 is perfect, "
        "0.25 is a coin)"
    ),
    "expected_calibration_error": message(
        "A predicted probability lies about {bare} points from the frequency that was observed"
    ),
    "mean_abs_shapley": message("{subject} moves the score by {value} on average"),
    "slice_log_loss": message("Where {subject}, the log loss is {value}"),
}


@dataclass(frozen=True)
class Group:
    """One group's value of a metric with its interval and number of rows."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int


def groups_of(finding: Finding) -> list[Group]:
    """The group table in a finding's details; empty when there is none."""
    table = [mapping(entry) for entry in listing(finding.details.get("groups"))]
    return [
        Group(
            str(entry.get("group", "")),
            number(entry.get("value")),
            number(entry.get("low")),
            number(entry.get("high")),
            int(number(entry.get("n")) or 0),
        )
        for entry in table
    ]


def extremes(finding: Finding) -> tuple[Group, Group] | None:
    """The groups with the greatest and the least value; None without two measured groups."""
    known = [group for group in groups_of(finding) if group.value is not None]
    if len(known) < 2:
        return None
    ordered = sorted(known, key=lambda group: (group.value or 0.0, group.name))
    return ordered[-1], ordered[0]


def cases(record: Record, subject: str, truth: bool | None = None) -> str:
    """The cases that `subject` speaks of, as the middle of a sentence.

    `truth` narrows them to those whose label truly is the positive one (or is not).
    """
    terms = []
    column, equals, group = subject.partition("=")
    if equals:
        terms.append(_is(column, group))
    elif subject != "all":
        terms.append(subject)
    if truth is not None:
        text = (
            _("{label} truly is “{positive}”") if truth else _("{label} truly is not “{positive}”")
        )
        terms.append(text.format(label=record.label, positive=record.positive))
    if not terms:
        return _("cases")
    return _("cases where {terms}").format(terms=_(" and ").join(terms))


def _is(column: str, group: str) -> str:
    return _("{column} is “{group}”").format(column=column, group=group)


def sentence(record: Record, finding: Finding) -> str:
    """What was measured, in one sentence of at most two clauses; a gap names its two groups."""
    if finding.value is None:
        name, subject = metric_name(finding.metric), subject_name(finding.subject)
        return _("There is no value for {metric} of {subject}.").format(
            metric=name, subject=subject
        )
    if compares_groups(finding):
        return _comparison(record, finding)
    return _("{statement}{interval}.").format(
        statement=_statement(record, finding.metric, finding.subject, finding.value),
        interval=_interval(finding),
    )


def compares_groups(finding: Finding) -> bool:
    """Whether its value is a difference or a ratio between the groups of its subject."""
    return base_of(finding.metric) != finding.metric


def _statement(record: Record, metric: str, subject: str, value: float) -> str:
    """A clause without its full stop that says what `value` means."""
    if metric in MEASURES:
        return _(MEASURES[metric].sentence).format(
            where=where(subject),
            share=whole(value),
            value=show(metric, value),
            bare=hundredths(value),
        )
    truth, template = OF_HUNDRED.get(metric) or (None, ON_SCORES.get(metric, ""))
    if not template:
        return _("{metric} of {subject} is {value}").format(
            metric=metric_name(metric), subject=subject_name(subject), value=show(metric, value)
        )
    scores = metric in ("slice_log_loss", "mean_abs_shapley")
    return _(template).format(
        cases=cases(record, subject, truth),
        subject=subject_name(subject),
        positive=record.positive,
        share=whole(value),
        value=compact(value) if scores else show(metric, value),
        bare=hundredths(value),
    )


def _interval(finding: Finding) -> str:
    if finding.low is None or finding.high is None:
        return ""
    known = MEASURES.get(finding.metric)
    of_hundred = (
        kind_of(finding.metric) == "rate"
        or finding.metric in ("roc_auc", "average_precision")
        or (known is not None and known.shares)
    )
    ends = [finding.low, finding.high]
    low, high = (hundredths(e) if of_hundred else bare(finding.metric, e) for e in ends)
    return _("; the interval is {low} to {high}").format(low=low, high=high)


def _comparison(record: Record, finding: Finding) -> str:
    """A difference or ratio between groups."""
    size = _size(finding)
    base, ends = base_of(finding.metric), extremes(finding)
    if base == "equalized_odds":
        return _(
            "Between groups of {column}, the rate of right or of wrong “{positive}” decisions "
            "differs: {size}."
        ).format(column=finding.subject, positive=record.positive, size=size)
    if ends is None or ends[0].value is None or ends[1].value is None:
        return _("Between groups of {column}, {metric} differs: {size}.").format(
            column=finding.subject, metric=metric_name(base), size=size
        )
    most, least = ends
    first = _statement(record, base, f"{finding.subject}={most.name}", ends[0].value)
    other = whole(ends[1].value) if base in OF_HUNDRED else show(base, ends[1].value)
    return _("{first}, against {other} where {terms}: {size}.").format(
        first=first, other=other, terms=_is(finding.subject, least.name), size=size
    )


def _size(finding: Finding) -> str:
    """The size of a gap or ratio with its interval."""
    metric = finding.metric
    value, low, high = (bare(metric, end) for end in (finding.value, finding.low, finding.high))
    kind = kind_of(metric)
    known = finding.low is not None and finding.high is not None
    if kind == "ratio":
        text = _("a ratio of {value} ({low} to {high})") if known else _("a ratio of {value}")
    elif kind == "points":
        text = (
            _("a gap of {value} points ({low} to {high})")
            if known
            else _("a gap of {value} points")
        )
    else:
        text = _("a gap of {value} ({low} to {high})") if known else _("a gap of {value}")
    return text.format(value=value, low=low, high=high)


def limit_text(finding: Finding) -> str:
    """The limit with its side, such as “at most 10.0 points”; empty when none is set."""
    if finding.limit is None:
        return ""
    value = bound(finding.metric, finding.limit)
    if finding.direction == "min":
        return _("at least {value}").format(value=value)
    return _("at most {value}").format(value=value)


def judgement(finding: Finding) -> str:
    """Why the verdict is what it is: where the interval lies with respect to the limit."""
    metric, greatest = finding.metric, finding.direction != "min"
    best, worst = (finding.low, finding.high) if greatest else (finding.high, finding.low)
    limit = limit_text(finding)
    if finding.verdict is Verdict.PASS and worst is not None:
        return _(
            "The limit is {limit}; even the unfavourable end of the interval, {end}, keeps it."
        ).format(limit=limit, end=show(metric, worst))
    if finding.verdict is Verdict.FAIL and best is not None:
        return _(
            "The limit is {limit}; even the favourable end of the interval, {end}, breaks it."
        ).format(limit=limit, end=show(metric, best))
    if finding.verdict is Verdict.INCONCLUSIVE and _inside(finding):
        return _(
            "The limit is {limit}, which lies inside the interval: these data cannot decide."
        ).format(limit=limit)
    if finding.verdict is Verdict.NOT_APPLICABLE:
        return _("The project file says that this gate does not apply: {reason}.").format(
            reason=say(finding.reason).rstrip(".")
        )
    if finding.verdict is Verdict.NOT_RUN:
        return _("It was not measured: {reason}.").format(reason=say(finding.reason).rstrip("."))
    return _("It could not be decided: {reason}.").format(reason=say(finding.reason).rstrip("."))


def _inside(finding: Finding) -> bool:
    """Whether the limit lies inside the interval, or there is a value without one."""
    if finding.limit is None or finding.low is None or finding.high is None:
        return finding.value is not None
    return finding.low <= finding.limit <= finding.high


def counted(metric: str, n: float) -> str:
    """So many of what `metric` counts: questions, attempts, and rows of anything else."""
    if metric in MEASURES:
        return _(MEASURES[metric].counted).format(n=count(n))
    return _("{n} rows").format(n=count(n))


def rows_sentence(finding: Finding) -> str:
    """How many rows would decide an inconclusive gate; empty when that is not known."""
    if finding.rows_needed is None:
        return ""
    if finding.metric in MEASURES:
        return _replies_needed(finding, finding.rows_needed)
    return _("About {needed} judged rows would decide; there are {have}.").format(
        needed=count(finding.rows_needed), have=count(finding.n)
    )


def _replies_needed(finding: Finding, needed: int) -> str:
    """How many questions, attempts or the like would decide, and whether they likely shut it."""
    greatest = finding.direction != "min"
    value, limit = finding.value, finding.limit
    breaks = (
        value is not None and limit is not None and (value > limit if greatest else value < limit)
    )
    text = (
        _(
            "About {needed} would decide, and likely keep it shut, since the measured value breaks "
            "the limit; there are {have}."
        )
        if breaks
        else _("About {needed} would decide; there are {have}.")
    )
    return text.format(needed=counted(finding.metric, needed), have=count(finding.n))


def headline(record: Record) -> str:
    """The verdict on the whole, in one line."""
    verdicts = [gate.finding.verdict for gate in record.gates]
    if not verdicts:
        return _("No limit was set, so nothing has been judged.")
    broken = verdicts.count(Verdict.FAIL)
    open_ = verdicts.count(Verdict.INCONCLUSIVE) + verdicts.count(Verdict.NOT_RUN)
    values = {"all": len(verdicts), "broken": broken, "undecided": open_}
    if record.verdict is Verdict.PASS:
        return _("All {all} limits hold.").format(**values)
    if broken and open_:
        text = _("Of {all} limits, {broken} broken and {undecided} undecided.")
        return text.format(**values)
    if broken:
        return _("Of {all} limits, {broken} broken.").format(**values)
    return _("Of {all} limits, {undecided} undecided.").format(**values)
