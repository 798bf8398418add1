"""What all doors that speak Central's JSON have in common: their prefix and their headers."""

from flask import Response, request

from server.web.blueprints import Door
from server.web.session import SAFE


class CentralDoor(Door):
    """A door under /v1 that answers and complains in JSON."""

    def __init__(self, name: str) -> None:
        super().__init__(name, tongue="json", url_prefix="/v1")
        self.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Who may keep an answer (odk-contract.md 1.5): the caller's own client, asking each time; answers to writes nobody."""
    response.headers.setdefault("Cache-Control", "private, no-cache" if request.method in SAFE else "no-store")
    response.headers.setdefault("Vary", "Accept-Encoding, Origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response
