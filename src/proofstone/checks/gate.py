"""Gates: limits fixed beforehand, judged on the bound of an interval, never on the point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proofstone.core.finding import FIRST, LEFT_OUT, Finding, Verdict
from proofstone.core.i18n import message
from proofstone.core.project.known import CHANGES
from proofstone.core.project.schema import Gate
from proofstone.measures.power import rows_needed


@dataclass(frozen=True)
class Opening:
    """Whether a set of gates is open, and the finding of each gate in the file's order."""

    verdict: Verdict
    gates: tuple[Finding, ...]

    @property
    def open(self) -> bool:
        """Open only when every gate passed, or does not apply by the file or as a first release."""
        return self.verdict is Verdict.PASS


def judge(finding: Finding, gate: Gate) -> Finding:
    """Return `finding` with the gate's limit and the verdict that its interval allows.

    A limit on a change does not apply to a first release, which says so of itself. What was
    measured without rows that could not be used may break a limit, and keeps none.
    """
    if _first(finding) and not gate.not_applicable:
        return finding.judged(verdict=Verdict.NOT_APPLICABLE)
    limit, direction = (gate.max, "max") if gate.max is not None else (gate.min, "min")
    if limit is None or gate.not_applicable:
        return finding.judged(verdict=Verdict.NOT_APPLICABLE, reason=gate.not_applicable)
    partly = bool(finding.details.get(LEFT_OUT))
    finding = finding.judged(limit=limit, direction=direction, rows_needed=None)
    if finding.value is None:
        known = finding.verdict is Verdict.NOT_RUN
        verdict = Verdict.NOT_RUN if known else Verdict.INCONCLUSIVE
        return finding.judged(verdict=verdict, reason=finding.reason)
    if finding.low is None or finding.high is None:
        return finding.judged(verdict=Verdict.INCONCLUSIVE, reason=message("it has no interval"))
    sign = 1.0 if direction == "max" else -1.0
    worst, best = sorted((sign * finding.low, sign * finding.high), reverse=True)
    if worst <= sign * limit and partly:
        return finding.judged(verdict=Verdict.INCONCLUSIVE)
    if worst <= sign * limit:
        return finding.judged(
            verdict=Verdict.PASS, reason=message("the whole interval keeps the limit")
        )
    if best > sign * limit:
        return finding.judged(
            verdict=Verdict.FAIL, reason=message("the whole interval breaks the limit")
        )
    needed = rows_needed(finding.n, finding.value, finding.low, finding.high, limit)
    return finding.judged(
        verdict=Verdict.INCONCLUSIVE,
        reason=message("the interval contains the limit"),
        rows_needed=needed,
    )


def _first(finding: Finding) -> bool:
    """Whether it is a change that has nothing to be a change from."""
    known = finding.metric in CHANGES and finding.value is None
    return known and finding.details.get(FIRST) is True


def find(findings: Iterable[Finding], gate: Gate) -> Finding:
    """Return the finding that `gate` is about, or a `not_run` one when nothing measured it.

    Where a probe could not measure the metric at all, that is the reason for every subject.
    """
    refusal = None
    for finding in findings:
        if finding.metric == gate.metric and finding.subject == gate.subject:
            return finding
        if finding.metric == gate.metric and finding.subject == "all" and finding.value is None:
            refusal = refusal or finding.judged(subject=gate.subject)
    if refusal is not None:
        return refusal
    reason = message("no probe measured {metric} of {subject}").format(
        metric=gate.metric, subject=gate.subject
    )
    return Finding(
        probe="", metric=gate.metric, subject=gate.subject, verdict=Verdict.NOT_RUN, reason=reason
    )


def judge_all(findings: Sequence[Finding], gates: Sequence[Gate]) -> Opening:
    """Judge every gate. The opening's verdict is the worst of theirs.

    It is `not_run` where no gate judged anything: none is declared, or none applies.
    """
    judged = tuple(judge(find(findings, gate), gate) for gate in gates)
    for verdict in (Verdict.FAIL, Verdict.NOT_RUN, Verdict.INCONCLUSIVE, Verdict.PASS):
        if any(finding.verdict is verdict for finding in judged):
            return Opening(verdict, judged)
    return Opening(Verdict.NOT_RUN, judged)


def merge(findings: Sequence[Finding], judged: Sequence[Finding]) -> list[Finding]:
    """Return all findings with the judged ones in the place of their unjudged selves.

    Where two gates are about the same, a minimum and a maximum, both judgements stand there.
    """
    verdicts: dict[tuple[str, str], list[Finding]] = {}
    for finding in judged:
        verdicts.setdefault((finding.metric, finding.subject), []).append(finding)
    merged: list[Finding] = []
    for one in findings:
        merged += verdicts.pop((one.metric, one.subject), [one])
    return [*merged, *(finding for rest in verdicts.values() for finding in rest)]
