"""Acts of people on a visit: what they do to it, how far they may go, and that undoing one leaves nothing of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.people import create_user
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.followups.acting import Doer, Wish, act_on, confirm_act, undo_act
from server.followups.recalculate import recalculate
from server.models import Audit, FollowUp, FollowUpAct, Project
from tests.server.followups.samples import at_noon, day
from tests.server.followups.staff import MORNING, PASSWORD
from tests.server.followups.told import F4, checked, pass_days, registered, rows_by_rule, states, tell, work_out

WORKER, DOCTOR = Doer(0), Doer(0, is_clinician=True, is_supervisor=True)


class Desk:
    """A woman who registered a pregnancy; her first check opens 2026-10-20, is due 2026-11-24 and closes 2026-11-30."""

    def __init__(self, db: Session, town: Project) -> None:
        self.db, self.town = db, town
        self.people = [
            create_user(db, f"{name}@town.test", PASSWORD, name, by=None, now=MORNING) for name in ("w", "d", "x")
        ]
        registered(db, town, "2026-10-20", "2026-09-01")
        work_out(db, town, "2026-10-20")

    def doer(self, given: Doer, who: int = 0) -> Doer:
        return replace(given, actor_id=self.people[who].actor_id)

    def row(self, rule: str = "ANC1") -> FollowUp:
        return rows_by_rule(self.db)[rule]

    def act(self, on: str, kind: str, reason: str = "", given: Doer = WORKER, rule: str = "ANC1", **more: Any) -> Any:
        days = {"day": day(more.pop("day"))} if "day" in more else {}
        wish = Wish(kind, reason or kind, **days, **more)
        who = 1 if given.is_clinician else 0
        work_out(self.db, self.town, on)
        return act_on(self.db, self.doer(given, who), self.town, self.row(rule), wish, at_noon(on))

    def undo(self, act: FollowUpAct, now: datetime, given: Doer = WORKER, who: int = 0) -> None:
        undo_act(self.db, self.doer(given, who), self.town, self.row(), act.id, now)


@pytest.fixture
def desk(db: Session, woman: Project) -> Desk:
    return Desk(db, woman)


def test_it_is_put_off_stays_what_it_is_and_comes_back_by_itself(db: Session, desk: Desk) -> None:
    desk.act("2026-11-24", "snooze", "not_home", day="2026-11-28")
    row = desk.row()
    assert (row.state, row.snoozed_until, row.look_on) == ("due", day("2026-11-28"), day("2026-11-28"))
    pass_days(db, "2026-11-28")
    assert (row.state, row.snoozed_until) == ("due", None)


@pytest.mark.parametrize(
    ("on", "reason", "given", "latest"),
    [
        # Nothing is urgent before its last day, 2026-11-30; from 12-01 it is amber and overdue, from 12-07 red.
        ("2026-10-20", "not_home", WORKER, "2026-11-03"),
        ("2026-11-24", "not_home", WORKER, "2026-11-30"),
        ("2026-11-29", "not_home", WORKER, "2026-11-30"),
        ("2026-11-30", "not_home", WORKER, None),
        ("2026-11-30", "asked_later", WORKER, "2026-12-14"),
        ("2026-12-01", "weather_road", WORKER, None),
        ("2026-12-01", "asked_later", WORKER, "2026-12-15"),
        ("2026-12-07", "asked_later", WORKER, None),
        ("2026-12-07", "asked_later", DOCTOR, "2026-12-21"),
        ("2026-12-01", "not_home", DOCTOR, "2026-12-15"),
    ],
)
def test_until_when_it_may_be_put_off(desk: Desk, on: str, reason: str, given: Doer, latest: str | None) -> None:
    too_late = (day(latest) if latest else day(on)) + timedelta(days=1)
    with pytest.raises(UnexpectedValue):
        desk.act(on, "snooze", reason, given, day=too_late.isoformat())
    with pytest.raises(UnexpectedValue):
        desk.act(on, "snooze", reason, given, day=on)
    if latest:
        desk.act(on, "snooze", reason, given, day=latest)
        assert desk.row().snoozed_until == day(latest)


def test_it_is_put_off_twice_and_not_a_third_time(desk: Desk) -> None:
    first = desk.act("2026-10-20", "snooze", "not_home", day="2026-10-25")
    desk.act("2026-10-26", "snooze", "out_of_stock", day="2026-11-01")
    with pytest.raises(UnexpectedValue, match="twice"):
        desk.act("2026-11-02", "snooze", "not_home", given=DOCTOR, day="2026-11-05")
    desk.undo(first, at_noon("2026-11-02"), DOCTOR, 1)
    desk.act("2026-11-02", "snooze", "not_home", day="2026-11-05")


def test_medic_cht_core_2013_a_task_is_silenced_with_a_reason_and_told_of_no_more(db: Session, desk: Desk) -> None:
    desk.act("2026-11-24", "declined")
    row = desk.row()
    assert (row.state, row.ended, row.answered_on, row.severity) == ("declined", True, day("2026-11-24"), "info")
    pass_days(db, "2027-03-01")
    assert desk.row().state == "declined"
    assert "ANC2" in rows_by_rule(db) and rows_by_rule(db)["ANC2"].state != "declined"


def test_done_elsewhere_has_its_day_and_none_of_tomorrow(desk: Desk) -> None:
    for wrong in ("2026-10-19", "2026-11-25"):
        with pytest.raises(UnexpectedValue):
            desk.act("2026-11-24", "done_elsewhere", day=wrong, rule="ANC2" if wrong < "2026-11" else "ANC1")
    desk.act("2026-11-24", "done_elsewhere", day="2026-11-20", place="clinic-1")
    assert (desk.row().state, desk.row().answered_on) == ("done_elsewhere", day("2026-11-20"))


def test_who_wants_nothing_of_this_kind_is_asked_for_none_of_it_in_this_pregnancy(db: Session, desk: Desk) -> None:
    desk.act("2026-11-24", "declined", "never_again")
    found = states(db)
    assert found.pop("ANC1") == "declined"
    assert found == {
        **dict.fromkeys(("ANC2", "ANC3", "ANC4", "ANC5"), "superseded asked_to_stop"),
        **dict.fromkeys(("ANC6", "PPFP"), "scheduled"),
    }


def test_a_wrong_record_is_asked_for_no_more_while_somebody_says_so(db: Session, desk: Desk) -> None:
    before = states(db)
    act = desk.act("2026-10-20", "wrong_record")
    assert states(db)["ANC1"] == "superseded wrong_record"
    with pytest.raises(Forbidden):
        confirm_act(db, desk.doer(WORKER), desk.town, desk.row(), act.id, at_noon("2026-10-21"))
    confirm_act(db, desk.doer(DOCTOR, 1), desk.town, desk.row(), act.id, at_noon("2026-10-21"))
    with pytest.raises(NotFound):
        confirm_act(db, desk.doer(DOCTOR, 1), desk.town, desk.row(), act.id, at_noon("2026-10-21"))
    desk.undo(act, at_noon("2026-11-20"), DOCTOR, 1)
    work_out(db, desk.town, "2026-10-20")
    assert states(db) == before


def test_a_danger_sign_is_closed_by_a_clinician_alone(db: Session, desk: Desk) -> None:
    tell(db, desk.town, F4, "2026-11-02", still_pregnant="ongoing", done_by="worker", danger="fever")
    work_out(db, desk.town, "2026-11-02")
    for kind in ("declined", "not_wanted", "wrong_record"):
        with pytest.raises(Forbidden):
            desk.act("2026-11-02", kind, rule="ANC-D")
    with pytest.raises(UnexpectedValue):
        desk.act("2026-11-02", "declined", "never_again", DOCTOR, "ANC-D")
    desk.act("2026-11-02", "declined", given=DOCTOR, rule="ANC-D")
    assert desk.row("ANC-D").state == "declined"


def test_it_is_taken_back_for_a_day_by_who_did_it_and_then_by_a_supervisor(desk: Desk) -> None:
    now = at_noon("2026-11-24")
    act = desk.act("2026-11-24", "declined")
    with pytest.raises(Forbidden):
        desk.undo(act, now, who=2)
    with pytest.raises(Forbidden):
        desk.undo(act, now + timedelta(hours=24, minutes=1))
    desk.undo(act, now + timedelta(hours=24))
    assert (desk.row().state, desk.row().answered_on) == ("due", None)
    with pytest.raises(NotFound):
        desk.undo(act, now)


def test_what_is_over_already_is_not_acted_on(db: Session, desk: Desk) -> None:
    checked(db, desk.town, "2026-11-01")
    with pytest.raises(UnexpectedValue, match="wait"):
        desk.act("2026-11-02", "declined")
    assert list(db.scalars(select(FollowUpAct))) == []


def test_the_audit_holds_ids_and_no_reason(db: Session, desk: Desk) -> None:
    act = desk.act("2026-11-24", "declined", "never_again", note="she is at her mother's")
    [row] = db.scalars(select(Audit).where(Audit.action == "followup.update.close"))
    assert row.details == {"followUpActId": act.id}
    db.expire(act)
    assert act.note == "she is at her mother's"


def test_commcare_fhircore_1511_an_overdue_visit_can_still_be_done(db: Session, desk: Desk) -> None:
    work_out(db, desk.town, "2026-12-20")
    assert desk.row().state == "overdue"
    checked(db, desk.town, "2026-12-20")
    work_out(db, desk.town, "2026-12-20")
    assert desk.row().state == "done_late"


def test_avni_client_1876_after_a_cancelled_visit_the_next_one_has_the_day_that_the_weeks_give(
    db: Session, desk: Desk
) -> None:
    days = (rows_by_rule(db)["ANC2"].opens_on, rows_by_rule(db)["ANC2"].due_on, rows_by_rule(db)["ANC2"].closes_on)
    desk.act("2026-11-24", "declined")
    pass_days(db, "2026-12-22")
    row = rows_by_rule(db)["ANC2"]
    assert (row.state, (row.opens_on, row.due_on, row.closes_on)) == ("open", days)
    assert days == (day("2026-12-22"), day("2027-01-05"), day("2027-01-25"))


def test_medic_cht_core_5657_its_history_tells_who_ended_it_and_why(db: Session, desk: Desk) -> None:
    act = desk.act("2026-11-24", "not_wanted")
    assert desk.row().answered_by == act.event
    assert (act.reason, act.by_id, act.on_day) == ("not_wanted", desk.people[0].actor_id, day("2026-11-24"))
    recalculate(db, desk.town, "women", "w1", date(2026, 12, 1), at_noon("2026-12-01"))
    assert desk.row().answered_by == act.event


def everything(db: Session) -> list[dict[str, object]]:
    """Of every row all but the instant and the day of its last change."""
    rows = db.scalars(select(FollowUp).order_by(FollowUp.key))
    names = [column.key for column in FollowUp.__table__.columns if column.key not in ("changed_at", "stands_on")]
    return [{name: getattr(row, name) for name in names} for row in rows]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("snooze", {"reason": "not_home", "day": "2026-11-28"}),
        ("done_elsewhere", {"day": "2026-11-20"}),
        ("declined", {}),
        ("declined", {"reason": "never_again"}),
        ("not_wanted", {}),
        ("wrong_record", {}),
    ],
)
def test_an_act_and_its_undoing_leave_every_byte_as_it_was(
    db: Session, desk: Desk, kind: str, more: dict[str, str]
) -> None:
    work_out(db, desk.town, "2026-11-24")
    before = everything(db)
    act = desk.act("2026-11-24", kind, **more)
    during = everything(db)
    assert during != before
    work_out(db, desk.town, "2026-11-24")
    assert everything(db) == during, "working it out again keeps the act"
    desk.undo(act, at_noon("2026-11-24"))
    assert everything(db) == before


@pytest.mark.parametrize("rule", ["ANC1", "ANC2", "ANC4", "ANC5"])
@pytest.mark.parametrize("at", ["opens_on", "due_on", "closes_on", "after"])
@pytest.mark.parametrize(("kind", "state"), [("declined", "declined"), ("done_elsewhere", "done_elsewhere")])
def test_each_contact_is_closed_on_its_first_day_its_target_day_its_last_and_the_day_after(
    db: Session, desk: Desk, rule: str, at: str, kind: str, state: str
) -> None:
    row = desk.row(rule)
    on = row.closes_on + timedelta(days=1) if at == "after" else getattr(row, at)
    days = {"day": on.isoformat()} if kind == "done_elsewhere" else {}
    desk.act(on.isoformat(), kind, rule=rule, **days)
    assert (desk.row(rule).state, desk.row(rule).answered_on) == (state, on)
    pass_days(db, (on + timedelta(days=60)).isoformat())
    assert desk.row(rule).state == state
