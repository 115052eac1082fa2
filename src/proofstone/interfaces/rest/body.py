"""Bodies of requests: bounded, and JSON that has one reading only."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from starlette.requests import Request

from proofstone.core.errors import InputError
from proofstone.serve.binary import with_binary
from proofstone.serve.errors import RequestError

LARGEST = 8 << 20
"""The most bytes that a body may have."""

JSON_LENGTH = "inference-header-content-length"

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_SAY_JSON = "send Content-Type: application/json"
_TYPES = ("", "application/json", "application/octet-stream")


class BodyTooLarge(InputError):
    """A body has more bytes than are read."""

    code = "body-too-large"


class UnsupportedBody(InputError):
    """A body is of a type, or compressed in a way, that is not read."""

    code = "unsupported-body"


async def read_json(request: Request, largest: int) -> object:
    """Return the JSON document of a request of at most `largest` bytes, which must say it is JSON.

    A page elsewhere cannot have a browser send that type without asking first (CORS).

    Raises:
        BodyTooLarge, UnsupportedBody, RequestError: as `read_document`.
    """
    if _kind(request) != "application/json":
        raise UnsupportedBody("the body does not say that it is JSON", hint=_SAY_JSON)
    _uncompressed(request)
    return parse_json(await _bounded(request, largest, f"send at most {largest} bytes"))


async def read_document(request: Request) -> object:
    """Return the JSON document of a request, its binary tensors written out.

    Raises:
        BodyTooLarge, UnsupportedBody: it is not read at all.
        RequestError: it is not JSON in UTF-8, names a key twice, or holds NaN or infinities.
    """
    kind = _kind(request)
    if kind not in _TYPES:
        raise UnsupportedBody(f"a body of type {kind[:40]!a} is not read", hint="application/json")
    _uncompressed(request)
    hint = f"send at most {LARGEST} bytes, or use `proofstone predict` for files"
    body = await _bounded(request, LARGEST, hint)
    length = request.headers.get(JSON_LENGTH)
    if length is None:
        return parse_json(body)
    if not (length.isascii() and length.isdecimal() and int(length[:20]) <= len(body)):
        raise RequestError(f"{JSON_LENGTH}: is not a length within the body", field=JSON_LENGTH)
    return with_binary(parse_json(body[: int(length)]), body[int(length) :])


def parse_json(body: bytes) -> object:
    """Return the one value that `body` is JSON for (RFC 8259; UTF-8, no BOM).

    Raises:
        RequestError: it is not, or a text in it has a surrogate without its pair (RFC 8259,
            section 8.2), which no answer could repeat; the message says where.
    """
    try:
        value: object = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise RequestError(f"the body is not UTF-8: byte {error.start}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise RequestError(f"the body is not JSON: {place}: {error.msg}") from None
    except RecursionError:
        raise RequestError("the body is nested too deeply") from None
    except ValueError:
        # Python bounds the digits of a whole number that it reads.
        raise RequestError("the body holds a number with too many digits") from None
    if _ESCAPED_SURROGATE.search(body):
        _whole_texts(value)
    return value


def _whole_texts(value: object) -> None:
    waiting = [(value, "")]
    while waiting:
        one, place = waiting.pop()
        if isinstance(one, str) and not _whole(one):
            raise RequestError(
                f"{place or 'the body'}: has a surrogate without its pair, which is no Unicode",
                field=place,
                hint="escape characters beyond U+FFFF as two surrogates, or write them in UTF-8",
            )
        if isinstance(one, dict):
            waiting += [(key, place) for key in one]
            waiting += [(inner, _inside(place, key)) for key, inner in one.items()]
        elif isinstance(one, list):
            waiting += [(inner, f"{place}[{at}]") for at, inner in enumerate(one)]


def _inside(place: str, key: str) -> str:
    """The name of a field; a key that cannot be written back stays out of it."""
    if not _whole(key):
        return place
    return f"{place}.{key}" if place else key


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _uncompressed(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedBody("compressed bodies are not read", hint="send it as it is")


async def _bounded(request: Request, largest: int, hint: str) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and (len(announced) > 12 or int(announced) > largest):
        raise BodyTooLarge("the body is too large", hint=hint)
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise BodyTooLarge("the body is too large", hint=hint)
        parts.append(part)
    return b"".join(parts)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RequestError("a key stands twice in one object of the body")
    return found


def _no_constant(name: str) -> NoReturn:
    raise RequestError(f"{name} is not a JSON number", hint="null where a value is missing")
