"""Ring first: the number that she gave for it, shown to her care team when it is asked for, and the look is written down."""

from uuid import UUID

from flask import Response, make_response, render_template

from server.access.care_roles import care_role_of
from server.access.masking import note_reveal
from server.errors import Forbidden
from server.followups.courses import find_woman
from server.followups.queries import Listed, get_by_visit_key
from server.models import Woman
from server.registry.calling import SafeNumber, find_number
from server.web import session
from server.web.pages.care_team import consents, shares_with_clinic
from server.web.pages.door import pages
from server.web.pages.followups import Reach, reach_of
from server.web.readings import note_read


@pages.get("/follow-ups/<uuid:visit_key>/call")
def ask_call(visit_key: UUID) -> Response:
    """Asks whether the number is to be shown; says nothing of whether there is one."""
    _reach, found, _woman = whom_to_call(str(visit_key))
    return make_response(render_template("followups/call.html", label=found.label, key=visit_key, asked=False))


@pages.post("/follow-ups/<uuid:visit_key>/call")
def show_call(visit_key: UUID) -> Response:
    reach, found, woman = whom_to_call(str(visit_key))
    number = find_number(session.db(), found.row) if may_know(reach, woman) else None
    note_look(reach, found, number)
    return make_response(
        render_template("followups/call.html", label=found.label, key=visit_key, asked=True, number=number)
    )


def whom_to_call(visit_key: str) -> tuple[Reach, Listed, Woman | None]:
    """Raises Forbidden for who cares for nobody, NotFound for what is not hers."""
    reach = reach_of("followup.read")
    if care_role_of(session.caller(), reach.project) is None:
        raise Forbidden()
    found = get_by_visit_key(session.db(), reach.project.id, reach.whose, visit_key)
    return reach, found, find_woman(session.db(), found.row)


def may_know(reach: Reach, woman: Woman | None) -> bool:
    """A household's number goes with its door; hers as far as she agreed, and to a clinician where she shares."""
    shared = shares_with_clinic(woman) or care_role_of(session.caller(), reach.project) != "clinician"
    return woman is None or (consents(woman, reach.today) and shared)


def note_look(reach: Reach, found: Listed, number: SafeNumber | None) -> None:
    note_read(reach.project, "person.read", about=found.row.subject)
    if number is not None:
        question = "phone_safe" if found.row.subject_list == "women" else "contact_phone"
        record = number.submission_id
        note_reveal(session.db(), session.caller(), reach.project, session.now(), [question], record)
