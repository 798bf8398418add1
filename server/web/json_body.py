"""What a request's body says, checked before anybody acts on it: whoever reads JSON reads it here."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import request

from server.errors import (
    BodyTooLarge,
    EncodingUnknown,
    MissingParameter,
    MissingParameters,
    UnexpectedAttributes,
    Unparseable,
    WrongType,
)
from server.web.plain_text import check_texts

MOST_JSON_BYTES = 250_000
LONGEST_SAID = 100  # of a name that somebody sent, when it is said back
LARGEST_NUMBER = 2**53  # what JSON carries safely; both databases hold it
Fields = Mapping[str, type | Any]  # a type, or a union such as str | None


def read_bytes(limit: int) -> bytes:
    """The raw body, chunked or not. Raises BodyTooLarge (400.36) over `limit` bytes, EncodingUnknown (400.37) if packed."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise EncodingUnknown(encoding=encoding[:40])
    body: bytes = request.stream.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    return body


def read_json(
    required: Fields | None = None,
    optional: Fields | None = None,
    limit: int = MOST_JSON_BYTES,
    strict: bool = False,
) -> dict[str, Any]:
    """The fields of a JSON object that are expected, each of its type; unknown ones are dropped, absent ones left out.

    Raises Unparseable (400.1), WrongType (400.11), MissingParameter (400.2; 400.3 where several are required),
    UnexpectedValue (400.8) for text with control characters, BodyTooLarge (400.36); UnexpectedAttributes (400.31) for
    unknown fields where they are not dropped (`strict`).
    """
    sent = parse_object(read_bytes(limit))
    wanted = {**(required or {}), **(optional or {})}
    found = {name: value for name, value in sent.items() if name in wanted}
    if strict and len(found) < len(sent):
        raise UnexpectedAttributes(expected=list(wanted), actual=[name[:LONGEST_SAID] for name in sent])
    missing = [name for name in required or {} if found.get(name) is None]
    if missing and len(required or {}) > 1:
        raise MissingParameters(expected=list(required or {}), missing=missing)
    if missing:
        raise MissingParameter(field=missing[0])
    for name, value in found.items():
        check_type(name, value, wanted[name])
    return found


def parse_object(body: bytes) -> dict[str, Any]:
    """An empty body is an empty object."""
    try:
        value = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise Unparseable(reason=f"it is not JSON ({error.msg} at {error.pos})") from None
    if not isinstance(value, dict):
        raise WrongType(field="body", expected="object")
    return value


def check_type(name: str, value: Any, kind: Any) -> None:
    """Raises WrongType where a value is not of the type asked for; true is no number."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    kinds = getattr(kind, "__args__", (kind,))
    fits = isinstance(value, kind) and not (isinstance(value, bool) and bool not in kinds)
    if not fits or (is_number and abs(value) > LARGEST_NUMBER):
        raise WrongType(field=name, expected=name_of(kind))
    check_texts(value, name)


def name_of(kind: Any) -> str:
    names = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object"}
    kinds = getattr(kind, "__args__", (kind,))
    return " or ".join(names.get(one, "null") for one in kinds)
