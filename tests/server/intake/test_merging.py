"""Two registrations become one woman's and two women's again: nothing that was kept is touched, and follow-ups move with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from server.blobs import BlobStore
from server.clock import today
from server.config import Config
from server.db import Database
from server.errors import NotFound, NotMerged, NotParted
from server.intake.merging import UNDO_WITHIN, merge, part
from server.intake.rederiving import rederive
from server.intake.withdrawing import ERASE, KEEP, withdraw
from server.models import (
    Base,
    CareEvent,
    Consent,
    ContraceptionEpisode,
    Entity,
    EntityVersion,
    FollowUp,
    FollowUpAct,
    NamedWoman,
    PersonMerge,
    PersonPair,
    PersonWord,
    Pregnancy,
    Project,
    Restriction,
    RightsRequest,
    Seal,
    Submission,
    SubmissionVersion,
    Withdrawal,
    Woman,
)
from server.registry.own_data import collect
from server.registry.restriction import restrict
from server.registry.retention_runs import run_retention
from server.registry.rights_desk import open_request
from server.registry.tombstones import gone_among
from tests.conftest import Clock
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.naming import publish_talk, registered, talk

SENT: tuple[type[Base], ...] = (Submission, SubmissionVersion, Seal)
WORKED_OUT: tuple[type[Base], ...] = (CareEvent, Consent, Woman, Pregnancy, ContraceptionEpisode, NamedWoman)
STAMPS = ("changed_at", "stands_on")
Rows = dict[str, list[Any]]


def rows_as_they_are(database: Database, models: tuple[type[Base], ...], without: tuple[str, ...] = ()) -> Rows:
    found = {}
    with database.reading() as db:
        for model in models:
            columns = [column for column in model.__table__.columns if column.name not in without]
            found[model.__tablename__] = sorted(repr(tuple(row)) for row in db.execute(select(*columns)))
    return found


def everything(database: Database) -> tuple[Rows, Rows, Rows, dict[str, Any]]:
    """What was sent, byte for byte; what was worked out; every follow-up with key and id; what lists say now."""
    with database.reading() as db:
        lists = {one.uuid: (one.label, orjson.loads(one.data_json), one.about) for one in db.scalars(select(Entity))}
    return (
        rows_as_they_are(database, SENT),
        rows_as_they_are(database, WORKED_OUT, without=("id",)),
        rows_as_they_are(database, (FollowUp,), without=STAMPS),
        lists,
    )


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


@pytest.fixture
def put_together(care: Care, database: Database, cast: dict[str, int], clock: Clock) -> Callable[[str, str], int]:
    """`put_together(kept, other)` by bob; the id of what he did."""

    def run(kept: str, other: str) -> int:
        clock.forward(minutes=1)
        with database.transaction() as db:
            made = merge(db, db.get_one(Project, care.project_id), kept, other, cast["bob"], clock.now())
            db.flush()
            number = made.id
        clock.forward(minutes=1)  # what comes next comes later
        return number

    return run


@pytest.fixture
def take_apart(care: Care, database: Database, cast: dict[str, int], clock: Clock) -> Callable[[int], None]:
    def run(number: int) -> None:
        with database.transaction() as db:
            part(db, db.get_one(Project, care.project_id), number, cast["bob"], clock.now())
        clock.forward(minutes=1)

    return run


def a_woman_twice(care: Care) -> tuple[str, str, list[str]]:
    """Registered in February and again in another month; a pregnancy with a check under each, and a method under the second.
    The pregnancies are one: same first day of the last period."""
    first, second = a_uuid(), a_uuid()
    episodes = [a_uuid() for _ in range(3)]
    care.register(first, display_name="王秀英", phone_safe="13800000001")
    care.pregnancy(first, episodes[0])
    care.check(episodes[0], "2026-02-20")
    care.register(second, day="2026-02-15", display_name="王秀英", consent_stats="no")
    care.pregnancy(second, episodes[1], "2026-02-16", danger_now="bleeding")
    care.check(episodes[1], "2026-02-27")
    care.method(second, episodes[2], "2026-02-17", method="coc", supply_end="2026-04-01", reminder_wish="phone")
    return first, second, episodes


def test_what_was_told_under_both_is_told_of_one(care: Care, put_together: Callable[[str, str], int]) -> None:
    first, second, episodes = a_woman_twice(care)
    put_together(first, second)
    (woman,) = care.rows(Woman)
    assert (woman.uuid, woman.consent_stats) == (first, False)  # what she said last counts
    assert {row.subject for row in care.rows(CareEvent)} == {first}
    assert [row.uuid for row in care.rows(Pregnancy)] == [episodes[0]]  # registered twice, and one all the same
    assert [row.woman_uuid for row in care.rows(ContraceptionEpisode)] == [first]
    assert {row.woman_uuid for row in care.rows(Consent)} == {first}
    about = [care.entity(uuid) for uuid in episodes[:2]]
    assert {one.about for one in about if one} == {first}
    asked = [row for row in care.rows(FollowUp) if not row.ended]
    assert {row.subject for row in asked} == {first}
    assert episodes[1] not in {row.episode for row in asked}
    assert len({(row.rule, row.episode, row.occurrence) for row in asked if row.episode == episodes[0]}) == len(
        [row for row in asked if row.episode == episodes[0]]
    )


def test_taken_apart_again_bytes_rows_lists_and_follow_ups_are_as_they_were(
    care: Care,
    database: Database,
    put_together: Callable[[str, str], int],
    take_apart: Callable[[int], None],
) -> None:
    first, second, _ = a_woman_twice(care)
    before = everything(database)
    versions = rows_as_they_are(database, (EntityVersion,))["entity_version"]
    number = put_together(first, second)
    sent, worked_out, follow_ups, _lists = everything(database)
    assert sent == before[0]
    assert worked_out != before[1]
    assert follow_ups != before[2]
    take_apart(number)
    after = everything(database)
    assert after[0] == before[0]
    assert after[1] == before[1]
    assert after[2] == before[2]
    assert after[3] == before[3]
    assert set(versions) <= set(rows_as_they_are(database, (EntityVersion,))["entity_version"])


def test_a_follow_up_that_moves_keeps_its_key_and_what_people_did_with_it(
    care: Care,
    database: Database,
    cast: dict[str, int],
    put_together: Callable[[str, str], int],
    take_apart: Callable[[int], None],
    clock: Clock,
) -> None:
    first, second, episodes = a_woman_twice(care)
    injection = next(row for row in care.rows(FollowUp) if row.episode == episodes[2] and not row.ended)
    act = {"event": a_uuid(), "subject_list": "women", "village_code": injection.village_code, "reason": "clinic"}
    with database.transaction() as db:
        row = FollowUpAct(project_id=care.project_id, key=injection.key, subject=second, kind="done_elsewhere", **act)
        row.on_day, row.day, row.made_at, row.by_id = today(clock.now()), today(clock.now()), clock.now(), cast["bob"]
        db.add(row)
    number = put_together(first, second)
    (moved,) = [row for row in care.rows(FollowUp) if row.id == injection.id]
    assert (moved.key, moved.visit_key, moved.subject) == (injection.key, injection.visit_key, first)
    assert moved.state == "done_elsewhere"
    take_apart(number)
    assert [row.subject for row in care.rows(FollowUpAct)] == [second]
    (back,) = [row for row in care.rows(FollowUp) if row.id == injection.id]
    assert (back.key, back.subject, back.state) == (injection.key, second, "done_elsewhere")


def test_what_comes_later_under_the_other_number_is_hers_and_goes_back_with_it(
    care: Care,
    put_together: Callable[[str, str], int],
    take_apart: Callable[[int], None],
) -> None:
    first, second, episodes = a_woman_twice(care)
    number = put_together(first, second)
    late, next_one = a_uuid(), a_uuid()
    care.leave(second, late, "2026-02-28")
    care.check(episodes[1], "2026-03-01")
    care.leave(first, next_one, "2026-02-28")
    assert {row.subject for row in care.rows(CareEvent)} == {first}
    listed = care.entity(late)
    assert listed is not None
    assert listed.about == first
    take_apart(number)
    of = {row.episode: row.subject for row in care.rows(CareEvent) if row.episode}
    assert (of[late], of[episodes[1]], of[next_one], of[episodes[0]]) == (second, second, first, first)
    assert {one: care.entity(one).about for one in (late, next_one)} == {late: second, next_one: first}  # type: ignore[union-attr]


def test_the_whole_is_worked_out_anew_as_it_stands(
    care: Care, database: Database, put_together: Callable[[str, str], int], clock: Clock
) -> None:
    first, second, _ = a_woman_twice(care)
    put_together(first, second)
    before = everything(database)
    with database.transaction() as db:
        for model in (CareEvent, Consent, Woman, Pregnancy, ContraceptionEpisode):
            db.execute(delete(model))
    rederive(database, None, clock.now(), lambda *_: None)
    assert everything(database) == before


def test_her_no_under_either_number_holds_for_all_of_it_and_nobody_takes_it_apart(
    care: Care, put_together: Callable[[str, str], int], take_apart: Callable[[int], None]
) -> None:
    first, second, _ = a_woman_twice(care)
    number = put_together(first, second)
    care.withdraw(second, "2026-03-01")
    (woman,) = care.rows(Woman)
    assert (woman.uuid, woman.consent_service, woman.label) == (first, False, "")
    assert all(row.ended for row in care.rows(FollowUp))
    with pytest.raises(NotParted, match="took her consent back"):
        take_apart(number)


def test_a_purpose_that_she_took_back_meanwhile_stays_taken_back_for_both(
    care: Care,
    database: Database,
    cast: dict[str, int],
    put_together: Callable[[str, str], int],
    take_apart: Callable[[int], None],
    clock: Clock,
) -> None:
    first, second, _ = a_woman_twice(care)
    number = put_together(first, second)
    with database.transaction() as db:
        woman, project = db.scalars(select(Woman)).one(), db.get_one(Project, care.project_id)
        withdraw(db, project, woman, ["location"], KEEP, cast["bob"], clock.now())
    clock.forward(minutes=1)
    take_apart(number)
    assert {row.uuid: row.consent_location for row in care.rows(Woman)} == {first: False, second: False}
    assert {row.uuid: row.consent_stats for row in care.rows(Woman)} == {first: True, second: False}


def test_who_asked_to_be_removed_is_removed_under_both_numbers(
    care: Care, database: Database, cast: dict[str, int], put_together: Callable[[str, str], int], clock: Clock
) -> None:
    first, second, episodes = a_woman_twice(care)
    with database.transaction() as db:  # what she asked for under the other number, long answered
        open_request(db, care.project_id, "export", second, cast["bob"], clock.now())
        db.execute(update(RightsRequest).values(state="done"))
        restrict(db, care.project_id, second, cast["bob"], clock.now())
        db.execute(update(Restriction).values(lifted_at=clock.now()))
    put_together(first, second)
    with database.reading() as db:
        copy = orjson.dumps(collect(db, db.get_one(Project, care.project_id), first, clock.now()), default=str).decode()
    assert second in copy
    with database.transaction() as db:
        woman, project = db.scalars(select(Woman)).one(), db.get_one(Project, care.project_id)
        withdraw(db, project, woman, ["service"], ERASE, cast["bob"], clock.now())
    gone = {first, second, *episodes}
    asked: tuple[type[Base], ...] = (RightsRequest, Restriction)
    for model in (Woman, CareEvent, FollowUp, Entity, PersonMerge, PersonPair, PersonWord, Withdrawal, *asked):
        assert not [
            row for row in rows_as_they_are(database, (model,))[model.__tablename__] if any(one in row for one in gone)
        ]
    care.check(episodes[1], "2026-02-28")
    care.register(second, "2026-03-01")
    assert care.rows(CareEvent) == []


def test_the_copy_of_her_data_holds_both_as_hers(
    care: Care, database: Database, cast: dict[str, int], put_together: Callable[[str, str], int], clock: Clock
) -> None:
    publish_talk(care)
    first, second, _ = a_woman_twice(care)
    talk(care, women=second)
    with database.transaction() as db:
        open_request(db, care.project_id, "export", second, cast["bob"], clock.now())
        db.execute(update(RightsRequest).values(state="done"))
    before = copies(database, care.project_id, clock, first, second)
    put_together(first, second)
    (copy,) = copies(database, care.project_id, clock, first)
    assert copy["goes_through_with_her"] is None
    assert len(copy["records"]) == sum(len(one["records"]) for one in before)
    assert [one.names_others for record in copy["records"] for one in record.versions] == [False] * len(copy["records"])
    assert not [one for entry in copy["lists"] for one in (entry, *entry["versions"]) if one["names_others"]]
    assert len(copy["requests"]) == 1


def test_a_year_after_her_last_contact_she_goes_under_both_numbers_and_not_before(
    care: Care, database: Database, config: Config, put_together: Callable[[str, str], int], clock: Clock
) -> None:
    first, second, _ = a_woman_twice(care)
    put_together(first, second)
    blobs = BlobStore(config.blob_dir)
    clock.forward(days=360)
    day = today(clock.now())
    care.renew(first, day.isoformat(), (day + timedelta(days=300)).isoformat())
    clock.forward(days=30)
    before = everything(database)
    assert run_retention(database, blobs, None, clock.now())[care.project_id].women == 0
    assert everything(database) == before
    assert len(care.rows(PersonMerge)) == 1
    clock.forward(days=360)
    assert run_retention(database, blobs, None, clock.now())[care.project_id].women == 1
    assert (care.rows(Entity), care.rows(CareEvent)) == ([], [])
    with database.reading() as db:
        assert gone_among(db, care.project_id, [first, second]) == {first, second}, "phones are told of both"


def copies(database: Database, project_id: int, clock: Clock, *women: str) -> list[dict[str, Any]]:
    with database.reading() as db:
        return [collect(db, db.get_one(Project, project_id), one, clock.now()) for one in women]


@pytest.mark.parametrize("which", [0, 1])
def test_who_does_not_agree_asked_for_something_or_is_kept_unused_is_not_put_together(
    care: Care,
    database: Database,
    cast: dict[str, int],
    put_together: Callable[[str, str], int],
    clock: Clock,
    which: int,
) -> None:
    women = a_woman_twice(care)[:2]
    one = women[which]
    with database.transaction() as db:
        open_request(db, care.project_id, "export", one, cast["bob"], clock.now())
    with pytest.raises(NotMerged, match="waits for an answer"):
        put_together(*women)
    with database.transaction() as db:
        db.execute(update(RightsRequest).values(state="done"))
        restrict(db, care.project_id, one, cast["bob"], clock.now())
    with pytest.raises(NotMerged, match="kept and not used"):
        put_together(*women)
    care.withdraw(one, "2026-03-01")
    with pytest.raises(NotMerged, match="does not agree"):
        put_together(*women)
    with pytest.raises(NotFound):
        put_together(one, one)


def test_it_is_taken_apart_within_thirty_days_the_last_step_first(
    care: Care, put_together: Callable[[str, str], int], take_apart: Callable[[int], None], clock: Clock
) -> None:
    first, second, _ = a_woman_twice(care)
    third = a_uuid()
    care.register(third)
    inner = put_together(first, second)
    outer = put_together(third, first)
    assert {row.subject for row in care.rows(CareEvent)} == {third}
    with pytest.raises(NotParted, match="third one"):
        take_apart(inner)
    take_apart(outer)
    assert {row.subject for row in care.rows(CareEvent)} == {third, first}
    take_apart(inner)
    assert {row.subject for row in care.rows(CareEvent)} == {third, first, second}
    again = put_together(first, second)
    clock.forward(minutes=int(UNDO_WITHIN.total_seconds() // 60))
    with pytest.raises(NotParted, match="30 days"):
        take_apart(again)


def test_records_of_the_town_s_own_forms_name_her_once_and_each_again(
    care: Care, database: Database, put_together: Callable[[str, str], int], take_apart: Callable[[int], None]
) -> None:
    publish_talk(care)
    first, second, third = registered(care, 3)
    talk(care, women=first)
    talk(care, women=second)
    talk(care, women=f"{first} {second} {third}")
    talk(care, women=f"{third} {second}")
    before = everything(database)
    number = put_together(first, second)
    named = {row.submission_id: row.woman_uuid for row in care.rows(NamedWoman)}
    talks = [row for row in care.rows(CareEvent) if row.form_id == "talk"]
    assert [(row.subject, named.get(row.submission_id)) for row in talks] == [
        (first, None),
        (first, None),
        (first, third),
        (third, first),
    ]
    assert care.rows(Seal) == []
    take_apart(number)
    assert everything(database) == before
