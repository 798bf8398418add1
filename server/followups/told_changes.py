"""What a simulation found, as it may be told to those who care for nobody in it: counts in steps, few people hidden.

The measures are the same for every simulation of a town, so that two of them, subtracted, give no small number back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.masking import LEAST_PEOPLE, Shown, suppress
from geo.releasing import Line
from server.access.small_numbers import Counted, Telling, tell
from server.followups.comparing import COLUMNS, LATE, LATER, SHIFTS, SHIFTS_LATER, WEEKS, Tally
from server.followups.lists_for_pages import people_by_village
from server.followups.rule_runs import found_in
from server.followups.town_board import ELSEWHERE, gathered
from server.models import Actor, RuleRun, Village
from server.places.successors import rolled_up, successor_codes

WEEK_NAMES: Final = (LATE, *map(str, range(WEEKS)), LATER)
SHIFT_NAMES: Final = tuple(name for name, _, _ in (*SHIFTS, *SHIFTS_LATER))
SIDES: Final = ("before", "after")


@dataclass(frozen=True)
class ToldChanges:
    """`columns` by comparing.COLUMNS, each with its villages (code, or ELSEWHERE) and total; `weeks` by before and after."""

    columns: Mapping[str, Line]
    weeks: Mapping[str, Line]
    shifts: Line
    villages: tuple[str, ...]

    @property
    def changes_nothing(self) -> bool:
        return all(self.columns[name].total.value == 0 for name in ("added", "removed", "moved"))


def tell_changes(db: Session, project_id: int, run: RuleRun, telling: Telling) -> ToldChanges:
    tally = Tally.from_json(found_in(run))
    in_force = select(Village.code).where(Village.project_id == project_id, Village.retired_at.is_(None))
    codes = [*db.scalars(in_force.order_by(Village.code)), ELSEWHERE]
    successors = successor_codes(db, project_id)
    people_of = rolled_up(people_by_village(db, project_id), successors)
    people = {code: people_of.get(code, 0) for code in codes if code != ELSEWHERE}
    few = {code: number for code, number in people.items() if number < LEAST_PEOPLE}
    lines = {  # all that waits is no share of people: somebody has several; where there are few it is hidden all the same
        f"simulated {name}": Counted(
            gathered(rolled_up({code: one[name] for code, one in tally.villages.items()}, successors), codes),
            few if name in SIDES else people,
        )
        for name in COLUMNS
    }
    for side in SIDES:
        weeks = {name: tally.weeks[name][side] if name in tally.weeks else 0 for name in WEEK_NAMES}
        lines[f"simulated weeks {side}"] = Counted(weeks)
    lines["simulated shifts"] = Counted({name: tally.shifts[name] for name in SHIFT_NAMES})
    told = tell(telling, project_id, lines)
    others = any(successors.get(code, code) not in codes for code in tally.villages)
    return ToldChanges(
        {name: told[f"simulated {name}"] for name in COLUMNS},
        {side: told[f"simulated weeks {side}"] for side in SIDES},
        told["simulated shifts"],
        tuple(codes if others else codes[:-1]),
    )


def changes_by_worker(db: Session, run: RuleRun) -> list[tuple[str, dict[str, Shown]]]:
    """(name, columns) of each worker, by name: for those alone who work with them, since it counts somebody's clients."""
    found = Tally.from_json(found_in(run)).workers
    query = select(Actor.id, Actor.display_name).where(Actor.id.in_([int(one) for one in found]))
    names = {str(actor_id): name for actor_id, name in db.execute(query)}
    lines = [(names.get(one, ""), {name: suppress(counts[name]) for name in COLUMNS}) for one, counts in found.items()]
    return sorted(lines, key=lambda one: one[0])
