"""Ours beside Central's: what changed in a project since a number, for programs that keep a copy or act upon it."""

from contextlib import suppress

from flask import Response
from sqlalchemy.exc import OperationalError

from server.access.projects import get_project
from server.errors import UnexpectedValue
from server.feeds.numbering import number_all, waits
from server.feeds.readers import reader_of
from server.feeds.reading import LARGEST, Stretch, read_changes
from server.web.central.door import CentralDoor
from server.web.central.loading import signed_in
from server.web.parameters import read_number
from server.web.readings import note_read
from server.web.session import caller, database, own_url, reading, today
from server.web.wire import central_json, feed_json

changes = CentralDoor("changes")
FIRST_LIMIT = 100


@changes.get("/projects/<int:project_id>/changes")
def get_changes(project_id: int) -> Response:
    """`?after=N&limit=`: ids and kinds as far as the caller's rights go, and the number to go on after."""
    who = signed_in(caller())
    project = get_project(reading(), project_id)
    reader = reader_of(reading(), who, project, today())
    after, limit = read_number("after") or 0, read_limit()
    number_now(project.id)
    with database().reading() as db:  # the request's own session looks at the time before the numbering
        found = read_changes(db, reader, after, limit)
    if project.kind == "care" and found.told:
        note_read(project, "submission.list", details={"changes": len(found.told)})
    return reply(project.id, found, limit)


def read_limit() -> int:
    """Raises UnexpectedValue."""
    limit = read_number("limit") or FIRST_LIMIT
    if limit > LARGEST:
        raise UnexpectedValue(field="limit", value=str(limit), reason="it is more than 1000")
    return limit


def number_now(project_id: int) -> None:
    """What has no number yet is given one; when somebody else is writing for long, the timetable does it in a minute."""
    if waits(reading(), project_id):
        with suppress(OperationalError):
            number_all(database(), project_id)


def reply(project_id: int, found: Stretch, limit: int) -> Response:
    answer = central_json.reply(feed_json.stretch(found))
    answer.headers["Link"] = f'<{own_url()}/projects/{project_id}/changes?after={found.next}&limit={limit}>; rel="next"'
    return answer
