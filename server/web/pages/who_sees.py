"""Who can see this record, or this woman's data, and why: names of staff and phones, and no word of what was told."""

from uuid import UUID

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from server.access.roles import BY_SYSTEM
from server.models import Project, Submission
from server.registry import who_sees as verbs
from server.registry.who_sees import Sees
from server.web import session
from server.web.pages.door import pages
from server.web.pages.sent import ID
from server.web.pages.shell import current_project, today
from server.web.pages.texts import _, say_list
from server.web.pages.words import role_word
from server.web.readings import note_read

PAGE = "access/who_sees.html"
BECAUSE = {
    "all": _l("works for the whole town"),
    "own": _l("it lies in one of the person's villages"),
    "handed": _l("stands in for a colleague these days"),
    "opened": _l("opened the village in an emergency, for one hour"),
    "chosen": _l("is the worker whom she chose"),
}
PLAIN = _l("has a role in the project")


@pages.get(f"/review/<{ID}:submission_id>/access")
def show_who_sees_record(submission_id: int) -> Response:
    project, db = current_project(), session.db()
    asked = verbs.record_to_ask_about(db, session.caller(), project, Submission.id == submission_id, by_number=True)
    found = verbs.who_sees_record(db, project, asked, session.now())
    note_read(project, "access.read", submission_id=submission_id)
    return shown(project, found, f"/review/{submission_id}", _("Record %(number)s", number=submission_id))


@pages.get("/people/<uuid:woman_uuid>/access")
def show_who_sees_woman(woman_uuid: UUID) -> Response:
    project, db = current_project(), session.db()
    woman = verbs.woman_to_ask_about(db, session.caller(), project, str(woman_uuid), today())
    found = verbs.who_sees_woman(db, project, woman, session.now())
    note_read(project, "access.read", about=woman.uuid)
    return shown(project, found, f"/people/{woman.uuid}", woman.label)


def shown(project: Project, found: list[Sees], back: str, title: str) -> Response:
    people = [line_of(one, project) for one in found if not one.is_phone]
    phones = [line_of(one, project) for one in found if one.is_phone]
    values = {"project": project, "people": people, "phones": phones, "back": back, "title": title}
    return make_response(render_template(PAGE, **values))


def line_of(one: Sees, project: Project) -> dict[str, str]:
    words = say_list(role_word(BY_SYSTEM[name].id) for name in one.roles if name != "app-user")
    return {"name": one.name, "roles": words, "because": str(PLAIN if project.kind == "plain" else BECAUSE[one.why])}
