"""Follow-ups as pages and phones ask for them. Every query takes the project and the villages that the caller reaches.

`village_codes` are 12-digit codes; None is the whole town, an empty collection nothing at all. For a village worker it is
a `Whose`: women go by whom they chose. Benefit cases are in nobody's but an `Officers`. `today` is the date in
Asia/Shanghai. Where a row stands is read off its days, so that a list is right at 00:01 before the daily step has run.
"""

from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.her_worker import Carer
from server.access.restricted import in_use
from server.errors import NotFound
from server.followups.given_away import is_asked_now, not_given_away
from server.followups.known_rows import KnownRow
from server.followups.town_rules import shipped
from server.models import BENEFIT_CASES, Dataset, Entity, FollowUp, Household, RuleVersion, Village, Woman


@dataclass(frozen=True)
class Whose:
    """Whose follow-ups somebody reaches: households by village (`codes`, None the whole town), women by themselves.

    `women` is a query of their uuids, `places` one of all village codes that can come up (None: any), for the database's
    sake. `cut` narrows to some villages. `clinical` is for a clinician, whose alone some rules are. What was given to a
    colleague of the `carer`'s is not asked of her (given_away.py).
    """

    codes: frozenset[str] | None
    women: Select[str]
    places: CompoundSelect[str] | None = None
    cut: frozenset[str] | None = None
    clinical: bool = False
    carer: Carer | None = None


@dataclass(frozen=True)
class Officers:
    """What a benefit officer reaches: cases of the villages `codes` (None the whole town), and of everything else what is
    hers by another role, nothing where she has none. `is_officer` is asked of who carries the phone; `cut` as in Whose.
    """

    codes: frozenset[str] | None
    others: Collection[str] | Whose | None = frozenset()
    is_officer: ColumnElement[bool] | None = None
    cut: frozenset[str] | None = None


Reached = Collection[str] | Whose | Officers | None
DueQuestion = Select[FollowUp, str | None, str | None, str | None]


class Listed(NamedTuple):
    """A follow-up with the masked label of whom it is about, and the worker whom she chose (None: the village's)."""

    row: FollowUp
    label: str
    worker: str | None


@dataclass(frozen=True)
class Counts:
    """Tasks that may be done now, by where they stand; they do not overlap. `red` and `critical` count among all."""

    open: int = 0
    due: int = 0
    overdue: int = 0
    red: int = 0
    critical: int = 0

    @property
    def all(self) -> int:
        return self.open + self.due + self.overdue

    def __add__(self, other: "Counts") -> "Counts":
        """Of two villages that are one now."""
        return Counts(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def state_at(row: FollowUp, today: date) -> str:
    """Where a row stands that day, by its own days: an ended one as it ended."""
    if row.ended:
        return row.state
    if row.latest_on is not None and today > row.latest_on:
        return "expired"
    if today >= row.overdue_from:
        return "overdue"
    if today >= row.due_on:
        return "due"
    return "open" if today >= row.opens_on else "scheduled"


def is_snoozed(row: KnownRow, today: date) -> bool:
    """Whether somebody put it off that day. It is counted as whatever it is all the same."""
    return not row.ended and row.snoozed_until is not None and row.snoozed_until > today


def last_day(row: FollowUp) -> date:
    """The last day on which it is not overdue: the close with its grace."""
    return row.overdue_from - timedelta(days=1)


def is_late(today: date) -> ColumnElement[bool]:
    """The same question asked of the database: overdue that day (windows.is_overdue, domain.md 2.0)."""
    return FollowUp.overdue_from <= today


def due_for_villages(db: Session, project_id: int, village_codes: Reached, today: date) -> list[Listed]:
    """Tasks whose window is open that day: overdue first, then by target day."""
    return list_due(db, project_id, due_question(project_id, village_codes, today))


def list_due(db: Session, project_id: int, question: DueQuestion) -> list[Listed]:
    return with_case_labels(db, project_id, [_listed(*row) for row in db.execute(question)])


def due_question(project_id: int, village_codes: Reached, today: date) -> DueQuestion:
    """A contact that stands inside another of the same pregnancy is left out (domain.md 2.3)."""
    late_first = case((is_late(today), 0), else_=1)
    here = (
        *still_asked(today),
        FollowUp.inside.is_(None),
        is_asked_now(today),
        of_hers(project_id, village_codes, today),
    )
    query = listing(project_id, village_codes).where(*here)
    return query.order_by(late_first, FollowUp.due_on, FollowUp.id)


def for_subject(
    db: Session, project_id: int, village_codes: Reached, subject_list: str, subject: str
) -> list[FollowUp]:
    """Every follow-up of one woman or household, ended ones too, by target day. Empty outside the villages."""
    query = select(FollowUp).where(
        within(project_id, village_codes), FollowUp.subject_list == subject_list, FollowUp.subject == subject
    )
    return list(db.scalars(query.order_by(FollowUp.due_on, FollowUp.id)))


def get_by_visit_key(db: Session, project_id: int, village_codes: Reached, visit_key: str) -> Listed:
    """Raises NotFound, also outside the villages."""
    query = listing(project_id, village_codes).where(FollowUp.visit_key == visit_key)
    found = db.execute(query).first()
    if found is None:
        raise NotFound()
    return with_case_labels(db, project_id, [_listed(*found)])[0]


def with_case_labels(db: Session, project_id: int, found: list[Listed]) -> list[Listed]:
    """The same with the labels of benefit cases, which only their list knows; no question where there are none."""
    labels = case_labels(db, project_id, [one.row for one in found])
    return [one._replace(label=labels.get(one.row.subject, one.label)) for one in found] if labels else found


def case_labels(db: Session, project_id: int, rows: Collection[FollowUp]) -> dict[str, str]:
    """The labels of the benefit cases among whom these follow-ups are about, by uuid."""
    cases = {row.subject for row in rows if row.subject_list == BENEFIT_CASES}
    if not cases:
        return {}
    query = select(Entity.uuid, Entity.label).join(Dataset, Dataset.id == Entity.dataset_id)
    here = Dataset.project_id == project_id, Dataset.name == BENEFIT_CASES, Entity.uuid.in_(cases)
    return dict(db.execute(query.where(*here, Entity.deleted_at.is_(None))).all())


def _listed(row: FollowUp, hers: str | None, home: str | None, assigned_worker: str | None) -> Listed:
    return Listed(row, label_of(hers, home), assigned_worker)


def count_by_village(
    db: Session, project_id: int, village_codes: Reached, today: date, to_be_counted: bool = False
) -> dict[str, Counts]:
    """Tasks per village code, perhaps of those alone whom statistics may count; a village without any is not named."""
    return counts_of(db, counting_by_village(project_id, village_codes, today, to_be_counted))


def counting_by_village(project_id: int, village_codes: Reached, today: date, to_be_counted: bool = False) -> Any:
    here = within(project_id, village_codes), of_hers(project_id, village_codes, today)
    waits = *still_asked(today, to_be_counted), FollowUp.inside.is_(None)
    return counting(FollowUp.village_code, today).where(*waits, *here).group_by(FollowUp.village_code)


def is_counted(today: date | None = None) -> ColumnElement[bool]:
    """Follow-ups that statistics may count: of homes, and of women who agreed to be counted (consent_stats).

    With a day it is also what `consent_holds` asks, by looking at her once in place of twice.
    """
    hers = (Woman.project_id == FollowUp.project_id) & (Woman.uuid == FollowUp.subject)
    holds = or_(Woman.consent_until.is_(None), Woman.consent_until >= today) if today else true()
    agrees = exists().where(hers, holds, Woman.consent_service, Woman.consent_stats, in_use()).correlate(FollowUp)
    return or_(FollowUp.subject_list != "women", agrees)


def codes_within(db: Session, scope: Scope) -> list[str] | None:
    """The village codes that a scope reaches, as the queries here take them."""
    if scope.everything:
        return None
    return list(db.scalars(select(Village.code).where(Village.id.in_(scope.village_ids)).order_by(Village.code)))


def within(project_id: int, village_codes: Reached) -> ColumnElement[bool]:
    """The condition that every query here is built on."""
    here = FollowUp.project_id == project_id
    if isinstance(village_codes, Officers):
        able = true() if village_codes.is_officer is None else village_codes.is_officer
        cases = and_(here, is_case(), able, in_codes(village_codes.codes), in_codes(village_codes.cut))
        return or_(cases, within(project_id, village_codes.others))
    here = and_(here, ~is_case())
    if not isinstance(village_codes, Whose):
        return and_(here, in_codes(village_codes))
    is_woman_s = FollowUp.subject_list == "women"
    hers = and_(is_woman_s, FollowUp.subject.in_(village_codes.women))
    if not village_codes.clinical:
        hers = and_(hers, of_the_team())
    homes = and_(~is_woman_s, in_codes(village_codes.codes))
    nearby = true() if village_codes.places is None else FollowUp.village_code.in_(village_codes.places)
    return and_(here, nearby, or_(hers, homes), in_codes(village_codes.cut))


def of_hers(project_id: int, village_codes: Reached, today: date) -> ColumnElement[bool]:
    """What is asked of the caller herself of what she reaches: `within` decides what she may read, this what she goes to."""
    if isinstance(village_codes, Officers):
        return of_hers(project_id, village_codes.others, today)
    return not_given_away(project_id, village_codes.carer if isinstance(village_codes, Whose) else None, today)


def is_case() -> ColumnElement[bool]:
    return FollowUp.subject_list == BENEFIT_CASES


def of_the_team() -> ColumnElement[bool]:
    """What is not a clinician's alone by any version: all that a village worker is shown, in numbers too."""
    here = RuleVersion.project_id == FollowUp.project_id, RuleVersion.state == "published"
    own = select(RuleVersion.rule).where(*here, RuleVersion.whose == "clinician").correlate(FollowUp)
    return and_(FollowUp.rule.not_in(shipped().of_clinicians), FollowUp.rule.not_in(own))


def in_codes(village_codes: Collection[str] | None) -> ColumnElement[bool]:
    return true() if village_codes is None else FollowUp.village_code.in_(village_codes)


def still_asked(today: date, to_be_counted: bool = False) -> tuple[ColumnElement[bool], ...]:
    """Tasks whose window has opened by that day, of whoever still agrees to them, or to being counted too."""
    return *still_to_do(today, to_be_counted), FollowUp.opens_on <= today


def still_to_do(today: date, to_be_counted: bool = False) -> tuple[ColumnElement[bool], ...]:
    """What waits, its window open or not: neither ended nor over by its own days, of whoever still agrees to it."""
    not_over = or_(FollowUp.latest_on.is_(None), FollowUp.latest_on >= today)
    agrees = is_counted(today) if to_be_counted else consent_holds(today)
    return FollowUp.ended.is_(False), not_over, agrees


def consent_holds(today: date) -> ColumnElement[bool]:
    """The daily step ends what is planned for a woman after the last day of her consent; until then it is not shown."""
    over = is_woman() & (Woman.consent_until < today)
    return ~exists().where(over).correlate(FollowUp)


def is_woman() -> ColumnElement[bool]:
    return and_(
        FollowUp.subject_list == "women", Woman.project_id == FollowUp.project_id, Woman.uuid == FollowUp.subject
    )


def is_household() -> ColumnElement[bool]:
    return and_(
        FollowUp.subject_list == "households",
        Household.project_id == FollowUp.project_id,
        Household.uuid == FollowUp.subject,
    )


def listing(project_id: int, village_codes: Reached) -> Select[FollowUp, str | None, str | None, str | None]:
    return (
        select(FollowUp, Woman.label, Household.label, Woman.assigned_worker)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_household())
        .where(within(project_id, village_codes))
    )


def label_of(hers: str | None, home: str | None) -> str:
    """What a follow-up's subject is called: the label of the woman, or of the household, that was joined to it."""
    return hers or home or ""


def counting(by: Any, today: date) -> Any:
    """How many stand where that day, of whatever the caller's conditions leave: `still_asked` and no `inside` among them."""
    overdue = is_late(today)
    due = and_(~overdue, FollowUp.due_on <= today)
    still_open = and_(~overdue, FollowUp.due_on > today)
    levels = (FollowUp.severity == "red", FollowUp.severity == "critical")
    sums = (func.sum(case((one, 1), else_=0)) for one in (still_open, due, overdue, *levels))
    return select(by, *sums)


def counts_of(db: Session, query: Any) -> dict[Any, Counts]:
    return {key: Counts(*map(int, sums)) for key, *sums in db.execute(query)}
