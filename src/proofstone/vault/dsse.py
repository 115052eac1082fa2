"""Signed in-toto statements in DSSE v1 envelopes (Dead Simple Signing Envelope, 2021)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError, VerificationError
from proofstone.vault.keys import PublicKey, SigningKey
from proofstone.vault.strict_json import parse_object

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: the very bytes that are signed.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_statement(statement: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """Return the envelope (JSON-ready) of an in-toto v1 `statement`, signed with `key`.

    Raises:
        InputError: not an in-toto v1 statement, or not JSON (NaN, bytes, ...).
    """
    if statement.get("_type") != STATEMENT_TYPE:
        raise InputError("not an in-toto statement", hint=f'set "_type" to {STATEMENT_TYPE}')
    try:
        payload = canonical_json(dict(statement))
    except (TypeError, ValueError) as error:
        raise InputError(f"the statement is not JSON: {error}") from error
    signature = key.sign(pae(PAYLOAD_TYPE, payload))
    return {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": key.public.hint}],
    }


def verify_envelope(envelope: object, public: PublicKey) -> dict[str, Any]:
    """Return the statement in `envelope` once its one signature holds under `public`.

    Narrower than DSSE: one signature, standard base64, an in-toto v1 statement.

    Raises:
        VerificationError: anything else; nothing of the payload was parsed unless the
            signature held.

    Not covered: `keyid`, which DSSE leaves unsigned and which is ignored here; the time of
    signing; replay of an older statement by the same signer. What the statement is about
    (its subject's digest) is the caller's to compare.
    """
    fields = _exactly(envelope, {"payload", "payloadType", "signatures"}, "the envelope")
    if fields["payloadType"] != PAYLOAD_TYPE:
        raise VerificationError(f"the payload type is not {PAYLOAD_TYPE}")
    signatures = fields["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise VerificationError("the envelope must hold exactly one signature")
    signature = _exactly({"keyid": ""} | _mapping(signatures[0]), {"sig", "keyid"}, "the signature")
    payload = _decode(fields["payload"], "payload")
    public.verify(_decode(signature["sig"], "sig"), pae(PAYLOAD_TYPE, payload))
    statement = parse_object(payload)
    if statement.get("_type") != STATEMENT_TYPE:
        raise VerificationError("the payload is not an in-toto v1 statement")
    return statement


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise VerificationError("an object was expected in the envelope")
    return value


def _exactly(value: object, keys: set[str], what: str) -> dict[str, Any]:
    fields = _mapping(value)
    if set(fields) != keys:
        raise VerificationError(f"{what} must have the fields {', '.join(sorted(keys))} only")
    return fields


def _decode(text: object, field: str) -> bytes:
    try:
        data = base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise VerificationError(f"the field {field} is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise VerificationError(f"the field {field} is not base64 in its one standard form")
    return data
