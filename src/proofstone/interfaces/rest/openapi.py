"""The OpenAPI 3.1 description of what is served, made from the model's signature."""

from __future__ import annotations

from typing import Any

from proofstone.core.i18n import _
from proofstone.models.contract import Feature, Signature
from proofstone.serve.protocol import DATATYPES, OUTPUTS

_SCALAR = {"type": ["string", "number", "boolean"]}
_PARAMETERS = {"type": "object", "additionalProperties": _SCALAR}
_VALUES = {"number": "number", "boolean": "boolean", "category": "string", "text": "string"}
_EXAMPLES = {"number": 1.0, "boolean": True, "category": "a", "text": "a"}


def describe(name: str, version: str, signature: Signature) -> dict[str, Any]:
    """Return the OpenAPI document of a server with the model `name` in the one `version`."""
    paths: dict[str, Any] = {
        "/v2": {"get": _get("about", _("What this server is"), "Server")},
        "/v2/health/live": {"get": _get("live", _("Whether the server runs"), "Live")},
        "/v2/health/ready": {"get": _get("ready", _("Whether the server answers"), "Ready")},
    }
    for tail, suffix in (("", ""), (f"/versions/{version}", "Version")):
        base = f"/v2/models/{name}{tail}"
        paths |= {
            base: {"get": _get(f"model{suffix}", _("What goes in and what comes out"), "Model")},
            f"{base}/ready": {
                "get": _get(f"modelReady{suffix}", _("Whether the model answers"), "ModelReady")
            },
            f"{base}/infer": {"post": _post(f"infer{suffix}", _("Predict rows"), "Predictions")},
            f"{base}/explain": {
                "post": _post(
                    f"explain{suffix}", _("Say what each input added to each score"), "Explanations"
                )
            },
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Proofstone: {name}", "version": version},
        "paths": paths,
        "components": {"schemas": _schemas(name, version, signature)},
    }


def _get(operation: str, summary: str, schema: str) -> dict[str, Any]:
    responses = {"200": _json(schema, _("Done")), "default": _json("Problem", _("Refused"))}
    return {"operationId": operation, "summary": summary, "responses": responses}


def _post(operation: str, summary: str, schema: str) -> dict[str, Any]:
    responses = {
        "200": _json(schema, _("Done")),
        "400": _json("Problem", _("The request is not what the protocol asks for")),
        "404": _json("Problem", _("There is no such thing here")),
        "413": _json("Problem", _("The body is too large")),
        "415": _json("Problem", _("The body is of another type")),
        "422": _json("Problem", _("A row does not fit the model's inputs")),
        "503": _json("Problem", _("Too much waits already; try again")),
        "default": _json("Problem", _("Refused")),
    }
    body = {"required": True, "content": {"application/json": {"schema": _ref("Request")}}}
    return {
        "operationId": operation,
        "summary": summary,
        "requestBody": body,
        "responses": responses,
    }


def _json(schema: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def _ref(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _schemas(name: str, version: str, signature: Signature) -> dict[str, Any]:
    named = {"model_name": {"const": name}, "model_version": {"const": version}}
    text, truth, number = {"type": "string"}, {"type": "boolean"}, {"type": "number"}
    return {
        "Problem": _object({"error": text, "code": text, "field": text, "hint": text}),
        "Server": _object({"name": text, "version": text, "extensions": _list(text)}),
        "Live": _object({"live": truth}),
        "Ready": _object({"ready": truth}),
        "ModelReady": _object({"name": text, "ready": truth}),
        "Model": _object(
            {
                "name": {"const": name},
                "versions": _list({"const": version}),
                "platform": text,
                "inputs": _list(_ref("TensorMetadata")),
                "outputs": _list(_ref("TensorMetadata")),
            }
        ),
        "TensorMetadata": _object(
            {"name": text, "datatype": text, "shape": _list({"type": "integer"})}
        ),
        "Request": _request(signature),
        "Predictions": _object(
            {**named, "id": text, "outputs": _list({"anyOf": [_output(one) for one in OUTPUTS]})},
            optional=("id",),
        ),
        "Explanations": _object(
            {**named, "id": text, "base": number, "method": text, "rows": _list(_ref("Row"))},
            optional=("id",),
        ),
        "Row": _object(
            {
                "row": {"type": "integer"},
                "score": number,
                "contributions": _list(_ref("Contribution")),
            }
        ),
        "Contribution": _object({"feature": text, "value": {}, "contribution": number}),
    }


def _request(signature: Signature) -> dict[str, Any]:
    tensors = [_input(feature) for feature in signature.inputs]
    wanted = _object({"name": {"enum": list(OUTPUTS)}, "parameters": _PARAMETERS}, ("parameters",))
    properties = {
        "id": {"type": "string"},
        "parameters": _PARAMETERS,
        "inputs": {
            "type": "array",
            "items": {"anyOf": tensors},
            "minItems": len(tensors),
            "maxItems": len(tensors),
        },
        "outputs": {"type": "array", "items": wanted, "maxItems": len(OUTPUTS)},
    }
    request = _object(properties, optional=("id", "parameters", "outputs"))
    return request | {"examples": [{"inputs": [_example(one) for one in signature.inputs]}]}


def _input(feature: Feature) -> dict[str, Any]:
    value = {"type": [_VALUES[feature.kind], "null"]}
    column = {"type": "array", "items": value, "minItems": 1, "maxItems": 1}
    shape = {
        "type": "array",
        "prefixItems": [{"type": "integer", "minimum": 1}, {"const": 1}],
        "minItems": 1,
        "maxItems": 2,
    }
    properties = {
        "name": {"const": feature.name},
        "datatype": {"enum": list(DATATYPES[feature.kind])},
        "shape": shape,
        "data": {"type": "array", "items": {"anyOf": [value, column]}, "minItems": 1},
        "parameters": _PARAMETERS,
    }
    return _object(properties, optional=("parameters",))


def _example(feature: Feature) -> dict[str, Any]:
    known = feature.categories[0] if feature.categories else _EXAMPLES[feature.kind]
    return {
        "name": feature.name,
        "datatype": DATATYPES[feature.kind][0],
        "shape": [1, 1],
        "data": [known],
    }


def _output(name: str) -> dict[str, Any]:
    kinds = {"BYTES": "string", "FP64": "number", "BOOL": "boolean"}
    datatype = OUTPUTS[name]
    return _object(
        {
            "name": {"const": name},
            "datatype": {"const": datatype},
            "shape": _list({"type": "integer"}),
            "data": _list({"type": kinds[datatype]}),
        }
    )


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
