"""Stands in for vLLM's program: `python standin.py NOTES MODE serve FOLDER --uds SOCKET ...`.

It speaks the part of vLLM's protocol that the adapter uses, over tokens that are bytes and the
names of control tokens, and writes down what it was started with as NOTES/PID.json. The model says
what it was told last. It dies when it is told to "die", and in a stream to "break". MODE: "plain",
"refuses" or "odd" (answers what the protocol does not say).
"""

from __future__ import annotations

import json
import os
import re
import signal
import socketserver
import subprocess
import sys
from functools import cached_property
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2


class Refused(Exception):
    """The request cannot be answered."""


def likely(token: int) -> float:
    """The log-probability of a token, whatever comes before it."""
    return -(1 + token % 16) / 8


class Standin:
    """What it was started with, and how it answers."""

    def __init__(self, notes: str, mode: str, verb: str, folder: str, *options: str) -> None:
        self.notes, self.mode, self.argv = Path(notes), mode, [verb, folder, *options]
        self.given = dict(pairwise(options))
        self.files = {one.name: one.read_bytes() for one in Path(folder).iterdir()}
        self.context = int(self.given["--max-model-len"])
        added = json.loads(self.files["tokenizer.json"])["added_tokens"]
        self.names = [one["content"] for one in added]

    @cached_property
    def template(self) -> jinja2.Template:
        text = Path(self.given["--chat-template"]).read_text("utf-8")
        return jinja2.Environment(autoescape=False).from_string(text)

    def tokens(self, text: str) -> list[int]:
        """Bytes, and from 256 the names of control tokens, wherever they stand."""
        found: list[int] = []
        start = 0
        for name in re.finditer("|".join(map(re.escape, self.names)), text):
            found += text[start : name.start()].encode()
            found.append(256 + self.names.index(name[0]))
            start = name.end()
        return [*found, *text[start:].encode()]

    def prompt(self, messages: list[dict[str, str]]) -> list[int]:
        try:
            text = self.template.render(messages=messages, add_generation_prompt=True)
        except jinja2.TemplateError as error:
            raise Refused(str(error)) from error
        return self.tokens(text)

    def check(self, read: list[int], wanted: int) -> None:
        if len(read) + wanted > self.context:
            raise Refused(f"This model's maximum context length is {self.context} tokens.")

    def tokenize(self, body: dict[str, Any]) -> dict[str, Any]:
        chat = "messages" in body
        read = self.prompt(body["messages"]) if chat else self.tokens(body["prompt"])
        return {"tokens": read, "count": len(read)}

    def complete(self, body: dict[str, Any]) -> dict[str, Any]:
        self.check(body["prompt"], body["max_tokens"])
        listed = [{str(one): {"logprob": likely(one), "rank": 3}} for one in body["prompt"]]
        return {"choices": [{"text": "", "prompt_logprobs": [None, *listed[1:]]}]}

    def chat(self, body: dict[str, Any]) -> tuple[str, str, dict[str, int]]:
        read = self.prompt(body["messages"])
        self.check(read, body["max_tokens"])
        last = body["messages"][-1]["content"]
        if last == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        said = last if "seed" not in body else f"{last} {body['seed']}"
        stops = [one for one in body.get("stop", []) if one in said]
        for stop in stops:
            said = said.partition(stop)[0]
        written = said.encode()[: body["max_tokens"]]
        finish = "stop" if len(written) == len(said.encode()) else "length"
        usage = {"prompt_tokens": len(read), "completion_tokens": len(written)}
        return written.decode("utf-8", "ignore"), finish, usage


class Handler(BaseHTTPRequestHandler):
    """The paths that are asked."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.send({"/health": {}, "/version": {"version": "0.0.0 (stand-in)"}}[self.path])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        it = self.server.standin
        try:
            assert body["model"] == it.given["--served-model-name"]
            if it.mode == "odd":
                self.send({"strange": True})
            elif self.path == "/tokenize":
                self.send(it.tokenize(body))
            elif self.path == "/v1/completions":
                self.send(it.complete(body))
            elif self.path == "/v1/chat/completions":
                self.chat(*it.chat(body), stream=body.get("stream", False))
        except Refused as error:
            self.send({"error": {"message": str(error), "code": 400}}, 400)

    def chat(self, text: str, finish: str, usage: dict[str, int], *, stream: bool) -> None:
        if not stream:
            choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish}
            self.send({"choices": [choice], "usage": usage})
            return
        events: list[Any] = [
            {"choices": [{"delta": {"content": one}, "finish_reason": None}]} for one in text
        ]
        events.append({"choices": [{"delta": {}, "finish_reason": finish}]})
        events.append({"choices": [], "usage": usage})
        lines = [f"data: {json.dumps(one)}\n\n" for one in events]
        if text == "break":
            self.start("text/event-stream", sum(map(len, lines)))
            self.wfile.write(lines[0].encode())
            os.kill(os.getpid(), signal.SIGKILL)
        self.write("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

    def send(self, document: dict[str, Any], status: int = 200) -> None:
        self.write(json.dumps(document).encode(), "application/json", status)

    def write(self, data: bytes, kind: str, status: int = 200) -> None:
        self.start(kind, len(data), status)
        self.wfile.write(data)

    def start(self, kind: str, length: int, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """One thread a connection."""

    daemon_threads = True

    def __init__(self, standin: Standin) -> None:
        super().__init__(standin.given["--uds"], Handler)
        self.standin = standin


def main() -> None:
    """Serve until told to end."""
    standin = Standin(*sys.argv[1:])
    if standin.mode == "refuses":
        sys.stdout.write("\x1b[31mINFO\x1b[0m loading\n" * 6)
        sys.exit("ValueError: Model architectures ['Strange'] are not supported for now.")
    worker = subprocess.Popen(["sleep", "600"])
    about = {
        "argv": standin.argv,
        "environment": dict(os.environ),
        "files": {name: len(data) for name, data in standin.files.items()},
        "processes": [os.getppid(), os.getpid(), worker.pid],
    }
    (standin.notes / f"{os.getpid()}.json").write_text(json.dumps(about), "utf-8")
    with Server(standin) as server:
        server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
