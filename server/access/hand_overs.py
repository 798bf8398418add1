"""Handing somebody's villages to a colleague for some days, and taking them back: what is handed ends by itself.

Who it reaches is worked out at every request (access/widening.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server import clock
from server.access.audit import record
from server.access.caller import Caller
from server.access.care_roles import CARE_ROLES, members_of
from server.access.phone_reach import check_given, managed_villages
from server.access.roles import BY_SYSTEM
from server.access.widening import with_parts
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import (
    Actor,
    AppUser,
    Assignment,
    HandOver,
    HandOverVillage,
    Project,
    User,
    Village,
    VillageScope,
)

LONGEST = timedelta(days=92)  # whoever is away longer has somebody else's villages: that is a role, given anew
NOTE_LENGTH = 500


@dataclass(frozen=True)
class Offer:
    """Whose villages go to whom, in which care role, from which day to which (both included), and why.

    `villages` are codes. Days are Shanghai's.
    """

    from_id: int
    to_id: int
    care_role: str
    villages: Sequence[str]
    from_day: date
    until_day: date
    note: str


@dataclass(frozen=True)
class HandOverRow:
    """A hand-over as it is listed: names of both people and of the villages."""

    row: HandOver
    absent: str
    stand_in: str
    villages: tuple[str, ...]
    village_ids: frozenset[int]

    def state(self, today: date) -> str:
        """planned, running, over or ended (earlier than planned)."""
        if self.row.ended_at is not None:
            return "ended"
        if today < self.row.from_day:
            return "planned"
        return "running" if today <= self.row.until_day else "over"


def give_hand_over(db: Session, caller: Caller, project: Project, offer: Offer, now: datetime) -> HandOver:
    """Raises UnexpectedValue for what makes no sense, Forbidden when the caller would hand something to herself."""
    check_people(db, caller, project, offer)
    check_days(offer, clock.today(now))
    note = offer.note.strip()
    if not note or len(note) > NOTE_LENGTH:
        raise UnexpectedValue(
            field="note", value=note[:40], reason="it says in a few words what the colleague should know"
        )
    village_ids = check_villages(db, caller, project, offer)
    row = HandOver(
        project_id=project.id,
        from_id=offer.from_id,
        to_id=offer.to_id,
        care_role=offer.care_role,
        from_day=offer.from_day,
        until_day=offer.until_day,
        note=note,
        given_by_id=caller.actor_id,
        given_at=now,
    )
    db.add(row)
    db.flush()
    db.add_all(HandOverVillage(hand_over_id=row.id, village_id=one) for one in village_ids)
    db.flush()
    audit(db, "hand_over.create", caller, row, now, villages=sorted(set(offer.villages)))
    return row


def check_people(db: Session, caller: Caller, project: Project, offer: Offer) -> None:
    if project.kind != "care" or offer.care_role not in CARE_ROLES:
        raise UnexpectedValue(field="role", value=offer.care_role[:40], reason="it is village_worker or clinician")
    if offer.to_id == caller.actor_id:
        raise Forbidden("In a care project nobody gives a role to himself. Ask another administrator.")
    if offer.from_id == offer.to_id:
        raise UnexpectedValue(field="to", value=offer.to_id, reason="it is the same person")
    able = carers_in(db, project, offer.care_role)
    for field, person in (("from", offer.from_id), ("to", offer.to_id)):
        if person not in able:
            raise UnexpectedValue(field=field, value=person, reason="this person does not hold the role in the project")


def carers_in(db: Session, project: Project, care_role: str) -> dict[int, str]:
    """Names by actor id of the people who hold a care role in a project, by their role or a phone that they carry."""
    by_role = select(Assignment.actor_id).where(
        Assignment.project_id == project.id,
        Assignment.form_id.is_(None),
        Assignment.role_id == BY_SYSTEM[care_role].id,
    )
    carried = (AppUser.project_id == project.id) & (AppUser.care_role == care_role) & AppUser.revoked_at.is_(None)
    by_phone = select(AppUser.person_id).where(carried, AppUser.person_id.in_(members_of(project.id)))
    rows = db.execute(
        select(Actor.id, Actor.display_name)
        .join(User, User.actor_id == Actor.id)
        .where(Actor.id.in_(by_role) | Actor.id.in_(by_phone), Actor.deleted_at.is_(None), User.disabled_at.is_(None))
        .order_by(Actor.display_name, Actor.id)
    )
    return dict(rows.all())


def check_days(offer: Offer, today: date) -> None:
    if offer.from_day < today:
        raise UnexpectedValue(field="from_day", value=offer.from_day.isoformat(), reason="this day is over")
    if offer.until_day < offer.from_day:
        raise UnexpectedValue(field="until_day", value=offer.until_day.isoformat(), reason="it ends before it begins")
    if offer.until_day - offer.from_day > LONGEST:
        raise UnexpectedValue(
            field="until_day", value=offer.until_day.isoformat(), reason="a hand-over lasts three months at most"
        )


def check_villages(db: Session, caller: Caller, project: Project, offer: Offer) -> list[int]:
    """The ids of the villages, each one of the absent person's own and of the caller's: nobody gives what is not hers."""
    wanted = sorted(set(offer.villages))
    if not wanted:
        raise UnexpectedValue(field="villages", value="", reason="choose at least one village")
    rows = db.execute(
        select(Village.code, Village.id).where(Village.project_id == project.id, Village.code.in_(wanted))
    )
    known: dict[str, int] = dict(rows.all())
    own = villages_of_person(db, project, offer.from_id)
    for code in wanted:
        if code not in known:
            raise UnexpectedValue(field="villages", value=code, reason="the project has no village of that code")
        if own is not None and known[code] not in own:
            raise UnexpectedValue(field="villages", value=code, reason="it is not one of this person's villages")
    check_given(caller, project, list(known.values()))
    return list(known.values())


def villages_of_person(db: Session, project: Project, person: int) -> set[int] | None:
    """The villages of a person's own and of the phones she carries, with their parts; None is the whole town."""
    phones = select(AppUser.actor_id).where(
        AppUser.project_id == project.id, AppUser.person_id == person, AppUser.revoked_at.is_(None)
    )
    own = select(VillageScope.project_id, VillageScope.village_id).where(
        VillageScope.project_id == project.id,
        (VillageScope.actor_id == person) | VillageScope.actor_id.in_(phones),
    )
    found = {village for _, village in db.execute(with_parts(own))}
    return None if None in found else found


def end_hand_over(db: Session, caller: Caller, project: Project, hand_over_id: int, now: datetime) -> None:
    """Ends it before its last day. Raises NotFound for another project's, one that is over, or of others' villages."""
    row = db.get(HandOver, hand_over_id)
    if row is None or row.project_id != project.id or row.ended_at is not None or row.until_day < clock.today(now):
        raise NotFound()
    of_it = HandOverVillage.hand_over_id == row.id
    if not is_hers(caller, project, db.scalars(select(HandOverVillage.village_id).where(of_it))):
        raise NotFound()
    row.ended_at, row.ended_by_id = now, caller.actor_id
    db.flush()
    audit(db, "hand_over.end", caller, row, now)


def is_hers(caller: Caller, project: Project, village_ids: Iterable[int]) -> bool:
    """Whether the caller has all these villages: who has some only does not end what was handed over of the others."""
    managed = managed_villages(caller, project)
    return managed is None or managed.issuperset(village_ids)


def audit(db: Session, action: str, caller: Caller, row: HandOver, now: datetime, **more: object) -> None:
    details = {
        "handOverId": row.id,
        "from": row.from_id,
        "role": row.care_role,
        "fromDay": row.from_day.isoformat(),
        "untilDay": row.until_day.isoformat(),
        **more,
    }
    columns = {"project_id": row.project_id, "actee_actor_id": row.to_id, "details": details}
    record(db, action, actor_id=caller.actor_id, now=now, **columns)


def list_hand_overs(db: Session, project: Project, limit: int = 100) -> list[HandOverRow]:
    """The newest first: those that last longest come before those that are over."""
    absent, stand_in = aliased(Actor), aliased(Actor)
    rows = db.execute(
        select(HandOver, absent.display_name, stand_in.display_name)
        .join(absent, absent.id == HandOver.from_id)
        .join(stand_in, stand_in.id == HandOver.to_id)
        .where(HandOver.project_id == project.id)
        .order_by(HandOver.until_day.desc(), HandOver.id.desc())
        .limit(limit)
    ).all()
    names: dict[int, dict[int, str]] = {}
    villages = (
        select(HandOverVillage.hand_over_id, Village.id, Village.name)
        .join(Village, Village.id == HandOverVillage.village_id)
        .where(HandOverVillage.hand_over_id.in_([row.id for row, *_ in rows]))
        .order_by(Village.code)
    )
    for hand_over_id, village_id, name in db.execute(villages):
        names.setdefault(hand_over_id, {})[village_id] = name
    found = [(row, away, here, names.get(row.id, {})) for row, away, here in rows]
    return [HandOverRow(row, away, here, tuple(at.values()), frozenset(at)) for row, away, here, at in found]
