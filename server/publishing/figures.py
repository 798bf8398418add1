"""How many records each form has, as the caller may be told.

Who reads the records reads their number. Everybody else in a care project is told the town's, in steps, where it points
at nobody (places/town_numbers.py; domain.md 6.3, P6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from geo.masking import Shown, shown_as
from server.access.allow import Scope, find_records_scope, scope_of
from server.access.caller import Caller
from server.access.public_links import count_links
from server.access.small_numbers import WITHHELD, Telling
from server.models import Actor, Project
from server.places.town_numbers import knows_a_part, tell_records
from server.publishing.queries import FormFigures, ListedForm, count_of_forms, makers_of

RECEIVED = "received"  # no review state: nobody looked yet
STATES = (RECEIVED, "hasIssues", "edited", "approved", "rejected")


@dataclass(frozen=True)
class ShownFigures:
    """What was sent to a form. `review_states` has every one of STATES."""

    submissions: Shown
    review_states: Mapping[str, Shown]
    last_submission: datetime | None
    created_by: Actor | None
    public_links: int = 0


def figures_of_forms(
    db: Session, caller: Caller, project: Project, forms: Sequence[ListedForm], telling: Telling | None
) -> dict[int, ShownFigures]:
    """By form id. Who reads the records gets the figures of what his scope reaches, anybody else those of the town; whose role
    reads those of some forms gets both.

    `telling` is who is told the town's; without it nothing of them is shown, nor to who works in some of its villages.
    Whoever has a public link is anybody, and told neither how many sent what nor who made the form.
    """
    if caller.type == "public_link":
        return {one.form.id: show_told(WITHHELD, None) for one in forms}
    reads = find_records_scope(caller, "submission.list", project)
    if project.kind != "care" or (reads is not None and reads.only is None):
        return read_figures(db, forms, reads or scope_of(caller, project))
    knows = knows_a_part(scope_of(caller, project))
    numbers = {} if telling is None or knows else tell_records(db, project.id, telling).forms.cells
    makers = makers_of(db, forms)
    figures = {
        one.form.id: show_told(numbers.get(str(one.form.id), WITHHELD), makers.get(one.version.created_by_id or 0))
        for one in forms
    }
    own = [one for one in forms if reads is not None and reads.reads(one.form.xml_form_id)]
    return figures | read_figures(db, own, reads) if own and reads else figures


def read_figures(db: Session, forms: Sequence[ListedForm], scope: Scope) -> dict[int, ShownFigures]:
    counted, links = count_of_forms(db, forms, scope), count_links(db, [one.form.id for one in forms])
    return {form_id: show_exactly(figures, links.get(form_id, 0)) for form_id, figures in counted.items()}


def by_state(figures: FormFigures) -> dict[str, int]:
    return {state: figures.review_states.get(None if state == RECEIVED else state, 0) for state in STATES}


def show_exactly(figures: FormFigures, links: int = 0) -> ShownFigures:
    states = {state: exact(number) for state, number in by_state(figures).items()}
    return ShownFigures(exact(figures.submissions), states, figures.last_submission, figures.created_by, links)


def exact(number: int) -> Shown:
    return shown_as(number)


def show_told(number: Shown, maker: Actor | None) -> ShownFigures:
    """The town's number alone: states and days move with every single record."""
    return ShownFigures(number, dict.fromkeys(STATES, WITHHELD), None, maker)
