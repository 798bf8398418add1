"""Records as a file for people: which form, which of its records, as what. The filter of the review list carries over."""

from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template, request
from sqlalchemy import ColumnElement

from server.access.allow import Scope
from server.errors import MissingParameter, UnexpectedValue
from server.intake import desk
from server.intake.export_files import KINDS, ON_A_MAP, Wish, write
from server.intake.wanted import Wanted, asked_form, fits
from server.models import Form, Project, Submission
from server.reports.csv_rows import union_of
from server.reports.csv_zip import safe_name
from server.reports.queries import read_schemas
from server.web import session
from server.web.exports import note_export
from server.web.files import disposition
from server.web.languages import language_tag
from server.web.pages.door import pages
from server.web.pages.export_words import KIND_WORDS, MIME, wording
from server.web.pages.review import reachable
from server.web.pages.review_filter import query_of, read_filter, values_of
from server.web.pages.review_list import fields_of, forms_to_choose
from server.web.pages.titles import say_form_title
from server.web.streams import stream

PAGE = "/review/export"
TOLD = ("village", "state", "kind", "flag", "sender", "waits_for", "since", "until")
"""The wishes of a filter that the audit repeats."""


@pages.get(PAGE)
def show_export() -> Response:
    project, scope = reachable("submission.read")
    return make_response(render_template("review/export.html", **facts_of(project, scope)))


def facts_of(project: Project, scope: Scope) -> dict[str, Any]:
    wanted = wanted_here()
    query = query_of(wanted)
    return {
        "forms": forms_to_choose(project, scope),
        "filters": wanted,
        "is_narrowed": replace(wanted, form="") != Wanted(),
        "hidden": [one for one in fields_of(wanted) if one[0] != "form"],
        "number": number_of(scope, wanted),
        "kinds": KIND_WORDS,
        "is_care": project.kind == "care",
        "back": f"/review?{query}" if query else "/review",
        "lang": language_of(),
    }


def wanted_here() -> Wanted:
    """The list's filter; which columns it shows is of no matter to a file that has all of them."""
    return replace(read_filter(), columns=())


def number_of(scope: Scope, wanted: Wanted) -> int | None:
    """How many records the file would have; None before a form is chosen."""
    if not wanted.form:
        return None
    return desk.count_records(session.db(), scope, wanted)


def language_of() -> str:
    return "en" if language_tag() == "en" else "zh"


@pages.get(f"{PAGE}/file")
def take_export() -> Response:
    """That it was taken is written down before its first byte leaves."""
    project, scope = reachable("submission.read")
    wish = read_wish(project, scope)
    answer = stream(lambda db: write(db, wish), MIME[wish.kind])
    note_export(session.db().get_one(Form, wish.form_id), told_of(scope, wish))
    name = f"{safe_name(wish.xml_form_id)}.{wish.kind}"
    answer.headers["Content-Disposition"] = disposition("attachment", name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def told_of(scope: Scope, wish: Wish) -> dict[str, Any]:
    """What the audit says of a file: its format, how many records it has, by which filter; of answers only how many were
    asked for, and of a part of the map only that it was one."""
    wanted = wanted_here()
    filters = {name: str(value) for name, value in values_of(wanted).items() if value and name in TOLD}
    filters |= {"answers": str(len(wanted.answers))} if wanted.answers else {}
    filters |= {"box": "yes"} if wanted.box else {}
    number = desk.count_records(session.db(), scope, wanted, *wish.hidden)
    return {"format": wish.kind, "records": number, "filter": filters}


def read_wish(project: Project, scope: Scope) -> Wish:
    """Raises MissingParameter without a form, UnexpectedValue for a form or a kind that is not there."""
    wanted, kind, lang = wanted_here(), request.args.get("format", ""), request.args.get("lang", "")
    if not wanted.form:
        raise MissingParameter(field="form")
    found = asked_form(session.db(), scope, wanted.form)
    if found is None:
        raise UnexpectedValue(field="form", value="…", reason="there is no such form")
    if kind not in KINDS:
        raise UnexpectedValue(field="format", value="…", reason="there is no such file")
    form, newest = found
    titles = {one["xml_form_id"]: one["name"] for one in forms_to_choose(project, scope)}
    return Wish(
        form_id=form.id,
        xml_form_id=form.xml_form_id,
        title=say_form_title(titles.get(wanted.form, wanted.form)),
        schema=union_of([newest, *read_schemas(session.db(), form.id)]),
        scope=scope,
        conditions=tuple(fits(session.db(), scope, wanted)),
        hidden=hidden_of(project, kind),
        kind=kind,
        split=bool(request.args.get("split")),
        files=bool(request.args.get("files")),
        keeps_places=project.keeps_photo_metadata,
        words=wording(lang if lang in ("zh", "en") else language_of()),
        store=session.blobs(),
        data_dir=session.config().data_dir,
        at=session.now(),
    )


def hidden_of(project: Project, kind: str) -> tuple[ColumnElement[bool], ...]:
    """On a map of a care project no health record is drawn, whoever asks (requirement P3, domain.md 6.3)."""
    return (Submission.health.is_(False),) if kind in ON_A_MAP and project.kind == "care" else ()
