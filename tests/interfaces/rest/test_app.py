from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from proofstone.core.errors import GateShut, MissingExtra, ProofstoneError, VerificationError
from proofstone.interfaces.rest.app import create_app
from proofstone.interfaces.rest.body import LARGEST
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.errors import Overloaded
from proofstone.serve.server import ModelServer

INPUTS: list[dict[str, Any]] = [
    {"name": "income", "datatype": "FP64", "shape": [2], "data": [20, None]},
    {"name": "purpose", "datatype": "BYTES", "shape": [2, 1], "data": ["home", "boat"]},
    {"name": "employed", "datatype": "BOOL", "shape": [2], "data": [True, False]},
]
INFER = "/v2/models/loans/infer"


def changed(place: int, **changes: Any) -> dict[str, Any]:
    return {"inputs": [one | changes if n == place else one for n, one in enumerate(INPUTS)]}


def test_the_server_and_its_model_are_described(client: Any, verified: VerifiedModel) -> None:
    version = verified.release[:12]
    assert client.get("/v2").json()["name"] == "proofstone"
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    for base in ("loans", f"loans/versions/{version}", f"loans/versions/{verified.release}"):
        document = client.get(f"/v2/models/{base}").json()
        assert (document["name"], document["versions"]) == ("loans", [version])
        assert [one["name"] for one in document["inputs"]] == ["income", "purpose", "employed"]
        assert client.get(f"/v2/models/{base}/ready").json() == {"name": "loans", "ready": True}


def test_inference(client: Any, verified: VerifiedModel) -> None:
    version = verified.release[:12]
    for path in (INFER, f"/v2/models/loans/versions/{version}/infer"):
        answer = client.post(path, json={"id": "7", "inputs": INPUTS}).json()
        assert (answer["model_name"], answer["model_version"], answer["id"]) == (
            "loans", version, "7",
        )  # fmt: skip
        outputs = {one["name"]: one["data"] for one in answer["outputs"]}
        assert outputs["score"] == pytest.approx([0.1824255, 0.3775407], abs=1e-6)
        assert (outputs["label"], outputs["decision"]) == (["no", "no"], [False, False])
    wanted = {"inputs": INPUTS, "outputs": [{"name": "score"}]}
    assert [one["name"] for one in client.post(INFER, json=wanted).json()["outputs"]] == ["score"]


def test_explanation(client: Any) -> None:
    answer = client.post("/v2/models/loans/explain", json={"id": "7", "inputs": INPUTS}).json()
    assert answer["id"] == "7"
    assert [row["score"] for row in answer["rows"]] == pytest.approx([0.1824255, 0.3775407])
    assert {one["feature"] for one in answer["rows"][0]["contributions"]} == {
        "income", "purpose", "employed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "status", "code", "field"),
    [
        (changed(0, data=["a", 1]), 422, "row", "income"),
        (changed(2, name="other"), 422, "row", "other"),
        ({"inputs": INPUTS[:2]}, 422, "row", "employed"),
        (changed(0, datatype="BYTES"), 400, "request", "income"),
        (changed(0, shape=[3]), 400, "request", "income"),
        ({"inputs": INPUTS, "surprise": 1}, 400, "request", "the request"),
        ([], 400, "request", "the request"),
    ],
)
def test_errors_name_the_field(
    client: Any, document: object, status: int, code: str, field: str
) -> None:
    answer = client.post(INFER, json=document)
    assert answer.status_code == status
    problem = answer.json()
    assert (problem["code"], problem["field"]) == (code, field)
    assert problem["error"]
    assert set(problem) == {"error", "code", "field", "hint"}


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"", "not JSON: line 1, column 1"),
        (b"{", "not JSON"),
        (b'{"inputs": NaN}', "NaN is not a JSON number"),
        (b'{"inputs": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"a": 1, "a": 2}', "a key stands twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff", "not UTF-8: byte 0"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"1" * 10_000, "too many digits"),
        ('{"id": "\\ud800"}'.encode("utf-16"), "not UTF-8"),
    ],
)
def test_bodies_with_another_reading_or_none(client: Any, body: bytes, match: str) -> None:
    answer = client.post(INFER, content=body)
    assert answer.status_code == 400
    assert match in answer.json()["error"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"inputs": INPUTS, "id": "\ud800"}, "id"),
        (changed(0, name="\udfff"), "inputs[0].name"),
        (changed(1, data=["a", "\ud83dz"]), "inputs[1].data[1]"),
        ({"inputs": INPUTS, "parameters": {"\udc00": 1}}, "parameters"),
        ("\ud800", ""),
    ],
)
def test_half_a_character_is_refused(client: Any, document: object, field: str) -> None:
    answer = client.post(INFER, content=json.dumps(document).encode())
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert "surrogate" in answer.json()["error"]


def test_a_whole_character_may_be_escaped(client: Any) -> None:
    body = json.dumps({"inputs": INPUTS, "id": "\U0001f600"}).encode()
    assert b"ud83d" in body
    assert client.post(INFER, content=body).json()["id"] == "\U0001f600"


def test_numbers_beyond_floats_are_refused(client: Any) -> None:
    body = json.dumps(changed(0, data=[1, 2])).replace("[1, 2]", "[1e400, 2]")
    answer = client.post(INFER, content=body)
    assert (answer.status_code, answer.json()["field"]) == (422, "income")


def test_large_typed_and_compressed_bodies(client: Any) -> None:
    assert client.post(INFER, content=b" " * (LARGEST + 1)).status_code == 413

    async def chunks() -> Any:
        for chunk in [b" " * (LARGEST // 4)] * 5:
            yield chunk

    assert client.post(INFER, content=chunks()).status_code == 413
    lying = {"content-length": "9" * 30}
    assert client.post(INFER, content=b"{}", headers=lying).status_code == 413
    body = json.dumps({"inputs": INPUTS}).encode()
    for headers in (
        {"content-type": "text/plain"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-encoding": "gzip"},
    ):
        content = gzip.compress(body) if "content-encoding" in headers else body
        assert client.post(INFER, content=content, headers=headers).status_code == 415


def test_binary_tensors(client: Any) -> None:
    text = json.dumps(
        {
            "inputs": [
                {"name": "income", "datatype": "FP32", "shape": [1, 1],
                 "parameters": {"binary_data_size": 4}},
                {"name": "purpose", "datatype": "BYTES", "shape": [1, 1],
                 "parameters": {"binary_data_size": 8}},
                {"name": "employed", "datatype": "BOOL", "shape": [1], "data": [True]},
            ]
        }
    ).encode()  # fmt: skip
    raw = b"\x00\x00\xa0A" + b"\x04\x00\x00\x00home"
    headers = {"inference-header-content-length": str(len(text))}
    answer = client.post(INFER, content=text + raw, headers=headers)
    assert answer.json()["outputs"][1]["data"] == pytest.approx([0.1824255], abs=1e-6)
    for length in ("x", "-1", "9" * 5000, str(len(text) + len(raw) + 1), "²"):
        headers = {"inference-header-content-length": length.encode("latin-1", "replace")}
        answer = client.post(INFER, content=text + raw, headers=headers)
        assert answer.status_code == 400, length
    answer = client.post(INFER, content=text)
    assert (answer.status_code, answer.json()["field"]) == (400, "income")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v2/", 404),
        ("GET", "/v2/models/other", 404),
        ("GET", "/v2/models/loans/versions/1", 404),
        ("POST", "/v2/models/other/infer", 404),
        ("GET", INFER, 405),
        ("DELETE", "/v2", 405),
    ],
)
def test_other_pages_and_methods(client: Any, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["hint"]
    assert ("allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.", "[::2]"]
)
def test_other_hosts_are_refused(client: Any, host: str) -> None:
    answer = client.get("/v2", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080"])
def test_loopback_hosts_are_answered(client: Any, host: str) -> None:
    assert client.get("/v2", headers={"host": host}).status_code == 200


def test_every_answer_has_safe_headers(client: Any) -> None:
    for path in ("/v2", "/docs", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Overloaded("the server has 3 rows waiting", hint="try again"), 503),
        (GateShut("shut"), 409),
        (MissingExtra("lightgbm", "tabular"), 501),
        (VerificationError("changed"), 500),
        (ProofstoneError("ours"), 500),
    ],
)
def test_kinds_of_errors_have_their_status(
    server: ModelServer,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    error: ProofstoneError,
    status: int,
) -> None:
    async def refuse(columns: object) -> None:
        raise error

    monkeypatch.setattr(server, "predict_columns", refuse)
    answer = client.post(INFER, json={"inputs": INPUTS})
    assert answer.status_code == status
    assert answer.json()["code"] == error.code
    assert ("retry-after" in answer.headers) is (status == 503)


def test_a_defect_tells_nothing_of_the_request(
    server: ModelServer,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(columns: object) -> None:
        raise ZeroDivisionError("secret-home")

    monkeypatch.setattr(server, "predict_columns", broken)
    with caplog.at_level(logging.DEBUG):
        answer = client.post(INFER, json={"inputs": INPUTS})
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
    assert "ZeroDivisionError at " in caplog.text
    assert "secret" not in answer.text + caplog.text


def test_the_log_names_routes_and_no_contents(
    client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="proofstone"):
        client.post(INFER, json=changed(1, data=["secret", "home"]))
        client.post(INFER, json=changed(0, data=["secret", 1]))
        client.get("/secret?secret=secret")
        client.get("/v2/models/secret")
    lines = [record.getMessage() for record in caplog.records if record.name == "proofstone.rest"]
    assert len(lines) == 4
    assert lines[0].startswith("POST infer 200 ")
    assert lines[1].startswith("POST infer 422 ")
    assert lines[2].startswith("GET (no route) 404 ")
    assert "secret" not in "".join(lines)


def test_an_absent_background(
    verified_model: Callable[..., VerifiedModel], client_of: Callable[..., Any]
) -> None:
    client = client_of(ModelServer(verified_model(background=False)))
    answer = client.post("/v2/models/loans/explain", json={"inputs": INPUTS})
    assert answer.status_code == 404
    assert "carries no training rows" in answer.json()["error"]


def test_when_it_stops_it_takes_nothing_more(server: ModelServer, client: Any) -> None:
    sent: list[str] = []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    assert client.post(INFER, json={"inputs": INPUTS}).status_code == 200
    asyncio.run(create_app(server)({"type": "lifespan", "asgi": {}, "state": {}}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    answer = client.post(INFER, json={"inputs": INPUTS})
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
