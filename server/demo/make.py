"""Making the demo: project, people, boundaries and forms by the same verbs as everybody's, records by the real door.

At the end the timetable's daily step runs once, so that what is due today stands on lists and in inboxes, and the months that
the map shows are counted. No mail goes.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import read_library_form
from forms.xform import read_xform
from geo.boundaries import read_boundaries
from server.access.projects import create_project
from server.access.tokens import load_key
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.demo.door import Door, MovingClock, moved_clock, open_door
from server.demo.health_records import send_all
from server.demo.people import Demo, make_administrator, make_people, make_phones, write_demo
from server.demo.records import FORM_ID, SHANGHAI
from server.demo.store import fill_store, use_store
from server.demo.town import SEED, TOWN_NAME, DemoTown, make_town
from server.demo.twice import register_again
from server.demo.visits import Sending, make_visits
from server.demo.women import FIRST_OF_EACH, make_women
from server.followups.outbox import deliver_inbox
from server.followups.rates import count_months_due
from server.jobs import bring_follow_ups_to_today, keep_indicators
from server.keys import KeyRing
from server.models import Project, User
from server.places.villages import import_boundaries
from server.publishing.library import publish_library
from server.publishing.town_lists import refresh_workers
from server.reports.pack.keeping import make_packs
from server.upgrading import upgrade

Say = Callable[[str], None]

STOREKEEPER = "zhou@demo.test"
LOOKED_AT_AFTER = timedelta(days=2)
OFFICE_DAY = timedelta(days=26)  # signing in costs what it should; the demo's reviewer does it rarely
LEFT_TO_DO = timedelta(days=6)  # the newest records wait for whoever tries the demo
SAY_EVERY = 100
ASK = "点位不在这个村里，是不是走到门口才开定位？"


def make_demo(config: Config, now: datetime, say: Say = print, fewer: int = 1) -> Demo:
    """Fill an empty data folder with the demo town, its visits reaching up to `now`, and say how far it got.

    `fewer`: send only every n-th worker's record, for a quick look. Raises DemoRefused when our own doors refuse it.
    """
    town = make_town()
    sendings = make_sendings(town, now, fewer)
    start = sendings[0].at - timedelta(days=3)
    database = Database(config.sqlalchemy_url, config.key_file)
    try:
        upgrade(database, config.data_dir, start)
        with moved_clock(start) as clock:
            demo = set_up(config, database, town, start, now)
            say(f"{demo.project_name}: {len(town.villages)} 个村 / villages, {len(demo.phones)} 部手机 / phones")
            with open_door(config, database) as door:
                Office(door, demo, clock, now).work_through(sendings, say)
            clock.move_to(now)
            with database.transaction() as db:
                use_store(db, db.get_one(Project, demo.project_id), storekeeper(db), now)
            say(f"到期的走访 / follow-ups brought to today: {bring_to_today(config, database, now)}")
    finally:
        database.dispose()
    write_demo(config.data_dir, demo)
    return demo


def make_sendings(town: DemoTown, now: datetime, fewer: int) -> list[Sending]:
    """Everything that phones have sent by `now`, in the order of sending."""
    visits = make_visits(town, now, read_xform(read_library_form(FORM_ID)).version)
    today = now.astimezone(SHANGHAI).date()
    women = make_women(town, today, SEED)
    if fewer > 1:
        visits = [one for one in visits if one.corrects is None][::fewer]
        women = women[:FIRST_OF_EACH] + women[FIRST_OF_EACH::fewer]
    women += [twice.again for twice in register_again(women, today)]
    told = [one for person in women for one in send_all(person, now)]
    return sorted(visits + told, key=lambda one: (one.at, one.instance_id))


def bring_to_today(config: Config, database: Database, now: datetime) -> int:
    """The timetable's daily step, the months of the map, the indicators, the papers of the meeting and the delivery into
    inboxes, as of the last morning at ten: nobody is told at night.

    How many women and households it looked at. What changed since then is the running timetable's first work.
    """
    ten = datetime.combine(now.astimezone(SHANGHAI).date(), time(10), SHANGHAI).astimezone(UTC)
    at = ten if ten <= now else ten - timedelta(days=1)
    count = bring_follow_ups_to_today(database, config, at)
    count_months_due(database, at)
    keep_indicators(database, config, at)
    make_packs(database, at)
    with database.transaction() as db:
        while deliver_inbox(db, at, with_mail=False):
            pass
    return count


def storekeeper(db: Session) -> int:
    """The town's lead."""
    return db.scalars(select(User.actor_id).where(User.email == STOREKEEPER)).one()


def set_up(config: Config, database: Database, town: DemoTown, now: datetime, until: datetime) -> Demo:
    """Everything but records."""
    key, store = load_key(config.key_file), BlobStore(config.blob_dir, KeyRing(config.key_file))
    outlines = read_boundaries(orjson.dumps(town.boundaries()), "demo-town.geojson", "EPSG:4490")
    with database.transaction() as db:
        admin, login = make_administrator(db, now)
        project = create_project(db, TOWN_NAME, None, admin.actor_id, now, "care")
        project.is_demo = True
        import_boundaries(db, project.id, outlines, admin.actor_id, now)
        forms = publish_library(db, store, project, admin.actor_id, now, key)
        people = make_people(db, admin, project, town, now)
        phones = make_phones(db, admin, project, forms, town, key, now)
        refresh_workers(db, store, project, now)
        fill_store(db, project, storekeeper(db), now, until)
        return Demo(project.id, project.name, [login, *people], phones)


class Office:
    """The town office over the months: phones send, and once a month somebody looks at what came in."""

    def __init__(self, door: Door, demo: Demo, clock: MovingClock, until: datetime) -> None:
        self.door, self.demo, self.clock, self.until = door, demo, clock, until
        self.reviewer = next(login for login in demo.logins if login.role == "reviewer")
        self.waiting: list[Sending] = []
        self.drawn = random.Random(SEED)  # noqa: S311 - which records are approved, no secret

    def work_through(self, sendings: list[Sending], say: Say) -> None:
        next_look = sendings[0].at + OFFICE_DAY
        for number, sending in enumerate(sendings, start=1):
            while sending.at > next_look:
                self.look_at_records(next_look)
                next_look += OFFICE_DAY
            self.take_in(sending)
            if number % SAY_EVERY == 0 or number == len(sendings):
                say(f"记录 / records: {number} / {len(sendings)}")
        self.look_at_records(self.until)

    def take_in(self, sending: Sending) -> None:
        self.clock.move_to(sending.at)
        phone = self.demo.phones[sending.worker]
        device = f"collect:demo{sending.worker + 1}"
        self.door.send_record(phone.token, self.demo.project_id, device, sending.xml, sending.files)
        # Only the newest version of a record is looked at.
        if sending.form_id == FORM_ID:
            self.waiting = [one for one in self.waiting if one.instance_id != sending.corrects] + [sending]

    def look_at_records(self, at: datetime) -> None:
        """The reviewer signs in and goes through what has waited two days; the last six days stay untouched."""
        ready = [one for one in self.waiting if one.at < min(at - LOOKED_AT_AFTER, self.until - LEFT_TO_DO)]
        if not ready:
            return
        self.clock.move_to(at)
        signing_in = {"email": self.reviewer.email, "password": self.reviewer.password}
        token = self.door.ask_json("POST", "/sessions", signing_in)["token"]
        for sending in ready:
            self.review(sending, token)
        self.waiting = [one for one in self.waiting if one not in ready]

    def review(self, sending: Sending, token: str) -> None:
        """Most is approved, some is left; an odd point is asked about, and approved once it is corrected."""
        root = quote(sending.corrects or sending.instance_id, safe="")
        path = f"/projects/{self.demo.project_id}/forms/{FORM_ID}/submissions/{root}"
        if sending.is_odd and self.drawn.random() < 0.7:
            self.door.ask_json("PATCH", path, {"reviewState": "hasIssues"}, token)
            self.door.ask_json("POST", path + "/comments", {"body": ASK}, token)
        elif self.drawn.random() < (0.4 if sending.corrects else 0.9):
            self.door.ask_json("PATCH", path, {"reviewState": "approved"}, token)
