"""Public links that take one record and no second."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.errors import Forbidden
from server.intake.items import Item
from server.later import write_waiting
from server.models import PublicLink, Submission


def refuse_second(db: Session, item: Item) -> None:
    """Of two that are sent at once the later waits for the link's row. Raises Forbidden when one has come."""
    if not item.once or item.asked.draft:
        return
    write_waiting(db)  # one may have come a moment ago
    db.execute(select(PublicLink.actor_id).where(PublicLink.actor_id == item.actor_id).with_for_update())
    came = exists().where(
        Submission.submitter_id == item.actor_id, Submission.form_id == item.asked.form.id, ~Submission.draft
    )
    if db.scalar(select(came)):
        raise Forbidden("This link takes one record, and that has come already.")
