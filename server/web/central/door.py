"""What all doors that speak Central's JSON have in common: their prefix and their headers."""

from flask import Response, request

from server.web.blueprints import Door
from server.web.missing_headers import add_missing
from server.web.session import SAFE

OF_ALL = {"Vary": "Accept-Encoding, Origin", "X-Content-Type-Options": "nosniff"}
OF_READING = {"Cache-Control": "private, no-cache", **OF_ALL}
OF_WRITING = {"Cache-Control": "no-store", **OF_ALL}


class CentralDoor(Door):
    """A door under /v1 that answers and complains in JSON."""

    def __init__(self, name: str) -> None:
        super().__init__(name, tongue="json", url_prefix="/v1")
        self.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Who may keep an answer (odk-contract.md 1.5): the caller's own client, asking each time; answers to writes nobody."""
    return add_missing(response, OF_READING if request.method in SAFE else OF_WRITING)
