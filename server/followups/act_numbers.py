"""Why visits were put off or done elsewhere, in numbers by village: what the town may change, never who said no.

A "no" is a full answer and is counted nowhere (domain.md 6.5; glossary). The numbers are told as all others of the town
are (access/small_numbers.py).
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.masking import Shown
from server.access.small_numbers import Counted, Telling, tell
from server.followups.limits import REASONS
from server.followups.lists_for_pages import people_by_village
from server.followups.queries import is_counted
from server.models import FollowUp, FollowUpAct, Village
from server.places.successors import rolled_up, successor_codes

COUNTED_REASONS: Final = (*(one for one in REASONS["snooze"] if one != "asked_later"), "done_elsewhere", "wrong_record")


@dataclass(frozen=True)
class Line:
    """A village, and what may be told of it by reason."""

    village: str
    cells: dict[str, Shown]


def tell_reasons(db: Session, project_id: int, telling: Telling) -> list[Line]:
    """A line for each village that is in force, by code."""
    here = Village.project_id == project_id, Village.retired_at.is_(None)
    names = dict(db.execute(select(Village.code, Village.name).where(*here).order_by(Village.code)).all())
    successors = successor_codes(db, project_id)
    people_of = rolled_up(people_by_village(db, project_id), successors)
    counted: Counter[tuple[str, str]] = Counter()
    for (code, reason), number in count_reasons(db, project_id).items():
        counted[successors.get(code, code), reason] += number
    people = {code: people_of.get(code, 0) for code in names}
    lines = {
        f"visits {reason}": Counted({code: counted.get((code, reason), 0) for code in names}, people)
        for reason in COUNTED_REASONS
    }
    told = tell(telling, project_id, lines)
    return [
        Line(name, {reason: told[f"visits {reason}"].cells[code] for reason in COUNTED_REASONS})
        for code, name in names.items()
    ]


def count_reasons(db: Session, project_id: int) -> dict[tuple[str, str], int]:
    """What stands, of whom may be counted, by village and reason."""
    query = (
        select(FollowUpAct.village_code, FollowUpAct.reason, func.count())
        .join(FollowUp, (FollowUp.project_id == FollowUpAct.project_id) & (FollowUp.key == FollowUpAct.key))
        .where(FollowUpAct.project_id == project_id, FollowUpAct.undone_at.is_(None), is_counted())
        .where(FollowUpAct.reason.in_(COUNTED_REASONS))
        .group_by(FollowUpAct.village_code, FollowUpAct.reason)
    )
    return {(village, reason): number for village, reason, number in db.execute(query)}
