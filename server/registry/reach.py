"""Which entities of a list somebody reaches: by village, and lists about women by care role and by her consent."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import Session

from server.access import roles
from server.access.allow import Scope, may, scope_of
from server.access.caller import Caller
from server.access.care_roles import handles_benefits, is_officer, sees_doors_only
from server.access.her_worker import NOBODY, Carer, carer_of, hers_to_care_for, in_villages
from server.access.restricted import in_use
from server.errors import Forbidden
from server.models import BENEFIT_CASES, WORKERS, Dataset, Entity, Woman
from server.models.facts import AnyProject

WOMEN = "women"
ABOUT_HER = ("pregnancies", "contraception_episodes", "referrals", "transfers")
CARE_LISTS = (WOMEN, *ABOUT_HER)
"""Lists of a care project that are for its village workers and clinicians alone."""
UNFILTERED = frozenset((*CARE_LISTS, BENEFIT_CASES, "households"))
"""Lists that a care project lives by: a filter would keep women and homes from those who care for them."""


LIST_READERS = frozenset({"entity.list", "submission.create"})


@dataclass(frozen=True)
class Reach:
    """What of a project's entity lists a caller reaches on a Shanghai day.

    `role` is the caller's care role (care_roles.CARE_ROLES) or None; `care` whether the project is a care project.
    `carer` tells which women are the caller's own, `reads` whether the caller has any use for lists of a care project.
    `benefits`: the caller is a benefit officer. `doors_only`: homes are told without their points (care_roles.py).
    `filtered`: a list's own filter holds for the caller, who is `actor_id` (list_filters.py).
    """

    scope: Scope
    care: bool
    role: str | None
    today: date
    carer: Carer = NOBODY
    reads: bool = True
    benefits: bool = False
    doors_only: bool = False
    filtered: bool = False
    actor_id: int | None = None


def reach_of(caller: Caller, project: AnyProject, today: date) -> Reach:
    """What a caller reaches that day, in villages and in women; a phone that only sends reaches nothing by any address."""
    carer = NOBODY if caller.only_sends else carer_of(caller, project)
    return Reach(
        scope_of(caller, project),
        project.kind == "care",
        carer.role,
        today,
        carer,
        reads_lists(caller, project),
        handles_benefits(caller, project),
        sees_doors_only(caller, project),
        not may(caller, "entity.list", project),
        caller.actor_id,
    )


def reads_lists(caller: Caller, project: AnyProject) -> bool:
    """Whoever fills in forms, or may list entities: a town lead or who protects data has forms, but nobody's home.

    What somebody is on the whole site or in another project gives nothing of a care project.
    """
    if caller.only_sends:
        return False
    held = (roles.BY_ID.get(one.role_id) for one in caller.grants if one.project_id == project.id)
    return any(role is not None and role.verbs & LIST_READERS for role in held)


def is_care_list(dataset: Dataset, reach: Reach) -> bool:
    return reach.care and dataset.name in CARE_LISTS


def is_results_list(dataset: Dataset, reach: Reach) -> bool:
    return reach.care and dataset.name == WORKERS


def is_benefit_list(dataset: Dataset, reach: Reach) -> bool:
    return reach.care and dataset.name == BENEFIT_CASES


def is_filtered(dataset: Dataset, reach: Reach) -> bool:
    """Whether a list's own filter, if it has one, holds for the caller."""
    return reach.filtered and not (reach.care and dataset.name in UNFILTERED)


def is_homes_by_door(dataset: Dataset, reach: Reach) -> bool:
    """Whether it is the list of homes, for somebody who is told no points."""
    return reach.care and reach.doors_only and dataset.name == "households"


def cases_reached(reach: Reach) -> ColumnElement[bool]:
    """Whether the caller, who may carry somebody's phone, is a benefit officer: cases are for nobody else."""
    if not reach.benefits:
        return false()
    return is_officer(reach.scope.project_id, int(reach.carer.worker)) if reach.carer.worker else true()


def refuse_without_role(dataset: Dataset, reach: Reach) -> None:
    """Raises Forbidden for a list about women when the caller has no care role, for that of benefits when the caller is no
    benefit officer, and for that of the workers' results.
    """
    if is_benefit_list(dataset, reach) and not reach.benefits:
        raise Forbidden("The list {name} is for benefit officers alone.", name=BENEFIT_CASES)
    if is_results_list(dataset, reach):
        raise Forbidden(
            "Results in the list {name} are shown to nobody but the worker herself, on her phone.", name=WORKERS
        )
    if is_care_list(dataset, reach) and reach.role is None:
        raise Forbidden("The list {name} is for village workers and clinicians alone.", name=dataset.name)


def visible(db: Session, dataset: Dataset, reach: Reach) -> ColumnElement[bool]:
    """The entities of a list that a caller reaches, as a condition on Entity; rules hold for rows as they are read."""
    return reached(dataset, reach) & own_rows(dataset, reach)


def own_rows(dataset: Dataset, reach: Reach) -> ColumnElement[bool]:
    """Of a list that tells each his own entities alone: those."""
    if not (is_filtered(dataset, reach) and dataset.owner_only):
        return true()
    return Entity.creator_id == reach.actor_id if reach.actor_id is not None else false()


def reached(dataset: Dataset, reach: Reach) -> ColumnElement[bool]:
    """What villages, roles and consents leave of a list.

    A woman is listed as long as her consent to the service stands, also when its last day has passed: the consent form
    must find her to renew it, and her row holds nothing of her health. What is about her is listed only while the consent
    is valid, and for a clinician only while she shares with the clinic. All of it goes where she lives now. Whoever has
    no row of consent (server/models Woman) is listed to nobody.
    """
    if reach.care and not reach.reads:
        return false()
    if is_results_list(dataset, reach):
        return (
            true()
        )  # names, for all of the town: what else stands in a row, workers_list.py gives her alone whose it is
    if is_benefit_list(dataset, reach):
        return cases_reached(reach) & in_villages(Entity.village_code, reach.scope)
    if not is_care_list(dataset, reach):
        return in_villages(Entity.village_code, reach.scope)
    if reach.role is None:
        return false()
    if dataset.name == WOMEN:
        return Entity.uuid.in_(select(Woman.uuid).where(*asking(reach)))
    return Entity.about.in_(select(Woman.uuid).where(*asking(reach), *consenting(reach)))


@lru_cache(maxsize=64)
def asking(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """Women of the caller's who asked for the service and did not take it back."""
    return (
        Woman.project_id == reach.scope.project_id,
        Woman.consent_service.is_(True),
        in_use(),
        hers_to_care_for(reach.scope, reach.carer),
    )


def consenting(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """Whose consent is valid that day, for this caller."""
    valid = Woman.consent_until >= reach.today
    return (valid, Woman.consent_share_clinic.is_(True)) if reach.role == "clinician" else (valid,)


def women_of(reach: Reach) -> Select[str] | None:
    """The uuids of a village worker's women; None for everybody else, whose women go by village."""
    if not reach.care or reach.role != "village_worker":
        return None
    return select(Woman.uuid).where(
        Woman.project_id == reach.scope.project_id, hers_to_care_for(reach.scope, reach.carer)
    )
