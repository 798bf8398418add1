"""Who is named in a comment: a colleague who decides about records hears of it in her inbox, without a word of the comment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.followups.plain_notices import MENTIONED, tell
from server.intake.assigning import list_reviewers
from server.intake.desk import is_within
from server.models import Project, SubmissionComment

PREFIX: Final = "record"
SIGN: Final = "@"


def people_named(text: str, people: Mapping[int, str]) -> list[int]:
    """Whose name stands behind an @ in a text; of two names that begin alike the longer one counts where it fits."""
    found = []
    rest = text
    for number, name in sorted(people.items(), key=lambda row: -len(row[1])):
        if name and SIGN + name in rest:
            rest = rest.replace(SIGN + name, "")
            found.append(number)
    return sorted(found)


def tell_mentioned(db: Session, project: Project, comment: SubmissionComment, by: int, now: datetime) -> None:
    """Puts a word into the inbox of each; none to who wrote it."""
    if SIGN not in comment.body:
        return
    named = [one for one in people_named(comment.body, list_reviewers(db, project)) if one != by]
    tell(db, project.id, named, MENTIONED, f"{PREFIX}:{comment.submission_id}:{comment.id}", now)


def record_of(db: Session, occasion: str, scope: Scope | None) -> int | None:
    """The record that such a word is about, as far as the reader's scope reaches it."""
    parts = occasion.split(":")
    if scope is None or len(parts) < 3 or parts[0] != PREFIX or not parts[1].isdigit():
        return None
    return int(parts[1]) if is_within(db, scope, int(parts[1])) else None
