from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
import pytest
from tests.models.endpoint.server import (
    Answer,
    completion,
    events,
    in_turn,
    piece,
    refuses,
    says,
    send,
    serving,
)

from proofstone.core.budget import OverBudget, Spending, Spent
from proofstone.core.errors import InputError, MissingExtra
from proofstone.models.contract import Embed, Generate, Model, Predict
from proofstone.models.conversation import exchange, rows_of
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.endpoint.remote import RemoteModel
from proofstone.models.endpoint.transport import Patience
from proofstone.models.errors import RowError
from proofstone.models.generation import Usage
from proofstone.models.rows import Rows

KEY = "sk-very-secret-0123456789"
ASK = rows_of([exchange("Hello?")])
HURRIED = Patience(attempts=3, deadline=20.0)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", KEY)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


class Asked:
    """A model whose pauses are written down, not waited for."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.pauses: list[float] = []
        self.budget = settings.pop("budget", Spending())
        settings = {"key": "THE_KEY", "patience": HURRIED, **settings}
        self.model = RemoteModel(url, "m", self.budget, wait=self.pauses.append, **settings)

    def __call__(self, rows: Rows = ASK, operation: Any = None, draw: int = 0) -> list[Any]:
        return list(self.model.answer(operation or Generate(max_tokens=5), rows, draw))


def test_it_speaks_the_chat_protocol() -> None:
    with serving(says("Hi.")) as fake:
        ask = Asked(fake.url)
        operation = Generate(max_tokens=5, temperature=0.5, stop=("\n",))
        rows = rows_of([exchange("你好", "Hi", "Bye", system="Be short.")])
        assert ask(rows, operation, draw=3) == ["Hi."]
        assert isinstance(ask.model, Model)
    assert fake.paths == ["/v1/chat/completions"]
    assert fake.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert fake.asked == [
        {
            "model": "m",
            "messages": json.loads(rows.frame["messages"][0]),
            "max_tokens": 5,
            "temperature": 0.5,
            "stop": ["\n"],
            "seed": 3,
        }
    ]
    assert ask.budget.spent == Spent(calls=1, tokens=9)


def test_answers_keep_the_order_of_the_rows() -> None:
    def echo(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        send(handler, 200, completion(body["messages"][-1]["content"]))

    with serving(echo) as fake:
        texts = [f"question {at}" for at in range(40)]
        assert Asked(fake.url)(rows_of([exchange(one) for one in texts])) == texts
    assert "seed" not in fake.asked[0]


def test_no_more_than_agreed_are_asked_at_once() -> None:
    lock, now, most = threading.Lock(), 0, 0
    together = threading.Barrier(3, timeout=20)

    def counted(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
        together.wait()
        send(handler, 200, completion("x"))

    with serving(counted) as fake:
        Asked(fake.url, concurrency=3)(rows_of([exchange(str(at)) for at in range(9)]))
    assert most == 3


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with serving(in_turn(refuses(status), refuses(status), says("at last"))) as fake:
        ask = Asked(fake.url)
        assert ask() == ["at last"]
    assert len(fake.asked) == 3
    assert len(ask.pauses) == 2
    assert 0 <= ask.pauses[0] <= 0.5
    assert 0 <= ask.pauses[1] <= 1.0
    assert ask.budget.spent.calls == 1


def test_no_sooner_than_the_other_side_asks() -> None:
    with serving(in_turn(refuses(429, Retry_After="7"), says("x"))) as fake:
        ask = Asked(fake.url)
        ask()
    assert ask.pauses == [7.0]


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    with serving(refuses(429, "slow down", Retry_After="3600")) as fake:
        ask = Asked(fake.url)
        with pytest.raises(EndpointError, match="no answer after 1 attempt: 429 slow down"):
            ask()
    assert ask.pauses == []


def test_in_the_end_it_gives_up() -> None:
    with serving(refuses(503, "overloaded")) as fake:
        ask = Asked(fake.url)
        with pytest.raises(EndpointError, match="no answer after 3 attempts: 503 overloaded"):
            ask()
    assert len(fake.asked) == 3
    assert ask.budget.spent == Spent()


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_every_question_would_meet_ends_the_asking(status: int) -> None:
    with (
        serving(refuses(status, f"wrong: {KEY}")) as fake,
        pytest.raises(EndpointError, match=rf"{status} wrong: \*\*\*$"),
    ):
        Asked(fake.url, concurrency=1)(rows_of([exchange(str(at)) for at in range(9)]))
    assert len(fake.asked) == 1


def test_a_redirect_is_not_followed() -> None:
    with (
        serving(says("stolen")) as other,
        serving(refuses(307, Location=other.url)) as fake,
        pytest.raises(EndpointError, match="307") as caught,
    ):
        Asked(fake.url)()
    assert caught.value.hint == "give the address that it leads to"
    assert not other.asked


def raw(data: bytes) -> Answer:
    return lambda handler, body: send(handler, 200, data)


@pytest.mark.parametrize(
    "answer",
    [
        raw(b"<html>"), raw(b""), raw(b"[]"), raw(b"null"), raw(b"{}"), raw(b"\xff\xfe"),
        raw(b"[" * 100_000), raw(b'{"choices": []}'), raw(b'{"choices": {}}'),
        raw(b'{"choices": [{"message": null}]}'), raw(completion(["no text"])),
        raw(completion("x", usage=("many", 2))), raw(b'{"choices": [7]}'),
    ],
)  # fmt: skip
def test_garbage_names_the_row(answer: Answer) -> None:
    with serving(answer) as fake, pytest.raises(RowError, match=r"^row 0: the answer is"):
        Asked(fake.url)()


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_question_that_is_refused_names_its_row(status: int) -> None:
    with (
        serving(refuses(status, "too long")) as fake,
        pytest.raises(RowError, match=rf"^row 0: http.* refuses it: {status} too long"),
    ):
        Asked(fake.url)()


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with (
        serving(raw(completion("x" * 5_000_000))) as fake,
        pytest.raises(RowError, match="row 0: the answer has over 1000000 bytes"),
    ):
        Asked(fake.url, largest=1_000_000)()


def test_a_silent_endpoint_is_left_at_the_deadline() -> None:
    leave = threading.Event()
    with serving(lambda handler, body: leave.wait(20) and None) as fake:
        ask = Asked(fake.url, patience=Patience(attempts=1, deadline=0.05))
        with pytest.raises(EndpointError, match="no answer after 1 attempt"):
            ask()
        leave.set()
    assert ask.budget.spent.calls == 1


def test_an_answer_that_drips_is_left_at_the_deadline() -> None:
    leave = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not leave.wait(0.01):
            handler.wfile.write(b" ")

    with serving(drip) as fake:
        ask = Asked(fake.url, patience=Patience(attempts=1, deadline=0.1))
        with pytest.raises(EndpointError, match="the answer did not end in time"):
            ask()
        leave.set()


def test_an_answer_that_breaks_off_is_tried_again() -> None:
    def cut(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"cho')
        handler.close_connection = True

    with serving(in_turn(cut, says("whole"))) as fake:
        ask = Asked(fake.url)
        assert ask() == ["whole"]
    assert ask.budget.spent.calls == 2


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ask = Asked(f"http://127.0.0.1:{port}/v1")
    with pytest.raises(EndpointError, match="no answer after 3 attempts: it cannot be reached"):
        ask()
    assert ask.budget.spent == Spent()


def test_what_was_answered_before_a_failure_is_kept() -> None:
    def but_one(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        text = body["messages"][-1]["content"]
        (refuses(400, "bad") if text == "bad" else says(text))(handler, body)

    with serving(but_one) as fake:
        ask = Asked(fake.url)
        rows = rows_of([exchange(one) for one in ("a", "bad", "c", "d")])
        with pytest.raises(RowError, match="row 1"):
            ask(rows)
        assert len(fake.asked) == 4
        assert ask(rows_of([exchange(one) for one in ("a", "c", "d")])) == ["a", "c", "d"]
        assert len(fake.asked) == 4
        assert ask(rows_of([exchange("a")])) == ["a"]
        assert len(fake.asked) == 5
        assert ask(rows_of([exchange("a")]), Generate(max_tokens=6)) == ["a"]
        assert len(fake.asked) == 6


def test_a_call_that_the_budget_does_not_cover_is_not_made() -> None:
    budget = Spending(limit_calls=2)
    with serving(says("x")) as fake:
        ask = Asked(fake.url, budget=budget, concurrency=1)
        with pytest.raises(OverBudget, match="the budget of 2 calls: 2 are spent"):
            ask(rows_of([exchange(str(at)) for at in range(5)]))
        assert len(fake.asked) == 2
        assert ask(rows_of([exchange("0"), exchange("1")])) == ["x", "x"]
    assert budget.spent == Spent(calls=2, tokens=18)


def test_the_key_is_in_no_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(refuses(401, f"Incorrect API key provided: {KEY}")) as fake:
        ask = Asked(fake.url)
        with pytest.raises(EndpointError) as caught:
            ask()
        texts = [
            repr(ask.model),
            ask.model.id,
            str(caught.value),
            str(vars(ask.model)),
            caplog.text,
        ]
    assert not [text for text in texts if KEY in text]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://example.com/v1", "is not encrypted"),
        ("ftp://127.0.0.1/v1", "no address"),
        ("https://user:pass@example.com/v1", "carries credentials"),
        ("https://example.com/v1?key=1", "no address"),
        ("https:///v1", "no address"),
        ("https://example.com:port/v1", "is none"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        RemoteModel(url, "m", Spending())
    assert caught.value.hint
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "钥匙"])
def test_a_key_that_is_not_set_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THE_KEY", value)
    with pytest.raises(InputError, match=r"^THE_KEY: is not set to a key$"):
        RemoteModel("https://example.com/v1", "m", Spending(), key="THE_KEY")


def test_a_stream_is_handed_on_piece_by_piece() -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2}}
    answer = events(piece(None), piece("Hel"), piece("lo"), piece(None, "length"), usage)
    with serving(answer) as fake:
        ask = Asked(fake.url)
        *pieces, last = ask.model.stream(exchange("hi"), Generate(max_tokens=2))
    assert [one.text for one in pieces] == ["Hel", "lo"]
    assert (last.text, last.finish, last.usage) == ("", "length", Usage(4, 2))
    assert fake.asked[0]["stream"] is True
    assert ask.budget.spent == Spent(calls=1, tokens=6)


def test_a_stream_that_breaks_off_says_so_after_what_came() -> None:
    with serving(events(piece("Hel"), done=False)) as fake:
        stream = Asked(fake.url).model.stream(exchange("hi"), Generate())
        assert next(stream).text == "Hel"
        with pytest.raises(RowError, match="the stream broke off"):
            next(stream)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("tail", [b"data: {\n\n", b'data: {"choices": 7}\n\n', b"data: []\n\n"])
def test_garbage_in_a_stream_is_named(tail: bytes) -> None:
    with serving(events(piece("Hel"), done=False, tail=tail)) as fake:
        stream = Asked(fake.url).model.stream(exchange("hi"), Generate())
        assert next(stream).text == "Hel"
        with pytest.raises(RowError, match="messages: the answer is"):
            next(stream)


def test_a_stream_that_does_not_begin_is_tried_again() -> None:
    with serving(in_turn(refuses(503), events(piece("x"), piece(None, "stop")))) as fake:
        ask = Asked(fake.url)
        assert "".join(one.text for one in ask.model.stream(exchange("hi"), Generate())) == "x"
    assert len(ask.pauses) == 1


@pytest.mark.parametrize("way", ["close", "cancel"])
def test_leaving_a_stream_closes_the_connection(way: str) -> None:
    gone = threading.Event()

    def endless(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        line = b"data: " + json.dumps(piece("x" * 1000)).encode() + b"\n\n"
        try:
            while True:
                handler.wfile.write(line)
        finally:
            gone.set()

    with serving(endless) as fake:
        ask = Asked(fake.url)
        seen: list[str] = []
        stream = ask.model.stream(
            exchange("hi"), Generate(), cancelled=lambda: way == "cancel" and len(seen) > 2
        )
        seen.extend(next(stream).text for _ in range(3))
        if way == "cancel":
            assert next(stream, None) is None
        else:
            stream.close()
        assert gone.wait(20)
    assert ask.budget.spent.calls == 1


def test_embeddings_are_unit_vectors() -> None:
    vectors = {"query: a": [3.0, 4.0], "passage: a": [0.0, 2.0], "passage: b": [-1.0, 0.0]}

    def embed(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        data = [{"embedding": vectors[body["input"]]}]
        send(handler, 200, json.dumps({"data": data, "usage": {"prompt_tokens": 3}}).encode())

    with serving(embed) as fake:
        ask = Asked(fake.url, kind="embedding", prefixes=("query: ", "passage: "))
        assert ask.model.operations == {Embed}
        texts = Rows.of(pl.DataFrame({"text": ["a", "b"]}))
        found = ask.model.answer(Embed("passage"), texts)
        np.testing.assert_allclose(found, [[0, 1], [-1, 0]])
        assert found.dtype == np.float32
        np.testing.assert_allclose(
            ask.model.answer(Embed("query"), texts.take(np.array([0]))), [[0.6, 0.8]], rtol=1e-6
        )
    assert fake.paths[0] == "/v1/embeddings"
    assert ask.budget.spent == Spent(calls=3, tokens=9)


@pytest.mark.parametrize("vector", [[], [0.0, 0.0], ["x"], [[1.0]], [1.0, None], 7])
def test_an_embedding_that_is_none_names_its_row(vector: Any) -> None:
    data = json.dumps({"data": [{"embedding": vector}]}).encode()
    with serving(raw(data)) as fake, pytest.raises(RowError, match="row 0: the answer is not"):
        Asked(fake.url, kind="embedding")(Rows.of(pl.DataFrame({"text": ["a"]})), Embed())


def test_another_operation_is_refused_before_anything_is_asked() -> None:
    ask = Asked("https://example.com/v1")
    with pytest.raises(InputError, match="m: does not answer Predict"):
        ask(ASK, Predict())


def test_its_id_is_that_of_address_and_name() -> None:
    ids = {
        RemoteModel(url, name, Spending()).id
        for url in ("https://a.example/v1", "https://b.example/v1")
        for name in ("m", "n")
    }
    assert len(ids) == 4


def test_without_httpx_the_extra_is_named() -> None:
    with mock.patch.dict(sys.modules, {"httpx": None}), pytest.raises(MissingExtra):
        RemoteModel("https://example.com/v1", "m", Spending())


def test_what_was_answered_beside_a_failure_can_be_kept() -> None:
    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        asked = body["messages"][-1]["content"]
        if asked == "bad":
            refuses(400, "not this")(handler, body)
        else:
            send(handler, 200, completion(f"re: {asked}"))

    rows = rows_of([exchange(one) for one in ("one", "bad", "two")])
    with serving(answer) as fake:
        asked = Asked(fake.url)
        with pytest.raises(RowError):
            asked(rows)
        places, texts = asked.model.partly(Generate(max_tokens=5), rows)
        assert (places.tolist(), texts.tolist()) == ([0, 2], ["re: one", "re: two"])
        assert not len(asked.model.partly(Generate(max_tokens=6), rows)[0])
        assert not len(asked.model.partly(Embed(), rows)[0])
