"""Records that waited for approval when their list ceased to ask for it (odk-contract.md 6.9, `convert`)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from server.intake.derive import derive_again
from server.registry.sealing import keep_shut


def make_entities_of(db: Session, submission_ids: Iterable[int], now: datetime) -> None:
    """In the order of arrival; of a record that was emptied nothing follows."""
    for submission_id in submission_ids:
        if not keep_shut(db, submission_id, now):
            derive_again(db, submission_id, "entities", now)
