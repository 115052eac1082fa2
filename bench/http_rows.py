"""One-row predictions over HTTP on loopback: a served release, beside a bare ASGI application."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bench.process import SOURCE, proofstone
from bench.row import Row

_CONNECTIONS, _WARM, _SECONDS = 32, 1.0, 4.0

_PEER = """
import json, socket, sys
import numpy as np
import uvicorn

coef = np.linspace(-1, 1, 24)
mean, scale = np.zeros(24), np.ones(24)

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    inputs = json.loads(body)["inputs"]
    row = np.zeros((1, 24))
    for place, tensor in enumerate(inputs):
        value = tensor["data"][0]
        row[0, place] = value if isinstance(value, float | int) else len(value)
    score = 1 / (1 + np.exp(-((row - mean) / scale) @ coef))
    answer = json.dumps({"outputs": [{"name": "score", "data": score.tolist()}]}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
listening.listen(1024)
print(json.dumps({"address": "http://127.0.0.1:%d" % listening.getsockname()[1]}), flush=True)
config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="off")
uvicorn.Server(config).run(sockets=[listening])
"""


def rows(folder: Path) -> list[Row]:
    """Train a small release, serve it, and ask it for one row at a time."""
    directory = _release(folder)
    with _running("-m", "proofstone", "serve", "production", "-C", directory, "--port", "0",
                  "--json") as address:  # fmt: skip
        body = _request(directory)
        ours = asyncio.run(_rate(address, "/v2/models/credit/infer", body))
    with _running("-c", _PEER) as address:
        bare = asyncio.run(_rate(address, "/", body))
    return [
        Row(
            f"one-row HTTP predictions, {_CONNECTIONS} connections, one process",
            f"{ours:,.0f} a second",
            goal="8,000 a second",
            beside="bare ASGI on the same server: JSON in, NumPy, JSON out",
            theirs=f"{bare:,.0f} a second",
            ratio=ours / bare,
            notes="the client takes one of the two cores; keys and metrics have not come yet",
        )
    ]


def _release(folder: Path) -> str:
    """A release of the credit table that is fit to be served: one candidate, one easy gate."""
    directory = folder / "served"
    proofstone("init", str(directory))
    file = directory / "proofstone.yaml"
    project = yaml.safe_load(file.read_text())
    project["train"]["candidates"] = [{"name": "logistic", "family": "logistic"}]
    project["assess"]["gates"] = [{"metric": "roc_auc", "min": 0.6, "reason": "for speed only"}]
    file.write_text(yaml.safe_dump(project))
    proofstone("run", "-C", str(directory), "--quiet")
    proofstone("promote", "latest", "-C", str(directory), "--why", "to be measured")
    return str(directory)


@contextmanager
def _running(*arguments: str) -> Iterator[str]:
    """Start a server and yield the address that it prints as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    try:
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{arguments[:3]} did not start: {text}")
            text += line
        yield json.loads(text)["address"]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def _request(directory: str) -> bytes:
    """One applicant in the protocol's own words."""
    columns = yaml.safe_load((Path(directory) / "proofstone.yaml").read_text())["data"]["columns"]
    inputs: list[dict[str, Any]] = []
    for name, column in columns.items():
        if column.get("role", "feature") != "feature":
            continue
        number = column["type"] == "number"
        value = max(1, column.get("min", 0)) if number else column["values"][0]
        inputs.append(
            {
                "name": name,
                "datatype": "FP64" if number else "BYTES",
                "shape": [1, 1],
                "data": [float(value) if number else value],
            }
        )
    return json.dumps({"inputs": inputs}).encode()


async def _rate(address: str, path: str, body: bytes) -> float:
    """Answers a second once warm, over connections that are kept open."""
    where = urlsplit(address)
    head = f"POST {path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    began = time.perf_counter()
    done = [0]

    async def caller() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        while (now := time.perf_counter() - began) < _WARM + _SECONDS:
            writer.write(request)
            header = await reader.readuntil(b"\r\n\r\n")
            if not header.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(header.decode("latin-1"))
            length = header.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            done[0] += now >= _WARM
        writer.close()

    await asyncio.gather(*(caller() for _ in range(_CONNECTIONS)))
    return done[0] / (time.perf_counter() - began - _WARM)
