"""Which schedule of visits the town's pregnancies follow, and one of them by a clinician's choice."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from server.access.allow import allow
from server.access.restricted import is_restricted
from server.errors import Forbidden, NotFound, Problem
from server.followups.choosing_schedules import choose_for_pregnancy, choose_for_town
from server.followups.courses import get_woman
from server.followups.schedule_choices import AS_TOWN, SCHEDULES, own_choices, towns_choice
from server.models import Pregnancy, Project, Woman
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.care_team import consents, shares_with_clinic
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.pages.sent import sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PAGE = "followups/schedule.html"
NAMES = {
    "CN5": _l("National norm: 5 contacts"),
    "CN5+WHO": _l("National norm, and between them those of WHO: 9 contacts"),
    "CN-clinic": _l("Clinical guideline: 7 contacts, more on a clinician's date"),
}


@pages.get("/follow-ups/schedule")
def show_schedule() -> Response:
    return make_response(render_template(PAGE, **facts_of(load_town())))


@pages.post("/follow-ups/schedule")
def set_schedule() -> Response:
    project = load_town()
    try:
        choose_for_town(session.db(), project, sent_text("profile", 40, required=True), require_person(), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(load_town()))
    return say("/follow-ups/schedule", _("It holds from today on. The visits follow within minutes."))


def load_town() -> Project:
    """Raises NotFound for a plain project, which has no schedules."""
    project = current_project()
    allow(session.caller(), "schedule.set", project)
    if project.kind != "care":
        raise NotFound()
    return project


def facts_of(project: Project) -> dict[str, Any]:
    return {"now_set": towns_choice(session.db(), project.id), "names": {one: NAMES[one] for one in SCHEDULES}}


@pages.post("/people/<uuid:woman_uuid>/schedule")
def choose_schedule(woman_uuid: UUID) -> Response:
    reach = reach_of("schedule.choose")
    woman = get_woman(session.db(), reach.project.id, reach.whose, str(woman_uuid))
    check_shared(reach, woman)
    chosen = sent_text("pregnancy", 64, required=True), sent_text("profile", 40, required=True)
    choose_for_pregnancy(session.db(), reach.project, woman, *chosen, require_person(), session.now())
    return say(f"/people/{woman.uuid}", _("Her visits follow this schedule from today on."))


def check_shared(reach: Reach, woman: Woman) -> None:
    """Raises Forbidden for a clinician with whom she does not share, or whose data are to lie unused."""
    unused = is_restricted(session.db(), reach.project.id, woman.uuid)
    if unused or not (reach.scope.health and consents(woman, reach.today) and shares_with_clinic(woman)):
        raise Forbidden()


def schedule_lines(db: Session, project: Project, pregnancies: Sequence[Pregnancy]) -> list[dict[str, Any]]:
    """Of each pregnancy that goes on: what is chosen for it, and what there is to choose."""
    going_on = [one.uuid for one in pregnancies if one.status == "ongoing"]
    if not going_on:
        return []
    own, town = own_choices(db, project.id, going_on), NAMES[towns_choice(db, project.id).profile]
    names = {AS_TOWN: _("As the town has it (%(name)s)", name=town), **NAMES}
    return [{"pregnancy": one, "chosen": own.get(one, AS_TOWN), "names": names} for one in going_on]
