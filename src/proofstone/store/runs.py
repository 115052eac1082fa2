"""Runs: when, by whom, and how each step fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proofstone.store.ledger import Ledger
from proofstone.store.tables import run_steps, runs


@dataclass(frozen=True)
class RunStep:
    """How one step fared in a run: `ran`, `restored` or `skipped`, and in how many seconds."""

    name: str
    status: str
    key: str | None
    seconds: float


class Runs:
    """Reads and writes the history of runs."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def record(
        self,
        *,
        started: str,
        finished: str,
        who: str,
        steps: Sequence[RunStep],
        outcome: Mapping[str, Any],
    ) -> int:
        """Enter a finished (or failed) run with its steps; return its number."""
        with self._ledger.begin() as connection:
            row = {"started": started, "finished": finished, "who": who, "outcome": dict(outcome)}
            number = connection.scalar(runs.insert().values(row).returning(runs.c.id))
            rows = [
                {"run": number, "step": one.name, "position": place, "status": one.status,
                 "key": one.key, "seconds": one.seconds}
                for place, one in enumerate(steps)
            ]  # fmt: skip
            if rows:
                connection.execute(run_steps.insert(), rows)
        return int(number or 0)

    def last_release(self) -> str | None:
        """Return the id of the release that the newest finished run came to, or None."""
        query = sa.select(runs.c.outcome).order_by(runs.c.id.desc())
        with self._ledger.begin() as connection:
            for outcome in connection.scalars(query):
                if outcome.get("release"):
                    return str(outcome["release"])
        return None

    def last(self) -> Mapping[str, Any] | None:
        """Return the newest run's row, or None."""
        with self._ledger.begin() as connection:
            row = connection.execute(sa.select(runs).order_by(runs.c.id.desc()).limit(1))
            found = row.mappings().first()
        return dict(found) if found is not None else None
