"""What asking somebody else's model may cost, and how long to wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from proofstone.core.budget import Prices, Spending
from proofstone.core.errors import Cancelled

_GLANCE = 0.1


@dataclass(frozen=True)
class Limits:
    """What an assessment may cost at most: calls, tokens, and money by `prices`."""

    calls: int | None = None
    tokens: int | None = None
    money: float | None = None
    prices: Prices | None = None

    def budget(self) -> Spending:
        """A budget of which nothing is spent.

        Raises:
            InputError: money is limited, but there are no prices.
        """
        return Spending(
            limit_calls=self.calls,
            limit_tokens=self.tokens,
            limit_money=self.money,
            prices=self.prices,
        )

    def spent(self, budget: Spending) -> dict[str, Any]:
        """Calls, tokens and money that were spent; without prices nobody knows of money."""
        spent = budget.spent
        money = None if self.prices is None else spent.money
        return {"calls": spent.calls, "tokens": spent.tokens, "money": money}


UNLIMITED = Limits()
"""As much as it takes."""


def waiting(cancelled: Callable[[], bool]) -> Callable[[float], None]:
    """Return what waits between two attempts, and no longer once somebody asked to stop.

    It raises `Cancelled` then.
    """

    def wait(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not cancelled():
            time.sleep(min(left, _GLANCE))
        if cancelled():
            raise Cancelled

    return wait
