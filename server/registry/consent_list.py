"""Whom her care team may ask anew: whose consent ends soon or has ended, and who agreed to words that have changed since.

No list of who said no, nor of who took it back: a "no" is an answer, and nobody asks again by a list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from server.models import PURPOSES, Consent, Woman
from server.registry.consent_by_purpose import ENDING_SOON
from server.registry.consent_texts import Text, texts_in_force
from server.registry.reach import Reach, asking


@dataclass(frozen=True)
class ToAsk:
    """A woman with the last day of her consent, and the purposes whose words are newer than those she agreed to."""

    woman: Woman
    until: date | None
    changed: tuple[str, ...]


def to_ask(db: Session, reach: Reach, offset: int, limit: int) -> list[ToAsk]:
    """The women of the caller's, those first whose consent ends first."""
    texts = texts_in_force(db, reach.scope.project_id)
    order = (Woman.consent_until, Woman.uuid)
    rows = db.scalars(select(Woman).where(*wanted(reach, texts)).order_by(*order).offset(offset).limit(limit)).all()
    changed = changed_for(db, reach.scope.project_id, texts, [row.uuid for row in rows])
    return [ToAsk(row, row.consent_until, changed.get(row.uuid, ())) for row in rows]


def count_to_ask(db: Session, reach: Reach) -> int:
    texts = texts_in_force(db, reach.scope.project_id)
    return db.scalar(select(func.count()).select_from(Woman).where(*wanted(reach, texts))) or 0


def wanted(reach: Reach, texts: Mapping[str, Text]) -> tuple[ColumnElement[bool], ...]:
    hers = and_(Consent.project_id == Woman.project_id, Consent.woman_uuid == Woman.uuid)
    outdated = exists().where(hers, *is_outdated(texts)).correlate(Woman)
    return (*asking(reach), or_(Woman.consent_until < reach.today + ENDING_SOON, outdated))


def is_outdated(texts: Mapping[str, Text]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Given to words that are not the newest. A record that does not tell its words counts as answering the first."""
    version = func.coalesce(Consent.text_version, 1)
    older = [and_(Consent.purpose == name, version < texts[name].version) for name in PURPOSES]
    return Consent.given.is_(True), or_(*older)


def changed_for(
    db: Session, project_id: int, texts: Mapping[str, Text], women: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """The purposes with newer words by woman, in the order of PURPOSES."""
    here = Consent.project_id == project_id, Consent.woman_uuid.in_(list(women))
    found: dict[str, set[str]] = {}
    for row in db.scalars(select(Consent).where(*here, *is_outdated(texts))):
        found.setdefault(row.woman_uuid, set()).add(row.purpose)
    return {woman: tuple(one for one in PURPOSES if one in names) for woman, names in found.items()}
