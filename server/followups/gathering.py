"""What is known of a woman, a household or a benefit case: the registry's rows and the records about her, as Facts.

Asked of the database as often for a hundred subjects as for one. How records are read: histories.py.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

import orjson
from sqlalchemy import ColumnElement, bindparam, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from server.access.restricted import in_use
from server.db import Asked, AskedOfSome, ask
from server.followups.act_facts import acts_of
from server.followups.case_facts import read_case
from server.followups.facts import Consent, Facts
from server.followups.histories import Person, read_household, read_woman
from server.followups.schedule_choices import choices_of, with_choices
from server.models import (
    BENEFIT_CASES,
    CareEvent,
    Dataset,
    Entity,
    FollowUp,
    FollowUpAct,
    Household,
    Project,
    TransferPackage,
    Woman,
)
from server.models.facts import AnyProject
from server.registry.consent import happened_on
from server.registry.events import AS_EVENT, event_of
from server.registry.one_person import as_one_person
from server.registry.referral_outcomes import REFERRALS
from server.registry.referrals import referral_uuid, urgency_of
from server.registry.telling import KEPT, TRANSFER, Event
from server.registry.transfer_told import told_of_packages
from server.registry.transfers import TRANSFERS

Keys = Mapping[str, Mapping[str, str]]
"""FollowUp.key by subject and visit_key."""

TELLING = tuple(KEPT)
"""The forms whose records rules go by; one of the town's own that names a woman tells nothing of her."""


def _acted(subject_list: str, uuid: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether somebody did something with one of their follow-ups by hand: of few, and of those alone the acts are asked."""
    acts = FollowUpAct.project_id == bindparam("project"), FollowUpAct.subject_list == subject_list
    return exists().where(*acts, FollowUpAct.subject == uuid, FollowUpAct.undone_at.is_(None))


def _packaged() -> ColumnElement[bool]:
    """Whether there is a package of hers: of few, and of those alone what became of it is asked."""
    return exists().where(TransferPackage.project_id == bindparam("project"), TransferPackage.woman_uuid == Woman.uuid)


# Built once: they are asked at every record, and building one costs more than its answer.
_HOMES: Final = AskedOfSome(
    lambda are: select(Household.uuid, Household.village_code, _acted("households", Household.uuid)).where(
        Household.project_id == bindparam("project"), are(Household.uuid)
    )
)
_WOMEN: Final = AskedOfSome(
    lambda are: select(
        *(Woman.uuid, Woman.village_code, Woman.consent_service & in_use(), Woman.consent_until, Woman.withdrawn_on),
        *(_acted("women", Woman.uuid), _packaged()),
    ).where(Woman.project_id == bindparam("project"), are(Woman.uuid))
)
_EVENTS: Final = AskedOfSome(
    lambda are: select(CareEvent.subject, *AS_EVENT).where(
        CareEvent.project_id == bindparam("project"),
        CareEvent.subject_list == bindparam("subject_list"),
        are(CareEvent.subject),
        CareEvent.form_id.in_([literal(one) for one in TELLING]),
    )
)
_KEYS: Final = AskedOfSome(
    lambda are: select(FollowUp.subject, FollowUp.visit_key, FollowUp.key).where(
        FollowUp.project_id == bindparam("project"),
        FollowUp.subject_list == bindparam("subject_list"),
        are(FollowUp.subject),
    )
)
_DELETED: Final = (
    select(Entity.uuid)
    .join(Dataset, Dataset.id == Entity.dataset_id)
    .where(
        Dataset.project_id == bindparam("project"),
        Dataset.name == REFERRALS,
        Entity.uuid.in_(bindparam("referrals", expanding=True)),
        Entity.deleted_at.is_not(None),
    )
)
_TRANSFERS: Final = AskedOfSome(
    lambda are: (
        select(Entity.uuid, Entity.data_json)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Dataset.project_id == bindparam("project"), Dataset.name == TRANSFERS)
        .where(are(Entity.about), Entity.deleted_at.is_(None))
    )
)
_CASES: Final = AskedOfSome(
    lambda are: (
        select(Entity.uuid, Entity.village_code, _acted(BENEFIT_CASES, Entity.uuid))
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Dataset.project_id == bindparam("project"), Dataset.name == BENEFIT_CASES)
        .where(Entity.deleted_at.is_(None), are(Entity.uuid))
    )
)
"""The cases that stand in the list. Nothing is kept without the household's consent (3, F12)."""


def facts_of(db: Asked, project: Project, subject_list: str, subject: str) -> Facts | None:
    """What is known of one woman, household or benefit case; None where the registry does not know her."""
    return facts_of_many(db, project, subject_list, [subject]).get(subject)


def facts_of_many(
    db: Asked,
    project: AnyProject,
    subject_list: str,
    subjects: Collection[str],
    until: date | None = None,
    keys: Keys | None = None,
) -> dict[str, Facts]:
    """The facts by subject; whom the registry does not know is left out. With `until`, visits of later days are, too.

    `keys` is what each visit_key of a subject's follow-ups stands for, where the caller knows it already.
    """
    people = _people(db, project, subject_list, subjects)
    found = _told_by_records(db, project, subject_list, people, until, keys)
    acted = [uuid for uuid, person in people.items() if person.acted]
    acts = acts_of(db, project.id, subject_list, acted) if acted else {}
    return {uuid: replace(facts, acts=acts[uuid]) if uuid in acts else facts for uuid, facts in found.items()}


def _told_by_records(
    db: Asked,
    project: AnyProject,
    subject_list: str,
    people: Mapping[str, Person],
    until: date | None,
    keys: Keys | None,
) -> dict[str, Facts]:
    events = _events(db, project, subject_list, people, until)
    if subject_list == "households":
        return {uuid: read_household(person, events.get(uuid, ())) for uuid, person in people.items()}
    keys = _keys(db, project, subject_list, people) if keys is None else keys
    if subject_list == BENEFIT_CASES:
        return {uuid: read_case(one, events.get(uuid, ()), keys.get(uuid, {})) for uuid, one in people.items()}
    deleted = _deleted_referrals(db, project, [one.event for told in events.values() for one in told if _refers(one)])
    tells = [uuid for uuid, told in events.items() if any(one.form_id == TRANSFER for one in told)]
    listed = _listed_transfers(db, project, tells)
    found = {
        uuid: read_woman(person, events.get(uuid, ()), keys.get(uuid, {}), deleted, listed)
        for uuid, person in people.items()
    }
    return _on_schedule(db, project, found)


def _on_schedule(db: Asked, project: AnyProject, found: dict[str, Facts]) -> dict[str, Facts]:
    pregnancies = [one.uuid for facts in found.values() for one in facts.pregnancies]
    choices = choices_of(db, project.id, pregnancies) if pregnancies else []
    return {uuid: with_choices(facts, choices) for uuid, facts in found.items()} if choices else found


def _refers(one: Event) -> bool:
    return urgency_of(one.form_id, one.data) is not None


def _people(db: Asked, project: AnyProject, subject_list: str, subjects: Collection[str]) -> dict[str, Person]:
    if subject_list == "households":
        homes = _HOMES.ask(db, subjects, project=project.id)
        return {uuid: Person(uuid, village, Consent(True), acted) for uuid, village, acted in homes}
    if subject_list == BENEFIT_CASES:
        cases = _CASES.ask(db, subjects, project=project.id)
        return {uuid: Person(uuid, village or "", Consent(True), acted) for uuid, village, acted in cases}
    rows = _WOMEN.ask(db, subjects, project=project.id)
    return {
        uuid: Person(uuid, village, Consent(given and withdrawn is None, until), acted, packaged)
        for uuid, village, given, until, withdrawn, acted, packaged in rows
    }


def _events(
    db: Asked, project: AnyProject, subject_list: str, people: Mapping[str, Person], until: date | None
) -> dict[str, list[Event]]:
    rows = _EVENTS.ask(db, people, project=project.id, subject_list=subject_list)
    told = [(row.subject, event_of(row)) for row in rows]
    told += told_of_packages(db, project.id, [uuid for uuid, person in people.items() if person.packaged])
    found: dict[str, list[Event]] = {}
    for subject, event in told:
        if until is None or happened_on(event.visit_date, event.received_at) <= until:
            found.setdefault(subject, []).append(event)
    return {uuid: as_one_person(told) for uuid, told in found.items()}


def _keys(db: Asked, project: AnyProject, subject_list: str, subjects: Collection[str]) -> Keys:
    """What each visit_key of a subject's follow-ups stands for."""
    rows = _KEYS.ask(db, subjects, project=project.id, subject_list=subject_list)
    found: dict[str, dict[str, str]] = {}
    for subject, visit_key, key in rows:
        found.setdefault(subject, {})[visit_key] = key
    return found


def _deleted_referrals(db: Asked, project: AnyProject, events: Collection[str]) -> frozenset[str]:
    """Referrals that the office took out of their list: nobody asks for their outcome."""
    if not events:
        return frozenset()
    uuids = [referral_uuid(one) for one in events]
    return frozenset(ask(db, _DELETED, {"project": project.id, "referrals": uuids}).scalars())


def _listed_transfers(db: Asked, project: AnyProject, women: Collection[str]) -> dict[str, str]:
    """What the list says of each transfer of theirs; one that the office took out is not among them."""
    if not women:
        return {}
    rows = _TRANSFERS.ask(db, women, project=project.id)
    return {uuid: orjson.loads(data).get("status", "") for uuid, data in rows}
