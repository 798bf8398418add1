"""Villages by name, code or pinyin, and homes by the code at their door, within what the reader may know of them."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.pinyin import as_typed, begins_with, syllables_of
from server.access.allow import Scope
from server.access.her_worker import in_villages
from server.models import Household, Submission, Village
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


def find_villages(villages: Iterable[Village], wanted: str) -> list[Village]:
    """Those whose name holds what is wanted, or whose code or pinyin begins with it, in their order."""
    plain, typed = wanted.strip().lower(), as_typed(wanted)
    return [one for one in villages if plain and fits(one, plain, typed)]


def fits(village: Village, plain: str, typed: str) -> bool:
    by_text = plain in village.name.lower() or village.code.startswith(plain)
    return by_text or begins_with(syllables_of(village.name), typed)


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
