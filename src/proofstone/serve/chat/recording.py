"""Outcomes of turns on their way to the ledger, without a word of what was said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from proofstone.core.errors import ProofstoneError, StoreError
from proofstone.serve.chat.errors import Unrecorded
from proofstone.serve.chat.feedback import Feedback
from proofstone.serve.errors import NotServed
from proofstone.store.outcomes import Outcome, Outcomes

Result = TypeVar("Result")

_log = logging.getLogger("proofstone.chat")


class Recorder:
    """Writes to `outcomes` in a thread of its own, one row after the other; None keeps nothing."""

    def __init__(self, outcomes: Outcomes | None, release: str) -> None:
        self._outcomes = outcomes
        self._release = release
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="outcomes")

    async def answered(self, identity: str, language: str, outcome: str) -> None:
        """Enter a turn; where the ledger refuses, the log says so, and the answer goes out."""
        outcomes = self._outcomes
        if outcomes is None:
            return
        row = Outcome(identity, self._release, _now(), language, outcome)
        try:
            await self._do(lambda: outcomes.add(row))
        except ProofstoneError as error:
            _log.warning("an outcome was not recorded: %s", error.code)

    async def rated(self, feedback: Feedback) -> None:
        """Enter what a person thinks of a turn; the last word stands.

        Raises:
            NotServed: there is no such turn of this release, or nothing is recorded here.
            Busy: another process holds the ledger.
            Unrecorded: the ledger cannot be written.
        """
        outcomes = self._outcomes
        if outcomes is None:
            raise NotServed(
                "no feedback is recorded here",
                hint="serve the release from its project's folder: its ledger takes feedback",
            )

        def rate() -> bool:
            return outcomes.rate(
                feedback.id,
                self._release,
                satisfied=feedback.satisfied,
                resolved=feedback.resolved,
                comment=feedback.comment,
                rated=_now(),
            )

        try:
            found = await self._do(rate)
        except StoreError as error:
            _log.warning("feedback was not recorded: %s", error)
            raise Unrecorded("the feedback was not recorded", hint="try again later") from error
        if not found:
            raise NotServed(
                "there is no such answer of this release", hint="send the id of a completion"
            )

    def close(self) -> None:
        """Write what is on its way, then take nothing more."""
        self._pool.shutdown(wait=True)

    async def _do(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
