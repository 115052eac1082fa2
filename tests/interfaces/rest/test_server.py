from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from tests.registry.releases import scorer, signed, write

from proofstone.core.errors import InputError
from proofstone.interfaces.rest.server import listen, serve
from proofstone.registry.verify import VerifiedModel
from proofstone.vault.keys import SigningKey

PROGRAM = """
import sys
from pathlib import Path
from proofstone.interfaces.rest.server import serve
from proofstone.registry.verify import verify
from proofstone.vault.keys import PublicKey
from tests.registry.releases import scorer, signed, write
directory, key = map(Path, sys.argv[1:])
verified = verify(directory, PublicKey.load(key))
serve(verified, port=0, ready=lambda address: print(address, flush=True))
print("stopped")
"""


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server in a process of its own, and its address."""
    folder = tmp_path_factory.mktemp("served")
    key = SigningKey.generate()
    write(signed(scorer(), key), folder / "loans")
    key.public.save(folder / "key.pub")
    command = [sys.executable, "-c", PROGRAM, str(folder / "loans"), str(folder / "key.pub")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        yield address, process
        if process.poll() is None:
            process.kill()


def test_an_unmodified_client_of_the_protocol(running: tuple[str, subprocess.Popen[str]]) -> None:
    from tritonclient import http as oip

    with oip.InferenceServerClient(urlsplit(running[0]).netloc) as client:
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("loans")
        metadata = client.get_model_metadata("loans")
        version = metadata["versions"][0]
        assert client.is_model_ready("loans", version)
        assert not client.is_model_ready("other")
        assert client.get_server_metadata()["name"] == "proofstone"
        data = {
            "income": np.array([[20.0], [5.0]]),
            "purpose": np.array([["home"], ["boat"]], dtype=object),
            "employed": np.array([[True], [False]]),
        }
        scores = []
        for binary in (True, False):
            inputs = []
            for one in metadata["inputs"]:
                tensor = oip.InferInput(one["name"], [2, 1], one["datatype"])
                tensor.set_data_from_numpy(data[one["name"]], binary_data=binary)
                inputs.append(tensor)
            outputs = [oip.InferRequestedOutput(name, binary_data=binary) for name in ("score",)]
            answer = client.infer("loans", inputs, version, outputs, request_id="7")
            assert answer.get_response()["id"] == "7"
            scores.append(answer.as_numpy("score").tolist())
            everything = client.infer("loans", inputs)
            assert everything.as_numpy("label").tolist() == ["no", "yes"]
            assert everything.as_numpy("decision").tolist() == [False, True]
        assert scores[0] == scores[1] == pytest.approx([0.1824255, 0.8175745], abs=1e-6)
        inputs[0].set_shape([3, 1])
        with pytest.raises(oip.InferenceServerException, match="income: has 2 values"):
            client.infer("loans", inputs)


def test_answers_carry_no_banner(running: tuple[str, subprocess.Popen[str]]) -> None:
    answer = httpx.get(f"{running[0]}/v2/health/live")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    with socket.create_connection(("127.0.0.1", urlsplit(running[0]).port or 0)) as stream:
        stream.sendall(b"nonsense\r\n\r\n")
        assert b"400 Bad Request" in stream.recv(1000)


def test_it_stops_when_interrupted(running: tuple[str, subprocess.Popen[str]]) -> None:
    process = running[1]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "stopped\n", "Invalid HTTP request received.\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org", "", "127.1 "])
def test_only_loopback_is_served(verified: VerifiedModel, host: str) -> None:
    with pytest.raises(InputError, match="is not a loopback address") as raised:
        serve(verified, host=host, port=0)
    assert "SSH" in raised.value.hint


def test_small_answers_do_not_wait_for_company() -> None:
    """asyncio sets TCP_NODELAY on what it accepts only where the socket names the protocol."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_a_taken_port_and_an_impossible_one() -> None:
    with listen("localhost", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(InputError, match=f"127.0.0.1:{port}: cannot listen there"):
            listen("127.0.0.1", port)
    with pytest.raises(InputError, match="cannot listen there"):
        listen("127.0.0.1", 70_000)


def test_the_address_of_the_package_is_light(tmp_path: Path) -> None:
    code = (
        "import sys, proofstone.interfaces.rest.server\n"
        "heavy = {'starlette', 'uvicorn', 'sklearn', 'lightgbm', 'torch'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    result = subprocess.run([sys.executable, "-c", code], check=False, env=os.environ)
    assert result.returncode == 0
