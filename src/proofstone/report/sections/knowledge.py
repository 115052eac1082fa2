"""What an assistant answers from: documents and passages, what was set aside; the questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.i18n import _, message
from proofstone.report.language import say
from proofstone.report.numbers import count, number
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.sections.section import View

LANGUAGES = {
    "en": message("English"),
    "zh": message("Chinese"),
    "mixed": message("both"),
    "other": message("another language"),
}
RULES = {
    "injection": message("looks like instructions"),
    "document": message("cannot be read"),
}
_UNREAD = 20


def view(record: Record) -> View | None:
    """Facts, languages, what was set aside; None where nothing is known of any knowledge."""
    if not profile_of(record) and not mapping(record.project.get("knowledge")):
        return None
    return {
        "facts": facts_of(record),
        "languages": languages_of(record),
        "problems": problems_of(record),
        "questions": questions_of(record),
    }


def profile_of(record: Record) -> Mapping[str, Any]:
    """The figures of the knowledge base."""
    return mapping(record.profile.get("knowledge"))


def facts_of(record: Record) -> list[tuple[str, str]]:
    """Source, licence, and how many documents and passages of which length."""
    known, profile = profile_of(record), record.profile
    lengths = mapping(known.get("lengths"))
    ends = [mapping(lengths.get(end)).get("length") for end in ("shortest", "longest")]
    formats = mapping(known.get("formats"))
    facts = [
        (_("Source"), say(profile.get("source"))),
        (_("Description"), say(profile.get("description"))),
        (_("Licence"), say(profile.get("licence"))),
        (_("Documents"), _count(known.get("documents"))),
        (_("Formats"), ", ".join(f"{name} ({count(n)})" for name, n in formats.items())),
        (_("Sections"), _count(known.get("sections"))),
        (_("Passages"), _count(known.get("passages"))),
        (
            _("Length of a passage"),
            _("{low} to {high}, middle {middle} characters").format(
                low=count(ends[0]), high=count(ends[1]), middle=count(lengths.get("median"))
            )
            if lengths
            else "",
        ),
        (
            _("Passages that say the same"),
            count(len(same)) if (same := listing(known.get("duplicates"))) else "",
        ),
        (_("Set aside"), _count(profile.get("quarantined"))),
        (_("Personal data masked"), _masked(record)),
    ]
    return [(name, text) for name, text in facts if text]


def languages_of(record: Record) -> list[tuple[str, str, str]]:
    """Language, documents and passages in it."""
    known = profile_of(record)
    documents, passages = mapping(known.get("languages")), mapping(known.get("passage_languages"))
    return [
        (
            _(LANGUAGES[name]) if name in LANGUAGES else str(name),
            count(documents.get(name, 0)),
            count(passages.get(name, 0)),
        )
        for name in dict.fromkeys([*documents, *passages])
    ]


def _masked(record: Record) -> str:
    """How many values of which kind were masked in the passages; nothing where none was."""
    found = map(mapping, listing(mapping(record.document.get("data")).get("quarantine")))
    kinds = [one for one in found if one.get("rule") == "personal_data"]
    return ", ".join(f"{one.get('column')} ({_count(one.get('count'))})" for one in kinds)


def problems_of(record: Record) -> list[tuple[str, str, str]]:
    """Where, which rule, and what is wrong with what was set aside."""
    found = listing(mapping(record.document.get("data")).get("quarantine"))
    return [
        (
            str(one.get("column") or ""),
            _(RULES[rule]) if (rule := str(one.get("rule") or "")) in RULES else rule,
            _problem(str(one.get("message") or "")),
        )
        for one in map(mapping, found)
        if one.get("severity") != "warning"
    ]


def _problem(text: str) -> str:
    """What is wrong, and with which words, where they stand behind a colon."""
    what, found, words = text.partition(": ")
    if not found or len(what) < _UNREAD:
        return say(text)
    return _("{problem}: {example}").format(problem=say(what), example=words)


def questions_of(record: Record) -> list[tuple[str, str]]:
    """Where the questions come from, and how many judge."""
    declared = mapping(record.project.get("questions"))
    counts = [
        (name, one.n)
        for name, metric in (
            (_("Judged questions with an answer"), "answer_quality"),
            (_("Judged questions without an answer"), "wrongly_answered_rate"),
        )
        if (one := find(record.findings, metric)) is not None
    ]
    handover = record.shown.handover if record.shown is not None else {}
    facts = [
        (_("Source"), str(declared.get("source") or "")),
        *((name, count(n)) for name, n in counts),
        (_("Questions that set the hand-over"), _count(handover.get("n"))),
        (_("Why these"), say(declared.get("reason"))),
    ]
    return [(name, text) for name, text in facts if text]


def _count(value: Any) -> str:
    return count(value) if number(value) is not None else ""
