"""禾川镇, a town that does not exist: fourteen villages, their hamlets and homes, in Sichuan's hill country.

Names, codes and homes are invented: no county has the number 519901. Coordinates are WGS-84, longitude first.
"""

import math
import random
import uuid
from dataclasses import dataclass
from functools import cache

import shapely
from shapely import LineString, Polygon

from geo.crs import metres_per_degree
from geo.features import collection, feature
from server.demo.outlines import crooked_line, crooked_ring, cut_into_villages

TOWN_NAME = "禾川镇（演示）"
TOWN_CODE = "519901100"
CENTRE = (105.2310, 30.0840)
SEED = 20_261_125
HAMLETS = ("一社", "二社", "三社", "四社", "五社", "六社")

# Name, where it lies from the town's centre (metres east, metres north), and how many homes it has. Three are so small
# that no number about them may be shown: a town has such villages.
VILLAGES: tuple[tuple[str, float, float, int], ...] = (
    ("上河村", -3_950, 2_600, 55),
    ("下河村", -3_900, -2_000, 45),
    ("柳树湾村", -5_800, 250, 58),
    ("石桥村", -2_000, 450, 72),
    ("枣园村", -150, -2_000, 50),
    ("大坪村", 6_300, 100, 4),
    ("槐树岭村", 700, 2_500, 52),
    ("清泉村", 4_800, 2_700, 40),
    ("新庄村", 1_700, 250, 84),
    ("南沟村", -2_000, -4_600, 3),
    ("北梁村", -1_100, 4_500, 66),
    ("高家崖村", 2_700, 4_400, 4),
    ("白杨川村", 3_700, -2_100, 48),
    ("双柏村", 2_100, -4_700, 36),
)


@dataclass(frozen=True)
class Home:
    """A household's door: invented code, hamlet and place. `entity` is the id its record will have."""

    door_code: str
    hamlet: str
    lon: float
    lat: float
    entity: str


@dataclass(frozen=True)
class DemoVillage:
    """A village with its outline, the place of its committee and its homes."""

    code: str
    name: str
    outline: Polygon
    committee: tuple[float, float]
    homes: tuple[Home, ...]


@dataclass(frozen=True)
class DemoTown:
    """The villages by code, and two lines that make a map look like a place."""

    villages: tuple[DemoVillage, ...]
    river: LineString
    road: LineString

    def edge(self) -> LineString:
        """The line around the whole town."""
        return LineString(shapely.union_all([one.outline for one in self.villages]).exterior)

    def boundaries(self) -> dict[str, object]:
        """GeoJSON of the outlines with code and name, seven decimals (1 cm): shared borders stay shared."""
        return collection(
            feature(None, None, {"code": one.code, "name": one.name})
            | {"geometry": shapely.geometry.mapping(one.outline)}
            for one in self.villages
        )


@cache
def make_town(seed: int = SEED) -> DemoTown:
    """The town of this seed: always the same."""
    drawn = random.Random(seed)  # noqa: S311 - a map, not a secret
    seeds = [(east, north) for _, east, north, _ in VILLAGES]
    outline = crooked_ring((0.0, 0.0), 8_300, 6_300, drawn)
    outlines = cut_into_villages(seeds, outline, drawn)
    villages = tuple(_make_village(index, outline, drawn) for index, outline in enumerate(map(_to_degrees, outlines)))
    river = crooked_line([(-8_600, 1_900), (-5_000, 900), (-1_900, -900), (2_600, -700), (8_400, -2_200)], 0.12, drawn)
    road = crooked_line([(-2_300, 6_600), (-900, 2_100), (300, -700), (200, -6_600)], 0.08, drawn)
    return DemoTown(villages, _to_degrees(river), _to_degrees(road))


def _to_degrees(geometry: shapely.Geometry) -> shapely.Geometry:
    """Metres from the centre to degrees; the same metres always give the same degrees, so borders stay shared."""
    per_lat, per_lon = metres_per_degree(CENTRE[1])
    return shapely.transform(geometry, lambda places: (places / (per_lon, per_lat) + CENTRE).round(7), include_z=False)


def _make_village(index: int, outline: Polygon, drawn: random.Random) -> DemoVillage:
    name, _, _, homes = VILLAGES[index]
    middle = outline.representative_point()
    letter = "ABCDEFGHJKLMNP"[index]  # no I and O: they are misread on a door
    return DemoVillage(
        code=f"{TOWN_CODE}{201 + index}",
        name=name,
        outline=outline,
        committee=(round(middle.x, 6), round(middle.y, 6)),
        homes=tuple(_make_homes(outline, letter, homes, drawn)),
    )


def _make_homes(outline: Polygon, letter: str, number: int, drawn: random.Random) -> list[Home]:
    """Homes stand in hamlets: a handful of clusters a village, in the same valley-bottom crowd each."""
    inner = _shrink(outline, 160)
    centres = [_place_in(inner, drawn) for _ in range(min(len(HAMLETS), 2 + number // 14))]
    homes = []
    for count in range(number):
        hamlet = drawn.randrange(len(centres))
        lon, lat = _near(centres[hamlet], outline, drawn)
        entity = str(uuid.UUID(int=drawn.getrandbits(128), version=4))
        homes.append(Home(f"{letter}-{count + 1:04d}", HAMLETS[hamlet], lon, lat, entity))
    return homes


def _shrink(outline: Polygon, metres: float) -> Polygon:
    inner = outline.buffer(-metres / metres_per_degree(CENTRE[1])[1])
    return max(shapely.get_parts(inner), key=lambda part: part.area)


def _place_in(area: Polygon, drawn: random.Random) -> tuple[float, float]:
    west, south, east, north = area.bounds
    while True:
        place = drawn.uniform(west, east), drawn.uniform(south, north)
        if shapely.intersects_xy(area, *place):
            return place


def _near(centre: tuple[float, float], outline: Polygon, drawn: random.Random) -> tuple[float, float]:
    while True:
        lon, lat = shift(centre, drawn.gauss(0, 150), drawn.gauss(0, 105))
        if shapely.intersects_xy(outline, lon, lat):
            return lon, lat


def shift(place: tuple[float, float], east: float, north: float) -> tuple[float, float]:
    """A place so many metres away, to a tenth of a metre."""
    per_lat, per_lon = metres_per_degree(place[1])
    return round(place[0] + east / per_lon, 6), round(place[1] + north / per_lat, 6)


def walk(place: tuple[float, float], metres: float, turn: float) -> tuple[float, float]:
    """A place so many metres away in a direction (radians)."""
    return shift(place, metres * math.cos(turn), metres * math.sin(turn))
