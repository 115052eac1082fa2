from __future__ import annotations

import numpy as np
import pytest

from proofstone.assess.probes.language.length import _quantile, _woodruff, length
from proofstone.models.assistant.reply import Reply

from .desk import HANDED_OVER, Asked, Desk, desk_case, findings

CASE = desk_case(200)


def test_lengths_and_cuts_are_counted() -> None:
    def respond(asked: Asked) -> Reply:
        text = "x" * (asked.topic + 1)
        finish = "length" if asked.topic >= 180 else "stop"
        return Reply(text, "answered", finish=finish, completion_tokens=asked.topic + 2)

    found = findings(length, CASE, Desk(respond))
    size = found["reply_length_p95", "all"]
    assert size.value == 190.0
    assert size.low < 190.0 < size.high <= 200.0
    assert size.details == {"median": 100.0, "longest": 200.0, "tokens_p95": 191.0}
    cut = found["cut_short_rate", "all"]
    assert (cut.value, cut.n) == (0.1, 400)
    assert cut.low < 0.1 < cut.high
    assert found["cut_short_rate", "language=zh"].value == 0.1
    assert len(cut.details["examples"]) == 12


def test_hand_overs_have_a_length_but_are_not_cut() -> None:
    desk = Desk(lambda asked: HANDED_OVER.changed(finish="length"))
    found = findings(length, CASE, desk)
    assert found["reply_length_p95", "all"].value == len(HANDED_OVER.text)
    assert found["cut_short_rate", "all"].value is None


def test_few_topics_do_not_bound_the_length() -> None:
    found = findings(length, desk_case(20), Desk(lambda asked: asked.right))
    assert found["reply_length_p95", "all"].low is not None
    assert found["reply_length_p95", "all"].high is None
    assert findings(length, desk_case(0), Desk(lambda asked: asked.right)) != {}


def test_the_quantile_is_the_inverse_of_the_distribution() -> None:
    rng = np.random.default_rng(3)
    for n in (1, 7, 20, 101):
        values = rng.normal(size=n)
        expected = np.quantile(values, 0.95, method="inverted_cdf")
        assert _quantile(values, 0.95) == pytest.approx(expected)


@pytest.mark.parametrize("together", [1, 2])
def test_the_interval_of_the_quantile_holds_it(together: int) -> None:
    """Replies of one topic are equal here: 300 topics say no more for being asked twice."""
    rng = np.random.default_rng(4)
    true, hits = 1.6448536, 0
    topics = np.repeat(np.arange(300), together).astype(str).astype(object)
    for _ in range(300):
        values = np.repeat(rng.normal(size=300), together)
        low, high = _woodruff(values, topics, 0.95)
        hits += low <= true <= high
    assert 0.92 <= hits / 300 <= 0.99
