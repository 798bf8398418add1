"""Later, done elsewhere, not needed: by their pages, for who may and who may not."""

from datetime import date

import pytest
from sqlalchemy import select

from server.followups.queries import due_for_villages
from server.followups.recalculate import recalculate
from server.models import FollowUp, FollowUpAct, Project, Woman
from tests.conftest import MORNING
from tests.server.followups import told
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import DAY, HEALTH, TODAY, CareTown, main_of


class VisitTown(CareTown):
    """Two women of village 1, w1 and w2: each with a first check that is due since yesterday and closes in six days."""

    def tell(self, *danger, today=TODAY, **woman):
        days = {"on": str(today - 29 * DAY), "last_period": str(today - 85 * DAY)}
        with self.database.transaction() as db:
            project = self.project(db)
            for uuid in ("w1", "w2"):
                told.a_woman(db, project, uuid, label=f"W-{uuid} 王*", **{"village_code": CODES[0], **woman})
                told.registered(db, project, **days, subject=uuid, episode=f"p-{uuid}", event=f"r-{uuid}")
            if danger:
                about = {"subject": "w1", "episode": "p-w1", "event": "sign", "done_by": "worker"}
                told.checked(db, project, str(today), danger="fever", **about)
            self.work_out(db, today)

    def project(self, db):
        return db.get_one(Project, self.project_id)

    def work_out(self, db, on=TODAY):
        for uuid in ("w1", "w2"):
            recalculate(db, self.project(db), "women", uuid, on, MORNING)

    def row(self, rule="ANC1", subject="w1"):
        with self.database.reading() as db:
            return db.scalars(select(FollowUp).where(FollowUp.rule == rule, FollowUp.subject == subject)).one()

    def href(self, rule="ANC1", subject="w1"):
        return f"/follow-ups/{self.row(rule, subject).visit_key}"

    def acts(self):
        with self.database.reading() as db:
            return list(db.scalars(select(FollowUpAct).order_by(FollowUpAct.id)))


@pytest.fixture
def town(paged, database):
    return VisitTown(paged, database)


def test_it_is_put_off_by_its_form_and_stands_under_later(town, browse):
    town.tell()
    wang = browse("wang")
    form = text_of(wang.see(f"{town.href()}/later"))
    assert "不在家" in form and "最晚到 3月7日" in form
    answer = wang.send(f"{town.href()}/later", {"reason": "not_home", "day": "2026-03-05"})
    assert (answer.status_code, answer.location) == (303, "/m")
    today = text_of(wang.see("/m"))
    assert "以后再去 1 件" in today and "3月5日（周四） 回来" in today
    assert "W-w2" in today.partition("以后再去")[0] and "W-w1" not in today.partition("以后再去")[0]
    assert "改到 3月5日（周四） 再去 不在家 · wang" in text_of(wang.see(town.href()))


def test_only_days_that_are_offered_are_taken(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/later")
    for fields in (
        {"reason": "not_home", "day": "2026-03-08"},
        {"reason": "not_home", "day": "2026-03-02"},
        {"reason": "not_home", "day": "soon"},
        {"reason": "bored", "day": "2026-03-05"},
        {"day": "2026-03-05"},
    ):
        answer = wang.send(f"{town.href()}/later", fields)
        assert answer.status_code == 400 and "什么都没有改" in text_of(answer)
    assert town.acts() == []


def test_a_no_ends_it_and_nothing_asks_why(town, browse):
    town.tell()
    wang = browse("wang")
    page = text_of(wang.see(f"{town.href()}/close"))
    assert "她现在不需要" in page and "不问原因" in page and "哪里也不统计" in page
    answer = wang.send(f"{town.href()}/close", {"reason": "declined"})
    assert answer.status_code == 303
    assert "谢谢她" in text_of(wang.see("/m"))
    assert (town.row().state, town.row().ended) == ("declined", True)
    page = text_of(wang.see(town.href()))
    assert "她现在不需要 wang" in page and "今天不去" not in page
    for name in ("wang", "lin"):
        words = text_of(browse(name).see("/follow-ups/acts?kind=declined"))
        assert "W-w1" not in words and "没有改天的" in words, "there is no list of who said no"
    assert wang.send(f"{town.href()}/close", {"reason": "declined"}).status_code == 400


def test_done_elsewhere_takes_a_day_and_a_place(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/close")
    assert wang.send(f"{town.href()}/close", {"reason": "done_elsewhere", "day": "2026-03-03"}).status_code == 400
    fields = {"reason": "done_elsewhere", "day": "2026-02-27", "place": "nowhere"}
    assert wang.send(f"{town.href()}/close", fields).status_code == 303
    [act] = town.acts()
    assert (act.place, town.row().state, town.row().answered_on) == ("", "done_elsewhere", date(2026, 2, 27))
    assert "别处做过了：2月27日" in text_of(wang.see(town.href()))


def test_it_is_taken_back_from_the_sentence_or_from_the_page(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/close")
    wang.send(f"{town.href()}/close", {"reason": "not_wanted"})
    [act] = town.acts()
    undo = f"{town.href()}/acts/{act.id}/undo"
    assert undo in wang.see("/m").get_data(as_text=True)
    assert wang.send(undo).status_code == 303
    assert town.row().state == "due"
    assert wang.send(undo).status_code == 404
    assert "wang 已撤回" in text_of(wang.see(town.href()))


def test_after_a_day_a_doctor_takes_it_back_and_the_worker_does_not(town, browse, clock):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/close")
    wang.send(f"{town.href()}/close", {"reason": "not_wanted"})
    undo = f"{town.href()}/acts/{town.acts()[0].id}/undo"
    clock.forward(days=1, minutes=1)
    wang = browse("wang")
    assert undo not in wang.see(town.href()).get_data(as_text=True)
    assert wang.send(undo).status_code == 403
    lin = browse("lin")
    assert undo in lin.see(town.href()).get_data(as_text=True)
    assert lin.send(undo).status_code == 303


def test_a_danger_sign_is_closed_by_the_doctor_alone(town, browse):
    town.tell("fever")
    href = town.href("ANC-D")
    wang, lin = browse("wang"), browse("lin")
    assert "只有医生能结束" in text_of(wang.see(f"{href}/close"))
    assert wang.send(f"{href}/close", {"reason": "declined"}).status_code == 403
    page = text_of(lin.see(f"{href}/close"))
    assert "她现在不需要" in page and "不要这一类" not in page
    assert lin.send(f"{href}/close", {"reason": "never_again"}).status_code == 400
    assert lin.send(f"{href}/close", {"reason": "declined"}).status_code == 303


def test_a_wrong_record_waits_for_a_doctor_s_word_and_leads_her_to_the_record(town, browse):
    town.tell()
    wang, lin = browse("wang"), browse("lin")
    wang.see(f"{town.href()}/close")
    wang.send(f"{town.href()}/close", {"reason": "wrong_record", "note": "日期写错了"})
    assert (town.row().state, town.row().cause) == ("superseded", "wrong_record")
    [act] = town.acts()
    page = lin.see("/follow-ups/acts?kind=wrong_record")
    assert "这份记录有误" in text_of(page) and "日期写错了" in text_of(page)
    assert wang.send(f"{town.href()}/acts/{act.id}/confirm").status_code == 403
    lin.see(town.href())
    assert "/review/" in main_of(lin.see(town.href()))
    assert lin.send(f"{town.href()}/acts/{act.id}/confirm").status_code == 303
    assert "lin 已确认" in text_of(lin.see(town.href()))


def test_another_village_s_worker_and_who_goes_nowhere_find_nothing(town, browse):
    town.tell()
    for name, status in (("nia", 404), ("rita", 403), ("lea", 403)):
        who = browse(name)
        for part in ("later", "close", "give"):
            assert who.see(f"{town.href()}/{part}").status_code == status
            assert who.send(f"{town.href()}/{part}", {"reason": "declined"}).status_code == status


def test_without_her_consent_nothing_is_acted_on(town, browse):
    town.tell()
    with town.database.transaction() as db:
        db.query(Woman).update({"consent_until": date(2026, 3, 1)})
    assert browse("wang").see(f"{town.href()}/close").status_code == 404


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_no_form_of_a_worker_says_a_word_of_health(town, browse, language):
    town.tell()
    wang = browse("wang", language)
    for part in ("later", "close", "give"):
        assert HEALTH.findall(main_of(wang.see(f"{town.href()}/{part}"))) == []
    assert HEALTH.findall(main_of(wang.see("/follow-ups/acts"))) == []


def test_what_was_put_off_can_be_chosen_on_the_list_and_is_late_all_the_same(town, browse, clock):
    town.tell()
    lin = browse("lin")
    lin.see(f"{town.href()}/later")
    lin.send(f"{town.href()}/later", {"reason": "weather_road", "day": "2026-03-14"})
    with town.database.transaction() as db:
        town.work_out(db, date(2026, 3, 12))
    clock.forward(days=10)
    lin = browse("lin")
    words = text_of(lin.see("/follow-ups/list?later=only"))
    assert "1 件随访" in words or "W-w1" in words
    assert "超期（黄）；改到 3月14日" in words and "W-w2" not in words
    assert "W-w1" in text_of(lin.see("/follow-ups/list?state=overdue"))


def test_the_lead_reads_numbers_by_reason_and_no_line_of_anybody(town, browse):
    town.tell()
    wang = browse("wang")
    for subject in ("w1", "w2"):
        wang.see(f"{town.href(subject=subject)}/later")
        wang.send(f"{town.href(subject=subject)}/later", {"reason": "not_home", "day": "2026-03-05"})
    words = text_of(browse("lea").see("/follow-ups/reasons"))
    assert "不在家" in words and "她现在不需要" not in words and "她说改天" not in words
    assert "不显示" in words or "人数少于 10" in words
    assert browse("lea").see("/follow-ups/acts").status_code == 403
    assert browse("wang").see("/follow-ups/reasons").status_code == 403


def test_a_long_list_of_what_was_done_takes_no_more_questions(town, browse, count_queries):
    town.tell()
    lin, numbers = browse("lin"), []
    for subject in ("w1", "w2"):
        lin.see(f"{town.href(subject=subject)}/later")
        lin.send(f"{town.href(subject=subject)}/later", {"reason": "weather_road", "day": "2026-03-05"})
        lin.see("/follow-ups/acts")
        with count_queries() as asked:
            assert f"W-{subject}" in text_of(lin.see("/follow-ups/acts"))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 20


def test_a_phone_s_due_list_leaves_out_what_was_put_off_until_it_comes_back(town, browse):
    town.tell()
    wang = browse("wang")
    wang.see(f"{town.href()}/later")
    wang.send(f"{town.href()}/later", {"reason": "not_home", "day": "2026-03-05"})
    found = {}
    for on in (TODAY, TODAY + 2 * DAY, TODAY + 3 * DAY):
        with town.database.reading() as db:
            found[on.day] = [one.row.subject for one in due_for_villages(db, town.project_id, None, on)]
    assert {day: sorted(subjects) for day, subjects in found.items()} == {2: ["w2"], 4: ["w2"], 5: ["w1", "w2"]}
