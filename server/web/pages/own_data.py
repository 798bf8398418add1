"""What is kept about one woman, for her to take along: a page to print, and the same as JSON. Only for who asked for it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from server.access import roles
from server.access.restricted import is_restricted
from server.clock import SHANGHAI
from server.errors import NotFound
from server.models import Project, RightsRequest
from server.publishing.versions import SCHEMAS
from server.registry import own_data, rights_desk
from server.registry.own_given import RecordRow, VersionRow
from server.web import session
from server.web.pages.act_words import REASON_WORDS
from server.web.pages.answers import Answer, Words, list_answers
from server.web.pages.door import pages
from server.web.pages.review import answer_words
from server.web.pages.review_words import say_seal
from server.web.pages.rights import desk
from server.web.pages.rights_words import KIND_WORDS, outcome_word
from server.web.pages.sent import ID
from server.web.pages.texts import _, listed
from server.web.pages.timeline_words import PURPOSES
from server.web.pages.transfer_words import own_package
from server.web.pages.words import role_word
from server.web.readings import note_read

ACTIONS = {
    "person.read": _l("her page"),
    "person.find": _l("her name or number in a search"),
    "submission.read": _l("a record"),
    "submission.list": _l("a list of records"),
    "entity.read": _l("her entry in a list"),
    "entity.list": _l("a list"),
    "followup.read": _l("why a visit is due"),
    "followup.list": _l("the list of what is due"),
    "household.locate": _l("where she lives"),
    "map.read": _l("the map"),
    "access.read": _l("who can see her data"),
    "rights.export": _l("this copy, for her"),
}


def wished(request_id: int) -> tuple[Project, RightsRequest]:
    """The open request of somebody who asked for a copy or a correction: without one nobody gets hers.

    Raises NotFound. The look is written down.
    """
    project, scope = desk("rights.read")
    found = rights_desk.get_request(session.db(), project.id, scope, request_id)
    asked = found.kind in (rights_desk.EXPORT, rights_desk.CORRECTION) and found.state == rights_desk.OPEN
    if not asked or found.subject is None:
        raise NotFound()
    note_read(project, "rights.export", about=found.subject, details={"requestId": found.id})
    return project, found


@pages.get(f"/rights/<{ID}:request_id>/data.json")
def give_json(request_id: int) -> Response:
    project, found = wished(request_id)
    collected = own_data.collect(session.db(), project, str(found.subject), session.now())
    answer = make_response(own_data.as_json(collected))
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="own-data-{found.id}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get(f"/rights/<{ID}:request_id>/data")
def show_data(request_id: int) -> Response:
    project, found = wished(request_id)
    woman = str(found.subject)
    collected = own_data.collect(session.db(), project, woman, session.now())
    reading = answer_words(project, {}, uncovered=True)  # it is hers, so nothing is covered
    words = {
        "records": [record_words(reading, one) for one in collected["records"]],
        "consents": [consent_words(one) for one in collected["consents"]],
        "requests": [
            {**one, "kind": KIND_WORDS[one["kind"]], "outcome": outcome_word(one["outcome"])}
            for one in collected["requests"]
        ],
        "transfers": [own_package(one) for one in collected["transfers"]],
        "done_by_hand": [{**one, "reason": REASON_WORDS[one["reason"]]} for one in collected["done_by_hand"]],
        "who_read": [reading_words(one) for one in collected["who_read"]],
        "unused": is_restricted(session.db(), project.id, woman),
        "made_at": f"{session.now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}",  # it is printed: "today" is soon another day
    }
    return make_response(render_template("rights/data.html", wish=found, found={**collected, **words}))


def record_words(reading: Words, one: RecordRow) -> dict[str, Any]:
    versions = [{**asdict(version), "answers": answers_of(reading, version)} for version in one.versions]
    sealed = say_seal(one.sealed) if one.sealed else None
    return {**asdict(one), "versions": versions, "sealed": sealed}


def answers_of(reading: Words, version: VersionRow) -> list[Answer]:
    """Questions and answers in words, as the form asked them."""
    if version.values is None:
        return []
    schema = SCHEMAS.get(session.db(), version.form_version_id, version.schema_sha256)
    return list_answers(schema, version.values, None, reading)


def consent_words(one: dict[str, Any]) -> dict[str, Any]:
    names = {name.removeprefix("consent_"): label for name, label in PURPOSES}
    return {**one, "purpose": str(names.get(one["purpose"], one["purpose"]))}


def reading_words(one: dict[str, Any]) -> dict[str, Any]:
    held = [role_of(name) for name in (one["as"] or "").split(",")]
    what = str(ACTIONS.get(one["action"], _("something of hers")))
    at: datetime = one["at"]
    return {"at": at, "who": one["who"] or _("no longer here"), "what": what, "as": listed(filter(None, held))}


def role_of(system: str) -> str:
    if system == "phone":
        return _("a phone")
    role = roles.BY_SYSTEM.get(system)
    return role_word(role.id) if role else ""
