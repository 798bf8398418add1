"""Where the audit names somebody, and putting a hash in place of the name: the row stays, and who did it (domain.md 6.3, P9)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from server.access.audit_redacting import redact_rows
from server.access.pseudonyms import pseudonym
from server.models import Audit


def traces_of(db: Session, project_id: int, uuids: Collection[str]) -> list[Audit]:
    """The rows of a project whose details or notes hold one of these uuids. Reads the whole audit of the project once."""
    details = cast(Audit.details, String)
    named = or_(*(column.contains(uuid) for uuid in sorted(uuids) for column in (details, Audit.notes)))
    return list(db.scalars(select(Audit).where(Audit.project_id == project_id, named).order_by(Audit.id)))


def redact_traces(db: Session, project_id: int, uuids: Collection[str], by: int | None, now: datetime) -> None:
    """Afterwards the audit holds none of these uuids, and for each a hash that says which rows were about the same."""
    found = traces_of(db, project_id, uuids)
    if found:
        redact_rows(db, project_id, {row.id: without(row.details, project_id, uuids) for row in found}, by, now)


def without(details: dict[str, Any] | None, project_id: int, uuids: Collection[str]) -> dict[str, Any] | None:
    text = orjson.dumps(details).decode()
    for uuid in uuids:
        text = text.replace(uuid, pseudonym(project_id, uuid).hex())
    found: dict[str, Any] | None = orjson.loads(text)
    return found
