"""The record as the report reads it: any part may be missing, and then it is empty here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from proofstone.core.finding import Finding, Verdict
from proofstone.report.measures import MEASURES
from proofstone.report.numbers import base_of, number

_FIELDS = frozenset(one.name for one in fields(Finding))
OF_ASSISTANTS = frozenset({"answers", "retrieval", "conduct", "attacks", "guards", "memory"})
"""Parts of the page that are about an assistant's replies."""
_NUMBERS = ("value", "low", "high", "limit", "rows_needed")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listing(value: Any) -> list[Any]:
    """Return `value` if it is a list, else an empty one."""
    return list(value) if isinstance(value, (list, tuple)) else []


def read_finding(document: Mapping[str, Any]) -> Finding:
    """Return a finding from JSON; unknown keys are left out, an unknown verdict is `not_run`."""
    known = {name: document[name] for name in document if name in _FIELDS}
    known |= {name: number(known.get(name)) for name in _NUMBERS}
    if known["rows_needed"] is not None:
        known["rows_needed"] = int(known["rows_needed"])
    verdict = str(known.get("verdict", Verdict.NOT_APPLICABLE))
    known["verdict"] = Verdict(verdict) if verdict in set(Verdict) else Verdict.NOT_RUN
    known["details"] = mapping(known.get("details"))
    known["standards"] = tuple(listing(known.get("standards")))
    known["n"] = int(number(known.get("n")) or 0)
    return Finding(**({"probe": "", "metric": ""} | known))


def find(findings: Iterable[Finding], metric: str, subject: str = "all") -> Finding | None:
    """Return the first finding of `metric` about `subject`."""
    for finding in findings:
        if finding.metric == metric and finding.subject == subject:
            return finding
    return None


def count_trials(searched: Any) -> int | None:
    """Return how many settings were tried: a number, a list, or a history with its `count`."""
    known = number(mapping(searched).get("count") if isinstance(searched, Mapping) else searched)
    if known is not None:
        return int(known)
    return len(searched) if isinstance(searched, list) else None


@dataclass(frozen=True)
class Gate:
    """A judged limit, why it is what it is, and what would open it."""

    finding: Finding
    reason: str
    would_open: tuple[Any, ...]


@dataclass(frozen=True)
class Candidate:
    """One way the model was made, and what was measured on it.

    `generator` and `adapter` are the addresses of an assistant's chat model and of what tuned it;
    `weights` tells of each file of weights its address, licence, origin and size in bytes;
    `handover` how the least evidence that is answered on was found.
    """

    name: str
    family: str
    mitigation: str
    settings: Mapping[str, Any]
    findings: tuple[Finding, ...]
    eligible: bool | None
    trials: int | None
    seconds: float | None
    generator: str = ""
    adapter: str = ""
    weights: tuple[Mapping[str, Any], ...] = ()
    handover: Mapping[str, Any] = field(default_factory=dict)
    memory_mb: float | None = None
    seconds_per_reply: float | None = None

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Candidate:
        """Read one entry of the record's `candidates`."""
        searched = document.get("trials")
        settings = document.get("settings") or mapping(searched).get("chosen")
        eligible = document.get("eligible")
        return cls(
            name=str(document.get("name", "")),
            family=str(document.get("family", "")),
            mitigation=str(document.get("mitigation") or "none"),
            settings=mapping(settings),
            findings=tuple(read_finding(mapping(f)) for f in listing(document.get("findings"))),
            eligible=eligible if isinstance(eligible, bool) else None,
            trials=count_trials(searched),
            seconds=number(document.get("seconds")),
            generator=str(document.get("generator") or ""),
            adapter=str(document.get("adapter") or ""),
            weights=tuple(mapping(one) for one in listing(document.get("weights"))),
            handover=mapping(mapping(searched).get("handover")),
            memory_mb=number(document.get("memory_mb")),
            seconds_per_reply=number(document.get("seconds_per_reply")),
        )

    @property
    def mitigated(self) -> bool:
        """Whether anything was done about unfairness."""
        return self.mitigation != "none"


class Record:
    """A record (JSON object) with its parts read and ordered."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.project = mapping(document.get("project"))
        self.task = mapping(self.project.get("task") or document.get("task"))
        self.assistant = mapping(self.project.get("assistant"))
        self.name = str(document.get("name") or self.project.get("name") or "")
        self.profile = mapping(mapping(document.get("data")).get("profile"))

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The candidates in the project file's order."""
        entries = listing(self.document.get("candidates"))
        return tuple(Candidate.read(mapping(entry)) for entry in entries)

    @cached_property
    def winner(self) -> Candidate | None:
        """The selected candidate; None when none was eligible."""
        named = self.document.get("winner")
        return next((one for one in self.candidates if one.name == named), None)

    @cached_property
    def shown(self) -> Candidate | None:
        """The candidate of this page: the winner, else the best ranked, else the first."""
        if self.winner is not None:
            return self.winner
        for entry in listing(mapping(self.document.get("selection")).get("ranking")):
            name = entry.get("name") if isinstance(entry, Mapping) else entry
            for one in self.candidates:
                if one.name == name:
                    return one
        return self.candidates[0] if self.candidates else None

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What was measured on the shown candidate; without candidates, the record's findings."""
        if self.shown is not None:
            return self.shown.findings
        return tuple(read_finding(mapping(f)) for f in listing(self.document.get("findings")))

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate in the project file's order."""
        return tuple(self._gate(mapping(one)) for one in listing(self.document.get("gates")))

    def _gate(self, document: Mapping[str, Any]) -> Gate:
        finding = read_finding(document)
        reason = str(document.get("why_limit") or "")
        for declared in listing(mapping(self.project.get("assess")).get("gates")):
            one = mapping(declared)
            if (one.get("metric"), one.get("subject", "all")) == (finding.metric, finding.subject):
                reason = str(one.get("reason") or reason)
        return Gate(finding, reason, tuple(listing(document.get("would_open"))))

    @cached_property
    def speaks(self) -> bool:
        """Whether the page is about an assistant: by its project, or by what was measured."""
        parts = {MEASURES[one.metric].part for one in self.findings if one.metric in MEASURES}
        return bool(self.assistant) or bool(parts & OF_ASSISTANTS)

    @property
    def verdict(self) -> Verdict:
        """The record's verdict; `not_run` where there is none."""
        named = str(self.document.get("verdict") or "")
        return Verdict(named) if named in set(Verdict) else Verdict.NOT_RUN

    @property
    def positive(self) -> str:
        """The label's value that a decision is about."""
        return str(self.task.get("positive") or "1")

    @property
    def label(self) -> str:
        """The label's column."""
        return str(self.task.get("label") or "label")

    @property
    def quality(self) -> str:
        """The metric of quality that candidates are compared by."""
        usual = "answer_quality" if self.speaks else "roc_auc"
        return str(mapping(self.project.get("select")).get("prefer") or usual)

    @property
    def gap(self) -> tuple[str, str] | None:
        """Metric and subject of the gap that candidates are compared by: the first gated one."""
        judged = [gate.finding for gate in self.gates]
        for finding in (*judged, *self.findings):
            metric = finding.metric
            if metric.endswith("_difference") and base_of(metric) != metric:
                return finding.metric, finding.subject
        return None

    def gate_of(self, metric: str, subject: str) -> Gate | None:
        """The gate that judges `metric` of `subject`, if one does."""
        for gate in self.gates:
            if (gate.finding.metric, gate.finding.subject) == (metric, subject):
                return gate
        return None

    def untuned(self, candidate: Candidate) -> Candidate | None:
        """The candidate with the same generator without an adapter; None for one without it."""
        for one in self.candidates:
            if candidate.adapter and one.generator == candidate.generator and not one.adapter:
                return one
        return None

    def twin(self, candidate: Candidate) -> Candidate | None:
        """The unmitigated candidate of the same family."""
        for one in self.candidates:
            if one.family == candidate.family and not one.mitigated and one is not candidate:
                return one
        return None
