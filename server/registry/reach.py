"""Which entities of a list somebody reaches: by village, and lists about women by care role and by her consent."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, false, func, select, true
from sqlalchemy.orm import Session

from server.access.allow import Scope, scope_of
from server.access.caller import Caller
from server.access.care_roles import care_role_of
from server.errors import Forbidden
from server.models import Dataset, Entity, Project, Village, Woman

WOMEN = "women"
ABOUT_HER = ("pregnancies", "contraception_episodes", "referrals")
CARE_LISTS = (WOMEN, *ABOUT_HER)
"""Lists of a care project that are for its village workers and clinicians alone."""

HER = "woman"  # the property of the lists about her that holds her uuid


@dataclass(frozen=True)
class Reach:
    """What of a project's entity lists a caller reaches on a Shanghai day.

    `role` is the caller's care role (care_roles.CARE_ROLES) or None; `care` whether the project is a care project.
    """

    scope: Scope
    care: bool
    role: str | None
    today: date


def reach_of(caller: Caller, project: Project, today: date) -> Reach:
    return Reach(scope_of(caller, project), project.kind == "care", care_role_of(caller, project), today)


def is_care_list(dataset: Dataset, reach: Reach) -> bool:
    return reach.care and dataset.name in CARE_LISTS


def refuse_without_role(dataset: Dataset, reach: Reach) -> None:
    """Raises Forbidden for a list about women when the caller has no care role."""
    if is_care_list(dataset, reach) and reach.role is None:
        raise Forbidden("The list {name} is for village workers and clinicians alone.", name=dataset.name)


def visible(db: Session, dataset: Dataset, reach: Reach) -> ColumnElement[bool]:
    """The entities of a list that a caller reaches, as a condition on Entity.

    A woman is listed as long as her consent to the service stands, also when its last day has passed: the consent form
    must find her to renew it, and her row holds nothing of her health. What is about her is listed only while the consent
    is valid, and for a clinician only while she shares with the clinic. All of it goes where she lives now. Whoever has
    no row of consent (server/models Woman) is listed to nobody.
    """
    if not is_care_list(dataset, reach):
        return in_villages(Entity.village_code, reach.scope)
    if reach.role is None:
        return false()
    if dataset.name == WOMEN:
        return Entity.uuid.in_(select(Woman.uuid).where(*asking(reach)))
    return property_of(db, HER).in_(select(Woman.uuid).where(*asking(reach), *consenting(reach)))


def asking(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """Women of the caller's villages who asked for the service and did not take it back."""
    within = in_villages(Woman.village_code, reach.scope)
    return Woman.project_id == reach.scope.project_id, Woman.consent_service.is_(True), within


def consenting(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """Whose consent is valid that day, for this caller."""
    valid = Woman.consent_until >= reach.today
    return (valid, Woman.consent_share_clinic.is_(True)) if reach.role == "clinician" else (valid,)


def in_villages(code: Any, scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return code.in_(select(Village.code).where(Village.id.in_(scope.village_ids)))  # type: ignore[no-any-return]


def property_of(db: Session, name: str) -> ColumnElement[str]:
    """A property of an entity, in the database's own words."""
    is_postgresql = db.get_bind().dialect.name == "postgresql"
    value: ColumnElement[str] = (
        cast(Entity.data_json, JSON)[name].as_string()
        if is_postgresql
        else func.json_extract(Entity.data_json, f"$.{name}")
    )
    return value
