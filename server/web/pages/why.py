"""Why is this one due, and what is to be done about it: the page behind every line of a list."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template

from server.followups.courses import find_woman, name_of_form
from server.followups.explaining import explain
from server.followups.queries import Listed, get_by_visit_key, state_at
from server.followups.signing import signatures_of
from server.followups.town_rules import rules_of
from server.models import BENEFIT_CASES, Woman
from server.web import session
from server.web.pages.care_team import consents, shares_with_clinic
from server.web.pages.door import pages
from server.web.pages.followup_words import last_day, mark_of
from server.web.pages.followups import Reach, reach_with_cases
from server.web.pages.why_words import advice_of, bar_of, basis_of, parts_of
from server.web.readings import note_read


@pages.get("/follow-ups/<uuid:visit_key>")
def show_why(visit_key: UUID) -> Response:
    reach = reach_with_cases("followup.read")
    found = get_by_visit_key(session.db(), reach.project.id, reach.whose, str(visit_key))
    woman = find_woman(session.db(), found.row)
    if woman and not consents(woman, reach.today):
        return redirect(f"/people/{woman.uuid}", 303)  # type: ignore[return-value]
    return make_response(render_template("followups/why.html", **why_of(reach, found, woman)))


def why_of(reach: Reach, found: Listed, woman: Woman | None) -> dict[str, Any]:
    if found.row.subject_list == "women":
        note_read(reach.project, "followup.read", about=found.row.subject, details={"followUpId": found.row.id})
    if found.row.subject_list == BENEFIT_CASES:
        note_read(reach.project, "followup.read", details={"followUpId": found.row.id})
    row, day = found.row, reach.today
    clinical = reach.scope.health and shares_with_clinic(woman)
    why = explain(row, rules_of(session.db(), reach.project.id).every)
    signed = signatures_of(session.db(), reach.project.id, [why.rule] if why.rule else [])
    return {
        "row": row,
        "day": day,
        "clinical": clinical,
        "mark": mark_of(row, day),
        "is_task": state_at(row, day) in ("open", "due", "overdue"),
        "last": last_day(row),
        "parts": parts_of(why, row, day, clinical),
        "basis": basis_of(why, signed.get((row.rule, row.rule_version), []), clinical),
        "advice": advice_of(why, clinical),
        "bar": bar_of(row, day),
        "form_name": name_of_form(session.db(), reach.project.id, row.form_id),
        **subject_of(reach, found, woman),
    }


def subject_of(reach: Reach, found: Listed, woman: Woman | None) -> dict[str, str]:
    """Whom it is about: a code, a village, and the way to her page."""
    return {
        "label": found.label,
        "village": reach.names.get(found.row.village_code, ""),
        "person_href": f"/people/{woman.uuid}" if woman else "",
    }
