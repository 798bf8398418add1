"""Who did what, who looked at what, and what is worth a question. For the data-protection officer, and for oneself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, make_response, render_template, request

from server.access import readings
from server.access.allow import allow, may, scope_of
from server.access.audit_queries import Wanted, guarded_from, list_audits, look_up, unheard_by
from server.access.profiles import find_actors
from server.access.readings import Looked
from server.access.restricted import is_restricted
from server.access.unusual import at_hour, find_unusual
from server.errors import Forbidden, NotFound
from server.followups.courses import get_woman
from server.followups.lists_for_pages import codes_of
from server.models import Project
from server.registry.merged import merged_into
from server.web import session
from server.web.pages.audit_words import WAY_WORDS, act_words, role_words, say_finding, upon_words
from server.web.pages.care_team import consents, shares_with_clinic
from server.web.pages.door import pages
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.sent import asked_number
from server.web.pages.shell import current_project, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.readings import note_read, reading_log
from server.web.wire import central_json, readings_json

SPANS = (1, 7, 31)  # days that the pages look back
LAST_PERSON = 2**53


@pages.get("/audit")
def list_acts() -> Response:
    """What was done in the project, single records and women for who guards the data; looks are on the page beside it."""
    project = allowed("audit.read")
    number, guarded = page_asked(), guarded_from(session.db(), session.caller())
    unheard = unheard_by(session.db(), session.caller())
    here = Wanted(project_id=project.id, with_reads=False, guarded=guarded, unheard=unheard)
    rows = list_audits(session.db(), replace(here, offset=(number - 1) * PAGE, limit=PAGE + 1))
    acts = look_up(session.db(), rows[:PAGE])
    lines = [
        {
            "at": row.logged_at,
            "who": acts.actors[row.actor_id].display_name if row.actor_id in acts.actors else _("the server"),
            "what": act_words(row.action),
            "upon": upon_words(acts, row),
            "notes": row.notes or "",
        }
        for row in acts.rows
    ]
    return show("audit/acts.html", project, lines=lines, page=turn("/audit", number, len(rows) > PAGE))


@pages.get("/audit/reads")
def list_reads() -> Response:
    """Every look in the days shown, perhaps of one person alone."""
    project = allowed("reading.list")
    number, days, person = page_asked(), asked_days(), asked_number("person", 0, LAST_PERSON)
    start, end = span(days)
    rows = readings.readings_in(session.db(), project.id, start, end, person or None, (number - 1) * PAGE, PAGE + 1)
    page = turn("/audit/reads", number, len(rows) > PAGE, days=days, person=person)
    who = rows[0].name if person and rows else ""  # nobody of another town is named, who looked at nothing here
    return show("audit/reads.html", project, lines=lines_of(rows[:PAGE]), page=page, days=days, who=who)


@pages.get("/audit/unusual")
def show_unusual() -> Response:
    project = allowed("reading.list")
    days = asked_days()
    found = find_unusual(session.db(), project.id, *span(days))
    named = find_actors(session.db(), [one.actor_id for one in found])
    lines = [{**say_finding(one, name_in(named, one.actor_id)), "href": reads_of(one.actor_id, days)} for one in found]
    return show("audit/unusual.html", project, lines=lines, days=days)


@pages.get("/people/<uuid:woman_uuid>/readers")
def show_readers(woman_uuid: UUID) -> Response:
    """Who looked at her, her records and what is planned for her."""
    project, uuid = her_log(woman_uuid), str(woman_uuid)
    number = page_asked()
    total = readings.count_about(session.db(), project.id, registrations(project, uuid))
    rows = looks_at(project, uuid, (number - 1) * PAGE, PAGE)
    lists = readings.lists_since(session.db(), project.id, session.now() - timedelta(days=max(SPANS)), 0, PAGE)
    page = pager(f"/people/{uuid}/readers", {}, number, total)
    values: dict[str, Any] = {"lines": lines_of(rows), "lists": lines_of(lists), "page": page, "uuid": uuid}
    return show("audit/readers.html", project, **values, whose=say_whose(project, uuid))


def registrations(project: Project, uuid: str) -> set[str]:
    """Hers, and those that count as hers: what was looked at under either is her matter."""
    return {uuid, *merged_into(session.db(), project.id, uuid)}


def say_whose(project: Project, uuid: str) -> str:
    """What her own page calls her: her code and her masked name."""
    try:
        return get_woman(session.db(), project.id, None, uuid).label or _("A woman who took her consent back")
    except NotFound:
        return _("(removed)")


@pages.get("/people/<uuid:woman_uuid>/readers.json")
def send_readers(woman_uuid: UUID) -> Response:
    """The same as JSON, at most 10,000 lines, the newest first."""
    project = her_log(woman_uuid)
    rows = looks_at(project, str(woman_uuid), 0, readings_json.MOST)
    return central_json.reply([readings_json.looked(one) for one in rows])


@pages.get("/me/reads")
def show_own_reads() -> Response:
    """What I looked at myself: everybody may see that of himself."""
    person, number = require_person(), page_asked()
    reading_log().flush()
    total = readings.count_of(session.db(), person)
    rows = readings.readings_of(session.db(), person, (number - 1) * PAGE, PAGE)
    page = pager("/me/reads", {}, number, total)
    return make_response(render_template("audit/own_reads.html", lines=lines_of(rows), page=page))


@pages.get("/me/reads.json")
def send_own_reads() -> Response:
    person = require_person()
    reading_log().flush()
    rows = readings.readings_of(session.db(), person, 0, readings_json.MOST)
    return central_json.reply([readings_json.looked(one) for one in rows])


def allowed(verb: str) -> Project:
    """The current project, after allowing the verb in it; what this process noted until now is on the page."""
    project = current_project()
    allow(session.caller(), verb, project)
    reading_log().flush()
    return project


def her_log(woman_uuid: UUID) -> Project:
    """For the data-protection officer, of anybody; for a clinician, of a woman within reach. The look is noted too.

    Raises Forbidden, NotFound.
    """
    project, who = current_project(), session.caller()
    if not may(who, "reading.list", project):
        if not may(who, "rights.read", project):
            raise Forbidden()
        get_woman(session.db(), project.id, codes_of(session.db(), scope_of(who, project)), str(woman_uuid))
    reading_log().flush()
    note_read(project, "access.read", about=str(woman_uuid))
    return project


def looks_at(project: Project, uuid: str, offset: int, limit: int) -> list[Looked]:
    """Looks at her. At which form's record is not for a clinician who may not read her course: it would tell of it."""
    rows = readings.readings_about(session.db(), project.id, registrations(project, uuid), offset, limit)
    if may(session.caller(), "reading.list", project) or may_read_course(project, uuid):
        return rows
    return [replace(one, submission_id=None, form_id=None) for one in rows]


def may_read_course(project: Project, uuid: str) -> bool:
    woman = get_woman(session.db(), project.id, None, uuid)
    told = consents(woman, today()) and shares_with_clinic(woman)
    return told and not is_restricted(session.db(), project.id, uuid)


def show(template: str, project: Project, **values: Any) -> Response:
    tabs = [("/audit", _("What was done"), "audit.read"), ("/audit/reads", _("Who looked"), "reading.list")]
    tabs.append(("/audit/unusual", _("Worth a question"), "reading.list"))
    seen = [(href, label) for href, label, verb in tabs if may(session.caller(), verb, project)]
    return make_response(render_template(template, tabs=seen, here=request.path, spans=SPANS, **values))


def lines_of(rows: Sequence[Looked]) -> list[dict[str, Any]]:
    return [
        {
            "at": one.read_at,
            "who": one.name or _("the server"),
            "what": act_words(one.action),
            "as_what": role_words(one.roles),
            "way": WAY_WORDS.get(one.way, ""),
            "times": one.times,
            "upon": upon_of(one),
        }
        for one in rows
    ]


def upon_of(one: Looked) -> str:
    number = _("record %(number)s", number=one.submission_id) if one.submission_id else ""
    return " · ".join(filter(None, (number, one.form_id, one.phone)))


def turn(path: str, number: int, more: bool, **values: Any) -> dict[str, str]:
    """The ways to the pages beside; nobody counts everything that was ever done."""
    kept = {key: value for key, value in values.items() if value}
    return {
        "before": f"{path}?{urlencode({**kept, 'page': number - 1})}" if number > 1 else "",
        "after": f"{path}?{urlencode({**kept, 'page': number + 1})}" if more else "",
    }


def asked_days() -> int:
    days = asked_number("days", 7, 10**6)
    return days if days in SPANS else 7


def span(days: int) -> tuple[datetime, datetime]:
    """The last so many Shanghai days, today among them."""
    day: date = today()
    return at_hour(day - timedelta(days=days - 1), 0), session.now() + timedelta(milliseconds=1)


def name_in(named: dict[int, Any], actor_id: int | None) -> str:
    return named[actor_id].display_name if actor_id in named else _("the server")


def reads_of(actor_id: int | None, days: int) -> str:
    return f"/audit/reads?{urlencode({'person': actor_id, 'days': days})}" if actor_id else ""
