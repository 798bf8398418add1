"""Giving a visit to a colleague by its page: who is offered, whose list it stands on then, and that her choice wins."""

from datetime import date

import pytest

from server.models import Audit, HandOver, Project, User, Woman
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.test_visit_acts import VisitTown


class GivingTown(VisitTown):
    """Also mei, who works in village 1 as wang does."""

    def make(self, db):
        project_id = super().make(db)
        self.hire(db, db.get_one(Project, project_id), "mei", "village_worker")
        return project_id

    def who(self, name):
        with self.database.reading() as db:
            return self.actor_id(db, name)

    def away(self, name, first, last):
        with self.database.transaction() as db:
            people = {
                "from_id": self.actor_id(db, name),
                "to_id": self.actor_id(db, "wang"),
                "given_by_id": self.actor_id(db, "ada"),
            }
            days = {"from_day": first, "until_day": last, "given_at": MORNING}
            db.add(HandOver(project_id=self.project_id, care_role="village_worker", note="x", **people, **days))

    def gift(self, **changes):
        return {"to": self.who("mei"), "reason": "workload", "until_day": "2026-03-09", "note": "", **changes}


@pytest.fixture
def town(paged, database):
    return GivingTown(paged, database)


def today_of(browse, name):
    return text_of(browse(name).see("/m"))


def test_it_leaves_one_list_and_stands_on_the_other_until_its_last_day(town, browse, clock):
    town.tell()
    assert all("W-w1" in today_of(browse, name) for name in ("wang", "mei"))
    wang = browse("wang")
    page = text_of(wang.see(f"{town.href()}/give"))
    assert "mei 到期 2 件" in page and "nia" not in page
    assert wang.send(f"{town.href()}/give", town.gift(note="她下午在家")).status_code == 303
    assert "W-w1" not in today_of(browse, "wang") and "W-w2" in today_of(browse, "wang")
    assert "W-w1" in today_of(browse, "mei")
    read = text_of(browse("mei").see(town.href()))
    assert "改派给 mei，到 3月9日（周一） 为止" in read and "她下午在家" in read
    assert "改派给 mei" in text_of(browse("wang").see(town.href())), "its history stays with whoever cares for her"
    clock.forward(days=8)
    assert "W-w1" in today_of(browse, "wang"), "on the day after, before the daily step has run"


def test_taking_it_back_brings_it_back(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/give")
    wang.send(f"{town.href()}/give", town.gift())
    wang.send(f"{town.href()}/acts/{town.acts()[0].id}/undo")
    assert "W-w1" in today_of(browse, "wang")


def test_her_choice_of_a_worker_wins(town, browse):
    town.tell(assigned_worker=str(town.who("wang")))
    wang = browse("wang")
    assert "她自己选了谁来" in text_of(wang.see(f"{town.href()}/give"))
    assert wang.send(f"{town.href()}/give", town.gift()).status_code == 400
    assert town.acts() == []


def test_who_chooses_afterwards_is_visited_by_whom_she_chose(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/give")
    wang.send(f"{town.href()}/give", town.gift())
    with town.database.transaction() as db:
        db.query(Woman).filter_by(uuid="w1").update({"assigned_worker": str(town.actor_id(db, "wang"))})
    assert "W-w1" in today_of(browse, "wang") and "W-w1" not in today_of(browse, "mei")


def test_nobody_who_is_away_is_offered_and_her_days_are_shown(town, browse):
    town.tell()
    town.away("mei", date(2026, 3, 4), date(2026, 3, 6))
    wang = browse("wang")
    page = wang.see(f"{town.href()}/give")
    assert "3月4日 – 3月6日 不在" in text_of(page)
    assert wang.send(f"{town.href()}/give", town.gift()).status_code == 400
    assert wang.send(f"{town.href()}/give", town.gift(until_day="2026-03-03")).status_code == 303


def test_nobody_gets_what_is_not_of_her_village(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/give")
    for to in (town.who("nia"), town.who("lin"), 999_999_999):
        assert wang.send(f"{town.href()}/give", town.gift(to=to)).status_code == 400
    for until in ("2026-03-01", "2026-06-03"):
        assert wang.send(f"{town.href()}/give", town.gift(until_day=until)).status_code == 400
    assert town.acts() == []


def test_when_the_receiver_loses_the_village_it_is_everybody_s_again(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/give")
    wang.send(f"{town.href()}/give", town.gift())
    with town.database.transaction() as db:
        db.query(User).filter_by(email="mei@example.test").update({"disabled_at": MORNING})
    assert "W-w1" in today_of(browse, "wang")


def test_over_the_town_s_cap_a_doctor_gives_and_a_worker_does_not(town, browse):
    town.tell()
    lea = browse("lea")
    assert "工作量上限" in text_of(lea.see("/follow-ups/give"))
    for cap, status in (("19", 400), ("201", 400), ("x", 400), ("30", 303)):
        assert lea.send("/follow-ups/give/cap", {"cap": cap}).status_code == status
    with town.database.transaction() as db:
        assert town.project(db).workload_cap == 30
        town.project(db).workload_cap = 2
    wang, lin = browse("wang"), browse("lin")
    assert "已到上限 2 件" in text_of(wang.see(f"{town.href()}/give"))
    answer = wang.send(f"{town.href()}/give", town.gift())
    assert answer.status_code == 403 and "mei 手上有 2 件到期随访" in text_of(answer)
    lin.see(f"{town.href()}/give")
    assert lin.send(f"{town.href()}/give", town.gift()).status_code == 303


def test_a_relative_s_visits_go_to_the_colleague_for_good(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/give")
    assert wang.send(f"{town.href()}/give", town.gift(reason="near_her", until_day="")).status_code == 303
    [act] = town.acts()
    assert (act.key, act.until_day) == ("", None)
    assert {town.row(rule).given_to_id for rule in ("ANC1", "ANC2", "ANC3")} == {town.who("mei")}
    assert town.row("ANC1", "w2").given_to_id is None


def test_the_lead_gives_what_waits_in_a_village(town, browse):
    town.tell()
    with town.database.transaction() as db:
        db.query(Woman).filter_by(uuid="w2").update({"assigned_worker": str(town.actor_id(db, "wang"))})
    lea = browse("lea")
    page = text_of(lea.see(f"/follow-ups/give?village={CODES[0]}"))
    assert "wang" in page and "mei" in page and "W-w1" not in page
    assert "到期 1 件" not in page and "到期 2 件" not in page, "a number beside a worker would count her women"
    assert "mei 到期 1 件" in text_of(browse("lin").see(f"/follow-ups/give?village={CODES[0]}"))
    sent = {**town.gift(reason="away"), "from": town.who("wang"), "village": CODES[0]}
    assert lea.send("/follow-ups/give", {**sent, "to": town.who("wang")}).status_code == 400
    assert lea.send("/follow-ups/give", {**sent, "village": "x"}).status_code == 404
    assert lea.send("/follow-ups/give", sent).status_code == 303
    assert "W-w1" in today_of(browse, "mei") and "W-w1" not in today_of(browse, "wang")
    assert "W-w2" in today_of(browse, "wang"), "she chose wang"
    with town.database.reading() as db:
        row = db.query(Audit).filter_by(action="followup.update.give").one()
        assert set(row.details) == {"from", "village", "untilDay"} and row.actee_actor_id == town.actor_id(db, "mei")
    for name in ("wang", "rita"):
        assert browse(name).see("/follow-ups/give").status_code == 403
