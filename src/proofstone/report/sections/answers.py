"""What an assistant answers rightly, wrongly, and without support; with examples."""

from __future__ import annotations

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.numbers import number, share, span
from proofstone.report.record import Record, find, mapping
from proofstone.report.sections.exchanges import Kind, shown
from proofstone.report.sections.measured import of_part, table
from proofstone.report.sections.section import View

KINDS = (
    Kind(
        "answer_quality",
        "right",
        message("Answered rightly"),
        message("Questions that the documents answer, and that were answered with every fact."),
    ),
    Kind(
        "answer_quality",
        "examples",
        message("Answered wrongly"),
        message(
            "Questions that the documents answer, and that were answered otherwise. A right answer "
            "in words that the question's author did not list stands here too."
        ),
    ),
    Kind(
        "wrongly_answered_rate",
        "examples",
        message("Answered all the same"),
        message(
            "Questions that the documents do not answer: each should have been passed on to a "
            "person."
        ),
    ),
    Kind(
        "ungrounded_sentence_rate",
        "examples",
        message("Sentences without support"),
        message("Sentences that no passage named as a source supports, as far as words tell."),
    ),
)


def view(record: Record) -> View | None:
    """Rates for all and each language, the check's own errors, examples; None without any."""
    findings = of_part(record, "answers")
    if not findings:
        return None
    ungrounded = find(findings, "ungrounded_sentence_rate")
    return {
        "table": table(record, findings),
        "check": _check(ungrounded) if ungrounded is not None else [],
        "kinds": shown(record, KINDS),
    }


def _check(finding: Finding) -> list[str]:
    """How often the check of support errs, and the share corrected for that."""
    check, corrected = mapping(finding.details.get("check")), finding.details.get("corrected")
    texts = []
    found, spared = (mapping(check.get(name)) for name in ("sensitivity", "specificity"))
    if number(found.get("value")) is not None and number(spared.get("value")) is not None:
        texts.append(
            _(
                "On labelled sentences, the check of support finds {found} of the unsupported ones "
                "({found_ends}) and lets {spared} of the supported ones pass ({spared_ends})."
            ).format(
                found=share(number(found.get("value"))),
                found_ends=_ends(found),
                spared=share(number(spared.get("value"))),
                spared_ends=_ends(spared),
            )
        )
    told = mapping(corrected)
    if number(told.get("value")) is not None:
        texts.append(
            _(
                "Corrected for these errors, {share} of the sentences are unsupported ({ends})."
            ).format(share=share(number(told.get("value"))), ends=_ends(told))
        )
    return texts


def _ends(told: object) -> str:
    one = mapping(told)
    return span("accuracy", number(one.get("low")), number(one.get("high"))) or "–"
