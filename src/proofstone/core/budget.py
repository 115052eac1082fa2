"""Budgets: what a paid call may cost is set aside before it, and settled after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

from proofstone.core.errors import InputError

_ROUNDED = 1e-12
"""A limit that is reached exactly may be spent, whatever the rounding of sums of prices."""

_IN = {"money": "in money"}


class OverBudget(InputError):
    """The next call might cost more than is left, so it was not made."""

    code = "over-budget"


class Reservation(Protocol):
    """What was set aside for one call. One of its methods is called, once."""

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        """The call was answered, and took this."""

    def keep(self) -> None:
        """The call may have been charged, and nobody said how much: all of it is spent."""

    def release(self) -> None:
        """The call was not charged."""


class Budget(Protocol):
    """Who is asked before each call."""

    def reserve(self, prompt_tokens: int, completion_tokens: int, *, rows: int = 0) -> Reservation:
        """Set aside the most that a call can take; `rows` is how many rows of a table it asks.

        Raises:
            OverBudget: that is more than is left.
        """


@dataclass(frozen=True)
class Prices:
    """Money for a million tokens, a call and a row, in whatever currency the limit is in.

    Raises:
        InputError: one is negative, or no number.
    """

    prompt: float = 0.0
    completion: float = 0.0
    call: float = 0.0
    row: float = 0.0

    def __post_init__(self) -> None:
        for name, price in vars(self).items():
            if not 0.0 <= price < float("inf"):
                hint = "a price is a number from 0 on"
                raise InputError(f"the price {name} is {price}", hint=hint)

    def of(
        self, prompt_tokens: int, completion_tokens: int, *, calls: int = 1, rows: int = 0
    ) -> float:
        """Return the price of so many calls, which read and write so much altogether.

        >>> Prices(prompt=0.5, completion=1.5).of(1_000_000, 2_000_000)
        3.5
        >>> Prices(call=0.25, row=0.5).of(0, 0, calls=2, rows=3)
        2.0
        """
        words = (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6
        return words + calls * self.call + rows * self.row


@dataclass(frozen=True)
class Spent:
    """Calls, tokens (read and written) and money."""

    calls: int = 0
    tokens: int = 0
    money: float = 0.0


class Spending:
    """A budget with limits; None is no limit. It may be used from several threads.

    Raises:
        InputError: money is limited, but there are no prices.

    >>> budget = Spending(limit_tokens=100)
    >>> budget.reserve(40, 20).settle(35, 4)
    >>> budget.spent
    Spent(calls=1, tokens=39, money=0.0)
    >>> budget.reserve(40, 30)
    Traceback (most recent call last):
    ...
    proofstone.core.budget.OverBudget: the budget of 100 tokens: 39 are spent or set aside, and \
the next call may take 70

    Not covered: what the other side really charges; a limit on money is as good as its prices.
    """

    def __init__(
        self,
        *,
        limit_calls: int | None = None,
        limit_tokens: int | None = None,
        limit_money: float | None = None,
        prices: Prices | None = None,
    ) -> None:
        if limit_money is not None and prices is None:
            hint = "give the prices of a million tokens, or limit the tokens"
            raise InputError("the budget limits money, but names no prices", hint=hint)
        self._limits = {"calls": limit_calls, "tokens": limit_tokens, "money": limit_money}
        self._prices = prices or Prices(0.0, 0.0)
        self._spent = Spent()
        self._aside = Spent()
        self._lock = Lock()

    @property
    def spent(self) -> Spent:
        """What was spent until now, without what is set aside."""
        return self._spent

    def reserve(self, prompt_tokens: int, completion_tokens: int, *, rows: int = 0) -> Reservation:
        """Set aside the most that a call can take; one that asks nothing costs no money.

        Raises:
            OverBudget: that is more than is left.
        """
        most = self._cost(prompt_tokens, completion_tokens, rows)
        with self._lock:
            for name, limit in self._limits.items():
                taken = getattr(self._spent, name) + getattr(self._aside, name)
                if limit is not None and taken + getattr(most, name) > limit * (1.0 + _ROUNDED):
                    raise OverBudget(
                        f"the budget of {limit:g} {_IN.get(name, name)}: {taken:g} are spent or "
                        f"set aside, and the next call may take {getattr(most, name):g}",
                        hint="raise the limit, or ask less: what was answered is kept",
                    )
            self._aside = _sum(self._aside, most)
        return _Aside(self, most, rows)

    def _cost(self, prompt_tokens: int, completion_tokens: int, rows: int) -> Spent:
        asks = prompt_tokens + completion_tokens + rows > 0
        money = self._prices.of(prompt_tokens, completion_tokens, calls=int(asks), rows=rows)
        return Spent(1, prompt_tokens + completion_tokens, money)

    def _settle(self, aside: Spent, spent: Spent) -> None:
        with self._lock:
            self._aside = _sum(self._aside, aside, sign=-1)
            self._spent = _sum(self._spent, spent)


@dataclass
class _Aside:
    budget: Spending
    most: Spent
    rows: int = 0
    open: bool = True

    def settle(self, prompt_tokens: int, completion_tokens: int) -> None:
        spent = self.budget._cost(prompt_tokens, completion_tokens, self.rows)
        if self.most.money and not prompt_tokens + completion_tokens + self.rows:
            spent = replace(spent, money=self.budget._prices.of(0, 0, calls=1, rows=0))
        self._end(spent)

    def keep(self) -> None:
        self._end(self.most)

    def release(self) -> None:
        self._end(Spent())

    def _end(self, spent: Spent) -> None:
        if self.open:
            self.open = False
            self.budget._settle(self.most, spent)


def _sum(one: Spent, other: Spent, sign: int = 1) -> Spent:
    return replace(
        one,
        calls=one.calls + sign * other.calls,
        tokens=one.tokens + sign * other.tokens,
        money=one.money + sign * other.money,
    )
