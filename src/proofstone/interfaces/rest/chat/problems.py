"""Errors in the shape that clients of OpenAI's protocol read."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from proofstone.core.errors import ProofstoneError
from proofstone.interfaces.rest.problems import json_response, log_defect, status_of
from proofstone.models.errors import RowError
from proofstone.serve.chat.errors import Refused, TooSlow
from proofstone.serve.errors import NotServed, RequestError

_RETRY = {"Retry-After": "1"}


def error_document(error: ProofstoneError) -> dict[str, object]:
    """Return what a client is told of an error of ours: message, type, param and code."""
    status = status_in_chat(error)
    message = f"{error} ({error.hint})" if error.hint else str(error)
    field = error.field or None if isinstance(error, RequestError) else None
    return _document(message, status, field, _code(error))


def status_in_chat(error: ProofstoneError) -> int:
    """Return the HTTP status of an error of ours; the protocol has its own for two of them."""
    if isinstance(error, TooSlow):
        return 504
    return 400 if isinstance(error, RowError) else status_of(error)


def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    assert isinstance(error, ProofstoneError)
    status = status_in_chat(error)
    return json_response(error_document(error), status, _RETRY if status == 503 else None)


def answer_http(request: Request, error: Exception) -> Response:
    """Answer an unknown page or a method that it does not take."""
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "request")
    document = _document(f"{error.detail} (see /docs)", error.status_code, None, code)
    answer = json_response(document, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def answer_defect(request: Request, error: Exception) -> Response:
    """Answer a defect of ours; the log says where it is, and nothing of what was asked."""
    log_defect(error)
    return json_response(defect_document(), 500)


def defect_document() -> dict[str, object]:
    """Return what a client is told of a defect of ours."""
    return _document("a defect of the server (its log says where)", 500, None, "defect")


def _code(error: ProofstoneError) -> str:
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, RowError):
        return "context_length_exceeded"
    if isinstance(error, NotServed):
        return "not_found"
    return error.code.replace("-", "_")


def _document(message: str, status: int, field: str | None, code: str) -> dict[str, object]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": field, "code": code}}
