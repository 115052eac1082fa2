"""The head of the page: verdict first, then what it is about, when, and who decided."""

from __future__ import annotations

from proofstone.core.finding import Verdict
from proofstone.core.i18n import _
from proofstone.report.language import say
from proofstone.report.numbers import count, moment, number
from proofstone.report.record import Candidate, Gate, Record, find, listing, mapping
from proofstone.report.sections.knowledge import profile_of
from proofstone.report.sections.measured import of_part
from proofstone.report.sections.responders import way_of
from proofstone.report.sections.section import View
from proofstone.report.sentences import headline, judgement, sentence
from proofstone.report.terms import metric_name, mitigation_name, subject_name, verdict_name

LEFT_OUT = ("unlabelled_rows", "unusable_rows")
"""Findings that count rows which nothing could be measured on."""


def view(record: Record) -> View:
    """What stands above all sections."""
    return {
        "name": record.name or _("Unnamed"),
        "description": say(record.project.get("description")),
        "verdict": str(record.verdict) if record.gates else "not_run",
        "word": word(record),
        "headline": headline(record),
        "facts": _facts(record),
        "leads": [text for text in (_worst(record), *_leads(record)) if text],
        "gates": [
            {
                "verdict": str(gate.finding.verdict),
                "word": verdict_name(gate.finding.verdict),
                "name": metric_name(gate.finding.metric),
                "subject": _subject(gate.finding.subject),
            }
            for gate in record.gates
        ],
    }


def _subject(subject: str) -> str:
    return "" if subject == "all" else subject_name(subject)


def word(record: Record) -> str:
    """Whether the gate is open, in two words."""
    if not record.gates:
        return _("Not judged")
    return _("Gate open") if record.verdict == "pass" else _("Gate shut")


def _leads(record: Record) -> list[str]:
    """The preferred metric in words; of an assistant also what it answers without knowing."""
    metrics = [record.quality, *(["wrongly_answered_rate"] if record.speaks else [])]
    found = [find(record.findings, metric) for metric in metrics]
    worst = next((gate.finding for gate in _broken(record)), None)
    told = (worst.metric, worst.subject) if worst is not None else None
    return [
        sentence(record, one)
        for one in found
        if one is not None and (not record.speaks or (one.metric, one.subject) != told)
    ]


def _worst(record: Record) -> str:
    """The first broken gate in words, else the first undecided one; empty when all are open."""
    for gate in _broken(record):
        return f"{sentence(record, gate.finding)} {judgement(gate.finding)}"
    return ""


def _broken(record: Record) -> list[Gate]:
    """The measured gates that are broken, then those that are undecided."""
    return [
        gate
        for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE)
        for gate in record.gates
        if gate.finding.verdict is verdict and gate.finding.value is not None
    ]


def _facts(record: Record) -> list[tuple[str, str]]:
    """Label and text of each fact that is known."""
    document = record.document
    facts: list[tuple[str, str]] = []
    release = document.get("release")
    if "release" in document:
        facts.append((_("Release"), str(release) if release else _("none: not released")))
    shown = record.shown
    if shown is not None:
        label = _("Model") if record.winner is shown else _("Model shown (none was eligible)")
        facts.append((label, _made(record, shown)))
        facts += _assistant(record, shown)
    decided = [mapping(entry) for entry in listing(document.get("decisions"))]
    when = str(document.get("at") or (decided[-1].get("at") if decided else "") or "")
    if when:
        facts.append((_("When"), moment(when)))
    people = list(dict.fromkeys(str(one["who"]) for one in decided if one.get("who")))
    if people:
        facts.append((_("Who decided"), ", ".join(people)))
    judged = max((finding.n for finding in record.findings), default=0)
    if judged and not record.speaks:
        facts.append((_("Judged rows"), count(judged)))
    left = sum(finding.n for finding in record.findings if finding.metric in LEFT_OUT)
    if left:
        facts.append((_("Rows left out"), count(left)))
    return facts


def _made(record: Record, shown: Candidate) -> str:
    """The candidate's name, and how it is made."""
    if record.assistant:
        return f"{shown.name} ({way_of(shown)})"
    other = shown.family not in ("", shown.name)
    family = f"{shown.name} ({shown.family})" if other else shown.name
    if shown.mitigated:
        family += _("; mitigation: {name}").format(name=mitigation_name(shown.mitigation))
    return family


def _assistant(record: Record, shown: Candidate) -> list[tuple[str, str]]:
    """What an assistant answers from, and how many questions and attacks judged it."""
    known = profile_of(record)
    facts = []
    if number(known.get("documents")) is not None:
        text = _("{documents} documents, {passages} passages").format(
            documents=count(known.get("documents")), passages=count(known.get("passages"))
        )
        facts.append((_("It answers from"), text))
    questions = sum(
        one.n
        for metric in ("answer_quality", "wrongly_answered_rate")
        if (one := find(shown.findings, metric)) is not None
    )
    if questions:
        facts.append((_("Judged questions"), count(questions)))
    attacks = sum(one.n for one in of_part(record, "attacks") if one.subject == "all")
    if attacks:
        facts.append((_("Attacks carried out"), count(attacks)))
    return facts
