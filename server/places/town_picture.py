"""The villages of a town as a small drawing without script: outlines, where each is named, and a scale."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from geo.sketch import sketch
from geo.spot import ROUND_M
from server.places.locating import VillageMap, names_in, village_map
from server.places.outlines import outlines_for_display

ROOM = (700.0, 470.0)
BAR = 0.2  # of the drawing's width that the scale takes at most


@dataclass(frozen=True)
class DrawnVillage:
    """`path` is path data; `x` and `y` the place of its name. Units of the drawing."""

    code: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class TownPicture:
    """`bar` units are `bar_m` metres."""

    width: float
    height: float
    villages: tuple[DrawnVillage, ...]
    bar: float
    bar_m: int


def draw_town(db: Session, project_id: int) -> TownPicture | None:
    """The villages in force, by code; None while the town has no boundaries."""
    known = village_map(db, project_id)
    return _draw(_Key(known, names_in(db, known))) if known and known.outlines else None


class _Key:
    """A village map by its boundary set, and its names: the drawing is made once for each."""

    def __init__(self, known: VillageMap, names: dict[str, str]) -> None:
        self.known, self.names = known, names

    def __hash__(self) -> int:
        return id(self.known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.known is self.known and other.names == self.names


@lru_cache(maxsize=8)
def _draw(key: _Key) -> TownPicture:
    known = key.known
    outlines = outlines_for_display(known)
    marks = {code: [known.labels[code]] for code in outlines}
    drawn = sketch({code: [outline] for code, outline in outlines.items()}, points=marks, room=ROOM)
    villages = tuple(
        DrawnVillage(code, key.names[code], drawn.layers[code], *drawn.points[code][0]) for code in sorted(outlines)
    )
    longest = BAR * drawn.width / drawn.unit
    bar_m = max((one for one in ROUND_M if one <= longest), default=ROUND_M[0])
    return TownPicture(drawn.width, drawn.height, villages, round(bar_m * drawn.unit, 1), bar_m)
