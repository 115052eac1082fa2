"""An endpoint on this machine that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class Fake:
    """What it was asked, how to answer, and where it is."""

    answer: Answer
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def serving(answer: Answer) -> Iterator[Fake]:
    """Serve on a free port of the loopback until the block ends."""
    fake = Fake(answer)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                fake.asked.append(body)
                fake.headers.append(dict(self.headers.items()))
                fake.paths.append(self.path)
            try:
                fake.answer(self, body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, data: bytes, **headers: str) -> None:
    """A whole answer."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def completion(text: Any, finish: str = "stop", usage: Any = (7, 2)) -> bytes:
    """A chat completion as OpenAI writes it."""
    document: dict[str, Any] = {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}]
    }
    if usage:
        document["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return json.dumps(document).encode()


def says(text: str) -> Answer:
    """Answer every question with this."""
    return lambda handler, body: send(handler, 200, completion(text))


def in_turn(*answers: Answer) -> Answer:
    """Answer the first question with the first, and so on; the last one stays."""
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(handler, body)

    return answer


def refuses(status: int, message: str = "no", **headers: str) -> Answer:
    """Answer every question with an error."""
    data = json.dumps({"error": {"message": message}}).encode()
    return lambda handler, body: send(handler, status, data, **headers)


def events(*parts: Any, done: bool = True, tail: bytes = b"") -> Answer:
    """Answer with server-sent events."""
    lines = [b"data: " + json.dumps(part).encode() + b"\n\n" for part in parts]
    data = b": a comment\n\n" + b"".join(lines) + (b"data: [DONE]\n\n" if done else b"") + tail
    return lambda handler, body: send(handler, 200, data, Content_Type="text/event-stream")


def piece(text: str | None, finish: str | None = None) -> dict[str, Any]:
    """A part of a streamed completion."""
    return {"choices": [{"delta": {"content": text}, "finish_reason": finish}]}
