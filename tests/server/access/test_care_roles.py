"""Who asks in which care role."""

import pytest

from server.access.caller import ANONYMOUS, Caller, Grant
from server.access.care_roles import care_role_of
from server.access.roles import APP_USER, CLINICIAN, PROJECT_MANAGER, REVIEWER, TOWN_LEAD, VILLAGE_WORKER
from server.models import Project

CARE, PLAIN = Project(id=2, kind="care"), Project(id=2, kind="plain")


def person(*grants: Grant) -> Caller:
    return Caller(actor_id=1, type="user", grants=grants)


@pytest.mark.parametrize(
    ("caller", "role"),
    [
        (ANONYMOUS, None),
        (person(Grant(VILLAGE_WORKER, 2, None)), "village_worker"),
        (person(Grant(VILLAGE_WORKER, 2, None), Grant(CLINICIAN, 2, None)), "clinician"),
        (person(Grant(CLINICIAN, 3, None)), None),
        (person(Grant(CLINICIAN, 2, 7)), None),
        (person(Grant(CLINICIAN, None, None)), None),
        (person(*(Grant(role, 2, None) for role in (REVIEWER, TOWN_LEAD, PROJECT_MANAGER))), None),
        (Caller(actor_id=1, type="field_key", home_project_id=2, care_role="clinician"), "clinician"),
        (Caller(actor_id=1, type="field_key", home_project_id=3, care_role="clinician"), None),
        (Caller(actor_id=1, type="public_link", grants=(Grant(APP_USER, 2, None),)), None),
    ],
)
def test_a_care_role_is_one_of_the_project_itself(caller: Caller, role: str | None) -> None:
    assert care_role_of(caller, CARE) == role
    assert care_role_of(caller, PLAIN) is None
