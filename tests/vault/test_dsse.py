from __future__ import annotations

import base64
import json
from copy import deepcopy
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer._crypto_signer import CryptoSigner
from securesystemslib.signer._key import SSlibKey

from proofstone.core.errors import InputError, VerificationError
from proofstone.vault.dsse import STATEMENT_TYPE, pae, sign_statement, verify_envelope
from proofstone.vault.keys import PublicKey, SigningKey

STATEMENT: dict[str, Any] = {
    "_type": STATEMENT_TYPE,
    "subject": [{"name": "model", "digest": {"sha256": "0" * 64}}],
    "predicateType": "https://example.com/predicate/v1",
    "predicate": {"auc": 0.82, "名": "中文"},
}


def test_the_published_vector_of_the_dsse_protocol() -> None:
    # secure-systems-lab/dsse v1.0.0, protocol.md, "Test Vectors"; its signature is r || s.
    encoded = pae("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    numbers = ec.EllipticCurvePublicNumbers(
        46950820868899156662930047687818585632848591499744589407958293238635476079160,
        5640078356564379163099075877009565129882514886557779369047442380624545832820,
        ec.SECP256R1(),
    )
    raw = base64.b64decode(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    )
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    PublicKey(numbers.public_key()).verify(utils.encode_dss_signature(r, s), encoded)


@given(st.text(st.characters(codec="utf-8")), st.binary())
def test_pae_as_securesystemslib_encodes(payload_type: str, payload: bytes) -> None:
    assert pae(payload_type, payload) == Envelope(payload, payload_type, {}).pae()


def test_securesystemslib_accepts_what_we_sign(key: SigningKey) -> None:
    peer = SSlibKey.from_crypto(serialization.load_pem_public_key(key.public.pem))
    envelope = sign_statement(STATEMENT, key)
    envelope["signatures"][0]["keyid"] = peer.keyid
    parsed = Envelope.from_dict(deepcopy(envelope))
    assert parsed.verify([peer], 1)
    assert json.loads(parsed.payload) == STATEMENT
    message = json_format.Parse(parsed.payload, statement_pb2.Statement())
    Statement.copy_from_pb(message).validate()


def test_we_accept_what_securesystemslib_signs() -> None:
    envelope = Envelope(json.dumps(STATEMENT).encode(), "application/vnd.in-toto+json", {})
    pair = ec.generate_private_key(ec.SECP256R1())
    envelope.sign(CryptoSigner(pair))
    assert verify_envelope(envelope.to_dict(), PublicKey(pair.public_key())) == STATEMENT


def test_there_and_back_the_same_bytes_each_time(key: SigningKey) -> None:
    envelope = sign_statement(STATEMENT, key)
    assert envelope == sign_statement(dict(reversed(STATEMENT.items())), key)
    assert verify_envelope(json.loads(json.dumps(envelope)), key.public) == STATEMENT
    del envelope["signatures"][0]["keyid"]
    assert verify_envelope(envelope, key.public) == STATEMENT


def test_what_is_no_statement_is_not_signed(key: SigningKey) -> None:
    for wrong in ({}, {"_type": "https://in-toto.io/Statement/v0.1"}):
        with pytest.raises(InputError, match="not an in-toto statement"):
            sign_statement(wrong, key)
    for value in (float("nan"), b"bytes", "\ud800"):
        with pytest.raises(InputError, match="not JSON"):
            sign_statement(STATEMENT | {"predicate": value}, key)


def signed_payload(payload: bytes, key: SigningKey) -> dict[str, Any]:
    kind = "application/vnd.in-toto+json"
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"sig": base64.b64encode(key.sign(pae(kind, payload))).decode()}],
    }


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b'{"_type":"https://in-toto.io/Statement/v1","a":1,"a":2}', "given twice"),
        (b'{"_type":"https://in-toto.io/Statement/v2"}', "not an in-toto v1 statement"),
        (b"{}", "not an in-toto v1 statement"),
        (b"[]", "not a JSON object"),
        (b"", "not a JSON document"),
    ],
)
def test_a_signed_payload_is_still_read_strictly(key: SigningKey, payload: bytes, why: str) -> None:
    with pytest.raises(VerificationError, match=why):
        verify_envelope(signed_payload(payload, key), key.public)


def test_tampering_is_caught(key: SigningKey) -> None:
    good = sign_statement(STATEMENT, key)
    other = base64.b64encode(json.dumps(STATEMENT | {"predicate": {"auc": 1}}).encode()).decode()
    second = {"sig": good["signatures"][0]["sig"], "keyid": ""}
    wrongs: tuple[object, ...] = (
        good | {"payload": other},
        good | {"payload": good["payload"] + "\n"},
        good | {"payload": good["payload"].rstrip("=") + "#"},
        good | {"payload": 5},
        good | {"payload": None},
        good | {"payloadType": "application/json"},
        good | {"payloadType": None},
        good | {"signatures": []},
        good | {"signatures": {}},
        good | {"signatures": None},
        good | {"signatures": ["text"]},
        good | {"signatures": [second, second]},
        good | {"signatures": [{"keyid": ""}]},
        good | {"signatures": [second | {"sig": ""}]},
        good | {"signatures": [second | {"sig": "AAAA"}]},
        good | {"signatures": [second | {"cert": "x"}]},
        good | {"more": 1},
        {name: value for name, value in good.items() if name != "payload"},
        [],
        None,
        "text",
    )
    for wrong in wrongs:
        with pytest.raises(VerificationError):
            verify_envelope(wrong, key.public)
    with pytest.raises(VerificationError, match="does not hold"):
        verify_envelope(good, SigningKey.generate().public)


def test_base64_has_one_form_only(key: SigningKey) -> None:
    """The last letter before the padding carries bits that decoders drop."""
    envelope = next(
        envelope
        for n in range(3)
        if (envelope := sign_statement(STATEMENT | {"pad": "x" * n}, key))["payload"][-1] == "="
    )
    text = envelope["payload"]
    stem = text.rstrip("=")
    other = stem[:-1] + chr(ord(stem[-1]) + 1) + text[len(stem) :]
    assert base64.b64decode(other, validate=True) == base64.b64decode(text)
    with pytest.raises(VerificationError, match="one standard form"):
        verify_envelope(envelope | {"payload": other}, key.public)
