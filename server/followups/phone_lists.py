"""Lists that the server makes for each phone of a care project, at each sync: `me`, `due_visits`, `backcheck_sample`
(check_list.py); `consent_texts`; and `to_correct` (server/publishing/to_correct.py).

They are plain files beside a form, not entity lists, and the phone reads them the same way. A phone keeps the rows of an
entity list in the order in which they first came, and takes a changed row only with a higher version (Collect's
DatabaseEntitiesRepository and LocalEntityUseCases); a plain file it replaces whole when the manifest's MD5 is another:
so overdue visits stand first, and what was answered is gone.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.media import choice_csv
from server.access.caller import Caller
from server.access.care_roles import OFFICER
from server.access.her_worker import where_hers_live
from server.followups.check_list import Drawn
from server.followups.queries import (
    DueQuestion,
    Listed,
    Officers,
    Reached,
    Whose,
    codes_within,
    due_question,
    last_day,
    list_due,
)
from server.followups.retakes import Retake
from server.models import BACK_CHECK, WORKERS, Actor, FollowUp, Village, Woman
from server.models.facts import AnyProject
from server.places.successors import successor_codes
from server.registry.reach import Reach, asking, cases_reached, consenting
from server.registry.telling import POSTNATAL
from server.registry.workers import name_of

QUESTIONS_KEPT: Final = 64  # some 50 kB each
TO_CORRECT: Final = "to_correct"
MADE_LISTS = ("me", "due_visits", "consent_texts", "backcheck_sample", TO_CORRECT)
ME_COLUMNS = ("name", "label", "worker", "role", "villages", "village_code")
DUE_COLUMNS = (
    "name",
    "label",
    "visit_key",
    "form_id",
    "subject_list",
    "subject",
    "opens_on",
    "due_on",
    "closes_on",
    "village_code",
)


CHOSEN_BY: Final = {
    **dict.fromkeys(("REF-U", "REF-R", "REF-O"), "referrals"),
    **dict.fromkeys(("MIG-TR", "MIG-TR-P", "MIG-TR2", "MIG-ARR", "MIG-ARR-P"), "transfers"),
}
"""By rule, the list of what it asks about, where she may have several of it: the row names the one (FollowUp.anchor_event)."""


@dataclass(frozen=True)
class Me:
    """Who asks. `worker` is the name of a row of workers.csv (registry/workers.py), "" while nobody carries the phone.

    `role` is a care role, that of a benefit officer, or "". `villages` are the codes that the caller reaches.
    """

    key: str
    label: str
    worker: str
    role: str
    villages: tuple[str, ...]


def find_me(db: Session, caller: Caller, project: AnyProject, reach: Reach) -> Me:
    """A phone is its carrier; a person at a desk is herself; who only has a draft's address is nobody, of no village."""
    worker, label = carrier_of(db, caller, project)
    codes = codes_within(db, reach.scope)
    codes = town_of(db, reach.scope.project_id) if codes is None else without_parts(db, reach.scope.project_id, codes)
    role = reach.role or (OFFICER if reach.benefits else "")
    return Me(key_of(reach.scope.project_id, caller), label, worker, role, tuple(codes))


def without_parts(db: Session, project_id: int, codes: list[str]) -> list[str]:
    """Without those that were merged into another one of them: nobody is registered there any more."""
    successors = successor_codes(db, project_id) if len(codes) > 1 else {}
    return [code for code in codes if successors.get(code) not in codes]


def carrier_of(db: Session, caller: Caller, project: AnyProject) -> tuple[str, str]:
    """(worker, name) of who carries a phone, or of a person who asks."""
    worker = "" if caller.person_id is None else name_of(db, project, caller.person_id)
    if caller.is_person or caller.carrier_id is None:
        return worker, caller.display_name
    return worker, db.get_one(Actor, caller.carrier_id).display_name


def town_of(db: Session, project_id: int) -> list[str]:
    here = select(Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))
    return list(db.scalars(here.order_by(Village.code)))


def key_of(project_id: int, caller: Caller) -> str:
    """A uuid that stays the phone's as long as there is the phone."""
    digest = hashlib.sha256(f"me:{project_id}:{caller.actor_id or 0}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def me_csv(me: Me) -> bytes:
    """One row, always: forms read `instance('me')/root/item/role`.

    `village_code` is filled where there is one village to choose from, so that nobody is put into a wrong one.
    """
    only = me.villages[0] if len(me.villages) == 1 else ""
    return choice_csv(ME_COLUMNS, [(me.key, me.label, me.worker, me.role, " ".join(me.villages), only)])


def find_visits(db: Session, reach: Reach) -> list[Listed]:
    """What may be done that day by the caller, overdue first, then by target day; nothing for who neither cares for women
    nor handles benefits.

    Of women only those that are the caller's (registry/reach.py: a woman who chose a worker is visited by that one alone),
    whose consent is valid that day, and for a clinician only who shares with the clinic.
    """
    if reach.role is None and not reach.benefits:
        return []
    codes = codes_within(db, reach.scope)
    question = visits_question(reach, None if codes is None else frozenset(codes))
    return list_due(db, reach.scope.project_id, question)


@lru_cache(maxsize=QUESTIONS_KEPT)
def visits_question(reach: Reach, known: frozenset[str] | None) -> DueQuestion:
    """Nothing of the database's is remembered with it: to put it together takes longer than to ask it, and a phone that
    synchronises asks for it with each form.
    """
    whose: Reached = _team(reach, known)
    if reach.benefits:
        whose = Officers(known, _team(reach, known), cases_reached(reach))
    return due_question(reach.scope.project_id, whose, reach.today)


def _team(reach: Reach, known: frozenset[str] | None) -> Whose | frozenset[str]:
    """What is the caller's who cares for women; nothing for anybody else."""
    if reach.role is None:
        return frozenset()
    women = select(Woman.uuid).where(*asking(reach), *consenting(reach))
    places = where_hers_live(reach.scope, reach.carer)
    return Whose(known, women, places, clinical=reach.role == "clinician", carer=reach.carer)


def due_visits_csv(visits: Sequence[Listed], retake: Retake | None = None, checks: Sequence[Drawn] = ()) -> bytes:
    """One row a visit, in the order given, then the caller's own quiz and back-checks. Nothing here tells why she is visited."""
    own = [row_of_retake(retake)] if retake else []
    return choice_csv(DUE_COLUMNS, [*(row_of(one) for one in visits), *own, *(row_of_check(one) for one in checks)])


def row_of_check(one: Drawn) -> tuple[str, ...]:
    days = (one.opens_on.isoformat(), one.due_on.isoformat(), one.closes_on.isoformat())
    about = (one.key, BACK_CHECK, one.subject_list, one.name)
    return (one.key, label_of(one.label, one.due_on), *about, *days, one.village_code)


def row_of_retake(retake: Retake) -> tuple[str, ...]:
    days = (retake.opens_on.isoformat(), retake.due_on.isoformat(), retake.closes_on.isoformat())
    subject = (retake.key, retake.form_id, WORKERS, retake.worker)
    return (retake.key, label_of(retake.label, retake.due_on), *subject, *days, "")


def row_of(visit: Listed) -> tuple[str, ...]:
    """Forms ask `closes_on < today()` for what is overdue, so that a phone without a network knows it too: the day here is
    the last one with its grace, as pages write it."""
    row = visit.row
    days = (row.opens_on.isoformat(), row.due_on.isoformat(), last_day(row).isoformat())
    about = (row.visit_key, row.form_id, *chosen_by(row))
    return (row.visit_key, label_of(visit.label, row.due_on), *about, *days, row.village_code)


def chosen_by(row: FollowUp) -> tuple[str, str]:
    """The list and the name in it that the visit's form chooses by. F5 names the pregnancy itself: she may have another,
    and of one that was lost nothing must point to that."""
    if row.rule in CHOSEN_BY:
        return CHOSEN_BY[row.rule], row.anchor_event
    if row.form_id == POSTNATAL and row.episode:
        return "pregnancies", row.episode
    return row.subject_list, row.subject


def label_of(label: str, due_on: date) -> str:
    """`W-0231 王* 12-03`: the masked label of whom it is about, and the target day."""
    return f"{label} {due_on:%m-%d}".strip()
