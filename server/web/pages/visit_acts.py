"""Later, done elsewhere, not wanted: what somebody says of one visit, and taking it back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template

from server.access.allow import allow, may
from server.access.care_roles import care_role_of
from server.errors import NotFound, Problem
from server.followups import acting, limits
from server.followups.acting import Doer, Wish
from server.followups.courses import find_woman
from server.followups.due import Due
from server.followups.explaining import rule_of
from server.followups.queries import Listed, get_by_visit_key
from server.followups.town_rules import rules_of
from server.models import BENEFIT_CASES, FollowUp, Project, Woman
from server.publishing.list_editing import list_now
from server.publishing.list_kinds import CLINICS, PLACEHOLDER
from server.web import session
from server.web.pages.act_words import REASON_WORDS
from server.web.pages.again import show_again
from server.web.pages.care_team import consents
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.pages.hand_overs import sent_day
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say
from server.web.readings import note_read

VISIT = "/follow-ups/<uuid:visit_key>"


@dataclass(frozen=True)
class Visit:
    """A visit that the caller may act on: whose it is, how it stands by the rules, and who asks."""

    reach: Reach
    found: Listed
    woman: Woman | None
    due: Due | None
    doer: Doer

    @property
    def row(self) -> FollowUp:
        return self.found.row

    @property
    def project(self) -> Project:
        return self.reach.project

    @property
    def href(self) -> str:
        return f"/follow-ups/{self.row.visit_key}"


def doer_in(project: Project) -> Doer:
    who = session.caller()
    is_clinician = care_role_of(who, project) == "clinician"
    return Doer(who.actor_id or 0, is_clinician, may(who, "followup.supervise", project))


def get_visit(visit_key: UUID) -> Visit:
    """Raises NotFound outside of the caller's villages, of a benefit case, and where her consent has ended."""
    require_person()
    reach = reach_of("followup.update")
    found = get_by_visit_key(session.db(), reach.project.id, reach.whose, str(visit_key))
    woman = find_woman(session.db(), found.row)
    if found.row.subject_list == BENEFIT_CASES or (woman and not consents(woman, reach.today)):
        raise NotFound()
    due = acting.find_task(session.db(), reach.project, found.row, reach.today)
    if woman:
        note_read(reach.project, "followup.read", about=found.row.subject, details={"followUpId": found.row.id})
    return Visit(reach, found, woman, due, doer_in(reach.project))


@pages.get(f"{VISIT}/later")
def show_later(visit_key: UUID) -> Response:
    return make_response(render_template("followups/later.html", **later_values(get_visit(visit_key))))


def later_values(visit: Visit) -> dict[str, Any]:
    """Per reason the last day that is offered; a reason without one is not offered."""
    snoozes = acting.count_snoozes(session.db(), visit.row)
    today, by = visit.reach.today, visit.doer.is_supervisor
    latest = {
        reason: limits.latest_snooze(visit.due, today, reason, snoozes, by) if visit.due else None
        for reason in limits.REASONS["snooze"]
    }
    days = [day for day in latest.values() if day]
    return {
        **values_of(visit),
        "latest": latest,
        "most": max(days, default=None),
        "is_twice": snoozes >= limits.MOST_SNOOZES,
        "waits": visit.due is not None and visit.due.opens_on <= today,
    }


def values_of(visit: Visit) -> dict[str, Any]:
    names = {"label": visit.found.label, "village": visit.reach.shown_names.get(visit.row.village_code, "")}
    is_home = visit.row.subject_list == "households"
    return {**names, "visit": visit, "day": visit.reach.today, "words": REASON_WORDS, "is_home": is_home}


@pages.post(f"{VISIT}/later")
def put_off(visit_key: UUID) -> Response:
    visit = get_visit(visit_key)
    try:
        wish = Wish("snooze", sent_text("reason", 40, required=True), sent_day("day"), note=sent_note())
        act = acting.act_on(session.db(), visit.doer, visit.project, visit.row, wish, session.now())
    except Problem as problem:
        return show_again("followups/later.html", problem, lambda: later_values(get_visit(visit_key)))
    return say("/m", _("It is put off. It comes back by itself on that day."), undo_of(visit, act.id))


def sent_note() -> str:
    return sent_text("note", acting.NOTE_LENGTH)


def undo_of(visit: Visit, act_id: int) -> Undo:
    return Undo(f"{visit.href}/acts/{act_id}/undo", {})


@pages.get(f"{VISIT}/close")
def show_close(visit_key: UUID) -> Response:
    return make_response(render_template("followups/close.html", **close_values(get_visit(visit_key))))


def close_values(visit: Visit) -> dict[str, Any]:
    rule, due = rule_of(visit.row, rules_of(session.db(), visit.project.id).every), visit.due
    first = limits.first_done_day(due, rule) if due else None
    last = limits.last_done_day(due, visit.reach.today) if due else None
    return {
        **values_of(visit),
        "waits": due is not None,
        "may_close": due is not None and limits.may_close(due, rule, visit.doer.is_clinician),
        "may_stop_kind": limits.may_stop_kind(rule),
        "first": first,
        "last": last if last and (first is None or first <= last) else None,
        "clinics": clinics_of(visit.project),
    }


def clinics_of(project: Project) -> list[tuple[str, str]]:
    """(name, label) of the town's clinics; what stands there until the list is filled is none."""
    rows = list_now(session.db(), session.blobs(), project, CLINICS).rows
    return [(row["name"], row["label"]) for row in rows if row["name"] != PLACEHOLDER]


@pages.post(f"{VISIT}/close")
def close_visit(visit_key: UUID) -> Response:
    visit = get_visit(visit_key)
    try:
        wish = read_closing(visit)
        act = acting.act_on(session.db(), visit.doer, visit.project, visit.row, wish, session.now())
    except Problem as problem:
        return show_again("followups/close.html", problem, lambda: close_values(get_visit(visit_key)))
    return say("/m", said_of(wish), undo_of(visit, act.id))


def read_closing(visit: Visit) -> Wish:
    """A place that is none of the town's clinics is elsewhere."""
    reason = sent_text("reason", 40, required=True)
    kind = next((kind for kind, reasons in limits.REASONS.items() if reason in reasons), "")
    if kind == "done_elsewhere":
        place = sent_text("place", 64)
        known = place if place in dict(clinics_of(visit.project)) else ""
        return Wish(kind, reason, sent_day("day"), known)
    return Wish(kind if kind != "snooze" else "", reason, note=sent_note() if kind == "wrong_record" else "")


def said_of(wish: Wish) -> str:
    if wish.kind == "wrong_record":
        return _(
            "It is not asked for while its record counts as wrong. Correct the record on the phone; a doctor looks at it."
        )
    if wish.kind == "done_elsewhere":
        return _("Noted: it was done elsewhere.")
    return _("It is noted, and this is not asked again. Thank her.")


@pages.post(f"{VISIT}/acts/<{ID}:act_id>/undo")
def undo_act(visit_key: UUID, act_id: int) -> Response:
    visit = get_visit(visit_key)
    acting.undo_act(session.db(), visit.doer, visit.project, visit.row, act_id, session.now())
    return say(visit.href, _("It is taken back. The visit stands as it was before."))


@pages.post(f"{VISIT}/acts/<{ID}:act_id>/confirm")
def confirm_act(visit_key: UUID, act_id: int) -> Response:
    visit = get_visit(visit_key)
    allow(session.caller(), "followup.supervise", visit.project)
    acting.confirm_act(session.db(), visit.doer, visit.project, visit.row, act_id, session.now())
    return say(visit.href, _("Noted: the record is wrong."))
