"""In which format a program wants its answer: `?f=` goes before Accept (OGC API - Features Part 1, clause 7.12 and table 3)."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import request
from werkzeug.datastructures import MIMEAccept

from server.errors import NotAcceptable, UnexpectedValue
from server.web.ogc_parameters import read_once
from server.web.wire.geojson import GEOJSON_TYPE

Offered = Mapping[str, Sequence[str]]
"""Media types without their parameters, by the name that `?f=` takes; the first name is what comes unasked."""

JSON_ONLY: Final[Offered] = {"json": ("application/json", GEOJSON_TYPE)}
OF_DEFINITION: Final[Offered] = {
    "json": ("application/vnd.oai.openapi+json", "application/openapi+json", "application/json"),
    "html": ("text/html",),
}


def choose_format(offered: Offered = JSON_ONLY) -> str:
    """The name of the format. Raises UnexpectedValue (400.8) for another `f`, NotAcceptable (406.1) where Accept excludes all.

    A program that takes JSON gets GeoJSON where there are features, which is JSON; a type's version is not looked at.
    """
    wanted = read_once("f")
    if wanted is not None:
        if wanted not in offered:
            raise UnexpectedValue(field="f", value=wanted[:80], reason="there is no such format here")
        return wanted
    accepted = MIMEAccept([(media.partition(";")[0].strip(), quality) for media, quality in request.accept_mimetypes])
    if not accepted:
        return next(iter(offered))
    named = {media: name for name, types in offered.items() for media in types}
    found = accepted.best_match(list(named))
    if found is None:
        raise NotAcceptable()
    return named[found]
