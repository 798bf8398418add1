"""Who was removed, remembered by a hash alone, so that nothing that comes late brings her back (domain.md 6.3, P9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.access.pseudonyms import pseudonym
from server.db import ask
from server.models import BENEFIT_CASES, Dataset, Minimised, PurgedEntity, Tombstone
from server.registry.reach import CARE_LISTS

REMOVED = frozenset({*CARE_LISTS, BENEFIT_CASES})
"""The lists from which entities are removed for good: nobody makes them anew, and phones are told that they are gone."""

ERASED = "erased"
"""Seal.reason of a record of hers: it is empty and stays so."""


_BURIED: Final = select(Tombstone.uuid_hash).where(
    Tombstone.project_id == bindparam("project"), Tombstone.uuid_hash.in_(bindparam("hashes", expanding=True))
)
_PURGED: Final = select(PurgedEntity.uuid_hash).where(
    PurgedEntity.dataset_id == bindparam("dataset"), PurgedEntity.uuid_hash.in_(bindparam("hashes", expanding=True))
)


def bury(db: Session, project_id: int, uuid: str, now: datetime) -> None:
    """Keeps a hash of a uuid whose bearer asked to be removed."""
    if not is_buried(db, project_id, [uuid]):
        db.add(Tombstone(project_id=project_id, uuid_hash=pseudonym(project_id, uuid), made_at=now))
        db.flush()


def remember_purged(db: Session, project_id: int, dataset_id: int, uuid: str, now: datetime) -> None:
    """Keeps a hash of an entity that went out of the trash: phones are told that it is gone, and nobody makes it anew."""
    row = {"dataset_id": dataset_id, "uuid_hash": pseudonym(project_id, uuid)}
    if db.get(PurgedEntity, (row["dataset_id"], row["uuid_hash"])) is None:
        db.add(PurgedEntity(**row, purged_at=now))
        db.flush()


def purged_among(db: Session, dataset: Dataset, uuids: Iterable[str]) -> set[str]:
    """Those of these uuids that went out of the trash of this list."""
    by_hash = {pseudonym(dataset.project_id, one): one for one in uuids}
    if not by_hash:
        return set()
    found = ask(db, _PURGED, {"dataset": dataset.id, "hashes": list(by_hash)}).scalars()
    return {by_hash[bytes(one)] for one in found}


def is_buried(db: Session, project_id: int, uuids: Iterable[str | None]) -> bool:
    return bool(buried_among(db, project_id, (one for one in uuids if one)))


def buried_among(db: Session, project_id: int, uuids: Iterable[str]) -> set[str]:
    """Those of these uuids whose bearers were removed."""
    by_hash = {pseudonym(project_id, one): one for one in uuids}
    if not by_hash:
        return set()
    found = ask(db, _BURIED, {"project": project_id, "hashes": list(by_hash)}).scalars()
    return {by_hash[bytes(one)] for one in found}


def gone_among(db: Session, project_id: int, uuids: Iterable[str]) -> set[str]:
    """Those of these uuids that phones need not keep: removed, or shrunk to a code after a year without contact."""
    wanted = set(uuids)
    by_hash = {pseudonym(project_id, one): one for one in wanted}
    small = select(Minimised.subject_hash).where(
        Minimised.project_id == project_id, Minimised.subject_hash.in_(by_hash)
    )
    found = {by_hash[bytes(one)] for one in db.scalars(small)} if wanted else set()
    return found | buried_among(db, project_id, wanted)
