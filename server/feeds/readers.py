"""What of a project's changes a program is told: no more than its rights reach at the moment that it asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import READ_BY, Scope, forms_with, may, scope_of
from server.access.caller import Caller
from server.errors import Forbidden, Unauthenticated
from server.followups.lists_for_pages import codes_of
from server.followups.queries import Officers, Reached
from server.followups.whose import whose_follow_ups
from server.models import BENEFIT_CASES, WORKERS, Dataset, Form, Project
from server.registry.reach import CARE_LISTS, Reach, is_results_list, reach_of

NOTHING: Final[Reached] = frozenset()
READING: Final = ("submission.list", "entity.list", "followup.read", "benefit.read")
UNTOLD: Final = (WORKERS, BENEFIT_CASES)
"""Lists of a care project of which no webhook is told: each is for one person or one role alone."""


@dataclass(frozen=True)
class Reader:
    """Somebody who asks, on a Shanghai day: which records, which entities of which lists, whose follow-ups."""

    project: Project
    today: date
    scope: Scope
    reads_form: Callable[[Form], bool]
    reach: Reach
    reads_list: Callable[[Dataset], bool]
    follow_ups: Reached


def reader_of(db: Session, caller: Caller, project: Project, today: date) -> Reader:
    """A caller's rights. Raises Unauthenticated for nobody, Forbidden for a phone and for who reads nothing there."""
    reads = [verb for verb in READING if may(caller, verb, project)]
    if caller.type == "field_key" or not (reads or reads_some_form(db, caller, project)):
        raise Unauthenticated() if caller.is_anonymous else Forbidden()
    reach = reach_of(caller, project, today)
    return Reader(
        project,
        today,
        scope_of(caller, project),
        lambda form: may(caller, "submission.list", project, form),
        reach,
        lambda dataset: "entity.list" in reads and reads_list(dataset, reach),
        follow_ups_of(db, caller, project, today),
    )


def reads_some_form(db: Session, caller: Caller, project: Project) -> bool:
    """A role of some forms, or on one form alone, is a right to what is told of those."""
    if forms_with(caller, "submission.list", project):
        return True
    own = {grant.form_id for grant in caller.grants if grant.form_id is not None}
    forms = db.scalars(select(Form).where(Form.project_id == project.id, Form.id.in_(own)))
    return any(may(caller, "submission.list", project, form) for form in forms)


def reads_list(dataset: Dataset, reach: Reach) -> bool:
    if is_results_list(dataset, reach):
        return False
    if reach.care and dataset.name == BENEFIT_CASES:
        return reach.benefits
    return not (reach.care and dataset.name in CARE_LISTS) or reach.role is not None


def follow_ups_of(db: Session, caller: Caller, project: Project, today: date) -> Reached:
    """As the list of follow-ups has them; benefit cases are for their officers."""
    reads, handles = (may(caller, verb, project) for verb in ("followup.read", "benefit.read"))
    if not reads and not handles:
        return NOTHING
    codes = codes_of(db, scope_of(caller, project))
    others = whose_follow_ups(caller, project, codes, today) if reads else frozenset()
    return Officers(codes, others) if handles else others


def reader_of_webhook(project: Project, today: date) -> Reader:
    """A webhook has no villages and no role: it hears of the whole town, but of nothing that is for one role alone, that is
    sealed, or whose subject does not share it with the clinic. What it hears is an id.
    """
    care = project.kind == "care"
    withheld = frozenset(READ_BY) if care else frozenset[str]()
    scope = Scope(project.id, True, health=True, shared_only=care, withheld=withheld, today=today)
    reach = Reach(scope, care, "clinician" if care else None, today)
    return Reader(
        project,
        today,
        scope,
        lambda _form: True,
        reach,
        lambda dataset: not (care and dataset.name in UNTOLD),
        None,
    )
