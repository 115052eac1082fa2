"""Errors as HTTP answers: each kind is mapped to its status here, and nowhere else."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from proofstone.core.errors import (
    Busy,
    GateShut,
    InputError,
    MissingExtra,
    MissingTool,
    ProofstoneError,
    VerificationError,
)
from proofstone.interfaces.rest.body import BodyTooLarge, UnsupportedBody
from proofstone.models.errors import RowError
from proofstone.serve.errors import NotServed

STATUSES: tuple[tuple[type[ProofstoneError], int], ...] = (
    (NotServed, 404),
    (BodyTooLarge, 413),
    (UnsupportedBody, 415),
    (RowError, 422),
    (Busy, 503),
    (InputError, 400),
    (GateShut, 409),
    (MissingExtra, 501),
    (MissingTool, 501),
    (VerificationError, 500),
    (ProofstoneError, 500),
)
"""The first class that an error belongs to gives its status."""

_log = logging.getLogger("proofstone.rest")


def status_of(error: ProofstoneError) -> int:
    """Return the HTTP status of an error of ours."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def json_response(
    document: object, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return `document` as a JSON answer."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode(), status, headers, "application/json")


def problem(status: int, message: str, *, code: str, field: str = "", hint: str = "") -> Response:
    """Return an error document: what is wrong, a stable code, the field at fault, what to do."""
    document = {"error": message, "code": code, "field": field, "hint": hint}
    return json_response(document, status, {"Retry-After": "1"} if status == 503 else None)


def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    assert isinstance(error, ProofstoneError)
    document: dict[str, Any] = error.to_json()
    field = str(document.get("field", ""))
    return problem(status_of(error), str(error), code=error.code, field=field, hint=error.hint)


def answer_http(request: Request, error: Exception) -> Response:
    """Answer an unknown page or a method that it does not take."""
    assert isinstance(error, HTTPException)
    code = {404: "not-served", 405: "method"}.get(error.status_code, "request")
    answer = problem(error.status_code, error.detail, code=code, hint="see /docs")
    answer.headers.update(error.headers or {})
    return answer


def answer_defect(request: Request, error: Exception) -> Response:
    """Answer a defect of ours; the log says where it is, and nothing of what was asked."""
    log_defect(error)
    return problem(500, "a defect of the server", code="defect", hint="its log says where")


def log_defect(error: Exception) -> None:
    """Log where a defect is, and nothing of what it was about."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _log.error("defect: %s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
