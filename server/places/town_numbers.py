"""How many records a care project has, by village and by form, as anybody of the town may be told.

Both lines count the same records, so they are told together, and the total of one is no secret of the other's.
Who knows some of the numbers himself, for he works in some villages, is told no total: the rest would be another's.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.releasing import Line
from server.access.allow import Scope
from server.access.small_numbers import Counted, Telling, tell
from server.models import Form, Submission, Village
from server.places.wanted import records_in

UNKNOWN = "unknown"
BY_VILLAGE, BY_FORM = "records by village", "records by form"


@dataclass(frozen=True)
class TownNumbers:
    """`villages` by code, with UNKNOWN for what lies in none that is in force; `forms` by the form's row id as text."""

    villages: Line
    forms: Line


def knows_a_part(scope: Scope) -> bool:
    """Whether somebody works in some villages of the town, whose numbers he can count."""
    return not scope.everything and bool(scope.village_ids)


def tell_records(db: Session, project_id: int, telling: Telling) -> TownNumbers:
    """Of the whole town, whoever asks; records about health are in neither line. As many queries for any town."""
    in_force = select(Village.id, Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))
    codes: dict[int | None, str] = dict(db.execute(in_force).all())
    villages = Counter(dict.fromkeys([*codes.values(), UNKNOWN], 0))
    forms = Counter({str(form): 0 for form in db.scalars(select(Form.id).where(Form.project_id == project_id))})
    counted = (
        select(Submission.village_id, Submission.form_id, func.count())
        .where(*records_in(Scope(project_id, everything=True)))
        .group_by(Submission.village_id, Submission.form_id)
    )
    for village, form, number in db.execute(counted):
        villages[codes.get(village, UNKNOWN)] += number
        forms[str(form)] += number
    lines = {BY_VILLAGE: Counted(villages), BY_FORM: Counted(forms, total_is_out=True)}
    told = tell(telling, project_id, lines)
    return TownNumbers(told[BY_VILLAGE], told[BY_FORM])
