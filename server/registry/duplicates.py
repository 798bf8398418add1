"""Women who may be registered twice: found by the timetable through words that they share, decided about by people."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, delete, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.access.audit import record
from server.clock import today
from server.db import Database
from server.errors import NotFound
from server.models import CareEvent, PersonMerge, PersonPair, PersonWait, PersonWord, Woman
from server.registry.likeness import Likeness, Traits, compare
from server.registry.person_traits import traits_of
from server.registry.person_words import forget_words, write_words
from server.registry.reach import Reach, asking, consenting

MOST_SHARING: Final = 12
"""A word that more women have tells nothing of any: the number of a shop, a name that half a village bears."""
TOGETHER: Final = 20
MOST: Final = 1000
"""Women looked at in one run of the timetable."""

log = logging.getLogger("fangshi.duplicates")

FIRST, SECOND = aliased(Woman), aliased(Woman)


class Pair(NamedTuple):
    """Two women as their registry rows say, and why they may be one."""

    row: PersonPair
    first: Woman
    second: Woman


def look_at_waiting(database: Database, most: int, now: datetime) -> int:
    """Those who wait, some in each transaction; how many."""
    done = 0
    while done < most:
        with database.transaction() as db:
            looked = look_at_some(db, now)
        done += looked
        if looked < TOGETHER:
            break
    return done


def look_at_some(db: Session, now: datetime) -> int:
    """Makes their words anew, and writes down who is like them. One of whom that fails waits for her next word."""
    oldest = select(PersonWait.project_id, PersonWait.woman_uuid).order_by(PersonWait.project_id, PersonWait.woman_uuid)
    rows = db.execute(oldest.limit(TOGETHER).with_for_update(skip_locked=True)).all()
    for project_id in sorted({row.project_id for row in rows}):
        uuids = [row.woman_uuid for row in rows if row.project_id == project_id]
        db.execute(delete(PersonWait).where(PersonWait.project_id == project_id, PersonWait.woman_uuid.in_(uuids)))
        for some in (uuids, *([one] for one in uuids)):
            if went_well(db, project_id, some, now) and some is uuids:
                break
    return len(rows)


def went_well(db: Session, project_id: int, uuids: Sequence[str], now: datetime) -> bool:
    try:
        with db.begin_nested():
            look_at(db, project_id, uuids, now)
    except Exception as error:
        log.warning("%d women could not be compared: %s", len(uuids), type(error).__name__)
        return False
    return True


def look_at(db: Session, project_id: int, uuids: Sequence[str], now: datetime) -> None:
    day = today(now)
    traits = traits_of(db, project_id, uuids, day)
    words = {uuid: write_words(db, project_id, one) for uuid, one in traits.items()}
    for uuid in set(uuids) - traits.keys():
        forget_words(db, project_id, uuid)
    sharing = who_share(db, project_id, {word for hers in words.values() for word in hers})
    others = {uuid: {one for word in hers for one in sharing.get(word, ())} - {uuid} for uuid, hers in words.items()}
    known = traits | traits_of(db, project_id, {one for hers in others.values() for one in hers} - traits.keys(), day)
    for uuid, hers in others.items():
        write_pairs(db, project_id, uuid, likes_of(known[uuid], (known[one] for one in hers if one in known)), now)


def who_share(db: Session, project_id: int, words: Collection[int]) -> dict[int, set[str]]:
    """The women who have each of these words, where they are at most MOST_SHARING."""
    few = (
        select(PersonWord.word)
        .where(PersonWord.project_id == project_id, PersonWord.word.in_(words))
        .group_by(PersonWord.word)
        .having(func.count().between(2, MOST_SHARING))
    )
    rows = select(PersonWord.word, PersonWord.woman_uuid).where(PersonWord.project_id == project_id)
    found: dict[int, set[str]] = {}
    for word, uuid in db.execute(rows.where(PersonWord.word.in_(few))):
        found.setdefault(word, set()).add(uuid)
    return found


def likes_of(one: Traits, others: Iterable[Traits]) -> dict[str, Likeness]:
    found = {other.uuid: compare(one, other) for other in others}
    return {uuid: likeness for uuid, likeness in found.items() if likeness.is_enough}


def write_pairs(db: Session, project_id: int, uuid: str, likes: Mapping[str, Likeness], now: datetime) -> None:
    """Her open pairs are these now. What somebody decided stays decided."""
    hers = or_(PersonPair.first_uuid == uuid, PersonPair.second_uuid == uuid)
    rows = db.scalars(select(PersonPair).where(PersonPair.project_id == project_id, hers)).all()
    known = {row.second_uuid if row.first_uuid == uuid else row.first_uuid: row for row in rows}
    for other, row in known.items():
        if row.state == "open" and other not in likes:
            db.delete(row)
    for other, likeness in likes.items():
        first, second = sorted((uuid, other))
        row = known.get(other) or PersonPair(
            project_id=project_id, first_uuid=first, second_uuid=second, state="open", found_at=now
        )
        row.weight, row.reasons = likeness.weight, " ".join(likeness.reasons)
        db.add(row)
    db.flush()


def pairs_in(reach: Reach, state: str) -> Select[PersonPair, Woman, Woman]:
    """Pairs both of whom the caller cares for and who agree to be cared for today: nobody else is compared with anybody."""
    project_id = reach.scope.project_id
    first = and_(FIRST.project_id == PersonPair.project_id, FIRST.uuid == PersonPair.first_uuid)
    second = and_(SECOND.project_id == PersonPair.project_id, SECOND.uuid == PersonPair.second_uuid)
    hers = select(Woman.uuid).where(*cared_for(reach))
    return (
        select(PersonPair, FIRST, SECOND)
        .join(FIRST, first)
        .join(SECOND, second)
        .where(PersonPair.project_id == project_id, PersonPair.state == state)
        .where(PersonPair.first_uuid.in_(hers), PersonPair.second_uuid.in_(hers))
    )


def cared_for(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """Women whom somebody of the care team has on her list, with a consent that is valid that day; nobody for others."""
    if reach.role is None:
        return (false(),)
    return *asking(reach), Woman.withdrawn_on.is_(None), *consenting(reach)


def list_pairs(db: Session, reach: Reach, state: str, offset: int, limit: int) -> list[Pair]:
    """The most alike first."""
    query = pairs_in(reach, state).order_by(PersonPair.weight.desc(), PersonPair.id)
    return [Pair(*row) for row in db.execute(query.offset(offset).limit(limit))]


def count_pairs(db: Session, reach: Reach, state: str) -> int:
    return db.scalar(select(func.count()).select_from(pairs_in(reach, state).subquery())) or 0


def get_pair(db: Session, reach: Reach, pair_id: int) -> Pair:
    """Open or decided. Raises NotFound, also for one of whom the caller does not care for both."""
    for state in ("open", "different"):
        row = db.execute(pairs_in(reach, state).where(PersonPair.id == pair_id)).first()
        if row is not None:
            return Pair(*row)
    raise NotFound()


def pairs_with(db: Session, reach: Reach, uuid: str) -> list[int]:
    """The open pairs that a woman is in, the likeliest first."""
    hers = or_(PersonPair.first_uuid == uuid, PersonPair.second_uuid == uuid)
    rows = db.execute(pairs_in(reach, "open").where(hers).order_by(PersonPair.weight.desc(), PersonPair.id))
    return [row.id for row, _first, _second in rows]


def cares_for(db: Session, reach: Reach, uuid: str) -> bool:
    return db.scalar(select(Woman.id).where(Woman.uuid == uuid, *cared_for(reach))) is not None


def contacts_of(db: Session, woman: Woman) -> tuple[date | None, date | None, int]:
    """The days of her first and last record that counts, and how many there are."""
    hers = CareEvent.project_id == woman.project_id, CareEvent.subject_list == "women", CareEvent.subject == woman.uuid
    counted = func.min(CareEvent.visit_date), func.max(CareEvent.visit_date), func.count()
    first, last, count = db.execute(select(*counted).where(*hers)).one()
    return first, last, count


def decide(db: Session, pair: PersonPair, state: str, by: int, now: datetime) -> None:
    """They are two people (`different`), or somebody is to be asked again (`open`). It is remembered."""
    pair.state = state
    pair.decided_by_id, pair.decided_at = (by, now) if state == "different" else (None, None)
    db.flush()
    details = {"entity": {"dataset": "women", "uuid": pair.first_uuid}, "other": pair.second_uuid, "state": state}
    record(db, "person.compare", actor_id=by, project_id=pair.project_id, details=details, now=now)


def merges_of(db: Session, reach: Reach, since: datetime) -> list[tuple[PersonMerge, Woman]]:
    """What was put together since and stands, of women whom the caller cares for, the newest first."""
    query = (
        select(PersonMerge, Woman)
        .join(Woman, and_(Woman.project_id == PersonMerge.project_id, Woman.uuid == PersonMerge.kept_uuid))
        .where(PersonMerge.project_id == reach.scope.project_id, PersonMerge.undone_at.is_(None))
        .where(PersonMerge.made_at >= since, *cared_for(reach))
        .order_by(PersonMerge.id.desc())
    )
    return [(merge, woman) for merge, woman in db.execute(query)]
