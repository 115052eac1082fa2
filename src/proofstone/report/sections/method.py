"""How it was estimated: what kind of evidence, at which level, by which methods."""

from __future__ import annotations

from proofstone.core.i18n import _
from proofstone.report.language import say
from proofstone.report.numbers import share
from proofstone.report.record import Record, mapping
from proofstone.report.sections.section import View


def view(record: Record) -> View | None:
    """Sentences on the estimator, the level and the threshold; None without findings."""
    if not record.findings and not record.gates:
        return None
    return {
        "texts": [*_evidence(record), *_level(record), *_threshold(record)],
        "methods": _methods(record),
    }


def _evidence(record: Record) -> list[str]:
    if record.speaks:
        return _questions(record)
    findings = [*record.findings, *(gate.finding for gate in record.gates)]
    kinds = {
        finding.evidence
        for finding in findings
        if finding.value is not None and finding.metric != "mean_abs_shapley"
    }
    texts = []
    if "procedure" in kinds:
        texts.append(
            _(
                "Rows were cross-fitted: each row was judged by a model that had not seen it. This "
                "is evidence about the procedure that made the released model, not about its very "
                "bytes, which were fitted on all rows."
            )
        )
    if "bytes" in kinds and not record.project:
        texts.append(
            _(
                "Scores were taken as they were given. Whether the model had seen these rows when "
                "it was made cannot be told from them."
            )
        )
    elif "bytes" in kinds:
        texts.append(
            _(
                "Held-out rows were judged by these very model bytes, which had not seen them. "
                "This is evidence about this model."
            )
        )
    reason = say(mapping(record.project.get("split")).get("reason"))
    return [*texts, *([reason] if reason else [])]


def _questions(record: Record) -> list[str]:
    """What was asked of an assistant, and that nothing was fitted on it."""
    texts = []
    if record.assistant:
        texts.append(
            _(
                "Questions that nothing was fitted on were put to these very model bytes, behind "
                "the guards that also stand before them when serving. This is evidence about this "
                "assistant with these documents."
            )
        )
    texts.append(
        _(
            "A question in two languages counts as one topic: intervals take into account that its "
            "answers depend on each other."
        )
    )
    return texts


def _level(record: Record) -> list[str]:
    levels = sorted({gate.finding.level for gate in record.gates if gate.finding.value is not None})
    if not levels:
        return []
    family = mapping(record.project.get("assess")).get("level", 0.95)
    return [
        _(
            "Gated intervals of one family of tests hold together with {family} confidence; to "
            "that end each is corrected for their number. Their levels: {level}."
        ).format(family=share(family), level=", ".join(share(level) for level in levels)),
        _(
            "A verdict is judged on the unfavourable end of the interval, never on the value "
            "itself; where the limit lies inside the interval the verdict is inconclusive."
        ),
    ]


def _threshold(record: Record) -> list[str]:
    rule = mapping(mapping(record.project.get("train")).get("threshold"))
    names = {
        "base_rate": _(
            "A case is decided as positive when its score is among the highest, as many "
            "as there are positives in the training rows (base-rate threshold)."
        ),
        "fixed": _("A case is decided as positive above a fixed threshold, set beforehand."),
        "youden": _(
            "A case is decided as positive above the threshold that maximises the true "
            "minus the false positive rate in the training rows (Youden 1950)."
        ),
    }
    named = names.get(str(rule.get("rule")))
    given = say(rule.get("reason"))
    return [text for text in (named, given) if text]


def _methods(record: Record) -> list[tuple[str, str]]:
    """Each method of an interval, with the probes that used it."""
    used: dict[str, set[str]] = {}
    for finding in record.findings:
        if finding.method:
            used.setdefault(finding.method, set()).add(finding.probe)
    return [(say(method), ", ".join(sorted(used[method]))) for method in sorted(used)]
