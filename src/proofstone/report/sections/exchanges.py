"""Single questions and replies, as findings keep a few of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _, message
from proofstone.report.numbers import number, plain
from proofstone.report.record import Record, find, listing, mapping
from proofstone.report.techniques import technique_name

SHOWN = 2

OUTCOMES = {
    "answered": message("answered"),
    "handed_over": message("handed over"),
    "refused": message("refused"),
}


@dataclass(frozen=True)
class Kind:
    """Examples of one kind: the metric whose finding holds them, their key, heading, meaning."""

    metric: str
    key: str
    heading: str
    text: str


def shown(record: Record, kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """The first examples of each of `kinds` that there are any of."""
    parts = []
    for kind in kinds:
        finding = find(record.findings, kind.metric)
        examples = _examples(finding, kind.key) if finding is not None else []
        if examples:
            parts.append(
                {
                    "heading": _(kind.heading),
                    "text": _(kind.text),
                    "examples": [exchange(one) for one in examples[:SHOWN]],
                    "rest": [exchange(one) for one in examples[SHOWN:]],
                }
            )
    return parts


def _examples(finding: Finding, key: str) -> list[Mapping[str, Any]]:
    found = [mapping(one) for one in listing(finding.details.get(key))]
    return [one for one in found if one]


def exchange(example: Mapping[str, Any]) -> dict[str, Any]:
    """One example as the page shows it: what was asked, what was replied, what there is to say."""
    replies = [str(one) for one in listing(example.get("replies"))]
    outcomes = [str(one) for one in listing(example.get("outcomes"))]
    if not replies:
        replies, outcomes = [str(example.get("reply") or "")], [str(example.get("outcome") or "")]
    persons = [str(one) for one in listing(example.get("persons"))]
    turns = [
        {
            "who": persons[at] if at < len(persons) else "",
            "text": text,
            "outcome": outcome_name(outcomes[at]) if at < len(outcomes) else "",
        }
        for at, text in enumerate(replies)
    ]
    return {
        "question": str(example.get("question") or ""),
        "replies": turns,
        "sources": [str(one) for one in listing(example.get("sources"))],
        "facts": [(name, text) for name, text in _facts(example) if text],
    }


def _facts(example: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What else an example tells, each with its name; texts may be empty."""
    share = number(example.get("share"))
    after = str(example.get("outcome_after") or "")
    return [
        (_("Right would be"), _text(example, "expected")),
        (_("Sentence without support"), _text(example, "sentence")),
        (
            _("Its content words that a source holds"),
            f"{plain(100 * share, 0)}%" if share is not None else "",
        ),
        (_("Conflicts"), _joined(example, "conflicts")),
        (_("Asked as"), _text(example, "changed")),
        (_("Then"), outcome_name(after)),
        (_("Planted in a document"), _text(example, "planted")),
        (_("Technique"), technique_name(_text(example, "technique"))),
        (_("After"), _text(example, "source")),
        (_("Guards that acted"), _joined(example, "guards")),
    ]


def _text(example: Mapping[str, Any], key: str) -> str:
    return str(example.get(key) or "")


def _joined(example: Mapping[str, Any], key: str) -> str:
    return ", ".join(str(one) for one in listing(example.get(key)))


def outcome_name(outcome: str) -> str:
    """What a reply came to, in the language in force."""
    return _(OUTCOMES[outcome]) if outcome in OUTCOMES else outcome
