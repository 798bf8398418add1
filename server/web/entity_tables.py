"""What of an entity list leaves as a table, a file or a map: 304 where nothing changed; in a care project a look is noted."""

from collections.abc import Callable, Iterator
from hashlib import sha256

from flask import Response, request
from sqlalchemy.orm import Session

from server.access.projects import get_project
from server.reports.entity_rows import EntitySource, read_list_mark
from server.reports.odata_filter import asks_for_now
from server.web.readings import note_read
from server.web.session import reading
from server.web.streams import stream

Pieces = Callable[[Session], Iterator[bytes]]


def send_list(project_id: int, source: EntitySource, pieces: Pieces, content_type: str, base: str = "") -> Response:
    """`base` is where the links in it lead. What asks for `now()` changes by itself and has no ETag.

    A look at one entity is noted where it is looked up.
    """
    mark = None if asks_for_now(request.args.get("$filter", "")) else entity_tag(source, base)
    if mark is not None and request.if_none_match.contains_weak(mark):
        response = Response(status=304)
    else:
        if source.uuid is None:
            note_read(get_project(reading(), project_id), "entity.list", dataset_id=source.dataset.id)
        response = stream(pieces, content_type)
    if mark is not None:
        response.set_etag(mark, weak=True)
    return response


def entity_tag(source: EntitySource, base: str) -> str:
    """Told by the question and by what the list comes to for the caller."""
    seen = (base, request.full_path, read_list_mark(reading(), source))
    return sha256(repr(seen).encode()).hexdigest()[:40]
