"""Records as a file for people: which form, which of its records, as what. The filter of the review list carries over."""

from dataclasses import asdict, replace
from typing import Any

from flask import Response, make_response, render_template, request

from server.access.allow import Scope
from server.errors import MissingParameter, UnexpectedValue
from server.intake import desk, made_exports
from server.intake.export_files import KINDS, Wish, write
from server.intake.made_exports import Order
from server.intake.making_exports import write_wish
from server.intake.wanted import Wanted, asked_form
from server.models import Form, Project
from server.reports.csv_zip import safe_name
from server.web import session
from server.web.exports import note_export
from server.web.files import disposition
from server.web.languages import language_tag
from server.web.pages.door import pages
from server.web.pages.export_words import KIND_WORDS, MIME, wording
from server.web.pages.made_list import list_made
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
        "large": made_exports.LARGE,
        "query": query,
        **list_made(project, scope),
    }


def wanted_here() -> Wanted:
    """The list's filter; which columns it shows is of no matter to a file that has all of them. The last days are those of
    today: a file that is made later is of the same records."""
    return replace(read_filter(), columns=(), last=0)


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
    order, form, kind = read_order(*reachable("submission.read"))
    wish, number = wish_of(order, form, kind), number_in(order, form, kind)
    answer = stream(lambda db: write(db, wish), MIME[kind])
    note_export(form, told_of(order, kind, number))
    return as_file(answer, form, kind)


def as_file(answer: Response, form: Form, kind: str) -> Response:
    answer.headers["Content-Disposition"] = disposition("attachment", f"{safe_name(form.xml_form_id)}.{kind}")
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def read_order(project: Project, scope: Scope) -> tuple[Order, Form, str]:
    """What is asked for, of which form, as what. Raises MissingParameter without a form, UnexpectedValue for a form or a
    kind that is not there."""
    wanted, kind, lang = wanted_here(), request.values.get("format", ""), request.values.get("lang", "")
    if not wanted.form:
        raise MissingParameter(field="form")
    found = asked_form(session.db(), scope, wanted.form)
    if found is None:
        raise UnexpectedValue(field="form", value="…", reason="there is no such form")
    if kind not in KINDS:
        raise UnexpectedValue(field="format", value="…", reason="there is no such file")
    titles = {one["xml_form_id"]: one["name"] for one in forms_to_choose(project, scope)}
    title = say_form_title(titles.get(wanted.form, wanted.form))
    split, files = bool(request.values.get("split")), bool(request.values.get("files"))
    words = asdict(wording(lang if lang in ("zh", "en") else language_of()))
    return Order(scope, wanted, title, split, files, words), found[0], kind


def number_in(order: Order, form: Form, kind: str) -> int:
    """How many records the file has."""
    wish = wish_of(order, form, kind)
    return desk.count_records(session.db(), order.scope, order.wanted, *wish.hidden)


def wish_of(order: Order, form: Form, kind: str) -> Wish:
    return write_wish(session.db(), order, form, kind, session.config().data_dir, session.blobs(), session.now())


def told_of(order: Order, kind: str, number: int) -> dict[str, Any]:
    """What the audit says of a file: its format, how many records it has, by which filter; of answers only how many were
    asked for, and of a part of the map only that it was one."""
    wanted = order.wanted
    filters = {name: str(value) for name, value in values_of(wanted).items() if value and name in TOLD}
    filters |= {"answers": str(len(wanted.answers))} if wanted.answers else {}
    filters |= {"box": "yes"} if wanted.box else {}
    return {"format": kind, "records": number, "filter": filters}
