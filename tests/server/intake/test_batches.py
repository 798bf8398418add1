"""Many records at a time: what was ticked or what fits, once, in pieces, and back again; never beyond the scope."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.config import Config
from server.db import Database
from server.errors import NotFound, UnexpectedValue
from server.intake import batches
from server.intake.batches import Decision, begin_batch, can_undo, get_batch, list_idle, stop_batch, undo_batch, work_on
from server.intake.review import set_review_state
from server.intake.wanted import Asked, Wanted
from server.jobs import finish_batches
from server.models import Audit, Project, ReviewAssignment, ReviewBatch, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record

LATER = MORNING + timedelta(minutes=2)


def scope_in(project_id: int) -> Scope:
    return Scope(project_id, everything=True, health=True, withheld=frozenset())


@pytest.fixture
def seven(phone: Client, project_id: int) -> int:
    """Seven records, the even ones red; how many there are."""
    for number in range(1, 8):
        phone.send(project_id, a_record(note="blue" if number % 2 else "red"))
    return 7


def begin(
    db: Session, project_id: int, by: int, what: str, chosen: Wanted | list[int], to: int | None = None
) -> ReviewBatch:
    return begin_batch(
        db, db.get_one(Project, project_id), scope_in(project_id), Decision(what, to), chosen, by, MORNING
    )


def states(db: Session) -> list[str | None]:
    return list(db.scalars(select(Submission.review_state).order_by(Submission.id)))


def test_what_fits_the_filter_is_approved_and_nothing_else(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    red = Wanted(form="visit", answers=(Asked("/note", "red"),))
    with database.transaction() as db:
        progress = work_on(db, begin(db, project_id, cast["bob"], "approved", red), MORNING)
        assert (progress.total, progress.done, progress.left, progress.waits) == (3, 3, 0, 0)
        assert progress.batch.ended_at == MORNING
        assert [n for n, state in enumerate(states(db), start=1) if state == "approved"] == [2, 4, 6]
        told = db.scalars(select(Audit.submission_id).where(Audit.action == "submission.update")).all()
        assert sorted(filter(None, told)) == [2, 4, 6]


def test_what_is_ticked_is_done_and_what_is_so_already_is_not_counted(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        set_review_state(db, db.get_one(Submission, 1), "rejected", cast["bob"], MORNING)
        progress = work_on(db, begin(db, project_id, cast["bob"], "rejected", [1, 2, 10**6]), MORNING)
        assert (progress.total, progress.done) == (1, 1)
        assert states(db)[:3] == ["rejected", "rejected", None]


def test_a_record_outside_the_scope_is_in_no_batch(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        elsewhere = Scope(project_id, everything=False, village_ids=frozenset({10**6}))
        project = db.get_one(Project, project_id)
        for chosen in ([1, 2], Wanted()):
            batch = begin_batch(db, project, elsewhere, Decision("approved"), chosen, cast["bob"], MORNING)
            assert work_on(db, batch, MORNING).total == 0
        assert set(states(db)) == {None}


def test_it_goes_on_in_pieces_and_leaves_what_a_colleague_decided_meanwhile(
    seven: int, project_id: int, cast: dict[str, int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 3)
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], "approved", Wanted())
        assert work_on(db, batch, MORNING).waits == 4
        set_review_state(db, db.get_one(Submission, 5), "rejected", cast["alice"], MORNING)
        db.get_one(Submission, 6).deleted_at = MORNING
        work_on(db, batch, MORNING)
        progress = work_on(db, batch, MORNING)
        assert (progress.done, progress.left, progress.waits) == (5, 2, 0)
        assert states(db)[4] == "rejected" and states(db)[5] is None


def test_all_of_it_is_taken_back_but_what_changed_since(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        set_review_state(db, db.get_one(Submission, 1), "hasIssues", cast["bob"], MORNING)
        batch = begin(db, project_id, cast["bob"], "approved", Wanted())
        work_on(db, batch, MORNING)
        set_review_state(db, db.get_one(Submission, 3), "rejected", cast["alice"], MORNING)
        back = undo_batch(db, scope_in(project_id), batch, cast["bob"], LATER)
        progress = work_on(db, back, LATER)
        assert (progress.done, progress.left) == (6, 1)
        assert states(db) == ["hasIssues", None, "rejected", None, None, None, None]
        assert not can_undo(db, back, LATER) and not can_undo(db, batch, LATER)
        with pytest.raises(UnexpectedValue):
            undo_batch(db, scope_in(project_id), batch, cast["bob"], LATER)


def test_taking_back_half_way_stops_the_rest(
    seven: int, project_id: int, cast: dict[str, int], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 3)
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], "approved", Wanted())
        work_on(db, batch, MORNING)
        work_on(db, undo_batch(db, scope_in(project_id), batch, cast["bob"], LATER), LATER)
        assert set(states(db)) == {None}
        assert work_on(db, batch, LATER).done == 3, "what was left stays left"
        assert set(states(db)) == {None}


def test_after_thirty_days_nothing_is_taken_back(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], "approved", [1])
        work_on(db, batch, MORNING)
        assert can_undo(db, batch, MORNING + timedelta(days=30))
        assert not can_undo(db, batch, MORNING + timedelta(days=30, seconds=1))


def test_records_are_given_to_somebody_and_back(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        to_bob = begin(db, project_id, cast["bob"], "assign", [1, 2], to=cast["bob"])
        assert work_on(db, to_bob, MORNING).done == 2
        assert dict(db.execute(select(ReviewAssignment.submission_id, ReviewAssignment.actor_id)).all()) == {
            1: cast["bob"],
            2: cast["bob"],
        }
        again = begin(db, project_id, cast["bob"], "assign", [1, 3], to=cast["bob"])
        assert work_on(db, again, MORNING).total == 1, "record 1 waits for him already"
        work_on(db, undo_batch(db, scope_in(project_id), to_bob, cast["bob"], LATER), LATER)
        assert list(db.scalars(select(ReviewAssignment.submission_id))) == [3]


@pytest.mark.parametrize(("what", "to"), [("perfect", None), ("edited", None), ("assign", 10**6)])
def test_what_cannot_be_done_is_refused_and_leaves_no_batch(
    seven: int, project_id: int, cast: dict[str, int], database: Database, what: str, to: int | None
) -> None:
    with database.transaction() as db:
        with pytest.raises(UnexpectedValue):
            begin(db, project_id, cast["bob"], what, [1], to)
        assert db.scalar(select(func.count()).select_from(ReviewBatch)) == 0


def test_a_batch_is_its_maker_s_own(seven: int, project_id: int, cast: dict[str, int], database: Database) -> None:
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], "approved", [1])
        assert get_batch(db, project_id, batch.id, cast["bob"]) is batch
        for project, person in ((project_id, cast["alice"]), (project_id + 1, cast["bob"])):
            with pytest.raises(NotFound):
                get_batch(db, project, batch.id, person)


def test_the_timetable_goes_on_with_what_a_page_left(
    seven: int,
    project_id: int,
    cast: dict[str, int],
    database: Database,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 3)
    with database.transaction() as db:
        work_on(db, begin(db, project_id, cast["bob"], "approved", Wanted()), MORNING)
        stopped = begin(db, project_id, cast["bob"], "rejected", [7])
        stop_batch(db, stopped, MORNING)
        assert list_idle(db, MORNING) == []
    assert finish_batches(database, config, LATER) == 1
    with database.transaction() as db:
        assert set(states(db)) == {"approved"}
        assert list_idle(db, LATER + timedelta(days=1)) == []
        assert db.execute(update(ReviewBatch).where(ReviewBatch.ended_at.is_(None)).values(what="x")).rowcount == 0


def test_nothing_is_taken_back_where_the_right_was_taken_away_since(
    seven: int, project_id: int, cast: dict[str, int], database: Database
) -> None:
    with database.transaction() as db:
        batch = begin(db, project_id, cast["bob"], "approved", [1, 2])
        work_on(db, batch, MORNING)
        elsewhere = Scope(project_id, everything=False, village_ids=frozenset({10**6}))
        assert work_on(db, undo_batch(db, elsewhere, batch, cast["bob"], LATER), LATER).total == 0
        assert states(db)[:2] == ["approved", "approved"]
