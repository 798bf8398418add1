"""What she chose to have passed on, gathered for a package: just those items, as they stand (domain.md 3, F8)."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.courses import list_care
from server.followups.due import TASK_STATES
from server.followups.explaining import rule_of
from server.followups.town_rules import rules_of
from server.models import FollowUp, Woman
from server.registry.calling import number_of_woman
from server.registry.events import events_of
from server.registry.one_person import as_one_person
from server.registry.package_contents import Items, Row, fit_rows
from server.registry.people import day_of
from server.registry.telling import ANTENATAL, CONTRACEPTION, POSTNATAL, PREGNANCY, SUPPLIES

SERVICES: Final = (PREGNANCY, ANTENATAL, POSTNATAL, CONTRACEPTION, SUPPLIES)
"""Forms of visits that are a service to her: what is asked about consents and transfers is nobody's elsewhere."""
MEASURED: Final = ("bp_sys", "bp_dia", "hb_gl")


def pack_items(db: Session, woman: Woman, items: Collection[str]) -> Items:
    """The rows of each item (package_contents.FIELDS); nothing of any other is even read."""
    return {name: fit_rows(PACKERS[name](db, woman)) for name in PACKERS if name in items}


def next_dates(db: Session, woman: Woman) -> Iterator[Row]:
    """What is planned and not over, the last first, under its neutral title: no method, no pregnancy.

    It has none where its rule is here no more: the rule's id would tell.
    """
    hers = FollowUp.project_id == woman.project_id, FollowUp.subject_list == "women", FollowUp.subject == woman.uuid
    waits = FollowUp.state.in_(TASK_STATES), FollowUp.form_id.in_(SERVICES)
    rules = rules_of(db, woman.project_id).every
    for row in db.scalars(select(FollowUp).where(*hers, *waits).order_by(FollowUp.due_on.desc(), FollowUp.id)):
        days = {"opens_on": row.opens_on, "due_on": row.due_on, "closes_on": row.closes_on}
        rule = rule_of(row, rules)
        title = {"zh": rule.title.zh, "en": rule.title.en} if rule else {"zh": "", "en": ""}
        yield title | {name: day.isoformat() for name, day in days.items()}


def anc_summary(db: Session, woman: Woman) -> Iterator[Row]:
    """Each pregnancy that goes on and how it is dated, then its checks with what was measured, the last first."""
    pregnancies, _methods = list_care(db, woman)
    going_on = {one.uuid: one for one in pregnancies if one.status == "ongoing"}
    for one in going_on.values():
        dated = {"ga_anchor": one.ga_anchor.isoformat()} if one.ga_anchor else {}
        yield dated | ({"dated_by": one.dated_by} if one.dated_by else {})
    for told in reversed(as_one_person(events_of(db, woman.project_id, "women", woman.uuid))):
        if told.form_id == ANTENATAL and told.episode in going_on:
            measured = {name: told.data[name] for name in MEASURED if told.data.get(name)}
            yield {"on": day_of(told).isoformat()} | measured


def method_card(db: Session, woman: Woman) -> Iterator[Row]:
    _pregnancies, methods = list_care(db, woman)
    for one in methods:
        if one.ended_on is None and one.method:
            days = {
                "started_on": one.started_on,
                "last_injection_on": one.last_injection_on,
                "supply_until": one.supply_until,
            }
            yield {"method": one.method} | {name: day.isoformat() for name, day in days.items() if day}


def contact(db: Session, woman: Woman) -> Iterator[Row]:
    """By which number she may be called, where she gave one."""
    found = number_of_woman(db, woman.project_id, woman.uuid)
    if found is not None:
        yield {"number": found.number, "shared": "yes" if found.shared else "no"}


PACKERS: Final[dict[str, Callable[[Session, Woman], Iterator[Row]]]] = {
    "next_dates": next_dates,
    "anc_summary": anc_summary,
    "method_card": method_card,
    "contact": contact,
}
