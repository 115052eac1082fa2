"""The description of an assistant's door (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from proofstone.core.i18n import _
from proofstone.serve.chat.request import NEW

_TEXT: dict[str, Any] = {"type": "string"}
_TRUTH: dict[str, Any] = {"type": "boolean"}
_WHOLE: dict[str, Any] = {"type": "integer"}
_NUMBER: dict[str, Any] = {"type": "number"}


def describe(name: str, version: str) -> dict[str, Any]:
    """Return the OpenAPI document of the assistant `name`, in the language in force."""
    paths: dict[str, Any] = {
        "/v1/models": {"get": _get("models", _("The model that is served"), "Models")},
        f"/v1/models/{name}": {"get": _get("model", _("What is served under this name"), "Model")},
        "/v1/chat/completions": {
            "post": _post("complete", _("An answer from the documents, whole or as a stream"),
                          "Request", "Completion")
        },
        "/v1/embeddings": {
            "post": _post("embed", _("Vectors of texts"), "Texts", "Embeddings")
        },
        "/v1/feedback": {
            "post": _post("feedback", _("What a person thought of an answer"), "Feedback",
                          "Recorded")
        },
        "/v2/health/live": {"get": _get("live", _("Whether the server runs"), "Live")},
        "/v2/health/ready": {"get": _get("ready", _("Whether the server answers"), "Ready")},
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Proofstone: {name}", "version": version},
        "paths": paths,
        "components": {"schemas": _asked(name) | _answered(name)},
    }


def _asked(name: str) -> dict[str, Any]:
    turn = _object({"role": {"enum": ["system", "developer", "user", "assistant"]},
                    "content": _TEXT})  # fmt: skip
    properties = {
        "model": {"const": name},
        "messages": _list(turn),
        "stream": _TRUTH,
        "stream_options": _object({"include_usage": _TRUTH}),
        "max_completion_tokens": _WHOLE | {"minimum": 1},
        "temperature": _NUMBER | {"minimum": 0, "maximum": 2},
        "stop": {"anyOf": [_TEXT, _list(_TEXT) | {"maxItems": 4}]},
        "seed": _WHOLE,
        "proofstone": _object(
            {
                "conversation": _TEXT | {"description": f'"{NEW}", or the id of one'},
                "sources": {"enum": ["text", "none"]},
            },
            required=(),
        ),
    }
    example = {
        "model": name,
        "messages": [{"role": "user", "content": "How do I verify a release?"}],
    }
    return {
        "Request": _object(properties, required=("model", "messages")) | {"examples": [example]},
        "Texts": _object(
            {
                "model": {"const": name},
                "input": {"anyOf": [_TEXT, _list(_TEXT)]},
                "encoding_format": {"enum": ["float", "base64"]},
                "input_type": {"enum": ["query", "passage"]},
            },
            required=("model", "input"),
        ),
        "Feedback": _object(
            {"id": _TEXT, "satisfied": _TRUTH, "resolved": _TRUTH, "comment": _TEXT},
            required=("id",),
        ),
    }


def _answered(name: str) -> dict[str, Any]:
    source = _object(dict.fromkeys(("id", "document", "title", "section"), _TEXT))
    extension = _object(
        {
            "outcome": {"enum": ["answered", "handed_over", "refused"]},
            "sources": _list(source),
            "evidence": _NUMBER,
            "release": _TEXT,
            "guards": _list(_object(dict.fromkeys(("guard", "action"), _TEXT))),
            "conversation": _TEXT,
        },
        required=("outcome", "sources", "evidence", "release", "guards"),
    )
    message = _object({"role": {"const": "assistant"}, "content": _TEXT, "proofstone": extension})
    choice = _object(
        {
            "index": _WHOLE,
            "message": message,
            "finish_reason": {"enum": ["stop", "length", "content_filter"]},
        }
    )
    tokens = ("prompt_tokens", "completion_tokens", "total_tokens")
    vector = _object({"index": _WHOLE, "embedding": {"anyOf": [_list(_NUMBER), _TEXT]}})
    card = _object({"id": {"const": name}, "object": {"const": "model"}, "created": _WHOLE})
    problem = {"message": _TEXT, "type": _TEXT, "param": _or_null(_TEXT), "code": _or_null(_TEXT)}
    return {
        "Completion": _object(
            {
                "id": _TEXT,
                "created": _WHOLE,
                "model": {"const": name},
                "choices": _list(choice),
                "usage": _object(dict.fromkeys(tokens, _WHOLE)),
            }
        ),
        "Embeddings": _object({"data": _list(vector), "model": {"const": name}}),
        "Model": card,
        "Models": _object({"data": _list(_ref("Model"))}),
        "Recorded": _object({"id": _TEXT, "recorded": _TRUTH}),
        "Live": _object({"live": _TRUTH}),
        "Ready": _object({"ready": _TRUTH}),
        "Problem": _object({"error": _object(problem)}),
    }


def _get(operation: str, summary: str, schema: str) -> dict[str, Any]:
    responses = {"200": _json(schema, _("Done")), "default": _json("Problem", _("Refused"))}
    return {"operationId": operation, "summary": summary, "responses": responses}


def _post(operation: str, summary: str, asked: str, answered: str) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": _ref(asked)}}}
    return _get(operation, summary, answered) | {"requestBody": body}


def _json(schema: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def _ref(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any], required: tuple[str, ...] | None = None) -> dict[str, Any]:
    wanted = list(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, "required": wanted}
