"""Rows of the registry worked out from care events: households, women, pregnancies, method episodes.

Everything is folded anew from all events of a subject, so the order of arrival does not matter and nothing is counted twice.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from server.db import ask
from server.models import Base, ContraceptionEpisode, Household, Pregnancy, Woman, table_of
from server.registry.births import about, end_of
from server.registry.consent import Consents, consents_in_order, happened_on, says_of_service, stand
from server.registry.dating import Scan, Told, date_pregnancy
from server.registry.events import Listed, listed_as
from server.registry.telling import ANTENATAL, CONTRACEPTION, HOUSEHOLD, PREGNANCY, SUPPLIES, Event, read_day
from server.registry.workers import person_named

Row = dict[str, Any]
ReadRow = ResultRow[*tuple[Any, ...]]
STOPPED: Final = ("stop", "switch")
GOES_ON: Final = ("start", "reinject", "resupply")
NOT_WANTED: Final = ("", "none")
CLINICIANS: Final = ("doctor", "midwife")


def write_household(db: Session, project_id: int, uuid: str, events: Sequence[Event]) -> None:
    told = [one for one in in_time(events) if one.form_id == HOUSEHOLD]
    entry = listed_as(db, project_id, "households", uuid) if told else None
    known = read_row(db, Household, project_id, uuid)
    put(db, Household, project_id, uuid, known, household_row(told, entry) if told else None)


def household_row(told: Sequence[Event], entry: Listed | None) -> Row:
    """What the visits said last; the label is the list's own."""
    wishes = [one for one in told if one.data.get("visit_result") == "declined"]
    return {
        "label": entry.label if entry else last(told, "door_code") or "",
        "village_code": last(told, "village_code") or (entry.village_code if entry else None) or "",
        "hamlet": last(told, "hamlet"),
        "door_code": last(told, "door_code"),
        "consents": last(told, "consent_household") == "yes",
        "no_contact_before": read_day(wishes[-1].data.get("decline_recheck")) if wishes else None,
        "last_visit_on": day_of(told[-1]),
    }


def write_woman(db: Session, project_id: int, uuid: str, events: Sequence[Event]) -> bool:
    """Brings her row and those of her pregnancies and methods in line. Whether one of her consents changed."""
    told = consents_in_order(events)
    known = read_row(db, Woman, project_id, uuid)
    before = consents_of(known) if known else None
    standing = stand(told)
    entry = listed_as(db, project_id, "women", uuid) if told else None
    row = woman_row(told, standing, entry) if told else None
    if row is not None:
        row["assigned_worker"] = person_named(
            db, project_id, row["assigned_worker"], known.assigned_worker if known else None
        )
    put(db, Woman, project_id, uuid, known, row)
    for model, rows in ((Pregnancy, pregnancy_rows(events)), (ContraceptionEpisode, method_rows(events))):
        write_episodes(db, model, project_id, uuid, rows)
    return before != (standing if told else None)


def woman_row(told: Sequence[Event], standing: Consents, entry: Listed | None) -> Row:
    """Her household only while consent to location stands, and her worker: as her last record that asks says, blank or not.

    Where only new words were read out, neither was asked.
    """
    asked = [one for one in told if asks_about_her(one.data)]
    latest = asked[-1].data if asked else {}
    return {
        "label": entry.label if entry and standing.withdrawn_on is None else "",
        "village_code": last(told, "village_code") or (entry.village_code if entry else None) or "",
        "household_uuid": latest.get("household") if standing.service and standing.location else None,
        "assigned_worker": latest.get("named_worker") if standing.service else None,
        "consent_service": standing.service,
        "consent_until": standing.until,
        "consent_reminder": standing.reminder,
        "consent_share_clinic": standing.share_clinic,
        "consent_location": standing.location,
        "consent_stats": standing.stats,
        "withdrawn_on": standing.withdrawn_on,
    }


def asks_about_her(data: dict[str, str]) -> bool:
    action = data.get("action")
    return action == "correct" or (action != "new_text" and says_of_service(data) is True)


def consents_of(row: Woman | ReadRow) -> Consents:
    return Consents(
        service=row.consent_service,
        until=row.consent_until,
        reminder=row.consent_reminder,
        share_clinic=row.consent_share_clinic,
        location=row.consent_location,
        stats=row.consent_stats,
        withdrawn_on=row.withdrawn_on,
    )


def pregnancy_rows(events: Sequence[Event]) -> dict[str, Row]:
    """Her pregnancies by uuid: those that she wished to register."""
    rows: dict[str, Row] = {}
    for one in in_time(events):
        if one.form_id == PREGNANCY and one.episode and one.data.get("wants_registration") == "yes":
            rows.setdefault(one.episode, pregnancy_row(one, [each for each in events if each.episode == one.episode]))
    return rows


def pregnancy_row(registration: Event, events: Sequence[Event]) -> Row:
    """What was once told to have ended has ended: whoever says otherwise later corrects that record."""
    registered_on = day_of(registration)
    datings = datings_of(events, registered_on)
    end = end_of(about(in_time(events), registration.episode or ""))
    return {
        "registered_on": registered_on,
        "ga_anchor": datings[-1].ga_anchor if datings else None,
        "dated_by": datings[-1].method if datings else None,
        "status": end.kind if end else "ongoing",
        "ended_on": end.on if end else None,
    }


def datings_of(events: Sequence[Event], registered_on: date) -> tuple[Any, ...]:
    """dating.Dated of one pregnancy in the order in which they came into force, by its F3 and F4."""
    return date_pregnancy([told_of_weeks(one) for one in events], registered_on)


def told_of_weeks(one: Event) -> Told:
    sure = one.data.get("lmp_known")
    return Told(
        event=one.event,
        on=day_of(one),
        received_at=one.received_at,
        last_period=read_day(one.data.get("lmp_date")) if sure in ("exact", "approx") else None,
        is_sure=sure == "exact",
        scan=read_scan(one.data),
        by_clinician=is_by_clinician(one),
    )


def is_by_clinician(one: Event) -> bool:
    """F4 says who did the check; F3 is a clinician's on a clinic's phone, as the form itself decides."""
    if one.form_id == PREGNANCY:
        return one.data.get("my_role") == "clinician"
    return one.form_id == ANTENATAL and one.data.get("done_by") in CLINICIANS


def read_scan(data: dict[str, str]) -> Scan | None:
    """F3 `us_done` or F4 `us_new` with date, weeks (4 to 42) and days (0 to 6); None for anything else."""
    on, weeks, days = read_day(data.get("us_date")), data.get("us_weeks", ""), data.get("us_days") or "0"
    if "yes" not in (data.get("us_done"), data.get("us_new")) or on is None:
        return None
    if not (weeks.isascii() and weeks.isdigit() and days.isascii() and days.isdigit()):
        return None
    return Scan(on, int(weeks) * 7 + int(days)) if 4 <= int(weeks[:3]) <= 42 and int(days[:3]) <= 6 else None


def method_rows(events: Sequence[Event]) -> dict[str, Row]:
    """Her methods by episode: none where the choice was not her own."""
    told: dict[str, list[Event]] = {}
    for one in in_time(events):
        if one.form_id == CONTRACEPTION and one.episode and one.data.get("choice_hers", "yes") == "yes":
            told.setdefault(one.episode, []).append(one)
    return {uuid: with_supplies(method_row(visits), visits, uuid, events) for uuid, visits in told.items()}


def with_supplies(row: Row, visits: Sequence[Event], uuid: str, events: Sequence[Event]) -> Row:
    """What she has lasts until the day that was told last, by a follow-up or when packs of this pill were handed out (F7)."""
    given = [one for one in events if one.form_id == SUPPLIES and one.episode == uuid and one.data.get("item")]
    mine = [one for one in given if one.data["item"] == row["method"]]
    return row | {"supply_until": read_day(last(in_time([*visits, *mine]), "supply_end"))}


def method_row(told: Sequence[Event]) -> Row:
    ended_on = None
    for one in told:
        if one.data.get("reason") in STOPPED or one.data.get("wish") in STOPPED:
            ended_on = ended_on or day_of(one)
        elif one.data.get("reason") in GOES_ON:
            ended_on = None
    return {
        "method": last(told, "method") or "",
        "wants_follow_up": (last(told, "reminder_wish") or "") not in NOT_WANTED,
        "started_on": read_day(last(told, "start_date")),
        "last_injection_on": max(
            (day for one in told if (day := read_day(one.data.get("last_injection")))), default=None
        ),
        "ended_on": ended_on,
    }


def in_time(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (day_of(one), one.received_at, one.event))


def day_of(one: Event) -> date:
    return happened_on(one.visit_date, one.received_at)


def last(told: Sequence[Event], name: str) -> str | None:
    """The last answer that was given to a question."""
    return next((one.data[name] for one in reversed(told) if one.data.get(name)), None)


def find(db: Session, model: Any, project_id: int, uuid: str) -> Any:
    return db.scalar(select(model).where(model.project_id == project_id, model.uuid == uuid))


@cache
def _reading(model: type[Base], by: str) -> Select[*tuple[Any, ...]]:
    """Built once for each: at every record all that hangs on a subject is read, and nearly always nothing is to change."""
    columns = table_of(model).c
    return select(*columns).where(columns.project_id == bindparam("project"), columns[by] == bindparam("wanted"))


def read_row(db: Session, model: type[Base], project_id: int, uuid: str) -> ReadRow | None:
    """A row as it stands, without the object by which it could be changed."""
    return ask(db, _reading(model, "uuid"), {"project": project_id, "wanted": uuid}).first()


def put(db: Session, model: Any, project_id: int, uuid: str, known: ReadRow | None, values: Row | None) -> None:
    """Makes, changes or takes away the row of a uuid (`known`, None where there is none): an unchanged one is not written."""
    if known is None:
        if values is not None:
            db.add(model(project_id=project_id, uuid=uuid, **values))
    elif values is None:
        db.delete(find(db, model, project_id, uuid))
    elif differs(known, values):
        change(find(db, model, project_id, uuid), values)
    db.flush()


def differs(row: Any, values: Row) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def change(row: Any, values: Row) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def write_episodes(db: Session, model: Any, project_id: int, woman: str, rows: dict[str, Row]) -> None:
    hers = ask(db, _reading(model, "woman_uuid"), {"project": project_id, "wanted": woman})
    known = {row.uuid: row for row in hers}
    for uuid in {*known, *rows}:
        row = known[uuid] if uuid in known else read_row(db, model, project_id, uuid)
        put(db, model, project_id, uuid, row, {**rows[uuid], "woman_uuid": woman} if uuid in rows else None)
