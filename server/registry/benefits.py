"""How far a benefit case has come, by all F12 records that tell of it (domain.md 3, F12), and what its row in the list says.

Phones write the row themselves, each record once: one that arrives late, is corrected, deleted or rejected must not turn a
case back. No birth, child, method or visit is looked at here, and a case is linked to no woman.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import orjson
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.models import BENEFIT, BENEFIT_CASES, Dataset
from server.registry.entities import Author, properties_of, write_update
from server.registry.events import events_of, find_in_list
from server.registry.people import day_of
from server.registry.telling import Event, read_day

OPEN, DONE, ENDED = "open", "done", "ended"
PAID: Final = "paid"
SAID_IN_LIST: Final = ("status", "step", "step_date", "renewal_date")

When = tuple[date, str]
"""The day that a record is about, and its event."""


@dataclass(frozen=True)
class Case:
    """What was told of one case; the properties of its row are "" where nobody told. `ended`: since when it is unwanted."""

    status: str = ""
    step: str = ""
    step_date: str = ""
    renewal_date: str = ""
    ended: When | None = None


def case_of(events: Iterable[Event]) -> Case:
    """By its records in whatever order they came; of any other form nothing counts.

    A household's "no" is final for the case: who wants a benefit after all begins a new one.
    """
    case = Case()
    for one in in_order(events):
        case = follow(case, one)
    return replace(case, status=ENDED) if case.ended else case


def in_order(events: Iterable[Event]) -> list[Event]:
    """The F12 records among them by their days; of one day, as they arrived."""
    told = (one for one in events if one.form_id == BENEFIT)
    return sorted(told, key=lambda one: (day_of(one), one.received_at, one.submission_id, one.event))


def follow(before: Case, event: Event) -> Case:
    """One record more, of a later day. A blank renewal day leaves the one that was known, as the form does."""
    step = event.data.get("step", "")
    if says_no(event):
        return replace(before, ended=before.ended or (day_of(event), event.event))
    if before.ended or not step:
        return before
    renewal = renewal_in(event)
    case = replace(
        before,
        step=step,
        step_date=event.data.get("step_date", "")[:10],
        renewal_date=renewal.isoformat() if renewal else before.renewal_date,
    )
    return replace(case, status=DONE if is_paid(event) and not case.renewal_date else OPEN)


def says_no(event: Event) -> bool:
    return event.data.get("still_wanted") == "no"


def is_paid(event: Event) -> bool:
    """Whether nothing is owed any more: what went to the wrong person, or was the wrong amount, is still the office's."""
    return event.data.get("step") == PAID and event.data.get("amount_ok") != "no"


def renewal_in(event: Event) -> date | None:
    return read_day(event.data.get("renewal_date"))


def align_case(db: Session, project_id: int, uuid: str, now: datetime) -> None:
    """Writes what its row says otherwise than all records of it together, if anything. Without any the row is left alone."""
    entity = find_in_list(db, project_id, BENEFIT_CASES, uuid)
    events = events_of(db, project_id, BENEFIT_CASES, uuid) if entity else []
    if entity is None or not events:
        return
    dataset, case = db.get_one(Dataset, entity.dataset_id), case_of(events)
    known, told = properties_of(db, dataset.id), orjson.loads(entity.data_json)
    said: dict[str, str] = {name: getattr(case, name) for name in SAID_IN_LIST if name in known}
    wrong = {name: value for name, value in said.items() if told.get(name, "") != value}
    if wrong:
        act = EntityAct(dataset.name, uuid, False, True, entity.version, None, None, "", wrong)
        write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))
