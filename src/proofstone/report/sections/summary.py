"""The head of the page: verdict first, then what it is about, when, and who decided."""

from __future__ import annotations

from proofstone.core.finding import Verdict
from proofstone.core.i18n import _
from proofstone.report.language import say
from proofstone.report.numbers import count
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections.section import View
from proofstone.report.sentences import headline, judgement, sentence
from proofstone.report.terms import metric_name, mitigation_name, verdict_name


def view(record: Record) -> View:
    """What stands above all sections."""
    return {
        "name": record.name or _("Unnamed"),
        "description": say(record.project.get("description")),
        "verdict": str(record.verdict) if record.gates else "not_run",
        "word": word(record),
        "headline": headline(record),
        "facts": _facts(record),
        "leads": [text for text in (_worst(record), _quality(record)) if text],
        "gates": [
            {
                "verdict": str(gate.finding.verdict),
                "word": verdict_name(gate.finding.verdict),
                "name": metric_name(gate.finding.metric),
                "subject": gate.finding.subject,
            }
            for gate in record.gates
        ],
    }


def word(record: Record) -> str:
    """Whether the gate is open, in two words."""
    if not record.gates:
        return _("Not judged")
    return _("Gate open") if record.verdict == "pass" else _("Gate shut")


def _quality(record: Record) -> str:
    for finding in record.findings:
        if finding.metric == record.quality and finding.subject == "all":
            return sentence(record, finding)
    return ""


def _worst(record: Record) -> str:
    """The first broken gate in words, else the first undecided one; empty when all are open."""
    for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
        for gate in record.gates:
            if gate.finding.verdict is verdict and gate.finding.value is not None:
                return f"{sentence(record, gate.finding)} {judgement(gate.finding)}"
    return ""


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
        other = shown.family not in ("", shown.name)
        family = f"{shown.name} ({shown.family})" if other else shown.name
        if shown.mitigated:
            family += _("; mitigation: {name}").format(name=mitigation_name(shown.mitigation))
        facts.append((label, family))
    decided = [mapping(entry) for entry in listing(document.get("decisions"))]
    when = str(document.get("at") or (decided[-1].get("at") if decided else "") or "")
    if when:
        facts.append((_("When"), when))
    people = list(dict.fromkeys(str(one["who"]) for one in decided if one.get("who")))
    if people:
        facts.append((_("Who decided"), ", ".join(people)))
    judged = max((finding.n for finding in record.findings), default=0)
    if judged:
        facts.append((_("Judged rows"), count(judged)))
    return facts
