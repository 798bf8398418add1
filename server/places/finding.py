"""Villages by name, code or pinyin, and homes by the code at their door, within what the reader may know of them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, aliased

from geo.pinyin import as_typed, begins_with, syllables_of
from server.access.allow import Scope
from server.access.her_worker import in_villages
from server.models import Household, Submission, Village, VillageAlias
from server.places.joined import last_points
from server.places.layers import Layers
from server.places.pins import drawn_records
from server.places.successors import successor_codes

MOST_HOMES = 30


class FoundHome(NamedTuple):
    """A home, the village in force that it lies in, and its newest record with a pin, where the reader has pins."""

    uuid: str
    village: Village
    hamlet: str | None
    door_code: str
    record: int | None


class Called(NamedTuple):
    """What else a village in force is called: by its other names, and by names and codes of what was merged into it."""

    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


NOT_ELSE: Final = Called()


def list_called(db: Session, project_id: int) -> dict[str, Called]:
    """By code in force, of the villages that are called something else too. One query."""
    into = aliased(Village)
    rows = db.execute(
        select(Village.code, Village.name, VillageAlias.name, into.code)
        .outerjoin(into, into.id == Village.successor_id)
        .outerjoin(VillageAlias, VillageAlias.village_id == Village.id)
        .where(Village.project_id == project_id, or_(VillageAlias.id.is_not(None), into.id.is_not(None)))
        .order_by(Village.code, VillageAlias.name)
    )
    names: dict[str, dict[str, None]] = {}
    codes: dict[str, dict[str, None]] = {}
    for code, name, alias, successor in rows:
        here = successor or code
        if successor:
            names.setdefault(here, {})[name] = None
            codes.setdefault(here, {})[code] = None
        if alias:
            names.setdefault(here, {})[alias] = None
    return {code: Called(tuple(names.get(code, ())), tuple(codes.get(code, ()))) for code in {*names, *codes}}


def find_villages(villages: Iterable[Village], wanted: str, called: Mapping[str, Called]) -> list[Village]:
    """Those a name of which holds what is wanted, or a code or the pinyin of a name begins with it, in their order."""
    plain, typed = wanted.strip().lower(), as_typed(wanted)
    return [one for one in villages if plain and fits(one, called.get(one.code, NOT_ELSE), plain, typed)]


def fits(village: Village, called: Called, plain: str, typed: str) -> bool:
    by_code = any(code.lower().startswith(plain) for code in (village.code, *called.codes))
    names = (village.name, *called.names)
    return by_code or any(plain in one.lower() or begins_with(syllables_of(one), typed) for one in names)


def find_homes(db: Session, layers: Layers, villages: Sequence[Village], wanted: str) -> list[FoundHome]:
    """Homes that agreed to be kept and whose code, alone or with its hamlet, is what is wanted: at most MOST_HOMES.

    Of the reader's villages alone; nothing for who reads no record and cares for nobody. Whoever asks notes each.
    """
    code = plain_code(wanted)
    if not code or not may_find_homes(layers):
        return []
    here, successors = {one.code: one for one in villages}, successor_codes(db, layers.scope.project_id)
    rows = [
        (row, here[now])
        for row in homes_in(db, layers.scope)
        if code in codes_of(row) and (now := successors.get(row.village_code, row.village_code)) in here
    ][:MOST_HOMES]
    records = records_with_pins(db, layers, [row.uuid for row, _ in rows])
    return [
        FoundHome(row.uuid, village, row.hamlet, row.door_code or "", records.get(row.uuid)) for row, village in rows
    ]


def may_find_homes(layers: Layers) -> bool:
    """Who reads records of the project, or cares for women in it."""
    return layers.pins or layers.team is not None


def homes_in(db: Session, scope: Scope) -> Iterable[Row[tuple[str, str, str | None, str | None]]]:
    """All of them: codes are sealed, so it is not the database that can look for one."""
    here = in_villages(Household.village_code, scope)
    return db.execute(
        select(Household.uuid, Household.village_code, Household.hamlet, Household.door_code)
        .where(Household.project_id == scope.project_id, Household.consents, here)
        .order_by(Household.village_code, Household.id)
    )


def codes_of(home: Any) -> set[str]:
    """How people write it: the code at the door, or with its hamlet before or after it."""
    door, hamlet = plain_code(home.door_code or ""), plain_code(home.hamlet or "")
    return {door, hamlet + door, door + hamlet} if door else set()


def plain_code(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum())


def records_with_pins(db: Session, layers: Layers, homes: Sequence[str]) -> dict[str, int]:
    """The record of each home's last point, by uuid, where it is a pin on the reader's map."""
    if not layers.pins or not homes:
        return {}
    records = {uuid: one.submission_id for uuid, one in last_points(db, layers.scope, homes).items()}
    drawn = select(Submission.id).where(Submission.id.in_(records.values()), *drawn_records(layers.scope))
    seen = set(db.scalars(drawn))
    return {uuid: record for uuid, record in records.items() if record in seen}
