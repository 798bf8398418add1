"""Blanking what an audit row says beside its columns, where the law asks for it: the row stays, and another says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.audit_verifying import REDACTION
from server.models import Audit

TOGETHER = 500


def redact_rows(
    db: Session, project_id: int, details: Mapping[int, dict[str, Any] | None], by: int | None, now: datetime
) -> int:
    """Gives rows (by their id) other details and takes their notes away; how many.

    Which rows those were is written into the audit itself, and so is chained: `audit verify` counts them as redacted.
    """
    for audit_id, kept in details.items():
        db.execute(update(Audit).where(Audit.id == audit_id).values(details=kept, notes=None))
    ids = sorted(details)
    for start in range(0, len(ids), TOGETHER):
        part = {"rows": ids[start : start + TOGETHER]}
        record(db, REDACTION, actor_id=by, project_id=project_id, now=now, details=part, notes=None)
    return len(ids)
