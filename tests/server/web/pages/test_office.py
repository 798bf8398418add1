"""What the office is asked for: shown to the trainer and the town's lead, noted by whose it is, and taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.models import Audit, OfficeAct, Project
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import HTML, text_of
from tests.server.web.pages.women import CareTown, main_of

PAGE = "/office"
SESSION = {"rule": "TRN-Q", "period": "2026-01-01", "day": "2026-02-03"}
PAPERS = {"rule": "MTG", "period": "2026-02-01", "day": "2026-02-28"}


class OfficeTown(CareTown):
    """Also tess, who trains; the town has been there for a year."""

    def make(self, db):
        project_id = super().make(db)
        project = db.get_one(Project, project_id)
        project.created_at = MORNING - timedelta(days=365)
        by = Caller(actor_id=self.actor_id(db, "ada"), type="user")
        tess = create_user(db, "tess@example.test", PASSWORD, "tess", by.actor_id, MORNING)
        assign(db, by, roles.BY_SYSTEM["trainer"], tess.actor_id, MORNING, project, None)
        set_villages(db, by, project, tess.actor_id, None, MORNING)
        return project_id

    def acts(self):
        with self.database.reading() as db:
            rows = db.scalars(select(OfficeAct).order_by(OfficeAct.id))
            return [(one.rule, str(one.period), str(one.on_day), one.undone_at is None) for one in rows]

    def told(self):
        with self.database.reading() as db:
            rows = db.scalars(select(Audit).where(Audit.action.startswith("office.")).order_by(Audit.id))
            return [(one.action, one.details) for one in rows]

    def undo_last(self):
        with self.database.reading() as db:
            return f"{PAGE}/{db.scalars(select(OfficeAct.id).order_by(OfficeAct.id.desc())).first()}/undo"

    def begun_on(self, moment):
        with self.database.transaction() as db:
            db.get_one(Project, self.project_id).created_at = moment


@pytest.fixture
def town(paged, database):
    return OfficeTown(paged, database)


def test_the_trainer_is_asked_for_two_sessions_and_sees_why(town, browse):
    words = text_of(browse("tess").see(PAGE))
    assert "一个季度的培训 2026 年第 1 季度" in words and "还有 2 次，共 2 次" in words
    assert "2月15日（周日） 本季度中间那个月的 15 号那天" in words
    assert "TRN-Q, 第 1 版 没有签字" in words and "[C] Town work plan" in words


def test_two_sessions_that_were_held_end_it(town, browse):
    tess = browse("tess")
    tess.see(PAGE)
    assert tess.send(PAGE, SESSION).status_code == 303
    assert "还有 1 次，共 2 次" in text_of(tess.see(PAGE))
    tess.send(PAGE, {**SESSION, "day": "2026-03-02"})
    assert 'name="period" value="2026-01-01"' not in main_of(tess.see(PAGE))
    days = ("2026-02-03", "2026-03-02")
    assert town.acts() == [("TRN-Q", "2026-01-01", day, True) for day in days]
    expected = [{"rule": "TRN-Q", "period": "2026-01-01", "day": day} for day in days]
    assert town.told() == [("office.update.done", one) for one in expected]


def test_what_was_noted_is_taken_back_and_asked_for_again(town, browse):
    lea = browse("lea")
    assert "月例会的材料 2026-02" in text_of(lea.see(PAGE))
    lea.send(PAGE, PAPERS)
    assert "/undo" in main_of(lea.see(PAGE)) and 'value="MTG"' not in main_of(lea.see(PAGE))
    assert lea.send(town.undo_last()).status_code == 303
    assert 'value="MTG"' in main_of(lea.see(PAGE))
    assert "lea 在" in text_of(lea.see(PAGE))
    assert town.acts() == [("MTG", "2026-02-01", "2026-02-28", False)]
    assert [action for action, _ in town.told()] == ["office.update.done", "office.update.undo"]
    assert lea.send(town.undo_last()).status_code == 404, "it was taken back already"
    lea.send(PAGE, PAPERS)
    assert town.acts()[1:] == [("MTG", "2026-02-01", "2026-02-28", True)]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"day": ""}, 400),
        ({"day": "2026-02-30"}, 400),
        ({"day": "2026-03-03"}, 400),  # to come
        ({"day": "2025-12-31"}, 400),  # before the quarter
        ({"period": "2026-02-01"}, 404),
        ({"period": "2025-07-01"}, 404),  # over
        ({"rule": "TRN-RT"}, 404),
        ({"rule": "MTG", "period": "2026-03-01"}, 404),  # not yet
        ({"rule": "MTG", "period": "2026-02-01", "day": "2026-02-28"}, 403),  # the lead's
    ],
)
def test_what_is_not_asked_for_is_not_noted(town, browse, changed, status):
    tess = browse("tess")
    tess.see(PAGE)
    assert tess.send(PAGE, {**SESSION, **changed}).status_code == status
    assert town.acts() == []


def test_one_session_that_is_sent_twice_counts_once(town, browse):
    tess = browse("tess")
    tess.see(PAGE)
    assert [tess.send(PAGE, SESSION).status_code for _ in range(2)] == [303, 400]
    assert len(town.acts()) == 1


def test_the_lead_sees_the_sessions_and_leaves_them_to_the_trainer(town, browse):
    lea, tess = browse("lea"), browse("tess")
    assert "由谁来记：培训员" in text_of(lea.see(PAGE)) and 'value="TRN-Q"' not in main_of(lea.see(PAGE))
    assert lea.send(PAGE, SESSION).status_code == 403
    tess.see(PAGE)
    tess.send(PAGE, SESSION)
    assert "/undo" not in main_of(lea.see(PAGE))
    assert lea.send(town.undo_last()).status_code == 403


@pytest.mark.parametrize("who", ["ada", "wang", "rita"])
def test_nobody_else_has_such_a_page(town, browse, who):
    other = browse(who)
    assert other.client.get(PAGE, headers=HTML).status_code == 403
    assert other.send(PAGE, SESSION).status_code == 403
    assert 'href="/office"' not in other.see("/me").get_data(as_text=True)


def test_the_way_there_stands_under_more(town, browse):
    for who in ("lea", "tess"):
        assert 'href="/office"' in main_of(browse(who).see("/me"))


def test_a_town_is_not_asked_for_what_was_before_it_began(town, browse):
    tess = browse("tess")
    assert 'value="2025-10-01"' in main_of(tess.see(PAGE))
    town.begun_on(MORNING)
    words = main_of(tess.see(PAGE))
    assert 'value="2025-10-01"' not in words and 'value="2026-01-01"' in words


def test_another_town_s_act_is_none(town, browse, database):
    tess = browse("tess")
    tess.see(PAGE)
    tess.send(PAGE, SESSION)
    with database.transaction() as db:
        other = Project(name="柳河镇", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        db.query(OfficeAct).update({"project_id": other.id})
    assert tess.send(town.undo_last()).status_code == 404


def test_the_page_asks_as_many_questions_for_many_acts_as_for_one(town, browse, count_queries):
    tess = browse("tess")
    tess.see(PAGE)
    tess.send(PAGE, {**SESSION, "period": "2025-10-01", "day": "2025-11-03"})
    tess.see(PAGE)
    with count_queries() as one:
        tess.see(PAGE)
    for day in ("2026-01-05", "2026-01-06"):
        tess.send(PAGE, {**SESSION, "day": day})
    tess.see(PAGE)
    with count_queries() as many:
        tess.see(PAGE)
    assert len(town.acts()) == 3 and len(one) == len(many)


def test_both_languages_are_whole(town, browse):
    words = text_of(browse("tess", "en").see(PAGE))
    assert "Training sessions of a quarter Quarter 1 of 2026" in words and "Still to come: 2 of 2" in words
    assert "the 15th of the quarter's second month" in words
