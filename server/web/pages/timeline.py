"""A woman's course for her care team: what she agreed to, what happened, what is next. Every look is written down."""

from uuid import UUID

from flask import Response, make_response, redirect, render_template

from server.access.allow import may
from server.access.restricted import is_restricted
from server.followups.courses import get_woman, list_care, list_events, taken_back
from server.followups.explaining import title_of
from server.followups.queries import for_subject
from server.followups.town_rules import rules_of
from server.models import Woman
from server.places.joined import reach_home
from server.registry.conflicts import entries_about
from server.registry.duplicates import pairs_with
from server.registry.last_periods import find_last_periods
from server.registry.merged import labels_of, merged_into, who_now
from server.registry.reach import reach_of as reached_by
from server.registry.transfers_of_her import packages_of_her
from server.web import session
from server.web.pages.care_team import consents, shares_with_clinic
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.pages.schedules import schedule_lines
from server.web.pages.timeline_words import consent_lines, entries_of, state_lines
from server.web.pages.transfer_words import package_entries
from server.web.readings import note_read

MOST_EVENTS = 200


@pages.get("/people/<uuid:woman_uuid>")
def show_timeline(woman_uuid: UUID) -> Response:
    reach = reach_of("followup.read")
    kept = who_now(session.db(), reach.project.id, str(woman_uuid))
    if kept != str(woman_uuid):
        return to_kept(reach, kept)
    woman = get_woman(session.db(), reach.project.id, reach.whose, str(woman_uuid))
    note_read(reach.project, "person.read", about=woman.uuid)
    clinical = reach.scope.health and shares_with_clinic(woman)
    unused = is_restricted(session.db(), reach.project.id, woman.uuid)
    may_read = consents(woman, reach.today) and not unused
    values = course_of(reach, woman, clinical) if may_read else {}
    values |= {"consents": consent_lines(woman, reach.today), "village": reach.shown_names.get(woman.village_code, "")}
    values |= {"is_clinician": reach.scope.health, "clinical": clinical, "may_read": may_read}
    values["unused"] = unused
    home = reach_home(session.db(), session.caller(), reach.project, woman.uuid, reach.today)
    values["leads_home"] = home is not None
    values["leads_transfers"] = clinical and may_read and may(session.caller(), "transfer.read", reach.project)
    values |= beside(reach, woman, home is not None and reach.scope.covers(home.village_id)) if may_read else {}
    return make_response(render_template("people/timeline.html", woman=woman, day=reach.today, **values))


def to_kept(reach: Reach, kept: str) -> Response:
    """Her page under the number that is kept, for whom it is. Raises NotFound for anybody else."""
    get_woman(session.db(), reach.project.id, reach.whose, kept)
    return make_response(redirect(f"/people/{kept}", 303))


def beside(reach: Reach, woman: Woman, opens_home: bool) -> dict[str, object]:
    """What the lists say of her, whether she may be registered twice, which registrations are hers, and her home's page where
    it is one of the reader's villages: she may live in the next one.
    """
    db, reached = session.db(), reached_by(session.caller(), reach.project, reach.today)
    return {
        "listed": entries_about(db, reached, woman.uuid),
        "pairs": pairs_with(db, reached, woman.uuid),
        "registrations": labels_of(db, reach.project.id, merged_into(db, reach.project.id, woman.uuid)),
        "home_href": f"/people/homes/{woman.household_uuid}" if opens_home else "",
    }


def course_of(reach: Reach, woman: Woman, clinical: bool) -> dict[str, object]:
    db, day = session.db(), reach.today
    rules = rules_of(db, reach.project.id).every
    found = for_subject(db, reach.project.id, reach.whose, "women", woman.uuid)
    rows = [(row, title_of(row, rules)) for row in found]
    events = list_events(db, woman, MOST_EVENTS)
    pregnancies, methods = list_care(db, woman) if clinical else ([], [])
    going_on = [one.uuid for one in pregnancies if one.status == "ongoing"]
    last_periods = find_last_periods(db, reach.project.id, going_on) if clinical else {}
    packages = package_entries(packages_of_her(db, woman)) if clinical else []
    may_choose = clinical and may(session.caller(), "schedule.choose", reach.project)
    return {
        "entries": entries_of(events, rows, day, clinical, taken_back(db, woman), pregnancies, methods, packages),
        "state": state_lines(pregnancies, methods, last_periods, day),
        "schedules": schedule_lines(db, reach.project, pregnancies) if may_choose else [],
        "is_cut": len(events) == MOST_EVENTS,
    }
