"""Which records must somebody look at?"""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, make_response, redirect, render_template, request

from forms.findable import answers_at
from forms.schema import Field, FormSchema
from server.access.allow import Scope, find_records_scope
from server.access.masking import is_covered
from server.access.with_senders import RETURNED
from server.errors import Forbidden
from server.intake import desk
from server.intake.assigning import assigned_to, list_reviewers
from server.intake.quality_flags import open_kinds
from server.intake.saved_views import list_views
from server.intake.sealed import count_sealed
from server.intake.wanted import Wanted, asked_form
from server.models import Project
from server.places.desk import list_villages
from server.places.layers import layers_for
from server.publishing.queries import list_forms
from server.web import session
from server.web.pages import review_filter
from server.web.pages.answers import label_of, say_value
from server.web.pages.door import pages
from server.web.pages.flag_words import SEALED, SHORT, flag_choices
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.review import reachable
from server.web.pages.review_filter import address_of, query_of, read_filter, values_of
from server.web.pages.sent import check_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.words import STATE_WORDS
from server.web.readings import note_read

HERE = review_filter.HERE


@pages.get(HERE)
def list_review() -> Response:
    project, scope = reachable("submission.list")
    wanted = wanted_here(project)
    if address := leads_elsewhere(project, wanted):
        return redirect(address, 303)  # type: ignore[return-value]
    number = page_asked()
    records = desk.list_records(session.db(), scope, wanted, (number - 1) * PAGE, PAGE)
    note_read(project, "submission.list", details={"records": len(records)})
    ids, schema = [one.id for one in records], schema_of(scope, wanted)
    told = {
        **numbers(project, scope, wanted, number),
        **choices(project, scope, wanted, schema),
        **columns_of(project, wanted, schema, ids),
    }
    more = {**acts(project, scope, ids), **saved(project, wanted)}
    return make_response(render_template("review/list.html", records=records, filters=wanted, **told, **more))


def wanted_here(project: Project) -> Wanted:
    """The filter in the address; what may be asked about a record is only for who reviews."""
    wanted = read_filter()
    return wanted if may_review(project) else replace(wanted, flag="")


def leads_elsewhere(project: Project, wanted: Wanted) -> str | None:
    """The address of the list with one answer more, or of what nobody reads; None where the list itself is wanted."""
    if wanted.flag == SEALED and project.kind == "care":
        return "/review/sealed"
    added = review_filter.added_answer()
    return address_of(replace(wanted, answers=(*wanted.answers, added))) if added else None


def numbers(project: Project, scope: Scope, wanted: Wanted, number: int) -> dict[str, Any]:
    """How many there are in each state, as tabs, and the pages of the one that is shown."""
    counts = desk.count_states(session.db(), scope, wanted)
    back = desk.count_returned(session.db(), scope, wanted) if counts.get("hasIssues") else 0
    total = {**counts, RETURNED: back}.get(wanted.state, 0) if wanted.state else sum(counts.values())
    return {
        "counts": counts,
        "total": total,
        "views": [*views(wanted, counts), *returned_view(wanted, back), *sealed_view(project, scope)],
        "page": pager(HERE, values_of(wanted), number, total),
    }


def columns_of(project: Project, wanted: Wanted, schema: FormSchema | None, ids: list[int]) -> dict[str, Any]:
    """The questions shown as columns, and {record: answers in words}; one request more, and only where there are columns."""
    asked, words = columns_asked(project, wanted, schema), review_filter.words_here()
    values = desk.list_values(session.db(), ids) if asked else {}
    cells = {
        number: [", ".join(say_value(one, text, words) for text in answers_at(tree, one.path)) for one in asked]
        for number, tree in values.items()
    }
    return {"columns": [label_of(one, words) for one in asked], "cells": cells}


def columns_asked(project: Project, wanted: Wanted, schema: FormSchema | None) -> list[Field]:
    """The questions that are columns: those of the form that pages of the project do not cover."""
    asked = [one for path in wanted.columns if schema and (one := schema.by_path.get(path))]
    return [one for one in asked if one.findable and not is_covered(project, one.name, one.type)]


def schema_of(scope: Scope, wanted: Wanted) -> FormSchema | None:
    """What the one form of the filter asks."""
    asked = asked_form(session.db(), scope, wanted.form) if wanted.form else None
    return asked[1] if asked else None


def choices(project: Project, scope: Scope, wanted: Wanted, schema: FormSchema | None) -> dict[str, Any]:
    """What the filter offers."""
    senders = desk.list_senders(session.db(), scope)
    questions = review_filter.questions_of(project, schema) if schema else []
    chosen = request.args.get("question", "")
    return {
        "forms": forms_to_choose(project, scope),
        "villages": list_villages(session.db(), scope),
        "asks_kind": project.kind == "care" and scope.health,
        "flags": flag_choices(project) if may_review(project) else [],
        "senders": senders,
        "chips": review_filter.chips_of(wanted, senders, schema),
        "questions": questions,
        "question": next((one for one in questions if one.path == chosen), None),
        "wishes": review_filter.count_wishes(wanted),
        "without": review_filter.without(wanted),
        "days": review_filter.say_days(wanted),
        "last_days": review_filter.last_days(wanted),
        "clear": HERE,
        "is_narrowed": wanted != Wanted(),
        "hidden": [one for one in fields_of(wanted) if one[0] in ("state", "box", "answer", "column", "last")],
        "everything": fields_of(wanted),
        "most_columns": review_filter.MOST_COLUMNS,
    }


def fields_of(wanted: Wanted) -> list[tuple[str, str]]:
    """The filter as hidden fields, so that one wish more leaves the others as they are."""
    return parse_qsl(query_of(wanted))


def may_review(project: Project) -> bool:
    return find_records_scope(session.caller(), "submission.update", project) is not None


def acts(project: Project, scope: Scope, ids: list[int]) -> dict[str, Any]:
    """Whether the reader may decide about many, to whom records can be given, and to whom these are."""
    may_act = may_review(project)
    reviewers = list_reviewers(session.db(), project) if may_act else {}
    given = assigned_to(session.db(), ids) if reviewers else {}
    can_export = find_records_scope(session.caller(), "submission.read", project) is not None
    return {
        "may_act": may_act,
        "can_export": can_export,
        "reviewers": reviewers,
        "given": given,
        "me": session.caller().actor_id,
        "asked": asked_in_words(scope, ids) if may_act else {},
    }


def asked_in_words(scope: Scope, ids: list[int]) -> dict[int, list[str]]:
    """By record, what is to be asked about it."""
    return {one: [str(SHORT[kind]) for kind in kinds] for one, kinds in open_kinds(session.db(), scope, ids).items()}


def saved(project: Project, wanted: Wanted) -> dict[str, Any]:
    """The reader's own views as tabs, and the filter as it would be kept."""
    query = query_of(wanted)
    kept = list_views(session.db(), project.id, require_person())
    return {
        "kept": [
            {"id": one.id, "name": one.name, "href": f"{HERE}?{one.wanted}", "current": one.wanted == query}
            for one in kept
        ],
        "query": query,
        "is_kept": any(one.wanted == query for one in kept),
    }


@pages.get("/review/health/<village>")
def show_health_records(village: str) -> Response:
    """A village's newest health records, beside the map: what its number there stands for."""
    project, scope = reachable("submission.list")
    if not layers_for(session.caller(), project).health:
        raise Forbidden()
    wanted = Wanted(village=check_text("village", village, 255), kind="health")
    records = desk.list_records(session.db(), scope, wanted, 0, PAGE)
    note_read(project, "submission.list", details={"records": len(records)})
    return make_response(
        render_template(
            "review/health.html",
            records=records,
            all_of_them=address_of(wanted),
            more=len(records) == PAGE,
        )
    )


def forms_to_choose(project: Project, scope: Scope) -> list[dict[str, str]]:
    """Those of which there may be records in the list."""
    return [
        {"xml_form_id": one.form.xml_form_id, "name": one.version.name or one.form.xml_form_id}
        for one in list_forms(session.db(), project)
        if scope.reads(one.form.xml_form_id)
    ]


def views(wanted: Wanted, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tabs: all, then one for each state that has records."""
    found = [
        {
            "label": _("All"),
            "count": sum(counts.values()),
            "href": address_of(replace(wanted, state="")),
            "current": not wanted.state,
        }
    ]
    for state, word in STATE_WORDS.items():
        key = state or "received"
        if counts.get(key) or wanted.state == key:
            entry = {
                "label": word,
                "count": counts.get(key, 0),
                "href": address_of(replace(wanted, state=key)),
            }
            found.append({**entry, "current": wanted.state == key})
    return found


def returned_view(wanted: Wanted, number: int) -> list[dict[str, Any]]:
    """A tab of its own for what is with its sender, where there is any; those with issues count it, too."""
    if not number and wanted.state != RETURNED:
        return []
    href, current = address_of(replace(wanted, state=RETURNED)), wanted.state == RETURNED
    return [{"label": _("Returned"), "count": number, "href": href, "current": current}]


def sealed_view(project: Project, scope: Scope) -> list[dict[str, Any]]:
    """A tab of its own for what nobody reads, where there is any: it is in no other number."""
    number = count_sealed(session.db(), scope) if project.kind == "care" else 0
    return [{"label": _("Sealed"), "count": number, "href": "/review/sealed", "current": False}] if number else []
