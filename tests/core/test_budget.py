from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.budget import OverBudget, Prices, Spending, Spent
from proofstone.core.errors import InputError


def test_what_is_set_aside_counts_until_it_is_settled() -> None:
    budget = Spending(limit_tokens=100)
    first = budget.reserve(50, 10)
    with pytest.raises(OverBudget, match="the budget of 100 tokens: 60 are spent or set aside"):
        budget.reserve(50, 0)
    first.settle(20, 10)
    budget.reserve(60, 10).release()
    assert budget.spent == Spent(calls=1, tokens=30)


def test_each_limit_is_its_own() -> None:
    prices = Prices(prompt=1.0, completion=2.0)
    with pytest.raises(OverBudget, match="budget of 0 calls"):
        Spending(limit_calls=0).reserve(0, 0)
    with pytest.raises(OverBudget, match="budget of 9 tokens"):
        Spending(limit_tokens=9).reserve(5, 5)
    with pytest.raises(OverBudget, match=r"budget of 0\.5 in money"):
        Spending(limit_money=0.5, prices=prices).reserve(0, 300_000)
    budget = Spending(limit_money=0.5, prices=prices)
    budget.reserve(100_000, 200_000).settle(100_000, 100_000)
    assert budget.spent == Spent(calls=1, tokens=200_000, money=pytest.approx(0.3))


def test_exactly_the_limit_may_be_spent() -> None:
    Spending(limit_tokens=10, limit_calls=1).reserve(5, 5).keep()


def test_calls_and_rows_have_prices_and_what_asks_nothing_is_free() -> None:
    budget = Spending(limit_money=1.0, prices=Prices(call=0.1, row=0.01))
    budget.reserve(0, 0).keep()
    assert budget.spent == Spent(calls=1)
    first = budget.reserve(0, 0, rows=50)
    with pytest.raises(OverBudget, match=r"0\.6 are spent or set aside, .* may take 0\.41"):
        budget.reserve(0, 0, rows=31)
    budget.reserve(0, 0, rows=30).release()
    first.settle(0, 0)
    budget.reserve(0, 0, rows=30).keep()
    assert budget.spent.money == pytest.approx(1.0)


@pytest.mark.parametrize("price", [-0.1, float("nan"), float("inf")])
def test_what_is_no_price_is_refused(price: float) -> None:
    with pytest.raises(InputError, match="the price row is"):
        Prices(row=price)


def test_money_without_prices_is_refused() -> None:
    with pytest.raises(InputError, match="names no prices") as caught:
        Spending(limit_money=1.0)
    assert caught.value.hint


def test_a_reservation_ends_once() -> None:
    budget = Spending()
    one = budget.reserve(3, 4)
    one.settle(1, 1)
    one.keep()
    one.release()
    assert budget.spent == Spent(calls=1, tokens=2)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["settle", "keep", ""]))
    )
)
def test_no_order_of_calls_spends_more_than_the_limit(
    calls: list[tuple[int, int, str]],
) -> None:
    budget = Spending(limit_tokens=100, limit_calls=5)
    open_ = []
    for read, written, end in calls:
        try:
            open_.append((budget.reserve(read, written), read, written, end))
        except OverBudget:
            continue
    for one, read, written, end in open_:
        {"settle": lambda: one.settle(read // 2, written), "keep": one.keep, "": one.release}[end]()  # noqa: B023
        assert budget.spent.tokens <= 100
        assert budget.spent.calls <= 5


def test_threads_together_spend_no_more_than_the_limit() -> None:
    budget = Spending(limit_calls=50)

    def call(_: int) -> bool:
        try:
            budget.reserve(1, 1).keep()
        except OverBudget:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = sum(pool.map(call, range(400)))
    assert made == 50
    assert budget.spent == Spent(calls=50, tokens=100)


def test_a_call_that_was_made_has_its_price_whatever_it_is_said_to_have_used() -> None:
    budget = Spending(limit_money=1.0, prices=Prices(call=0.4))
    for _ in range(2):
        budget.reserve(10, 10).settle(0, 0)
    assert budget.spent.money == pytest.approx(0.8)
    with pytest.raises(OverBudget):
        budget.reserve(10, 10)
