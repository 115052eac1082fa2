"""A small server of the Open Inference Protocol, written apart from ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Tensors = dict[str, dict[str, Any]]
Answer = Callable[[Tensors], "tuple[int, dict[str, Any]]"]


@dataclass
class Guest:
    """What it was asked, how it answers, and where it is."""

    metadata: dict[str, Any]
    answer: Answer
    url: str = ""
    asked: list[Tensors] = field(default_factory=list)
    busiest: int = 0


def tensor(name: str, datatype: str, shape: Sequence[int], data: Any = None) -> dict[str, Any]:
    """A tensor of the protocol; of metadata where there is no `data`."""
    found: dict[str, Any] = {"name": name, "datatype": datatype, "shape": list(shape)}
    return found if data is None else found | {"data": data}


@contextmanager
def hosting(
    answer: Answer, inputs: Sequence[dict[str, Any]], outputs: Sequence[dict[str, Any]]
) -> Iterator[Guest]:
    """Serve the model `guest` on a free port of the loopback until the block ends."""
    about = {"name": "guest", "versions": ["1"], "platform": "test"}
    guest = Guest(about | {"inputs": list(inputs), "outputs": list(outputs)}, answer)
    lock, busy = threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = self.path == "/v2/models/guest"
            self.say(200 if known else 404, guest.metadata if known else {"error": "no such model"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v2/models/guest/infer"
            tensors = {one["name"]: one for one in body["inputs"]}
            with lock:
                guest.asked.append(tensors)
                busy[0] += 1
                guest.busiest = max(guest.busiest, busy[0])
            try:
                self.say(*guest.answer(tensors))
            finally:
                with lock:
                    busy[0] -= 1

        def say(self, status: int, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    guest.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield guest
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answered(*outputs: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """A good answer."""
    return 200, {"model_name": "guest", "outputs": list(outputs)}
