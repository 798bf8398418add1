"""The village of a health record: of the woman's household where she consents to its place, else her own. Never a point.

The village is worked out from her row as it stands (server/models Woman), so it may be worked out again whenever that
changes: `place_her_records` does, and `place_records_at` for a household; whoever changes such a row calls it.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from forms.instance import elements_at
from forms.xml import text_of
from server.db import ask
from server.models import (
    ABOUT_WOMEN,
    HEALTH_FORMS,
    CareEvent,
    ContraceptionEpisode,
    Household,
    Pregnancy,
    Submission,
    Village,
    Woman,
    table_of,
)
from server.places.locating import Place
from server.reading import Reading

WOMEN = "women.csv"
# Built once: they are asked at every record of a woman.
HEALTH = select(Submission.health).where(Submission.id == bindparam("record"))
WHOSE = {
    file: select(kind.woman_uuid).where(kind.project_id == bindparam("project"), kind.uuid == bindparam("uuid"))
    for file, kind in (("pregnancies.csv", Pregnancy), ("contraception_episodes.csv", ContraceptionEpisode))
}

_home_village, _own_village = aliased(Village), aliased(Village)


def is_health_record(db: Session, reading: Reading) -> bool:
    """Only a care project has any, so nobody else pays for the question."""
    if reading.project.kind != "care":
        return False
    if reading.is_first and reading.instance.form_id in HEALTH_FORMS:
        return True
    return bool(ask(db, HEALTH, {"record": reading.submission_id}).scalar())


def care_place(db: Session, reading: Reading) -> Place | None:
    """Where the woman is whom the record chose; None when it chose nobody that we know, or her village is unknown."""
    woman = chosen_woman(db, reading)
    row = ask(db, OF_WOMAN, {"project": reading.project.id, "uuid": woman}).first() if woman else None
    return nearest_of(row.home, row.own) if row else None


def nearest_of(home: int | None, own: int | None) -> Place | None:
    if home is not None:
        return Place(home, "household")
    return Place(own, "village") if own is not None else None


def chosen_woman(db: Session, reading: Reading) -> str | None:
    """The uuid of the woman whom the answers chose from the entity lists, herself or by a pregnancy or method of hers."""
    if chosen := next(chosen_from(reading, WOMEN), None):
        return chosen
    for file in WHOSE:
        for uuid in chosen_from(reading, file):
            found: str | None = ask(db, WHOSE[file], {"project": reading.project.id, "uuid": uuid}).scalar()
            if found:
                return found
    return None


def chosen_from(reading: Reading, file: str) -> Iterator[str]:
    """The answers to questions that choose from this list, outside repeats; none of an encrypted record."""
    if reading.instance.encrypted:
        return
    for field in reading.schema.fields:
        if field.choices_from == file and reading.schema.repeat_of(field.path) is None:
            for one in elements_at(reading.instance.root, field.path):
                if text := text_of(one):
                    yield text.lower().removeprefix("uuid:")


def villages_of_women() -> Select[str, int | None, int | None]:
    """Of each woman of a project: `uuid`, the village of her household where it may be known (`home`), her own (`own`)."""
    at_home = and_(
        Household.project_id == Woman.project_id,
        Household.uuid == Woman.household_uuid,
        Woman.consent_location,
    )
    return (
        select(Woman.uuid, now_in(_home_village).label("home"), now_in(_own_village).label("own"))
        .outerjoin(Household, at_home)
        .outerjoin(_home_village, in_village(_home_village, Household))
        .outerjoin(_own_village, in_village(_own_village, Woman))
        .where(Woman.project_id == bindparam("project"))
    )


def now_in(village: type[Village]) -> ColumnElement[int | None]:
    """The village itself, or what it was merged into."""
    return func.coalesce(village.successor_id, village.id)


def in_village(village: type[Village], whose: type[Household] | type[Woman]) -> ColumnElement[bool]:
    return and_(village.project_id == whose.project_id, village.code == whose.village_code)


def place_her_records(db: Session, project_id: int, woman: str) -> None:
    """Places a woman's health records by her row as it stands now."""
    place_records_of(db, project_id, OF_WOMAN, uuid=woman)


def place_records_at(db: Session, project_id: int, household: str) -> None:
    """The same for all women of a household: it moved."""
    place_records_of(db, project_id, AT_HOME, uuid=household)


def place_records_of_all(db: Session, project_id: int) -> None:
    """The same for all women of a project."""
    place_records_of(db, project_id, OF_ALL)


OF_ALL = villages_of_women()
OF_WOMAN = OF_ALL.where(Woman.uuid == bindparam("uuid"))
AT_HOME = OF_ALL.where(Woman.household_uuid == bindparam("uuid"))


def place_records_of(db: Session, project_id: int, women: Select[str, int | None, int | None], **whose: str) -> None:
    """What is where it should be is not written again: a woman has many records, and few of them ever move."""
    rows = ask(db, women, {"project": project_id, **whose}).all()
    places = [(row.uuid, place) for row in rows if (place := nearest_of(row.home, row.own))]
    if places:
        values = [{"woman": woman, "new_village": one.village_id, "new_how": one.how} for woman, one in places]
        db.connection().execute(PLACE_RECORDS, [{"project": project_id, **value} for value in values])


_records, _events = table_of(Submission), table_of(CareEvent)
PLACE_RECORDS = (
    update(_records)
    .where(
        _records.c.project_id == bindparam("project"),
        _records.c.health,
        ~_records.c.sealed,
        or_(
            _records.c.village_id.is_distinct_from(bindparam("new_village")),
            _records.c.place_how.is_distinct_from(bindparam("new_how")),
        ),
        _records.c.id.in_(
            select(_events.c.submission_id).where(
                _events.c.project_id == bindparam("project"),
                # no IN: it would have to be written anew for each woman
                or_(*(_events.c.subject_list == name for name in ABOUT_WOMEN)),
                _events.c.subject == bindparam("woman"),
            )
        ),
    )
    .values(village_id=bindparam("new_village"), place_how=bindparam("new_how"))
)
