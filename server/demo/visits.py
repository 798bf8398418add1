"""Half a year of household visits in the demo town, as phones would have sent them: form F1, byte for byte.

Most are good. Some are sent days late, some were taken with a poor fix, in the wrong village or at the town office, and
some of those are corrected later from the same phone. One phone writes points with the shift of road maps for a while.
"""

import math
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import shapely
from shapely import LineString

from geo.crs import wgs84_to_gcj02
from server.demo.records import FORM_ID, SHANGHAI, Visit, write_audit, write_record
from server.demo.town import CENTRE, SEED, DemoTown, DemoVillage, Home, walk

DAYS = 182
SMALL_VILLAGE = 5  # homes; below it there is one round only, so that its number stays one that is not shown

# Who walks where: names are invented, numbers are places in the list of villages.
WORKERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("赵秀兰", (0, 2)),
    ("王德福", (3, 10)),
    ("刘春梅", (8, 6)),
    ("何玉珍", (7, 11, 5, 12)),
    ("陈建军", (1, 4, 9, 13)),
)
SHIFTED_WORKER, SHIFTED_DAYS = 3, range(120, 128)

SERVICES = ("anc", "folic_acid", "fp", "child", "rti_screen", "benefit")
TOPICS = ("anc_care", "folic_acid", "choice", "rti", "newborn", "child", "privacy")


@dataclass(frozen=True)
class Sending:
    """One record on its way in: when the phone sends it (UTC), who sends it, and what. `corrects`: an earlier id."""

    at: datetime
    worker: int
    instance_id: str
    xml: bytes
    files: dict[str, bytes]
    corrects: str | None = None
    is_odd: bool = False
    form_id: str = FORM_ID


@dataclass
class Known:
    """What the phone's list of households says about a home by now."""

    versions: int = 0
    sent_at: datetime | None = None
    is_over: bool = False
    wants_location: bool = True


def make_visits(town: DemoTown, until: datetime, version: str, seed: int = SEED) -> list[Sending]:
    """Everything that phones have sent by `until` (an aware instant), in the order of sending.

    `version` is that of the form F1 in use. What would be sent later is still on the phones, and left out.
    """
    sendings: list[Sending] = []
    for worker in range(len(WORKERS)):
        drawn = random.Random(f"{seed}/{worker}")  # noqa: S311 - invented visits, not secrets
        sendings += _visits_of(town, worker, until, version, drawn)
    return sorted((one for one in sendings if one.at <= until), key=lambda one: (one.at, one.instance_id))


def _visits_of(town: DemoTown, worker: int, until: datetime, version: str, drawn: random.Random) -> list[Sending]:
    days = _working_days(until.astimezone(SHANGHAI).date())
    calls, edge = _rounds(town, worker, drawn), town.edge()
    known: dict[str, Known] = {}
    sendings: list[Sending] = []
    clock = until - timedelta(days=2 * DAYS)
    for number, (village, home) in enumerate(calls):
        state = known.setdefault(home.entity, Known())
        if state.is_over:
            continue
        day = days[number * len(days) // len(calls)]
        setting_out = datetime.combine(day, time(8, 20), SHANGHAI) + timedelta(minutes=drawn.randint(0, 420))
        clock = max(clock + timedelta(minutes=drawn.randint(18, 55)), setting_out)
        visit = _call(edge, village, home, worker, clock, state, drawn)
        if _day_number(clock, until) in SHIFTED_DAYS and worker == SHIFTED_WORKER and visit.point:
            visit.point = (*wgs84_to_gcj02(*visit.point[:2]), visit.point[2])
            visit.is_odd = True
        clock = visit.ended
        sendings += _send(town, visit, state, version, drawn)
    return sendings


def _working_days(today: date) -> list[date]:
    """Monday to Saturday of the last half year, today included."""
    days = [today - timedelta(days=back) for back in range(DAYS, -1, -1)]
    return [day for day in days if day.weekday() < 6]


def _day_number(at: datetime, until: datetime) -> int:
    return DAYS - (until.astimezone(SHANGHAI).date() - at.astimezone(SHANGHAI).date()).days


def _rounds(town: DemoTown, worker: int, drawn: random.Random) -> list[tuple[DemoVillage, Home]]:
    """A round through all homes and a part of a second, hamlet by hamlet; small villages see one."""
    calls: list[tuple[DemoVillage, Home]] = []
    for turn in range(2):
        for number in WORKERS[worker][1]:
            village = town.villages[number]
            homes = sorted(village.homes, key=lambda home: (home.hamlet, home.door_code))
            if turn and len(homes) < SMALL_VILLAGE:
                continue
            kept = homes if turn == 0 else [home for home in homes if drawn.random() < 0.62]
            calls += [(village, home) for home in kept]
    return calls


def _call(
    town_edge: LineString,
    village: DemoVillage,
    home: Home,
    worker: int,
    started: datetime,
    state: Known,
    drawn: random.Random,
) -> Visit:
    result = drawn.choices(("met", "absent", "declined", "moved"), (79, 14, 5, 2))[0]
    if state.versions == 0:
        state.wants_location = drawn.random() > 0.12
    consent = result == "met" and drawn.random() > 0.05
    location_ok = consent and state.wants_location
    state.is_over = result in {"declined", "moved"}
    visit = Visit(
        home,
        village,
        worker,
        started,
        started + timedelta(minutes=drawn.randint(5, 19), seconds=drawn.randint(0, 59)),
        result,
        consent,
        location_ok,
        point=None,
    )
    if location_ok:
        visit.point, visit.is_odd = _fix(home, town_edge, drawn)
    visit.answers = _answers(visit, drawn)
    return visit


def _fix(home: Home, edge: LineString, drawn: random.Random) -> tuple[tuple[float, float, float], bool]:
    """What the phone takes for the door's place, and whether that is odd: at the office, elsewhere, or a poor fix."""
    luck = drawn.random()
    door = (home.lon, home.lat)
    if luck < 0.012:
        beyond = 0.02 if luck < 0.005 else drawn.uniform(0.0005, 0.0015)
        return (*_beyond(edge, door, beyond), round(drawn.uniform(5, 12), 1)), True
    if luck < 0.022:
        return (*walk(CENTRE, drawn.uniform(2, 25), drawn.uniform(0, 6.28)), round(drawn.uniform(5, 12), 1)), True
    if luck < 0.038:
        return (*walk(door, drawn.uniform(900, 2600), drawn.uniform(0, 6.28)), round(drawn.uniform(5, 14), 1)), True
    if luck < 0.075:
        accuracy = round(drawn.uniform(45, 420), 1)
        return (*walk(door, abs(drawn.gauss(0, accuracy / 2)), drawn.uniform(0, 6.28)), accuracy), True
    accuracy = round(drawn.uniform(3.2, 14.8), 1)
    return (*walk(door, abs(drawn.gauss(0, accuracy / 2)), drawn.uniform(0, 6.28)), accuracy), False


def _beyond(edge: LineString, door: tuple[float, float], degrees: float) -> tuple[float, float]:
    """A place outside the town, so far beyond the edge that is nearest to the door."""
    x, y = shapely.get_coordinates(shapely.shortest_line(edge, shapely.Point(door)))[0]
    length = math.hypot(x - door[0], y - door[1]) or 1.0
    return round(x + (x - door[0]) / length * degrees, 6), round(y + (y - door[1]) / length * degrees, 6)


def _answers(visit: Visit, drawn: random.Random) -> dict[str, str]:
    """The questions that are relevant, in the form's order; "" is one that was passed over."""
    day = visit.started.astimezone(SHANGHAI).date()
    found = {"visit_date": day.isoformat(), "visit_result": visit.result}
    if visit.result == "met":
        found["consent_household"] = "yes" if visit.consent else "no"
    if visit.consent:
        found["contact_pref"] = drawn.choices(("visit", "clinic", "none"), (7, 3, 1))[0]
        found["location_ok"] = "yes" if visit.location_ok else "no"
        if not visit.location_ok:
            found["location_alt"] = drawn.choice(("village_committee", "none"))
        found["services_wanted"] = _some(SERVICES, drawn)
        found["health_topic"] = _some(TOPICS, drawn)
    if visit.result == "declined":
        found["decline_recheck"] = ""
    if visit.consent or visit.result == "absent":
        wish = day + timedelta(days=drawn.randint(40, 95))
        found["next_visit_wish"] = wish.isoformat() if drawn.random() < 0.4 else ""
    return found


def _some(choices: tuple[str, ...], drawn: random.Random) -> str:
    if drawn.random() < 0.25:
        return "none"
    chosen = drawn.sample(choices, drawn.randint(1, 3))
    return " ".join(choice for choice in choices if choice in chosen)


def _send(town: DemoTown, visit: Visit, state: Known, version: str, drawn: random.Random) -> list[Sending]:
    """The record, and perhaps its correction. A phone sends in order, so nothing overtakes an earlier visit's record."""
    first_id = _new_id(drawn)
    wrong_village = drawn.random() < 0.008
    village_code = drawn.choice(town.villages).code if wrong_village else visit.village.code
    xml = write_record(visit, state.versions, village_code, first_id, version)
    delay = timedelta(minutes=drawn.randint(1, 50))
    if drawn.random() < 0.12:
        delay = timedelta(days=drawn.randint(2, 9), minutes=drawn.randint(0, 400))
    at = max(visit.ended + delay, state.sent_at + timedelta(minutes=1) if state.sent_at else visit.ended)
    at = at.astimezone(UTC)
    state.versions, state.sent_at = state.versions + 1, at
    odd = visit.is_odd or wrong_village
    sendings = [Sending(at, visit.worker, first_id, xml, {"audit.csv": write_audit(visit)}, is_odd=odd)]
    if drawn.random() < (0.45 if odd else 0.015):
        sendings.append(_correct(visit, state, first_id, at, version, drawn))
    return sendings


def _correct(
    visit: Visit, state: Known, first_id: str, sent_at: datetime, version: str, drawn: random.Random
) -> Sending:
    """The worker opens the sent record again: the point is taken anew at the door, the rest stays."""
    visit.started = (sent_at + timedelta(days=drawn.randint(1, 5), minutes=drawn.randint(0, 300))).astimezone(SHANGHAI)
    visit.ended = visit.started + timedelta(minutes=drawn.randint(2, 8))
    if visit.location_ok:
        accuracy = round(drawn.uniform(3.2, 9.8), 1)
        visit.point = (*walk((visit.home.lon, visit.home.lat), drawn.uniform(0, 4), drawn.uniform(0, 6.28)), accuracy)
    second_id = _new_id(drawn)
    xml = write_record(visit, state.versions - 1, visit.village.code, second_id, version, first_id)
    at = (visit.ended + timedelta(minutes=drawn.randint(1, 40))).astimezone(UTC)
    return Sending(at, visit.worker, second_id, xml, {"audit.csv": write_audit(visit)}, corrects=first_id)


def _new_id(drawn: random.Random) -> str:
    return f"uuid:{uuid.UUID(int=drawn.getrandbits(128), version=4)}"
