"""What all doors that speak Central's JSON have in common: their prefix, their headers, names without control characters."""

from typing import Any

from flask import Response, request

from server.errors import NotFound
from server.web.blueprints import Door
from server.web.plain_text import is_plain
from server.web.session import SAFE

LARGEST_ID = 2**53


class CentralDoor(Door):
    """A door under /v1 that answers and complains in JSON."""

    def __init__(self, name: str) -> None:
        super().__init__(name, tongue="json", url_prefix="/v1")
        self.url_value_preprocessor(refuse_impossible)
        self.after_request(add_headers)


def refuse_impossible(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Nothing has a name that no database could keep, so such an address is simply not there."""
    for value in (values or {}).values():
        if isinstance(value, str) and not is_plain(value):
            raise NotFound()
        if isinstance(value, int) and value > LARGEST_ID:
            raise NotFound()


def add_headers(response: Response) -> Response:
    """Who may keep an answer (odk-contract.md 1.5): the caller's own client, asking each time; answers to writes nobody."""
    response.headers.setdefault("Cache-Control", "private, no-cache" if request.method in SAFE else "no-store")
    response.headers.setdefault("Vary", "Accept-Encoding, Origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
