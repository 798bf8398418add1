"""Which records must somebody look at?"""

from dataclasses import asdict
from typing import Any

from flask import Response, make_response, render_template, request

from server.access.allow import Scope
from server.errors import Forbidden
from server.intake import desk
from server.intake.sealed import count_sealed
from server.models import Project
from server.places.desk import list_villages
from server.places.layers import layers_for
from server.publishing.queries import list_forms
from server.web import session
from server.web.pages.door import pages
from server.web.pages.pager import PAGE, address, page_asked, pager
from server.web.pages.review import reachable
from server.web.pages.sent import check_text
from server.web.pages.texts import _
from server.web.pages.words import STATE_WORDS
from server.web.readings import note_read

FILTERS = ("form", "village", "state", "kind")


@pages.get("/review")
def list_review() -> Response:
    project, scope = reachable("submission.list")
    wanted = read_filter()
    counts = desk.count_states(session.db(), scope, wanted)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    number = page_asked()
    records = desk.list_records(session.db(), scope, wanted, (number - 1) * PAGE, PAGE)
    note_read(project, "submission.list", details={"records": len(records)})
    page = render_template(
        "review/list.html",
        records=records,
        counts=counts,
        views=[*views(wanted, counts), *sealed_view(project, scope)],
        filters=wanted,
        page=pager("/review", asdict(wanted), number, total),
        forms=forms_to_choose(project, scope),
        villages=list_villages(session.db(), scope),
        asks_kind=project.kind == "care" and scope.health,
    )
    return make_response(page)


@pages.get("/review/health/<village>")
def show_health_records(village: str) -> Response:
    """A village's newest health records, beside the map: what its number there stands for."""
    project, scope = reachable("submission.list")
    if not layers_for(session.caller(), project).health:
        raise Forbidden()
    wanted = desk.Wanted(village=check_text("village", village, 255), kind="health")
    records = desk.list_records(session.db(), scope, wanted, 0, PAGE)
    note_read(project, "submission.list", details={"records": len(records)})
    return make_response(
        render_template(
            "review/health.html",
            records=records,
            all_of_them=address("/review", asdict(wanted)),
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


def read_filter() -> desk.Wanted:
    """The filter in the address; it lives there, so that a view can be sent to a colleague."""
    fields = {name: check_text(name, request.args.get(name, ""), 255) for name in FILTERS}
    return desk.Wanted(**fields)


def views(wanted: desk.Wanted, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The tabs: all, then one for each state that has records."""
    found = [
        {
            "label": _("All"),
            "count": sum(counts.values()),
            "href": address("/review", {**asdict(wanted), "state": ""}),
            "current": not wanted.state,
        }
    ]
    for state, word in STATE_WORDS.items():
        key = state or "received"
        if counts.get(key) or wanted.state == key:
            entry = {
                "label": word,
                "count": counts.get(key, 0),
                "href": address("/review", {**asdict(wanted), "state": key}),
            }
            found.append({**entry, "current": wanted.state == key})
    return found


def sealed_view(project: Project, scope: Scope) -> list[dict[str, Any]]:
    """A tab of its own for what nobody reads, where there is any: it is in no other number."""
    number = count_sealed(session.db(), scope) if project.kind == "care" else 0
    return [{"label": _("Sealed"), "count": number, "href": "/review/sealed", "current": False}] if number else []
