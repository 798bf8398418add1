"""The second half of the path, on real parts: JavaRosa registers a woman and her pregnancy offline, they arrive in the
wrong order, the visit due comes to her worker's phone and to no other, an alert goes out once when it is overdue, and is
taken back when a visit that was made in time arrives late.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from server.clock import today as shanghai_date
from server.config import Config
from server.db import Database
from server.models import FollowUp, Notification
from tests.forked import run_command
from tests.forms.library.words_read import hear
from tests.phones.collectsim.csim import settings as phone_settings
from tests.phones.collectsim.csim.engine import Engine
from tests.phones.collectsim.csim.phone import Phone
from tests.phones.collectsim.csim.rules import Report
from tests.phones.office import Office
from tests.serving import RunningServer, copy_data, database_setting, running_server, serve_environment
from tests.smtp_sink import Sink
from tests.walks.kept_timetable import timetable_kept

WEST, EAST = "519901100201", "519901100202"
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKS = 17  # how far she is: inside the window of the second visit, after that of the first
SECOND_CLOSES = 146  # days of pregnancy, rules/ANC2.yaml
PASSWORD = "seven quiet fields"


@dataclass
class Walk:
    """A running care project with two villages, a worker and a phone in each, and a mail server."""

    server: RunningServer
    sink: Sink
    office: Office
    folder: Path
    stack: ExitStack
    project: int = 0
    workers: dict[str, int] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    def command(self, *words: str) -> str:
        """Our own command line on the server's data, beside the running server."""
        mail = {"FANGSHI_SMTP_URL": self.sink.url, "FANGSHI_MAIL_FROM": "fangshi@town.test"}
        environ = serve_environment(**database_setting(self.server.data_dir, fresh=False), **mail)
        code, said, complained = run_command([*words, "--data", str(self.server.data_dir)], environ)
        assert code == 0, complained
        return said

    def run_jobs(self, day: date, at: time) -> None:
        """One step of the timetable, as of that moment of the Shanghai day."""
        self.command("jobs", "--once", "--as-of", datetime.combine(day, at, SHANGHAI).isoformat())

    def follow_ups(self, day: date) -> list[dict[str, Any]]:
        said = self.command("follow-ups", "--project", str(self.project), "--as-of", day.isoformat(), "--json")
        found: list[dict[str, Any]] = json.loads(said)
        return found

    def make(self) -> "Made":
        """The project with its villages and forms, and a worker and a phone in each village."""
        self.project = self.office.call("POST", "/projects", json={"name": "禾川镇", "kind": "care"})["id"]
        self.import_villages()
        self.command("publish-library", "--project", str(self.project))
        tokens = {code: self.add_worker(code) for code in (WEST, EAST)}
        return Made(self.server.data_dir, self.project, self.workers, tokens)

    def import_villages(self) -> None:
        squares = [square(WEST, "西村", 105.21, 105.23), square(EAST, "东村", 105.23, 105.25)]
        file = self.folder / "villages.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": squares}), encoding="utf-8")
        self.command("import-boundaries", str(file), "--project", str(self.project), "--crs", "EPSG:4326", "--json")

    def add_worker(self, code: str) -> str:
        """A person with a web account and a phone, both for one village; the phone's key."""
        call, here = self.office.call, f"/projects/{self.project}"
        person = call("POST", "/users", json={"email": f"worker{code}@town.test", "password": PASSWORD})["id"]
        phone = call("POST", f"{here}/app-users", json={"displayName": f"手机 {code}"})
        call("POST", f"{here}/assignments/village_worker/{person}")
        for form in call("GET", f"{here}/forms"):
            call("POST", f"{here}/forms/{form['xmlFormId']}/assignments/app-user/{phone['id']}")
        for actor in (person, phone["id"]):
            call("PUT", f"{here}/actors/{actor}/villages", json={"villages": [code]})
        call("PUT", f"{here}/app-users/{phone['id']}/carer", json={"userId": person})
        self.workers[code] = person
        return str(phone["token"])

    def take_up(self, made: "Made", engine: Engine) -> None:
        """Goes on in the town that was made."""
        self.project, self.workers = made.project, dict(made.workers)
        for code, token in made.tokens.items():
            url = f"{self.server.api}/key/{token}/projects/{self.project}"
            phone = Phone(str(self.folder / code), phone_settings.for_url(url), self.report, engine, seed=7)
            phone.hears = hear
            self.phones[code] = phone

    def due_on(self, code: str) -> list[dict[str, str]]:
        """What lies in due_visits.csv on a village's phone after a sync."""
        phone = self.phones[code]
        phone.sync()
        file = Path(phone.form("antenatal_check")["media"], "due_visits.csv")
        return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))

    def alerts(self) -> list[tuple[int, str, str, str]]:
        """What stands in inboxes and mails about something overdue: person, channel, kind, state."""
        config = replace(Config(self.server.data_dir), **self.server.database_url)
        database = Database(config.sqlalchemy_url, config.key_file)
        with database.reading() as db:
            rows = db.scalars(select(Notification).join(FollowUp, FollowUp.id == Notification.follow_up_id))
            found = [(row.recipient_id, row.channel, row.kind, row.state) for row in rows if row.kind == "overdue"]
        database.dispose()
        return sorted(found)


def square(code: str, name: str, west: float, east: float) -> dict[str, object]:
    ring = [[west, 30.07], [east, 30.07], [east, 30.09], [west, 30.09], [west, 30.07]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


@dataclass(frozen=True)
class Made:
    """What lies in the data folder of a town that was made once: the ids of its workers, the keys of its phones."""

    data_dir: Path
    project: int
    workers: dict[str, int]
    tokens: dict[str, str]


MADE: list[Made] = []


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The town as its server left it, made by the first walk: each walks through a copy of its own."""
    if not MADE:
        folder = tmp_path_factory.mktemp("made")
        with ExitStack() as stack:
            server = stack.enter_context(running_server(folder / "data"))
            office = Office(server)
            stack.callback(office.http.close)
            MADE.append(Walk(server, stack.enter_context(Sink()), office, folder, stack).make())
    return MADE[0]


@pytest.fixture
def walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Made, collect_engine: Callable[[], Engine]
) -> Iterator[Walk]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    copy_data(made.data_dir, tmp_path / "data")
    with ExitStack() as stack:
        sink = stack.enter_context(Sink())
        stack.enter_context(timetable_kept(tmp_path / "data"))
        server = stack.enter_context(running_server(tmp_path / "data"))
        office = Office(server)
        stack.callback(office.http.close)
        walk = Walk(server, sink, office, tmp_path, stack)
        walk.take_up(made, collect_engine())
        yield walk
        for phone in walk.phones.values():
            hang_up(phone)


def hang_up(phone: Phone) -> None:
    for connections in phone.http.pool.values():
        for connection in connections:
            connection.close()


def register_woman(phone: Phone) -> tuple[dict[str, Any], str]:
    """F2, offline: she agrees to follow-up. The record and her uuid as the phone made it."""
    before = set(phone.entities["women"]["rows"])
    record = phone.fill(
        "woman_consent",
        {
            "action": "register", "visit_date": shanghai_today().isoformat(), "present_self": "yes", "privacy_now": "alone",
            "notice_read": "OK", "age_band": "25_34", "consent_service": "yes", "consent_reminder": "yes",
            "consent_share_clinic": "yes", "consent_location": "no", "consent_stats": "no",
            "consent_proof": "witnessed_voice", "code": "W-0231", "display_name": "王秀英", "village_code": WEST,
        },
        blank=1.0,
    )  # fmt: skip
    (woman,) = set(phone.entities["women"]["rows"]) - before
    return record, woman


def register_pregnancy(phone: Phone, woman: str, weeks: int = WEEKS) -> tuple[dict[str, Any], str]:
    """F3, offline, on a woman whom only this phone knows."""
    before = set(phone.entities["pregnancies"]["rows"])
    first_day = shanghai_today() - timedelta(weeks=weeks)
    record = phone.fill(
        "pregnancy_registration",
        {
            "woman": woman, "visit_date": shanghai_today().isoformat(), "privacy_now": "alone", "wants_registration": "yes",
            "lmp_known": "exact", "lmp_calendar": "solar", "lmp_date": first_day.isoformat(), "us_done": "no",
            "first_check_date": (first_day + timedelta(weeks=10)).isoformat(),
        },
        blank=1.0,
    )  # fmt: skip
    (pregnancy,) = set(phone.entities["pregnancies"]["rows"]) - before
    return record, pregnancy


def shanghai_today() -> date:
    return shanghai_date(datetime.now(UTC))


def test_from_a_registration_offline_to_one_alert_that_is_taken_back(walk: Walk) -> None:
    here, there = walk.phones[WEST], walk.phones[EAST]
    for phone in (here, there):
        phone.sync()
    consent, woman = register_woman(here)
    registration, pregnancy = register_pregnancy(here, woman)

    # out of order: the pregnancy is sealed until the woman's consent is here, then both are linked
    here.submit(registration)
    assert walk.due_on(WEST) == []
    here.submit(consent)
    (due,) = [row for row in walk.due_on(WEST) if row["form_id"] == "antenatal_check"]
    assert (due["subject_list"], due["subject"], due["village_code"]) == ("women", woman, WEST)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", due["visit_key"])
    assert due["label"] == f"W-0231 王* {due['due_on'][5:]}"
    assert walk.due_on(EAST) == []
    assert here.entities["pregnancies"]["rows"][pregnancy]["props"]["woman"] == woman
    assert woman not in there.entities["women"]["rows"]
    (second,) = [one for one in walk.follow_ups(shanghai_today()) if one["rule"] == "ANC2"]
    assert second["state"] in ("open", "due")

    # past the last day: one alert, none of it in quiet hours
    late = shanghai_today() - timedelta(weeks=WEEKS) + timedelta(days=SECOND_CLOSES + 1)
    walk.run_jobs(late, time(5, 30))
    assert walk.alerts() == [(walk.workers[WEST], "inbox", "overdue", "waiting")]
    assert walk.sink.mails == []
    for moment in (time(9, 0), time(9, 1), time(16, 0)):
        walk.run_jobs(late, moment)
    told = walk.workers[WEST]
    assert walk.alerts() == [(told, "email", "overdue", "sent"), (told, "inbox", "overdue", "sent")]
    mails = [one for one in walk.sink.mails if f"worker{WEST}" in one["To"]]
    assert len(mails) == len({one["Message-ID"] for one in mails}) == 2  # the alert, and the summary of the day
    assert all("王" not in one.as_string() for one in mails)
    walk.run_jobs(late + timedelta(days=1), time(16, 0))
    assert walk.alerts() == [(told, "email", "overdue", "sent"), (told, "inbox", "overdue", "sent")]

    # a visit made in time that arrives late ends it on time, and takes the alert back
    check = here.fill(
        "antenatal_check",
        {
            "pregnancy": pregnancy, "visit_date": shanghai_today().isoformat(), "privacy_now": "alone",
            "still_pregnant": "ongoing", "place": "clinic", "done_by": "midwife",
        },
        blank=1.0,
    )  # fmt: skip
    here.submit(check)
    assert walk.alerts() == [(told, "email", "overdue", "taken_back"), (told, "inbox", "overdue", "taken_back")]
    (second,) = [one for one in walk.follow_ups(shanghai_today()) if one["rule"] == "ANC2"]
    assert second["state"] == "done_on_time"
    assert due["visit_key"] not in [row["visit_key"] for row in walk.due_on(WEST)]
    assert walk.report.failed() == [], walk.report.fails
