"""Dear answers (generation, remote endpoints), kept so that a stopped assessment can replay."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from proofstone.store.ledger import Ledger
from proofstone.store.tables import answers

_AT_ONCE = 500


class Answers:
    """The oracle's recall on the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, keys: Sequence[str]) -> Mapping[str, Any]:
        """Return the answers known among `keys`."""
        found: dict[str, Any] = {}
        with self._ledger.begin() as connection:
            for start in range(0, len(keys), _AT_ONCE):
                part = keys[start : start + _AT_ONCE]
                rows = connection.execute(sa.select(answers).where(answers.c.key.in_(part)))
                found.update({row.key: json.loads(row.answer) for row in rows})
        return found

    def put(self, answers_by_key: Mapping[str, Any]) -> None:
        """Keep answers; one that is known already stays as it is."""
        known = self.get(list(answers_by_key))
        rows = [
            {"key": key, "answer": json.dumps(answer)}
            for key, answer in answers_by_key.items()
            if key not in known
        ]
        if rows:
            with self._ledger.begin() as connection:
                connection.execute(answers.insert(), rows)
