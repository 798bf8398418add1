"""Why is this one due, and what is to be done about it: the page behind every line of a list."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template

from server.access.allow import may
from server.followups.act_history import find_source, history_of
from server.followups.courses import find_woman, name_of_form
from server.followups.explaining import explain
from server.followups.queries import Listed, get_by_visit_key, last_day, state_at
from server.followups.signing import signatures_of
from server.followups.syncing import silences_of
from server.followups.town_rules import rules_of
from server.models import BENEFIT_CASES, FollowUp, Woman
from server.registry.last_periods import LastPeriod, find_last_periods
from server.web import session
from server.web.openable import find_open
from server.web.pages.act_words import history_line
from server.web.pages.care_team import consents, shares_with_clinic
from server.web.pages.door import pages
from server.web.pages.followup_words import mark_of
from server.web.pages.followups import Reach, reach_with_cases
from server.web.pages.visit_acts import doer_in
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
    silence = silences_of(session.db(), reach.project.id, [row], day).get(row.id)
    why = explain(row, rules_of(session.db(), reach.project.id).every)
    signed = signatures_of(session.db(), reach.project.id, [why.rule] if why.rule else [])
    source = find_source(session.db(), row)
    return {
        "row": row,
        "day": day,
        "clinical": clinical,
        "mark": mark_of(row, day, silence is not None),
        "is_task": state_at(row, day) in ("open", "due", "overdue"),
        "last": last_day(row),
        "parts": parts_of(
            why, row, day, clinical, silence.since if silence else None, period_of(row) if clinical else None
        ),
        "basis": basis_of(why, signed.get((row.rule, row.rule_version), []), clinical),
        "advice": advice_of(why, clinical),
        "bar": bar_of(row, day),
        "form_name": name_of_form(session.db(), reach.project.id, row.form_id),
        "acts_on": acts_on(reach, row, source if clinical else None),
        "wrong": correction_of(reach, row, source, clinical),
        **subject_of(reach, found, woman),
    }


def period_of(row: FollowUp) -> LastPeriod | None:
    """What the weeks of a pregnancy are counted from, where she told it in the lunar calendar."""
    if row.subject_list != "women" or row.episode is None:
        return None
    return find_last_periods(session.db(), row.project_id, [row.episode]).get(row.episode)


def correction_of(reach: Reach, row: FollowUp, source: int | None, clinical: bool) -> dict[str, Any]:
    """Where the record that it counts from is corrected, for who may do that; and whether there is such a record at all.

    What a woman told is corrected by who reads it: a clinician with whom it is shared.
    """
    reads = clinical or row.subject_list != "women"
    opens = source is not None and reads and find_open(session.db(), reach.project, source) is not None
    return {"href": f"/review/{source}/edit" if opens else "", "is_recorded": source is not None}


def acts_on(reach: Reach, row: FollowUp, source: int | None) -> dict[str, Any]:
    """What was done with it by hand, and whether the reader may do something; the record, where it is said to be wrong."""
    told, doer = history_of(session.db(), row), doer_in(reach.project)
    is_wrong = any(one.act.kind == "wrong_record" and one.act.undone_at is None for one in told)
    is_hers = row.subject_list != BENEFIT_CASES and may(session.caller(), "followup.update", reach.project)
    return {
        "href": f"/follow-ups/{row.visit_key}",
        "may_act": is_hers and not row.ended,
        "lines": [history_line(one, row, doer) for one in told],
        "source": f"/review/{source}" if source and is_wrong else "",
    }


def subject_of(reach: Reach, found: Listed, woman: Woman | None) -> dict[str, str]:
    """Whom it is about: a code, a village, and the way to her page."""
    return {
        "label": found.label,
        "village": reach.shown_names.get(found.row.village_code, ""),
        "person_href": f"/people/{woman.uuid}" if woman else "",
    }
