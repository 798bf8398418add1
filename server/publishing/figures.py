"""How many records each form has, as the caller may be told.

Who reads the records reads their number. To everybody else in a care project a number that would point at somebody is
hidden, and so is what would give it back (domain.md 6.3, P6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from geo.masking import Shown, suppress_table
from server.access.allow import may, scope_of
from server.access.caller import Caller
from server.models import Actor, Project
from server.publishing.queries import FormFigures, ListedForm, count_of_forms

RECEIVED = "received"  # no review state: nobody looked yet
STATES = (RECEIVED, "hasIssues", "edited", "approved", "rejected")


@dataclass(frozen=True)
class ShownFigures:
    """What was sent to a form. `review_states` has every one of STATES; the latest day is hidden with the number."""

    submissions: Shown
    review_states: Mapping[str, Shown]
    last_submission: datetime | None
    created_by: Actor | None


def figures_of_forms(
    db: Session, caller: Caller, project: Project, forms: Sequence[ListedForm]
) -> dict[int, ShownFigures]:
    """By form id, of the records that the caller's scope reaches."""
    found = count_of_forms(db, forms, scope_of(caller, project))
    reads_records = project.kind != "care" or may(caller, "submission.list", project)
    show = show_exactly if reads_records else show_guarded
    return {form_id: show(figures) for form_id, figures in found.items()}


def by_state(figures: FormFigures) -> dict[str, int]:
    return {state: figures.review_states.get(None if state == RECEIVED else state, 0) for state in STATES}


def show_exactly(figures: FormFigures) -> ShownFigures:
    states = {state: exact(number) for state, number in by_state(figures).items()}
    return ShownFigures(exact(figures.submissions), states, figures.last_submission, figures.created_by)


def exact(number: int) -> Shown:
    return Shown(str(number), number, suppressed=False)


def show_guarded(figures: FormFigures) -> ShownFigures:
    table = suppress_table({"form": by_state(figures)})
    total = table.row_totals["form"]
    latest = None if total.suppressed else figures.last_submission
    return ShownFigures(total, table.cells["form"], latest, figures.created_by)
