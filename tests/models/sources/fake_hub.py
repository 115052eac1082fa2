"""A model hub on loopback, as far as the client library needs one."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "small/model"


class Hub:
    """One repository with one commit; `files` are served, `large` ones with a SHA-256."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.large: dict[str, str] = {}
        self.agents: list[str] = []
        self.fetched: Counter[str] = Counter()
        self.gated = False
        self.endpoint = ""

    def add(self, name: str, data: bytes, *, stated: str | None = None) -> None:
        """Publish a file of the large-file store; `stated` is a SHA-256 that is not its own."""
        self.files[name] = data
        self.large[name] = stated or hashlib.sha256(data).hexdigest()

    def about(self) -> dict[str, Any]:
        """What the hub says of its repository."""
        siblings = []
        for name, data in self.files.items():
            one: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": "0" * 40}
            if name in self.large:
                one["lfs"] = {"sha256": self.large[name], "size": len(data), "pointerSize": 130}
            siblings.append(one)
        card = {"license": "apache-2.0"}
        return {"id": REPOSITORY, "sha": COMMIT, "siblings": siblings, "cardData": card}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve `hub` on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            hub.agents.append(self.headers.get("User-Agent", ""))
            status, data, more = self._found(self.path.partition("?")[0])
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if body:
                hub.fetched[self.path.rpartition("/")[2]] += 1
                self.wfile.write(data)

        def _found(self, path: str) -> tuple[int, bytes, dict[str, str]]:
            if hub.gated:
                return 403, b"{}", {"X-Error-Code": "GatedRepo"}
            known = {f"/api/models/{REPOSITORY}", f"/api/models/{REPOSITORY}/revision/main"}
            if path in known or path == f"/api/models/{REPOSITORY}/revision/{COMMIT}":
                return 200, json.dumps(hub.about()).encode(), {"Content-Type": "application/json"}
            if path.startswith(f"/api/models/{REPOSITORY}/revision/"):
                return 404, b"{}", {"X-Error-Code": "RevisionNotFound"}
            start = f"/{REPOSITORY}/resolve/{COMMIT}/"
            name = path.removeprefix(start)
            if path.startswith(start) and name in hub.files:
                tag = hub.large.get(name, "1" * 40)
                return 200, hub.files[name], {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT}
            return 404, b"{}", {"X-Error-Code": "RepoNotFound"}

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
