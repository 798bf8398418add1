"""Which records the map asks for: those a scope reaches, narrowed by what somebody wishes to see."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from server.access.allow import Scope
from server.access.projects import submissions_within
from server.models import Submission, SubmissionGeometry


@dataclass(frozen=True)
class Filters:
    """What of the records in view is wanted; None is no wish. `states` may hold None: received, nobody looked yet."""

    form_id: int | None = None
    states: frozenset[str | None] | None = None


def records_in(
    scope: Scope, where: type[Submission] | type[SubmissionGeometry] = Submission
) -> list[ColumnElement[bool]]:
    """The records that a scope reaches, none that are deleted or drafts. `where` as submissions_within takes it."""
    return [submissions_within(scope, where), Submission.deleted_at.is_(None), ~Submission.draft]


def wishes(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.form_id is not None:
        found.append(Submission.form_id == filters.form_id)
    if filters.states is not None:
        named = Submission.review_state.in_([state for state in filters.states if state is not None])
        found.append(or_(named, Submission.review_state.is_(None)) if None in filters.states else named)
    return found
