"""Who waits to be judged, what stays and what goes; and that nothing of it tells what anybody said."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from server import jobs
from server.config import Config
from server.db import Database
from server.intake import quality_judging
from server.intake.quality_flags import ask_worker, list_flags, open_again, settle
from server.intake.quality_judging import TOGETHER
from server.intake.quality_limits import KINDS, LIMITS
from server.intake.quality_queue import MOST_TRIES, list_waiting, take_from_queue
from server.intake.review import delete_submission
from server.intake.withdrawing import ERASE, withdraw
from server.models import (
    ABOUT_QUALITY,
    AnswerKey,
    Audit,
    Project,
    QualityFlag,
    QualityMeasure,
    QualityWait,
    Submission,
    SubmissionComment,
    SubmissionVersion,
    Woman,
)
from server.registry.emptying import empty_records
from server.registry.sealing import forget_derived
from tests.conftest import Clock, Listen
from tests.server.intake.quality_town import CAME, MONDAY, QualityTown
from tests.server.registry.caring import Care, a_uuid

SAID = {"one": "SAYSENTINEL", "two": "b", "three": "c", "four": "d", "five": "e", "six": "f", "bp_sys": "175"}


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> QualityTown:
    clock.set(CAME)
    return QualityTown(app, database, project_id)


def rows(database: Database) -> list[int]:
    with database.reading() as db:
        counted = (QualityFlag, QualityMeasure, QualityWait)
        return [db.scalar(select(func.count()).select_from(one)) or 0 for one in counted]


OVERNIGHT = {"at": MONDAY.replace(hour=23) - timedelta(days=4), "seconds": 7200}


def test_a_record_waits_until_the_job_runs_and_costs_its_sender_one_insert(
    town: QualityTown, database: Database, config: Config
) -> None:
    record = town.send(**OVERNIGHT)  # type: ignore[arg-type]
    assert town.asked(record) == {} and rows(database) == [0, 0, 1]
    assert jobs.judge_quality(database, config, CAME) == 1
    assert town.asked(record) == {"midnight": {}} and rows(database) == [1, 1, 0]
    assert jobs.judge_quality(database, config, CAME) == 0


def test_a_run_is_bounded_and_the_rest_waits(town: QualityTown, database: Database) -> None:
    for _ in range(5):
        town.send()
    assert quality_judging.judge_waiting(database, CAME, 3) == 3
    assert rows(database)[1:] == [3, 2]


def test_phones_write_in_between_each_few_records(town: QualityTown, database: Database, listen: Listen) -> None:
    for _ in range(TOGETHER + 1):
        town.send()
    written: list[str] = []
    listen("before_cursor_execute", lambda _c, _k, statement, *_: written.append(statement))
    listen("commit", lambda _connection: written.append("COMMIT"))
    quality_judging.judge_waiting(database, CAME, 100)
    takes = [number for number, one in enumerate(written) if one.startswith("DELETE FROM quality_wait")]
    assert len(takes) == 2
    assert "COMMIT" in written[takes[0] : takes[1]]


def test_a_correction_is_judged_anew_and_what_was_settled_stays_while_there_is_reason_to_ask(
    town: QualityTown, database: Database
) -> None:
    ahead = MONDAY + timedelta(days=3)
    record = town.send(ahead, instance_id="uuid:1")
    town.judge()
    assert list(town.asked(record)) == ["clock"]
    with database.transaction() as db:
        settle(db, db.get_one(Submission, record), "clock", town.phone_id, CAME)
    town.send(ahead, 600, instance_id="uuid:2", deprecated_id="uuid:1")
    town.judge()
    with database.reading() as db:
        assert [one.settled_at for one in list_flags(db, record)] == [CAME]
    town.send(MONDAY, instance_id="uuid:3", deprecated_id="uuid:2")
    town.judge()
    assert town.asked(record) == {}


def test_two_versions_of_a_file_are_asked_about(town: QualityTown) -> None:
    record = town.send(instance_id="uuid:1", photo="a.jpg", files={"a.jpg": b"one"})
    town.send(instance_id="uuid:1", photo="a.jpg", files={"a.jpg": b"two"})
    town.judge()
    assert town.asked(record) == {"kept_aside": {"files": 1}}


@pytest.mark.parametrize("how", ["sealed", "deleted", "emptied"])
def test_of_a_record_that_nobody_reads_nothing_stays(town: QualityTown, database: Database, how: str) -> None:
    record = town.send(**OVERNIGHT, **SAID)  # type: ignore[arg-type]
    town.judge()
    assert rows(database) == [1, 1, 0]
    with database.transaction() as db:
        if how == "sealed":
            forget_derived(db, record, CAME)
        elif how == "emptied":
            empty_records(db, [record])
        else:
            db.add(QualityWait(submission_id=record))
            delete_submission(db, db.get_one(Submission, record), town.phone_id, CAME)
    town.judge()
    assert rows(database) == [0, 0, 0]


def test_a_record_that_was_sealed_while_it_waited_is_not_judged(town: QualityTown, database: Database) -> None:
    record = town.send(**OVERNIGHT)  # type: ignore[arg-type]
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == record).values(sealed=True))
    town.judge()
    assert rows(database) == [0, 0, 0]


def test_a_record_that_cannot_be_read_holds_up_no_other(
    town: QualityTown, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    broken, good = town.send(**OVERNIGHT, **SAID), town.send(**OVERNIGHT)  # type: ignore[arg-type]
    with database.transaction() as db:
        version = db.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == broken)).one()
        version.xml = b"<data>SAYSENTINEL"
    assert quality_judging.judge_waiting(database, CAME, 50) == 2
    assert town.asked(broken) == {} and list(town.asked(good)) == ["midnight"]
    assert "could not be judged" in caplog.text and "SAYSENTINEL" not in caplog.text


def test_a_record_whose_judging_failed_is_tried_again_ever_later_and_at_last_left(
    town: QualityTown, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    record, now, pauses = town.send(**OVERNIGHT), CAME, []  # type: ignore[arg-type]
    with database.transaction() as db:
        version = db.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == record)).one()
        whole, version.xml = version.xml, b"<data>"
    for tries in range(1, MOST_TRIES):
        assert quality_judging.judge_waiting(database, now, 50) == 1
        with database.reading() as db:
            wait = db.scalars(select(QualityWait)).one()
            assert wait.tries == tries and wait.not_before is not None
            pauses.append(wait.not_before - now)
        assert quality_judging.judge_waiting(database, wait.not_before - timedelta(seconds=1), 50) == 0
        now = wait.not_before
    assert pauses == [timedelta(minutes=5 * 2**at) for at in range(MOST_TRIES - 1)]
    assert "until it changes" not in caplog.text
    assert quality_judging.judge_waiting(database, now, 50) == 1
    assert f"record {record} was tried {MOST_TRIES} times" in caplog.text and rows(database)[2] == 0
    with database.transaction() as db:
        db.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == record)).one().xml = whole
        db.add(QualityWait(submission_id=record, tries=3, not_before=now))
    assert quality_judging.judge_waiting(database, now, 50) == 1
    assert list(town.asked(record)) == ["midnight"] and rows(database)[2] == 0


def test_a_failed_record_that_changes_is_judged_at_once_and_its_tries_begin_anew(
    town: QualityTown, database: Database
) -> None:
    record = town.send(**OVERNIGHT)  # type: ignore[arg-type]
    with database.transaction() as db:
        db.add(QualityWait(submission_id=record, tries=5, not_before=CAME + timedelta(days=1)))
        assert list_waiting(db, None, CAME) == [record] and take_from_queue(db, [record]) == {record: 0}


def test_no_answer_stands_in_what_is_kept_for_comparing(town: QualityTown, database: Database) -> None:
    """Neither in the clear nor as a digest that whoever has the database could try answers against."""
    for _ in range(3):
        town.send(**SAID)
    town.judge()
    with database.reading() as db:
        held = [
            str({name: told for name, told in row.items() if name != "vector"})  # 19 digits by chance: "175" at times
            for one in ABOUT_QUALITY
            for row in db.execute(text(f"SELECT * FROM {one.__tablename__}")).mappings()
        ]
        vectors = set(db.scalars(select(QualityMeasure.vector)))
        assert list(db.scalars(select(QualityFlag.kind))) == ["same_answers"]
    assert len(held) == 4 and len(vectors) == 1
    assert not [one for one in held for word in ("SAYSENTINEL", "175", '"records"') if word in one]
    with database.transaction() as db:
        db.execute(delete(AnswerKey))
        db.add_all(QualityWait(submission_id=one) for one in db.scalars(select(Submission.id)).all())
    town.judge()
    with database.reading() as db:
        assert set(db.scalars(select(QualityMeasure.vector))).isdisjoint(vectors), "it hangs on the project's key"


def test_asking_writes_a_comment_and_marks_the_record_and_settling_can_be_taken_back(
    town: QualityTown, database: Database
) -> None:
    record = town.send(**OVERNIGHT)  # type: ignore[arg-type]
    town.judge()
    for step in (1, 2, 3):
        with database.transaction() as db:
            submission = db.get_one(Submission, record)
            if step == 1:
                ask_worker(db, submission, "midnight", "是不是过夜才填完？", town.phone_id, CAME)
            else:
                (settle if step == 2 else open_again)(db, submission, "midnight", town.phone_id, CAME)
        with database.reading() as db:
            (flag,) = list_flags(db, record)
            assert (flag.asked_at, flag.asked_by, flag.settled_at is not None) == (CAME, "一号", step == 2)
    with database.reading() as db:
        assert db.scalars(select(SubmissionComment.body)).all() == ["是不是过夜才填完？"]
        assert db.get_one(Submission, record).review_state == "hasIssues"
        acts = select(Audit.action).where(Audit.action.like("submission.flag.%")).order_by(Audit.id)
        assert db.scalars(acts).all() == ["submission.flag.ask", "submission.flag.settle", "submission.flag.reopen"]


def test_what_is_lost_comes_back_when_everything_is_worked_out_anew(town: QualityTown, database: Database) -> None:
    records = [town.send(MONDAY + timedelta(minutes=at), **SAID) for at in range(4)]
    town.judge()
    before = {one: town.asked(one) for one in records}
    with database.transaction() as db:
        db.execute(delete(QualityFlag))
        db.execute(delete(QualityMeasure))
        db.add_all(QualityWait(submission_id=one) for one in reversed(records))
    quality_judging.judge_everything(database, CAME)
    assert {one: town.asked(one) for one in records} == before and any(before.values())


def test_judging_asks_the_database_as_often_for_the_hundredth_record_as_for_the_tenth(
    town: QualityTown, database: Database, count_queries
) -> None:
    asked = []
    for number in (10, 40):
        for at in range(number):
            town.send(MONDAY - timedelta(days=10, hours=at), **SAID, bp_dia="80")
        town.judge()
        town.send(MONDAY, **SAID, bp_dia="80")
        with count_queries() as statements:
            town.judge()
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_records_that_are_judged_together_share_the_questions_about_what_is_stored_of_them(
    town: QualityTown, count_queries
) -> None:
    """Judging takes no longer than receiving; three times as long it kept phones waiting, and a core busy."""
    town.send(MONDAY, **SAID)
    town.judge()
    asked = []
    for number in (1, TOGETHER):
        for at in range(number):
            town.send(MONDAY + timedelta(minutes=at + number), **SAID)
        with count_queries() as statements:
            town.judge()
        asked.append(len(statements))
    assert asked[1] - asked[0] <= 7 * (TOGETHER - 1), asked


def test_every_limit_belongs_to_a_kind() -> None:
    named = {"pace": "too_fast"}
    assert [one for one in LIMITS if named.get(one, one) not in KINDS] == []


def test_of_a_woman_who_is_erased_no_question_and_no_measure_stays(
    app: Flask, database: Database, project_id: int, cast: dict[str, int], clock: Clock
) -> None:
    """And of a record that no consent covers there never were any."""
    clock.set(CAME)
    care, woman, pregnancy = Care(app, database, project_id), a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    check = care.check(pregnancy, bp_sys="120", bp_dia="80")
    shut = care.check(a_uuid(), bp_sys="120")
    with database.transaction() as db:
        hers, sealed = (
            db.scalars(select(Submission).where(Submission.instance_id == one)).one() for one in (check, shut)
        )
        assert hers.health and sealed.sealed
        about = {"project_id": project_id, "told_json": "{}", "found_at": CAME}
        db.add(QualityFlag(submission_id=hers.id, kind="holiday", settled_at=CAME, settled_by_id=cast["bob"], **about))
        ids = {hers.id, sealed.id}
    quality_judging.judge_waiting(database, CAME, 50)
    with database.transaction() as db:
        measure = db.scalars(select(QualityMeasure).where(QualityMeasure.submission_id.in_(ids))).one()
        assert (measure.submission_id, measure.readings, measure.round_readings) == (hers.id, 2, 2)
        db.add(QualityWait(submission_id=hers.id))
        her = db.scalars(select(Woman).where(Woman.uuid == woman)).one()
        withdraw(db, db.get_one(Project, project_id), her, ["service"], ERASE, cast["bob"], CAME)
    quality_judging.judge_waiting(database, CAME, 50)
    with database.reading() as db:
        assert db.scalars(select(SubmissionVersion.submission_id).where(SubmissionVersion.submission_id.in_(ids))).all()
        for one in ABOUT_QUALITY:
            assert db.scalars(select(one.submission_id).where(one.submission_id.in_(ids))).all() == []
