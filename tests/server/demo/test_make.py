"""A small demo, made by the real verbs and sent through the real door over HTTP."""

import re
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server import clock
from server.config import Config
from server.db import Database
from server.demo.door import DemoRefused, Door, moved_clock, open_door
from server.demo.make import make_demo
from server.demo.people import Demo, read_demo
from server.followups.office_rules import STOCK, shipped_office_rules
from server.followups.supply_reading import ALL, read_store
from server.followups.supply_tasks import level_of
from server.models import (
    Actor,
    AppUser,
    DeriveProblem,
    Entity,
    FollowUp,
    Form,
    Notification,
    PersonPair,
    Pregnancy,
    Project,
    Release,
    Submission,
    SubmissionAttachment,
    Village,
    VillageScope,
    Woman,
)
from server.registry.duplicates import look_at_waiting

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Demo, Config, list[str]]:
    """In a folder of its own, as every demo: it never goes into another database."""
    config = Config(data_dir=tmp_path_factory.mktemp("demo"))
    said: list[str] = []
    return make_demo(config, NOW, said.append, fewer=12), config, said


@pytest.fixture
def filled(made: tuple[Demo, Config, list[str]]) -> Iterator[Database]:
    database = Database(made[1].sqlalchemy_url, made[1].key_file)
    yield database
    database.dispose()


def test_a_demo_is_a_care_project_with_villages_phones_and_people(
    made: tuple[Demo, Config, list[str]], filled: Database
) -> None:
    demo = made[0]
    with filled.reading() as db:
        project = db.get_one(Project, demo.project_id)
        assert (project.kind, project.is_demo) == ("care", True)
        assert db.scalar(select(func.count()).select_from(Village)) == 14
        assert db.scalar(select(func.count()).where(Actor.type == "field_key")) == len(demo.phones) == 5
        assert db.scalar(select(func.count()).select_from(VillageScope)) > 10
    assert {login.role for login in demo.logins} == {"admin", "town_lead", "reviewer", "clinician", "village_worker"}


def test_its_records_carry_the_instants_of_the_months_they_tell_of(filled: Database) -> None:
    with filled.reading() as db:
        first, last = db.execute(select(func.min(Submission.created_at), func.max(Submission.created_at))).one()
        assert db.scalar(select(func.count()).select_from(Submission)) > 70
        assert db.scalars(select(DeriveProblem)).all() == []
        assert db.scalar(select(func.count()).select_from(Entity)) > 50
        missing = select(func.count()).where(SubmissionAttachment.blob_sha256.is_(None))
        assert db.scalar(missing) == 0
    assert first < NOW - timedelta(days=120)
    assert NOW - timedelta(days=14) < last <= NOW


def test_somebody_has_looked_at_the_older_ones_and_the_newest_wait(filled: Database) -> None:
    with filled.reading() as db:
        states = dict(
            db.execute(
                select(Submission.review_state, func.count())
                .where(Submission.created_at < NOW - timedelta(days=60))
                .group_by(Submission.review_state)
            ).all()
        )
        recent = select(Submission.review_state).where(Submission.created_at > NOW - timedelta(days=6))
        assert set(db.scalars(recent)) <= {None}
    assert states["approved"] > 20


def test_there_is_something_due_at_every_stage_and_its_workers_know(filled: Database) -> None:
    with filled.reading() as db:
        states = set(db.scalars(select(FollowUp.state)))
        assert states >= {"scheduled", "open", "overdue", "done_on_time", "superseded"}
        told = select(func.count(Notification.recipient_id.distinct())).where(Notification.state == "sent")
        assert (db.scalar(told) or 0) >= 3
        assert db.scalar(select(func.count()).where(Notification.channel == "email")) == 0
        carried = db.scalar(select(func.count()).where(AppUser.person_id.is_not(None)))
        assert carried == 5


def test_who_is_registered_twice_is_found_by_the_timetable(filled: Database) -> None:
    assert look_at_waiting(filled, 1000, NOW) > 20
    with filled.reading() as db:
        found = Counter(db.scalars(select(PersonPair.reasons)))
    assert found >= Counter(("sound home age", "phone name age", "phone age", "phone near home age") * 2)


def test_who_took_her_consent_back_and_who_lost_a_pregnancy_are_asked_nothing(filled: Database) -> None:
    with filled.reading() as db:
        withdrawn = db.scalars(select(Woman.uuid).where(Woman.consent_service.is_(False))).one()
        lost = db.scalars(select(Pregnancy.uuid).where(Pregnancy.status == "ended")).one()
        open_ones = select(func.count()).where(FollowUp.ended.is_(False))
        assert db.scalar(open_ones.where(FollowUp.subject == withdrawn)) == 0
        assert db.scalar(open_ones.where(FollowUp.episode == lost)) == 0


def test_records_without_consent_lie_sealed(filled: Database) -> None:
    with filled.reading() as db:
        sealed = db.scalars(select(Form.xml_form_id).join(Submission).where(Submission.sealed)).all()
        assert set(sealed) == {"woman_consent", "pregnancy_registration"}
        assert db.scalar(select(func.count()).select_from(DeriveProblem)) == 0
        assert db.scalar(select(func.count()).where(Entity.conflict.is_not(None))) == 0


def test_its_store_has_what_expires_soon_what_has_expired_and_a_point_that_ran_out(filled: Database) -> None:
    with filled.reading() as db:
        store = read_store(db, db.scalars(select(Project.id)).one(), ALL)
        rule, day = shipped_office_rules()[STOCK], clock.today(NOW)
        levels = {level_of(one, rule, day) for one in store.standing}
        empty = [one.shelf[1] for one in store.lots if not store.stock.left[one.id]]
    assert levels == {"info", "amber", "red"} and empty == ["folic_acid", "folic_acid"]
    assert any(one.expires_on < day for one in store.standing) and not store.stock.missing


def test_the_months_of_the_map_are_counted_when_a_demo_is_made(filled: Database) -> None:
    with filled.reading() as db:
        counted = select(Release.measure, func.count()).where(Release.measure.startswith("rate "))
        assert dict(db.execute(counted.group_by(Release.measure)).all()) == {"rate coverage": 12, "rate on time": 12}


def test_what_it_takes_to_sign_in_is_kept_for_the_owner_only(made: tuple[Demo, Config, list[str]]) -> None:
    demo, config, _ = made
    path = config.data_dir / "demo.json"
    assert read_demo(config.data_dir) == demo
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", login.password) for login in demo.logins)
    assert len({login.password for login in demo.logins}) == len(demo.logins)


def test_it_says_how_far_it_got(made: tuple[Demo, Config, list[str]]) -> None:
    assert made[2][0].startswith("禾川镇")
    assert re.search(r"(\d+) / \1$", made[2][-2])
    assert re.search(r"brought to today: [1-9]\d*$", made[2][-1])


def test_a_folder_with_half_a_demo_holds_none(tmp_path: Path) -> None:
    assert read_demo(tmp_path) is None
    (tmp_path / "demo.json").write_text('{"project_id": 1')
    assert read_demo(tmp_path) is None


def test_the_machines_clock_is_given_back(made: tuple[Demo, Config, list[str]]) -> None:
    before = clock.now
    with moved_clock(NOW) as moving:
        assert clock.now() == NOW
        moving.move_to(NOW - timedelta(days=1))
        assert clock.now() == NOW, "forward only"
    assert clock.now is before


def test_a_record_that_our_own_door_refuses_ends_the_demo(
    made: tuple[Demo, Config, list[str]], filled: Database
) -> None:
    demo, config, _ = made
    with open_door(config, filled) as door, pytest.raises(DemoRefused, match="POST: 4"):
        send_nonsense(door, demo)


def send_nonsense(door: Door, demo: Demo) -> None:
    door.send_record(demo.phones[0].token, demo.project_id, "collect:demo1", b"<data/>", {})
