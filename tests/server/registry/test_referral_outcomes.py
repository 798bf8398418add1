"""How a referral went: what F13 tells, in its order and out of it, corrected, deleted and taken back."""

from itertools import permutations

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.intake.derive import derive_again
from server.intake.rederiving import rederive
from server.intake.review import set_review_state
from server.models import Audit, CareEvent, Dataset, DeriveProblem, Entity, EntityVersion, FollowUp, Project, Submission
from server.registry.erasing import erase_person, plan_erasure
from server.registry.own_data import as_json, collect
from server.registry.referral_outcomes import REFERRALS, Course, course_of
from server.registry.referrals import referral_uuid
from server.registry.telling import Event
from tests.conftest import MORNING, Clock
from tests.server.followups.samples import at_noon, day
from tests.server.registry.caring import Care, a_uuid

F13 = "referral_outcome"


def told(on: str, arrived: str, **answers: str) -> Event:
    return Event(f"record {on}", F13, day(on), at_noon(on), "r1", {"arrived": arrived, **answers})


def when(on: str) -> tuple[object, str]:
    return day(on), f"record {on}"


def test_what_nobody_told_says_nothing() -> None:
    assert course_of([]) == Course() == course_of([Event("x", F13, day("2026-03-01"), at_noon("2026-03-01"), "r1", {})])


COURSES = [
    # records, status, outcome, its day, when it was known, when it was closed
    ([told("2026-03-02", "yes")], ("open", "yes", "2026-03-02"), "2026-03-02", None),
    ([told("2026-03-02", "no", closed="yes")], ("closed", "no", "2026-03-02"), "2026-03-02", "2026-03-02"),
    ([told("2026-03-02", "unknown")], ("open", "unknown", ""), None, None),
    ([told("2026-03-02", "unknown", closed="yes")], ("closed", "unknown", ""), None, "2026-03-02"),
    ([told("2026-03-02", "prefer_not")], ("closed", "", ""), None, "2026-03-02"),
    (
        [told("2026-03-02", "no"), told("2026-03-05", "yes", closed="yes")],
        ("closed", "yes", "2026-03-05"),
        "2026-03-02",
        "2026-03-05",
    ),
    (
        [told("2026-03-02", "yes", closed="yes"), told("2026-03-05", "unknown")],
        ("open", "unknown", "2026-03-02"),
        "2026-03-02",
        None,
    ),
]


@pytest.mark.parametrize(("records", "said", "known", "closed"), COURSES)
def test_the_last_word_counts_and_an_outcome_is_known_since_it_was_first_told(
    records: list[Event], said: tuple[str, str, str], known: str | None, closed: str | None
) -> None:
    for order in permutations(records):
        course = course_of(order)
        assert (course.status, course.outcome, course.outcome_on) == said
        assert course.known == (when(known) if known else None)
        assert course.closed == (when(closed) if closed else None)


@pytest.mark.parametrize(
    ("answers", "arrived_on"),
    [
        ({"arrived_date": "2026-03-01", "treated": "yes"}, "2026-03-01"),
        ({"arrived_date": "2026-03-01"}, "2026-03-01"),
        ({}, "2026-03-02"),
        ({"arrived_date": "2026-03-09"}, "2026-03-02"),
        ({"arrived_date": "2026-03-01", "treated": "no"}, None),
    ],
)
def test_who_was_turned_away_has_not_arrived(answers: dict[str, str], arrived_on: str | None) -> None:
    assert course_of([told("2026-03-02", "yes", **answers)]).arrived_on == (day(arrived_on) if arrived_on else None)


def test_each_talk_meets_the_wishes_before_it() -> None:
    records = [
        told("2026-03-02", "no", needs_more="yes"),
        told("2026-03-04", "yes", needs_more="yes"),
        told("2026-03-06", "yes", needs_more="no", closed="yes"),
    ]
    for order in permutations(records):
        assert course_of(order).wishes == (
            (when("2026-03-02"), when("2026-03-04")),
            (when("2026-03-04"), when("2026-03-06")),
        )


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


class Referred:
    """A woman whom a check referred, and her referral."""

    def __init__(self, care: Care, **answers: str) -> None:
        self.care, self.woman, self.pregnancy = care, a_uuid(), a_uuid()
        care.register(self.woman)
        care.pregnancy(self.woman, self.pregnancy)
        self.check = care.check(self.pregnancy, refer="yes", **answers)
        self.uuid = referral_uuid(self.check)
        self.newest = self.check

    @property
    def said(self) -> dict[str, str]:
        entity = self.care.entity(self.uuid)
        assert entity is not None
        data = orjson.loads(entity.data_json)
        return {name: data.get(name, "") for name in ("status", "outcome", "outcome_on")}

    @property
    def versions(self) -> int:
        return len([one for one in self.care.rows(EntityVersion) if one.entity_id == self.entity.id])

    @property
    def entity(self) -> Entity:
        entity = self.care.entity(self.uuid)
        assert entity is not None
        return entity

    def correct_check(self, **answers: str) -> None:
        given = {"pregnancy": self.pregnancy, "visit_date": "2026-02-20", "still_pregnant": "ongoing", **answers}
        self.newest = self.care.post("antenatal_check", given, deprecated_id=self.newest)

    def judge_check(self, state: str) -> None:
        with self.care.database.transaction() as db:
            check = db.scalars(select(Submission).where(Submission.instance_id == self.check)).one()
            set_review_state(db, check, state, None, MORNING)

    def state(self, rule: str = "REF-R") -> str:
        (row,) = [one for one in self.care.rows(FollowUp) if one.rule == rule and one.subject == self.woman]
        return f"{row.state} {row.cause}" if row.cause else str(row.state)


@pytest.fixture
def hers(care: Care, clock: Clock) -> Referred:
    return Referred(care)


WENT = {"status": "closed", "outcome": "yes", "outcome_on": "2026-02-22"}
NOTHING = {"status": "", "outcome": "", "outcome_on": ""}


def problems(care: Care) -> list[str]:
    noted = [one.details["errorMessage"] for one in care.rows(Audit) if one.action == "entity.error"]
    return noted + [one.error for one in care.rows(DeriveProblem)]


def test_what_f13_tells_stands_in_the_list_and_answers_the_follow_up_once(care: Care, hers: Referred) -> None:
    assert hers.state() in ("open", "due", "scheduled")
    sent = care.outcome(hers.uuid, "yes", closed="yes", barrier="fear")
    assert (hers.said, hers.versions, hers.state()) == (WENT, 2, "done_on_time")
    event = next(one for one in care.rows(CareEvent) if one.form_id == F13)
    assert (event.subject_list, event.subject, event.episode) == ("women", hers.woman, hers.uuid)
    assert care.seal_of(sent) is None and problems(care) == []


@pytest.mark.parametrize(("arrived", "closed"), [("prefer_not", ""), ("unknown", "yes")])
def test_who_would_rather_not_say_is_not_asked_again_and_nobody_was_late(
    care: Care, hers: Referred, arrived: str, closed: str
) -> None:
    care.outcome(hers.uuid, arrived, **({"closed": closed} if closed else {}))
    assert (hers.said["status"], hers.said["outcome_on"], hers.state()) == ("closed", "", "declined")


def test_what_is_not_known_leaves_it_open(care: Care, hers: Referred) -> None:
    before = hers.state()
    care.outcome(hers.uuid, "unknown")
    assert (hers.said["status"], hers.state()) == ("open", before)


def test_where_she_needs_more_somebody_hears_of_it_until_it_was_talked_about(care: Care, hers: Referred) -> None:
    care.outcome(hers.uuid, "no", needs_more="yes")
    (row,) = [one for one in care.rows(FollowUp) if one.rule == "REF-N"]
    assert (row.form_id, row.severity, row.subject, hers.state()) == (F13, "red", hers.woman, "done_on_time")
    care.outcome(hers.uuid, "yes", "2026-02-24", base=2, needs_more="no", closed="yes")
    assert hers.state("REF-N") == "done_on_time"


def test_the_servers_own_second_look_leaves_what_f13_told(care: Care, hers: Referred) -> None:
    care.outcome(hers.uuid, "yes", closed="yes")
    hers.correct_check(refer="yes", refer_urgency="urgent", danger="fever")
    assert orjson.loads(hers.entity.data_json)["urgency"] == "urgent"
    assert (hers.said, hers.versions) == (WENT, 3)
    rederive(care.database, None, MORNING, lambda *_: None)
    assert (hers.said, hers.versions) == (WENT, 3)


def test_a_closed_referral_that_was_taken_back_and_is_made_again_is_still_closed(care: Care, hers: Referred) -> None:
    care.outcome(hers.uuid, "yes", closed="yes")
    hers.correct_check(refer="no")
    assert hers.entity.deleted_at is not None
    hers.correct_check(refer="yes")
    assert (hers.entity.deleted_at, hers.said, hers.state()) == (None, WENT, "done_on_time")


def test_an_outcome_that_comes_while_the_referral_is_taken_back_counts_once_it_is_made_again(
    care: Care, hers: Referred
) -> None:
    hers.judge_check("rejected")
    assert hers.entity.deleted_at is not None
    sent = care.outcome(hers.uuid, "yes", closed="yes")
    assert care.seal_of(sent) is None, "it is hers, though its referral is gone"
    hers.judge_check("approved")
    assert (hers.entity.deleted_at, hers.said, hers.state()) == (None, WENT, "done_on_time")


def test_a_record_that_arrives_late_does_not_undo_a_later_visit(care: Care, hers: Referred) -> None:
    care.outcome(hers.uuid, "yes", "2026-02-22", closed="yes")
    care.outcome(hers.uuid, "no", "2026-02-21")
    assert (hers.said, hers.state()) == (WENT, "done_on_time")


def test_a_correction_and_a_deletion_are_read_again(care: Care, hers: Referred) -> None:
    first = care.outcome(hers.uuid, "no", "2026-02-21")
    second = care.outcome(hers.uuid, "yes", base=2, closed="yes")
    care.outcome(hers.uuid, "yes", base=2, closed="no", deprecated_id=second)
    assert hers.said == WENT | {"status": "open"}
    with care.database.transaction() as db:
        for one in db.scalars(select(Submission).where(Submission.instance_id.in_((first, second)))):
            one.deleted_at = MORNING
            derive_again(db, one.id, "consent", MORNING)
    assert hers.said == NOTHING
    assert not hers.state().startswith("done")


def test_a_correction_that_names_another_referral_opens_the_first_again(care: Care, hers: Referred) -> None:
    other = Referred(care)
    sent = care.outcome(hers.uuid, "yes", closed="yes")
    care.outcome(other.uuid, "yes", closed="yes", deprecated_id=sent)
    assert (hers.said, other.said) == (NOTHING, WENT)
    assert other.state() == "done_on_time" and not hers.state().startswith("done")


def test_what_her_no_seals_says_nothing_in_the_list_any_more(care: Care, hers: Referred) -> None:
    sent = care.outcome(hers.uuid, "yes", closed="yes")
    care.withdraw(hers.woman, "2026-02-21")
    assert care.seal_of(sent) == "no_consent"
    assert hers.said == NOTHING or hers.entity.deleted_at is not None


def test_it_goes_with_the_check_that_a_correction_gives_to_another_woman(care: Care, hers: Referred) -> None:
    meant, pregnancy = a_uuid(), a_uuid()
    care.register(meant)
    care.pregnancy(meant, pregnancy)
    sent = care.outcome(hers.uuid, "yes", closed="yes")
    given = {"pregnancy": pregnancy, "visit_date": "2026-02-20", "still_pregnant": "ongoing", "refer": "yes"}
    care.post("antenatal_check", given, deprecated_id=hers.check)
    assert [one.subject for one in care.rows(CareEvent) if one.form_id == F13] == [meant]
    assert (hers.entity.about, hers.said, care.seal_of(sent)) == (meant, WENT, None)


def test_her_copy_has_it_and_who_asks_to_be_removed_leaves_none_of_it(care: Care, hers: Referred, clock: Clock) -> None:
    sent = care.outcome(hers.uuid, "no", barrier="fear", closed="yes")
    with care.database.transaction() as db:
        plan, project = plan_erasure(db, care.project_id, hers.woman), db.get_one(Project, care.project_id)
        assert "fear" in as_json(collect(db, project, hers.woman, MORNING)).decode()
        erase_person(db, plan, None, MORNING)
    assert care.seal_of(sent) == "erased" and care.entity(hers.uuid) is None
    late = care.outcome(hers.uuid, "yes", "2026-02-25")
    assert care.seal_of(late) == "erased"
    with care.database.reading() as db:
        lists = select(Dataset.id).where(Dataset.name == REFERRALS)
        assert db.scalars(select(Entity).where(Entity.dataset_id.in_(lists))).all() == []
