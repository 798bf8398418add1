"""Who read what, as JSON of our own: Central has no such list."""

from server.access.readings import Looked
from server.web.wire.central_json import Json, instant

MOST = 10_000  # lines in one answer


def looked(one: Looked) -> Json:
    """`as` are role names by comma, `way` is own, handed or opened; `about` tells persons apart without naming them."""
    return {
        "readAt": instant(one.read_at),
        "reader": one.name or None,
        "readerType": one.kind or None,
        "as": one.roles,
        "way": one.way,
        "action": one.action,
        "times": one.times,
        "projectId": one.project_id,
        "xmlFormId": one.form_id,
        "recordId": one.submission_id,
        "about": one.about,
    }
