"""A training quiz (F10) on real parts: JavaRosa fills it in, Collect sends and syncs, and only she herself learns her score."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from server import clock, create_app
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.keys import KeyRing
from server.models import Entity, Project, Woman
from server.publishing.library import link_lists, publish_library, publish_one
from server.publishing.town_lists import refresh_lists
from server.registry.consent_texts import take_on_shipped
from server.registry.workers import worker_uuid
from tests.care_town import CareTown
from tests.forms.library.test_training_quiz import RIGHT, points
from tests.forms.library.words_read import hear
from tests.phones.collectsim.csim import settings
from tests.phones.collectsim.csim.engine import Engine
from tests.phones.collectsim.csim.phone import Phone
from tests.phones.collectsim.csim.rules import Report
from tests.phones.office import Office
from tests.serving import RunningServer

QUIZ = "training_quiz"
RESULTS = ("score", "passed", "fails", "retake_due", "quiz_on")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("COLLECTSIM_BUILD", str(tmp_path_factory.mktemp("classes")))
        environ.setenv("TZ", "Asia/Shanghai")
        made = Engine()
    yield made
    made.close()
    for process in made.procs:
        process.stdout.close()


@pytest.fixture
def config(server: RunningServer) -> Config:
    return replace(Config(server.data_dir), **server.database_url)


@pytest.fixture
def town(config: Config) -> Iterator[CareTown]:
    database = Database(config.sqlalchemy_url, config.key_file)
    yield CareTown(create_app(config, database), database)
    database.dispose()


def publish(town: CareTown, config: Config, only: str = "") -> None:
    """All forms of the library, or one of them with the town's lists: as a town had it before there were the others."""
    store = BlobStore(config.blob_dir, KeyRing(config.key_file))
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        if not only:
            publish_library(db, store, project, None, clock.now(), town.key)
            return
        take_on_shipped(db, project, None, clock.now())
        link_lists(db, project, publish_one(db, store, project, only, None, clock.now(), town.key), clock.now())
        refresh_lists(db, store, project, clock.now())


@pytest.fixture
def office(server: RunningServer) -> Iterator[Office]:
    made = Office(server)
    yield made
    made.http.close()


@pytest.fixture
def start(server: RunningServer, town: CareTown, engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """`start(person)` is Collect on the phone that this person carries. Its connections end with the test."""
    phones: list[Phone] = []

    def begin(person: int) -> Phone:
        address = f"{server.api}/key/{town.phone_key('A1', person=person)}/projects/{town.project_id}"
        phones.append(Phone(str(tmp_path / str(len(phones))), settings.for_url(address), Report(), engine))
        phones[-1].hears = hear
        return phones[-1]

    yield begin
    for phone in phones:
        for connections in phone.http.pool.values():
            for connection in connections:
                connection.close()


def take(phone: Phone, answers: dict[str, str], **more: Any) -> None:
    about = {"visit_date": clock.today().isoformat(), "session": "first", "lang": "zh"}
    phone.submit(phone.fill(QUIZ, {**about, **answers, **more}, blank=1.0))
    phone.sync()


def results_on(phone: Phone, worker: str) -> dict[str, str]:
    """What stands in a worker's row on a phone."""
    props = phone.entities["workers"]["rows"][worker]["props"]
    return {name: value for name, value in props.items() if value}


def quizzes_due(phone: Phone) -> list[dict[str, str]]:
    lines = Path(phone.form(QUIZ)["media"], "due_visits.csv").read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    return [row for row in rows if row["form_id"] == QUIZ]


def row_of(town: CareTown, worker: str) -> dict[str, str]:
    with town.database.reading() as db:
        told: dict[str, str] = orjson.loads(db.scalars(select(Entity).where(Entity.uuid == worker)).one().data_json)
    return told


@pytest.fixture
def workers(town: CareTown, office: Office) -> dict[str, int]:
    """Two village workers; their roles were given by REST, so that the list knows them."""
    people = {name: town.person(f"{name}{town.project_id}") for name in ("zhao", "qian")}
    for person in people.values():
        office.call("POST", f"/projects/{town.project_id}/assignments/village_worker/{person}")
        office.call("PUT", f"/projects/{town.project_id}/actors/{person}/villages", json={"villages": ["A1"]})
    return people


def test_a_score_of_55_is_taken_again_until_it_is_a_pass_and_nobody_else_learns_of_it(
    town: CareTown, config: Config, workers: dict[str, int], start: Callable[..., Phone]
) -> None:
    publish(town, config)
    hers, other = start(workers["zhao"]), start(workers["qian"])
    zhao, qian = (worker_uuid(town.project_id, workers[name]) for name in ("zhao", "qian"))
    for phone in (hers, other):
        phone.sync()
        assert set(phone.entities["workers"]["rows"]) == {zhao, qian}
        assert results_on(phone, zhao) == results_on(phone, qian) == {}
    before = other.entities["workers"]["hash"]

    take(hers, points(55))
    today = clock.today()
    due_on, last = (today + timedelta(days=days) for days in (14, 30))
    failed = {
        "score": "55",
        "passed": "0",
        "fails": "1",
        "retake_due": due_on.isoformat(),
        "quiz_on": today.isoformat(),
    }
    assert row_of(town, zhao) == results_on(hers, zhao) == failed
    (due,) = quizzes_due(hers)
    assert (due["subject_list"], due["subject"], due["opens_on"]) == ("workers", zhao, today.isoformat())
    assert (due["due_on"], due["closes_on"]) == (due_on.isoformat(), last.isoformat())
    other.sync()
    assert results_on(other, zhao) == {} and quizzes_due(other) == []
    assert other.entities["workers"]["hash"] == before, "that she took one is not told either"

    take(hers, RIGHT, session="retake", due_open=due["name"])
    assert row_of(town, zhao) | {"score": "100", "passed": "1", "fails": "0", "retake_due": ""} == row_of(town, zhao)
    assert results_on(hers, zhao)["score"] == "100"
    assert quizzes_due(hers) == []
    assert hers.report.fails == other.report.fails == {}


def test_a_phone_that_goes_to_another_forgets_the_ones_results_and_learns_the_others(
    town: CareTown, config: Config, workers: dict[str, int], start: Callable[..., Phone], office: Office
) -> None:
    publish(town, config)
    first, second = start(workers["zhao"]), start(workers["qian"])
    zhao, qian = (worker_uuid(town.project_id, workers[name]) for name in ("zhao", "qian"))
    for phone, answers in ((first, points(55)), (second, points(20))):
        phone.sync()
        take(phone, answers)
    assert (results_on(first, zhao)["score"], results_on(second, qian)["score"]) == ("55", "20")

    here = f"/projects/{town.project_id}/app-users"
    phones = [one["id"] for one in office.call("GET", here)]
    for phone_id in phones:
        carer = office.call("GET", f"{here}/{phone_id}/carer")
        if carer["userId"] == workers["zhao"]:
            office.call("PUT", f"{here}/{phone_id}/carer", json={"userId": workers["qian"]})
    first.sync()

    assert results_on(first, zhao) == {}
    assert results_on(first, qian)["score"] == "20"
    assert [row["subject"] for row in quizzes_due(first)] == [qian]


def test_who_works_no_longer_leaves_every_phone_and_comes_back_with_her_own_row(
    town: CareTown, config: Config, workers: dict[str, int], start: Callable[..., Phone], office: Office
) -> None:
    publish(town, config)
    hers, other = start(workers["zhao"]), start(workers["qian"])
    zhao, qian = (worker_uuid(town.project_id, workers[name]) for name in ("zhao", "qian"))
    hers.sync()
    take(hers, points(55))
    role = f"/projects/{town.project_id}/assignments/village_worker/{workers['zhao']}"

    office.call("DELETE", role)
    other.sync()
    assert set(other.entities["workers"]["rows"]) == {qian}

    office.call("POST", role)
    for phone in (hers, other):
        phone.sync()
        assert set(phone.entities["workers"]["rows"]) == {zhao, qian}
    assert results_on(hers, zhao)["score"] == "55"
    assert results_on(other, zhao) == {}


def register(phone: Phone, worker: int | str) -> tuple[Any, str]:
    """F2, not sent yet: she chooses this worker. The record, and her uuid as the phone made it."""
    before = set(phone.entities["women"]["rows"])
    record = phone.fill(
        "woman_consent",
        {
            "action": "register", "visit_date": clock.today().isoformat(), "present_self": "yes", "privacy_now": "alone",
            "notice_read": "OK", "age_band": "25_34", "consent_service": "yes", "consent_reminder": "yes",
            "consent_share_clinic": "yes", "consent_location": "no", "consent_stats": "no", "consent_proof": "witnessed_voice",
            "code": "W-0231", "display_name": "王秀英", "village_code": "A1", "named_worker": str(worker),
        },
        blank=1.0,
    )  # fmt: skip
    assert record["problems"] == []
    (woman,) = set(phone.entities["women"]["rows"]) - before
    return record, woman


def chosen(town: CareTown, woman: str) -> tuple[str, str | None]:
    """Whom she chose: what her row in the list says, and by whom rights go."""
    with town.database.reading() as db:
        hers = db.scalars(select(Woman.assigned_worker).where(Woman.uuid == woman)).one()
    return row_of(town, woman)["assigned_worker"], hers


def test_a_choice_made_by_number_before_the_list_came_is_understood_on_both_sides_of_the_change(
    town: CareTown, config: Config, workers: dict[str, int], start: Callable[..., Phone]
) -> None:
    publish(town, config, only="woman_consent")
    hers, other = start(workers["zhao"]), start(workers["qian"])
    number, zhao = str(workers["zhao"]), worker_uuid(town.project_id, workers["zhao"])
    for phone in (hers, other):
        phone.sync()
    record, early = register(hers, number)
    hers.submit(record)
    waiting, late = register(hers, number)
    assert chosen(town, early) == (number, number)

    publish(town, config)
    assert chosen(town, early) == (zhao, number)
    hers.submit(waiting)
    assert chosen(town, late) == (zhao, number)
    hers.sync()
    record, again = register(
        hers, number
    )  # Collect reads a form's file before the list of that name, as long as it has it
    hers.submit(record)
    assert chosen(town, again) == (zhao, number)
    later = start(workers["zhao"])
    later.sync()
    record, new = register(later, zhao)
    later.submit(record)
    assert chosen(town, new) == (zhao, number)

    for phone in (hers, other, later):
        phone.sync()
    listed = hers.entities["women"]["rows"]
    assert {key: row["props"]["assigned_worker"] for key, row in listed.items()} == dict.fromkeys(
        (early, late, again, new), zhao
    )
    assert other.entities["women"]["rows"] == {}, "she is the chosen one's alone, whichever name was sent"
    assert hers.report.fails == other.report.fails == later.report.fails == {}
