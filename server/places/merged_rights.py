"""Whose rights reached a village that is merged (合村) and do not reach what it becomes a part of: each gets it, or not.

Somebody decides it person by person, with the merge. What a merge gave, undoing it takes back: she has what she had.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access.allow import may
from server.access.assignments import note_villages
from server.access.caller import Caller
from server.access.carrier_reach import reach_of_people
from server.access.everybody import list_callers
from server.access.phone_reach import managed_villages
from server.models import Actor, Project, Village, VillageMerge, VillageMergeRight, VillageScope
from server.places.village_tree import ids_above

Choices = Mapping[str, bool]
"""Whether she gets the successor, by `LeftOut.key`."""


@dataclass(frozen=True)
class LeftOut:
    """A person or phone that would be left with a merged village alone, named `parts`; `into` is what they become a part of.

    `had` are the villages of her own by which she reached them. `refused`: a merge that stands did not give it to her.
    """

    actor_id: int
    name: str
    is_phone: bool
    into_id: int
    into: str
    parts: tuple[str, ...]
    had: frozenset[int]
    refused: bool = False

    @property
    def key(self) -> str:
        """How a form names this choice."""
        return f"{self.actor_id}-{self.into_id}"


@dataclass(frozen=True)
class LeftOuts:
    """`asked` are those that the caller may give the successor to; of the `others` it is for somebody else to say."""

    asked: list[LeftOut]
    others: int

    def wait_for(self, choices: Choices) -> bool:
        """Whether somebody is among them of whom nothing was chosen yet."""
        return any(one.key not in choices for one in self.asked)

    def as_details(self, choices: Choices) -> dict[str, Any]:
        """For the log of acts: actor ids; none where nobody was left out."""
        if not self.asked:
            return {}
        given = [one.actor_id for one in self.asked if choices.get(one.key)]
        return {"given": given, "notGiven": [one.actor_id for one in self.asked if one.actor_id not in given]}


def list_left_out(
    db: Session, caller: Caller, project: Project, merged: Iterable[tuple[Village, list[Village]]], now: datetime
) -> LeftOuts:
    """Before villages are merged, by name: of each successor with its parts. Whoever may do nothing at all there is not named."""
    asked: list[LeftOut] = []
    others = 0
    everybody = list_callers(db, project, now) if project.kind == "care" else []
    for into, parts in merged:
        left = [one for one in everybody if is_left_out(one, project, into, parts)]
        ours = givable(db, caller, project, into, left, now)
        had, no = own_villages_above(db, project, ours, parts), refused_before(db, into, ours)
        others += len(left) - len(ours)
        asked += [
            LeftOut(
                one.actor_id or 0,
                one.display_name,
                not one.is_person,
                into.id,
                into.name,
                tuple(part.name for part in parts if part.id in (one.villages[project.id] or ())),
                frozenset(had.get(one.actor_id or 0, ())),
                one.actor_id in no,
            )
            for one in ours
        ]
    return LeftOuts(asked, others)


def is_left_out(one: Caller, project: Project, into: Village, parts: Collection[Village]) -> bool:
    reached = one.villages.get(project.id, frozenset())
    return reached is not None and into.id not in reached and any(part.id in reached for part in parts)


def givable(
    db: Session, caller: Caller, project: Project, into: Village, left: list[Caller], now: datetime
) -> list[Caller]:
    """As when villages are given by hand (access/assignments.py): what is the caller's to give, to anybody but herself, and to
    no phone that reaches further than she.
    """
    managed = managed_villages(caller, project)
    if not may(caller, "assignment.create", project) or (managed is not None and into.id not in managed):
        return []
    found = [one for one in left if caller.actor_id is None or caller.actor_id not in (one.actor_id, one.carrier_id)]
    if managed is None:
        return found
    carried = reach_of_people(db, project, {one.carrier_id for one in found if not one.is_person}, now)
    return [
        one
        for one in found
        if one.is_person
        or managed.issuperset((one.villages[project.id] or frozenset()) | carried.get(one.carrier_id, set()))
    ]


def own_villages_above(
    db: Session, project: Project, who: Iterable[Caller], parts: Iterable[Village]
) -> dict[int, set[int]]:
    """The villages that people have by name and that are these parts, or hold them."""
    above = {one for part in parts for one in ids_above(db, part)}
    rows = db.execute(
        select(VillageScope.actor_id, VillageScope.village_id).where(
            VillageScope.project_id == project.id,
            VillageScope.village_id.in_(above),
            VillageScope.actor_id.in_([one.actor_id for one in who]),
        )
    )
    found: dict[int, set[int]] = {}
    for actor_id, village_id in rows:
        if village_id is not None:
            found.setdefault(actor_id, set()).add(village_id)
    return found


def refused_before(db: Session, into: Village, who: Iterable[Caller]) -> set[int]:
    """Who was not given the successor by a merge into it that stands: an import undone merges the same villages again."""
    return set(
        db.scalars(
            select(VillageMergeRight.actor_id)
            .join(VillageMerge, VillageMerge.id == VillageMergeRight.merge_id)
            .where(VillageMerge.into_id == into.id, VillageMerge.undone_at.is_(None), ~VillageMergeRight.given)
            .where(VillageMergeRight.actor_id.in_([one.actor_id for one in who]))
        )
    )


def decide(
    db: Session, caller: Caller, project: Project, set_id: int, left: LeftOuts, choices: Choices, now: datetime
) -> None:
    """Gives the successors as chosen and keeps what was chosen, with the merges that made these boundaries."""
    rows = db.execute(select(VillageMerge.into_id, VillageMerge.id).where(VillageMerge.boundary_set_id == set_id))
    merges = dict(rows.all())
    for one in left.asked:
        if one.key not in choices:
            continue
        given = choices[one.key]
        if given:
            change_villages(db, caller, project, one.actor_id, set(), {one.into_id}, now)
        db.add_all(
            VillageMergeRight(merge_id=merges[one.into_id], actor_id=one.actor_id, village_id=village, given=given)
            for village in sorted(one.had)
        )
    db.flush()


def list_given(db: Session, merges: Collection[VillageMerge]) -> dict[tuple[int, int], set[int]]:
    """Whom these merges gave which successor, who has it still: (actor, successor), to the villages that she had."""
    rows = db.execute(
        select(VillageMergeRight.actor_id, VillageMerge.into_id, VillageMergeRight.village_id)
        .join(VillageMerge, VillageMerge.id == VillageMergeRight.merge_id)
        .join(
            VillageScope,
            (VillageScope.actor_id == VillageMergeRight.actor_id)
            & (VillageScope.village_id == VillageMerge.into_id)
            & (VillageScope.project_id == VillageMerge.project_id),
        )
        .where(VillageMerge.id.in_([one.id for one in merges]), VillageMergeRight.given)
    )
    found: dict[tuple[int, int], set[int]] = {}
    for actor_id, into_id, village_id in rows:
        found.setdefault((actor_id, into_id), set()).add(village_id)
    return found


def names_of_given(db: Session, merges: Collection[VillageMerge]) -> list[tuple[str, str]]:
    """Who would lose what by undoing these merges: (name, successor), by name."""
    found = list_given(db, merges)
    people = select(Actor.id, Actor.display_name).where(Actor.id.in_([actor_id for actor_id, _ in found]))
    villages = select(Village.id, Village.name).where(Village.id.in_([into_id for _, into_id in found]))
    names, successors = dict(db.execute(people).all()), dict(db.execute(villages).all())
    return sorted((names[actor_id], successors[into_id]) for actor_id, into_id in found)


def take_back(db: Session, caller: Caller, project: Project, merges: Collection[VillageMerge], now: datetime) -> None:
    """Who has what these merges gave has what she had instead."""
    for (actor_id, into_id), had in sorted(list_given(db, merges).items()):
        change_villages(db, caller, project, actor_id, {into_id}, had, now)


def change_villages(
    db: Session, caller: Caller, project: Project, actor_id: int, out: set[int], come: set[int], now: datetime
) -> None:
    """Takes villages from somebody and gives others, as the log of acts tells of any change of villages."""
    hers = VillageScope.actor_id == actor_id, VillageScope.project_id == project.id
    db.execute(delete(VillageScope).where(*hers, VillageScope.village_id.in_(out)))
    there = set(db.scalars(select(VillageScope.village_id).where(*hers)))
    db.add_all(VillageScope(actor_id=actor_id, project_id=project.id, village_id=one) for one in sorted(come - there))
    db.flush()
    named = select(Village.code).join(VillageScope, VillageScope.village_id == Village.id).where(*hers)
    note_villages(db, caller, project, actor_id, list(db.scalars(named.order_by(Village.code))), now)
