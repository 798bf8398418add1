"""Headers that every answer of a kind has, given where a door did not set them itself."""

from collections.abc import Mapping

from flask import Response


def add_missing(response: Response, wanted: Mapping[str, str]) -> Response:
    """In one go: werkzeug looks through all headers for each that is set, and raises where it finds none."""
    there = {name.lower() for name, _ in response.headers}
    for name, value in wanted.items():
        if name.lower() not in there:
            response.headers.add(name, value)
    return response
