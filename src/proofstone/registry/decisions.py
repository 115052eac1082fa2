"""Decisions about releases: entries of the audit trail, each with who and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from proofstone.access.audit import AuditEntry
from proofstone.core.errors import Busy, InputError
from proofstone.store.releases import AuditRows

ACTIONS = ("register", "promote", "rollback")
STAGES = ("staging", "production")


@dataclass(frozen=True)
class Decision:
    """One decision: what was done to which release, in which stage, by whom and why.

    `before` is the release that stood in the stage until then, or None.
    """

    seq: int
    at: str
    action: str
    release: str
    stage: str | None
    before: str | None
    who: str
    why: str

    def to_json(self) -> dict[str, Any]:
        """The decision as a JSON object."""
        return dict(vars(self))

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Decision:
        """Read a decision out of its audit row."""
        details = row["details"]
        return cls(
            seq=row["seq"],
            at=row["at"],
            action=row["action"],
            release=details["release"],
            stage=details.get("stage"),
            before=details.get("before"),
            who=row["who"],
            why=details["why"],
        )


class Decisions:
    """Reads and enters decisions; what stands in a stage follows from them alone."""

    def __init__(self, rows: AuditRows) -> None:
        self._rows = rows

    def all(self) -> list[Decision]:
        """Every decision, the oldest first."""
        return _decisions(self._rows.all())

    def trail(self) -> list[AuditEntry]:
        """The whole audit trail, as `access.audit.checkpoint` signs it."""
        return [
            AuditEntry(row["seq"], row["at"], row["who"], row["action"], row["details"])
            for row in self._rows.all()
        ]

    def history(self, stage: str) -> list[str]:
        """The releases promoted to `stage` and not rolled back since; the last one stands there.

        Raises:
            InputError: there is no such stage.
        """
        return _fold(self.all(), known_stage(stage))

    def current(self, stage: str) -> str | None:
        """The id of the release that stands in `stage`, or None."""
        return _last(self.history(stage))

    def enter(
        self, action: str, release: str, *, stage: str, before: str | None, who: str, why: str
    ) -> Decision:
        """Append a decision about a stage in which `before` stood when it was taken.

        Raises:
            InputError: who or why is empty.
            Busy: another decision was entered meanwhile; nothing was done.
        """
        who, why = named(who, "who"), named(why, "why")
        details = {"release": release, "stage": known_stage(stage), "before": before, "why": why}
        rows = self._rows.all()
        if _last(_fold(_decisions(rows), stage)) != before:
            raise _overtaken(stage)

        def make(seq: int) -> Mapping[str, Any]:
            if seq != len(rows):
                raise _overtaken(stage)
            return _row(seq, who, action, details)

        return Decision.from_row(self._rows.append(make))

    def enter_once(self, action: str, release: str, *, who: str, why: str) -> Decision:
        """Append a decision about `release` unless the same one stands; return what stands."""
        for decision in self.all():
            if (decision.action, decision.release) == (action, release):
                return decision
        details = {"release": release, "why": why}
        return Decision.from_row(self._rows.append(lambda seq: _row(seq, who, action, details)))


def known_stage(stage: str) -> str:
    """Return `stage`.

    Raises:
        InputError: there is no such stage.
    """
    if stage not in STAGES:
        raise InputError(f"there is no stage {stage!r}", hint=f"one of: {', '.join(STAGES)}")
    return stage


def named(text: str, field: str) -> str:
    """Return `text` without the space around it.

    Raises:
        InputError: nothing is left: a decision needs who and why.
    """
    if not text.strip():
        hint = "say it in a sentence: it stays in the audit trail"
        raise InputError(f"{field}: a decision needs it, and it is empty", hint=hint)
    return text.strip()


def _decisions(rows: Iterable[Mapping[str, Any]]) -> list[Decision]:
    return [Decision.from_row(row) for row in rows if row["action"] in ACTIONS]


def _fold(decisions: list[Decision], stage: str) -> list[str]:
    standing: list[str] = []
    for decision in decisions:
        if decision.stage != stage:
            continue
        if decision.action == "promote":
            standing.append(decision.release)
        elif standing:
            standing.pop()
    return standing


def _last(history: list[str]) -> str | None:
    return history[-1] if history else None


def _row(seq: int, who: str, action: str, details: Mapping[str, Any]) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    entry = AuditEntry(seq, at, who, action, details)
    return {**entry.to_json(), "leaf": entry.leaf.hex()}


def _overtaken(stage: str) -> Busy:
    return Busy(
        f"{stage}: another decision was entered meanwhile, so nothing was done",
        hint="look at what stands there now, then decide again",
    )
