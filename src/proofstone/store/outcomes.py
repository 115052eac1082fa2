"""How served turns ended and what people thought of them; nothing of what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from proofstone.store.ledger import Ledger
from proofstone.store.tables import outcomes


@dataclass(frozen=True)
class Outcome:
    """One turn of a release: when, in which language, and how it ended."""

    id: str
    release: str
    at: str
    language: str
    outcome: str


@dataclass(frozen=True)
class Count:
    """How many turns ended alike and were rated alike."""

    language: str
    outcome: str
    rated: bool
    satisfied: bool | None
    resolved: bool | None
    number: int


class Outcomes:
    """Reads and writes outcomes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, outcome: Outcome) -> None:
        """Enter a turn; its id is new."""
        with self._ledger.begin() as connection:
            connection.execute(outcomes.insert().values(vars(outcome)))

    def rate(
        self,
        identity: str,
        release: str,
        *,
        satisfied: bool | None,
        resolved: bool | None,
        comment: str | None,
        rated: str,
    ) -> bool:
        """Enter what a person thinks of a turn in place of what stood there.

        Returns whether there is such a turn of this release.
        """
        query = outcomes.update().where(outcomes.c.id == identity, outcomes.c.release == release)
        values = {"satisfied": satisfied, "resolved": resolved, "comment": comment, "rated": rated}
        with self._ledger.begin() as connection:
            return connection.execute(query.values(values)).rowcount > 0

    def counts(self, release: str) -> list[Count]:
        """Return how many turns of `release` ended in each way."""
        rated = outcomes.c.rated.is_not(None)
        ways = (
            outcomes.c.language,
            outcomes.c.outcome,
            rated,
            outcomes.c.satisfied,
            outcomes.c.resolved,
        )
        query = sa.select(*ways, sa.func.count()).where(outcomes.c.release == release)
        with self._ledger.begin() as connection:
            rows = connection.execute(query.group_by(*ways)).all()
        return [Count(row[0], row[1], bool(row[2]), row[3], row[4], row[5]) for row in rows]

    def comments(self, release: str, most: int) -> list[dict[str, Any]]:
        """Return the newest comments on `release`, each with when, and what else was said."""
        names = ("rated", "language", "outcome", "satisfied", "resolved", "comment")
        query = (
            sa.select(*(outcomes.c[name] for name in names))
            .where(outcomes.c.release == release, outcomes.c.comment.is_not(None))
            .order_by(outcomes.c.rated.desc(), outcomes.c.id)
            .limit(most)
        )
        with self._ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
