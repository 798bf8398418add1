"""Central's JSON, field by field. Facts: odk-contract.md 1.2, 1.3, 6; nullable keys are always there."""

from datetime import datetime
from typing import Any

import orjson
from flask import Response

from server.errors import Problem
from server.web import languages

Json = dict[str, Any]


def reply(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status=status, content_type="application/json; charset=utf-8")


def success() -> Response:
    return reply({"success": True})


def error(problem: Problem) -> Response:
    """`{message, code, details}`: pyODK compares the code's text, so it must print as 409.1 does."""
    body: Json = {"message": languages.word(problem), "code": problem.code}
    if problem.details:
        body["details"] = problem.details
    return Response(
        orjson.dumps(body, default=str), status=problem.status, content_type="application/json; charset=utf-8"
    )


def instant(value: datetime | None) -> str | None:
    """UTC with milliseconds and Z, as Central writes every time."""
    if value is None:
        return None
    text = orjson.dumps(value)  # "2026-08-21T03:04:05.678901+00:00" in a sixth of the time that strftime takes
    return text[1:24].decode() + "Z" if value.microsecond else text[1:20].decode() + ".000Z"
