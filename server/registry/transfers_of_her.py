"""A woman's transfers as her care team sees them: how each stands, what she agreed to have passed on, and its packages."""

from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from server.access.restricted import is_restricted
from server.errors import NotFound
from server.models import CareEvent, Dataset, Entity, SubmissionVersion, TransferPackage, Woman
from server.registry.events import events_of
from server.registry.one_person import as_one_person
from server.registry.package_contents import fit_text
from server.registry.packages import ITEMS
from server.registry.reach import Reach, asking, consenting
from server.registry.telling import TRANSFER, flatten
from server.registry.transfer_told import agreed_as
from server.registry.transfers import ASKED, IN, OUT, TRANSFERS, Course, courses_of


@dataclass(frozen=True)
class Wish:
    """What she agreed to have passed on, and to whom: `place` is {"zh", "en", "county"}, the county by its code or blank."""

    agreed_as: str
    agreed_on: date
    items: tuple[str, ...]
    place: dict[str, str]


@dataclass(frozen=True)
class Standing:
    """One transfer of the list: `status` is the list's word, `wish` is None where she agrees to nothing (any more)."""

    uuid: str
    direction: str
    status: str
    course: Course | None
    wish: Wish | None
    packages: tuple[TransferPackage, ...]


def may_pass_on(db: Session, woman: Woman, day: date) -> bool:
    """Whether her consents let anything of hers be read for a package that day, or be kept of one that she brought."""
    lasts = woman.consent_until is not None and day <= woman.consent_until
    agrees = woman.consent_service and woman.withdrawn_on is None and woman.consent_share_clinic
    return agrees and lasts and not is_restricted(db, woman.project_id, woman.uuid)


def transfer_of(db: Session, project_id: int, woman: str, uuid: str, direction: str) -> tuple[Entity, Dataset]:
    """Raises NotFound, also for another woman's."""
    query = listed(project_id).where(Entity.about == woman, Entity.uuid == uuid)
    found = db.execute(query, execution_options={"populate_existing": True}).first()
    if found is None or orjson.loads(found[0].data_json).get("direction") != direction:
        raise NotFound()
    return found[0], found[1]


def listed(project_id: int) -> Select[Entity, Dataset]:
    here = Dataset.project_id == project_id, Dataset.name == TRANSFERS, Entity.deleted_at.is_(None)
    return select(Entity, Dataset).join(Dataset, Dataset.id == Entity.dataset_id).where(*here)


def wish_of(db: Session, project_id: int, woman: str, uuid: str) -> Wish | None:
    """None where she agrees to nothing now."""
    return wish_in(db, project_id, courses_of_her(db, project_id, woman).get(uuid))


def courses_of_her(db: Session, project_id: int, woman: str) -> dict[str, Course]:
    return courses_of(as_one_person(events_of(db, project_id, "women", woman)))


def wish_in(db: Session, project_id: int, course: Course | None) -> Wish | None:
    """As the record says by which she agreed, in its current version."""
    if course is None or course.status != ASKED or course.agreed is None:
        return None
    told_as, here = agreed_as(db, project_id, course.agreed), CareEvent.project_id == project_id
    query = (
        select(SubmissionVersion.values_json)
        .join(CareEvent, CareEvent.submission_version_id == SubmissionVersion.id)
        .where(here, CareEvent.form_id == TRANSFER, CareEvent.event == course.agreed[1])
    )
    values = db.scalar(query)
    if told_as is None or not values:
        return None
    said = dict(flatten(orjson.loads(values)))
    chosen = said.get("items", "").split()
    place = {"zh": said.get("place_zh", ""), "en": said.get("place_en", ""), "county": said.get("dest_county", "")}
    items = tuple(one for one in ITEMS if one in chosen)
    return Wish(told_as, course.agreed[0], items, {name: fit_text(text) for name, text in place.items()})


def standings_of(db: Session, project_id: int, woman: str) -> list[Standing]:
    """All of hers, the newest first; then what she brought that no list tells of (any more)."""
    rows = db.execute(listed(project_id).where(Entity.about == woman).order_by(Entity.id.desc())).all()
    courses = courses_of_her(db, project_id, woman) if rows else {}
    here = TransferPackage.project_id == project_id, TransferPackage.woman_uuid == woman
    packages = list(db.scalars(select(TransferPackage).where(*here).order_by(TransferPackage.id.desc())))
    found = []
    for entity, _dataset in rows:
        told, course = orjson.loads(entity.data_json), courses.get(entity.uuid)
        wish = wish_in(db, project_id, course)
        of_it = tuple(one for one in packages if one.transfer == entity.uuid)
        found.append(Standing(entity.uuid, told.get("direction", ""), told.get("status", ""), course, wish, of_it))
    known = {one.uuid for one in found}
    unlisted = [one for one in packages if one.direction == IN and one.transfer not in known]
    return found + [Standing(one.transfer, IN, one.state, None, None, (one,)) for one in unlisted]


def packages_of_her(db: Session, woman: Woman) -> list[TransferPackage]:
    hers = TransferPackage.project_id == woman.project_id, TransferPackage.woman_uuid == woman.uuid
    return list(db.scalars(select(TransferPackage).where(*hers).order_by(TransferPackage.id)))


def count_transfers(db: Session, reach: Reach) -> int:
    return db.scalar(select(func.count()).select_from(women_with_transfers(reach).subquery())) or 0


def list_transfers(db: Session, reach: Reach, skip: int, limit: int) -> list[Row[Woman, Entity]]:
    """Transfers of women whom the caller reaches, the newest first, each with whose it is."""
    query = women_with_transfers(reach).order_by(Entity.id.desc()).offset(skip).limit(limit)
    return list(db.execute(query).all())


def women_with_transfers(reach: Reach) -> Select[Woman, Entity]:
    of_list = select(Dataset.id).where(Dataset.project_id == reach.scope.project_id, Dataset.name == TRANSFERS)
    whose = Entity.about == Woman.uuid
    here = Entity.dataset_id.in_(of_list), Entity.deleted_at.is_(None)
    return select(Woman, Entity).join(Entity, whose).where(*here, *asking(reach), *consenting(reach))


def get_package(db: Session, woman: Woman, transfer: str, day: date) -> TransferPackage:
    """The one that is on its way, until its last day and while her consents let it go. Raises NotFound."""
    hers = TransferPackage.project_id == woman.project_id, TransferPackage.woman_uuid == woman.uuid
    query = select(TransferPackage).where(*hers, TransferPackage.transfer == transfer, TransferPackage.state == "sent")
    found = db.scalar(query)
    if found is None or found.last_day < day or not may_pass_on(db, woman, day):
        raise NotFound()
    return found


def get_brought(db: Session, woman: Woman, package_id: int, day: date) -> TransferPackage:
    """One that she brought, while her consents let it be read. Raises NotFound."""
    row = db.get(TransferPackage, package_id)
    if row is None or (row.project_id, row.woman_uuid, row.direction) != (woman.project_id, woman.uuid, IN):
        raise NotFound()
    if not may_pass_on(db, woman, day):
        raise NotFound()
    return row


def was_made_here(db: Session, project_id: int, name_sha256: str) -> bool:
    """Whether a package of this name was made in this project: it is meant for another place."""
    sent = TransferPackage.project_id == project_id, TransferPackage.direction == OUT
    return db.scalar(select(TransferPackage.id).where(*sent, TransferPackage.name_sha256 == name_sha256)) is not None
