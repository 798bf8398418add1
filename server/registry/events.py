"""Care events as rules, consents and registry rows read them: plain data, in the order of the visits."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Row,
    bindparam,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from server.db import Asked, ask
from server.models import SET_ASIDE, CareEvent, Dataset, Entity, NamedWoman, TransferPackage, Withdrawal
from server.registry.merged import who_now
from server.registry.telling import (
    ANTENATAL,
    CONSENT,
    POSTNATAL,
    PREGNANCY,
    REFERRAL_OUTCOME,
    TRANSFER,
    Event,
    Told,
    bare,
)
from server.registry.transfer_told import event_of_package, is_told, told_of_packages

IN_TIME = (CareEvent.visit_date, CareEvent.received_at, CareEvent.submission_id)


def events_of(db: Session, project_id: int, subject_list: str, subject: str) -> list[Event]:
    """All that was told of one woman or household, in order of visit date, receipt and record; then what she took back, and
    what the server knows of her transfers."""
    if subject_list == "women":
        rows = ask(db, OF_HER, {"project": project_id, "woman": subject}).all()
        return [_READ_BY[row.kind](row) for row in sorted(rows, key=_in_order)]
    about = {"project": project_id, "subject_list": subject_list, "subject": subject}
    return [event_of(row) for row in ask(db, _OF_OTHERS, about)]


def told_of_her(project_id: Any, woman: Any) -> ColumnElement[bool]:
    """Events about a woman, and those of records that name her beside another; a condition on CareEvent."""
    hers = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject == woman
    named = NamedWoman.project_id == project_id, NamedWoman.woman_uuid == woman
    either = union_all(select(CareEvent.submission_id).where(*hers), select(NamedWoman.submission_id).where(*named))
    return CareEvent.submission_id.in_(either) & (CareEvent.subject_list == "women")


def events_by_woman(db: Session, project_id: int, women: Collection[str]) -> dict[str, list[Event]]:
    """What was told of many women in three queries, by woman in the order given; who has none has an empty list.

    Without what only names her beside another: that tells nothing of her.
    """
    found: dict[str, list[Event]] = {one: [] for one in women}
    hers = CareEvent.project_id == project_id, CareEvent.subject_list == "women", CareEvent.subject.in_(women)
    for row in db.scalars(select(CareEvent).where(*hers).order_by(*IN_TIME)):
        found[row.subject].append(event_of(row))
    taken = Withdrawal.project_id == project_id, Withdrawal.woman_uuid.in_(women)
    for one in db.scalars(select(Withdrawal).where(*taken).order_by(Withdrawal.id)):
        found[one.woman_uuid].append(event_of_withdrawal(one))
    for woman, told in told_of_packages(db, project_id, women):
        found[woman].append(told)
    return found


def withdrawals_of(db: Session, project_id: int, woman: str) -> list[Event]:
    """What she took back at the office, as the consent form would have told it."""
    hers = Withdrawal.project_id == project_id, Withdrawal.woman_uuid == woman
    rows = db.scalars(select(Withdrawal).where(*hers).order_by(Withdrawal.id))
    return [event_of_withdrawal(row) for row in rows]


def event_of_withdrawal(row: Withdrawal) -> Event:
    return _taken_back(row.event, row.taken_on, row.received_at, row.purposes)


def _taken_back(event: str, on: date, received_at: datetime, purposes: str) -> Event:
    return Event(event, CONSENT, on, received_at, None, {"action": "withdraw", "withdraw_scope": purposes})


def _event_of_withdrawal(row: Row[*tuple[Any, ...]]) -> Event:
    return _taken_back(row.event, row.visit_date, row.received_at, row.told)


def whom(subject_list: str, subject: str) -> tuple[str, str]:
    """Whom a CareEvent is about: also one that is set aside is about a woman."""
    return "women" if subject_list == SET_ASIDE else subject_list, subject


def read_events(db: Session, *where: ColumnElement[bool]) -> list[Event]:
    rows: Iterable[CareEvent] = db.scalars(select(CareEvent).where(*where).order_by(*IN_TIME))
    return [event_of(row) for row in rows]


AS_EVENT: Final = (
    CareEvent.event,
    CareEvent.form_id,
    CareEvent.visit_date,
    CareEvent.received_at,
    CareEvent.episode,
    CareEvent.data_json,
    CareEvent.submission_id,
    CareEvent.told_of,
)
"""The columns that `event_of` reads."""


def event_of(row: CareEvent | Row[*tuple[Any, ...]]) -> Event:
    return Event(
        event=row.event,
        form_id=row.form_id,
        visit_date=row.visit_date,
        received_at=row.received_at,
        episode=row.episode,
        data=orjson.loads(row.data_json),
        submission_id=row.submission_id,
        told_of=row.told_of,
    )


def _event_of_package(row: Row[*tuple[Any, ...]]) -> Event:
    return event_of_package(row.event, row.visit_date, row.received_at, row.episode, row.told, row.state, row.told_of)


def _in_order(row: Row[*tuple[Any, ...]]) -> tuple[Any, ...]:
    """Records as IN_TIME has them, then what else there is, each kind in the order of writing."""
    by_visit = (row.visit_date, row.received_at) if row.kind == _RECORD else ()
    return row.kind, *by_visit, row.submission_id


_RECORD, _TAKEN_BACK, _PACKAGE = 0, 1, 2
_READ_BY: Final[Mapping[int, Callable[[Any], Event]]] = {
    _RECORD: event_of,
    _TAKEN_BACK: _event_of_withdrawal,
    _PACKAGE: _event_of_package,
}


def _build_of_her() -> CompoundSelect[*tuple[Any, ...]]:
    """The three kinds of what is told of a woman as one question: they are asked for twice at every record about her."""
    project: BindParameter[int] = bindparam("project")
    woman: BindParameter[str] = bindparam("woman")
    records = select(literal(_RECORD).label("kind"), *AS_EVENT, null().label("told"), null().label("state")).where(
        told_of_her(project, woman)
    )
    withdrawals = select(
        *(literal(_TAKEN_BACK), Withdrawal.event, null(), Withdrawal.taken_on, Withdrawal.received_at),
        *(null(), null(), Withdrawal.id, null(), Withdrawal.purposes, null()),
    ).where(Withdrawal.project_id == project, Withdrawal.woman_uuid == woman)
    told = TransferPackage
    packages = select(
        *(literal(_PACKAGE), told.event, null(), told.answered_on, told.answered_at, told.transfer, null(), told.id),
        *(told.told_of, told.direction, told.state),
    ).where(told.project_id == project, told.woman_uuid == woman, is_told())
    return union_all(records, withdrawals, packages)


# Built once: they are asked at every record, and building one costs more than its answer.
OF_HER: Final = _build_of_her()
_OF_OTHERS: Final = (
    select(*AS_EVENT)
    .where(
        CareEvent.project_id == bindparam("project"),
        CareEvent.subject_list == bindparam("subject_list"),
        CareEvent.subject == bindparam("subject"),
    )
    .order_by(*IN_TIME)
)
_BY_REGISTRATION: Final = (
    select(func.coalesce(CareEvent.told_of, CareEvent.subject))
    .where(
        CareEvent.project_id == bindparam("project"),
        CareEvent.episode == bindparam("pregnancy"),
        CareEvent.form_id == PREGNANCY,
    )
    .limit(1)
)
_IN_LIST: Final = (
    select(Entity)
    .join(Dataset, Dataset.id == Entity.dataset_id)
    .where(
        Dataset.project_id == bindparam("project"),
        Dataset.name == bindparam("name"),
        Entity.uuid == bindparam("uuid"),
        Entity.deleted_at.is_(None),
    )
)
_LABEL_IN_LIST: Final = _IN_LIST.with_only_columns(Entity.label, Entity.village_code)


class Listed(NamedTuple):
    """How a list calls somebody, and where it says that she is."""

    label: str
    village_code: str | None


def woman_of_pregnancy(db: Session, project_id: int, pregnancy: str) -> str | None:
    """Whose pregnancy it is: by the record that registered it, else by the entity that it made. None: it has not arrived."""
    told: str | None = ask(db, _BY_REGISTRATION, {"project": project_id, "pregnancy": pregnancy}).scalar()
    if told is not None:
        return told
    entity = find_in_list(db, project_id, "pregnancies", pregnancy)
    return bare(orjson.loads(entity.data_json).get("woman")) if entity else None


def subject_of(db: Session, project_id: int, told: Told) -> str | None:
    """Whom a record is about, under the registration that is kept of her. None: not known yet."""
    named = subject_named(db, project_id, told)
    return who_now(db, project_id, named) if named and told.subject_list == "women" else named


def subject_named(db: Session, project_id: int, told: Told) -> str | None:
    """Whom a record names: as it says, else whose the pregnancy, referral or transfer is. None: not known yet."""
    if told.subject is not None or told.episode is None:
        return told.subject
    return FINDERS[told.form_id](db, project_id, told.episode) if told.form_id in FINDERS else None


def woman_of_referral(db: Session, project_id: int, referral: str) -> str | None:
    """Whose referral it is, by the list that the server writes; also of one that was taken back since the phone had it."""
    return woman_in_list(db, project_id, "referrals", referral)


def woman_of_transfer(db: Session, project_id: int, transfer: str) -> str | None:
    """Whose transfer it is. None: it has not arrived, or it came from elsewhere and she is not here yet."""
    return woman_in_list(db, project_id, "transfers", transfer)


def woman_in_list(db: Session, project_id: int, name: str, uuid: str) -> str | None:
    query = select(Entity.about).join(Dataset, Dataset.id == Entity.dataset_id)
    return db.scalar(query.where(Dataset.project_id == project_id, Dataset.name == name, Entity.uuid == uuid))


FINDERS: Final = {
    ANTENATAL: woman_of_pregnancy,
    POSTNATAL: woman_of_pregnancy,
    REFERRAL_OUTCOME: woman_of_referral,
    TRANSFER: woman_of_transfer,
}
"""Of the forms that may name something of hers and not herself: who says whose it is."""


def find_in_list(db: Session, project_id: int, name: str, uuid: str) -> Entity | None:
    """An entity that stands, by list and uuid."""
    return db.scalar(_IN_LIST, {"project": project_id, "name": name, "uuid": uuid})


def listed_as(db: Asked, project_id: int, name: str, uuid: str) -> Listed | None:
    """What stands in a list under this uuid, for a row of the registry."""
    row = ask(db, _LABEL_IN_LIST, {"project": project_id, "name": name, "uuid": uuid}).first()
    return Listed(*row) if row else None
