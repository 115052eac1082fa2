from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from proofstone.models.llama.flow import flow


def never() -> bool:
    return False


def test_what_is_reported_comes_in_order() -> None:
    def run(report: Callable[[int], bool]) -> None:
        assert not any(report(one) for one in range(200))

    assert list(flow(run, never)) == list(range(200))


def test_the_reporter_is_at_most_32_ahead() -> None:
    reported, reached = 0, threading.Event()

    def run(report: Callable[[int], bool]) -> None:
        nonlocal reported
        for one in range(200):
            if one == 33:
                reached.set()
            report(one)
            reported += 1

    stream = flow(run, never)
    assert next(stream) == 0
    assert reached.wait(20)
    assert reported <= 33
    assert len(list(stream)) == 199


def test_closing_asks_the_reporter_to_stop_and_waits_for_it() -> None:
    ended = []

    def run(report: Callable[[int], bool]) -> None:
        one = 0
        while not report(one):
            one += 1
        ended.append(one)

    stream = flow(run, never)
    assert next(stream) == 0
    stream.close()
    assert len(ended) == 1
    assert ended[0] < 100


def test_cancelling_ends_a_stream_whose_reporter_says_nothing_yet() -> None:
    go, asked = threading.Event(), []

    def run(report: Callable[[int], bool]) -> None:
        assert go.wait(20)
        asked.append(report(1))

    def cancelled() -> bool:
        go.set()
        return True

    assert list(flow(run, cancelled)) == []
    assert asked == [True]


def test_a_failure_is_raised_where_it_is_read() -> None:
    def run(report: Callable[[int], bool]) -> None:
        report(1)
        raise KeyError("lost")

    stream = flow(run, never)
    assert next(stream) == 1
    with pytest.raises(KeyError, match="lost"):
        next(stream)


def test_nothing_runs_before_it_is_read() -> None:
    started = []
    flow(started.append, never)
    assert not started
