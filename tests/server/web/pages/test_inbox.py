import re
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.followups import plain_notices
from server.followups.notices import follow_up_changed
from server.followups.outbox import deliver_inbox
from server.followups.sync_words import settle_syncs
from server.models import (
    AppUser,
    Assignment,
    Entity,
    FollowUp,
    Notification,
    NotificationWish,
    Project,
    User,
    Village,
    VillageScope,
)
from tests.conftest import MORNING, PASSWORD
from tests.making import a_dataset
from tests.server.followups.staff import Staff, a_carried_phone, a_follow_up
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import a_woman

TODAY = date(2026, 3, 2)


@pytest.fixture
def worker(town, database):
    """wang, a village worker of village 1; his actor id."""
    with database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        ada = db.scalar(select(User.actor_id).where(User.email == "ada@example.test"))
        by = Caller(actor_id=ada, type="user")
        wang = create_user(db, "wang@example.test", PASSWORD, "wang", ada, MORNING).actor_id
        assign(db, by, roles.BY_SYSTEM["village_worker"], wang, MORNING, project, None)
        set_villages(db, by, project, wang, CODES[:1], MORNING)
        return wang


@pytest.fixture
def tell(town, worker, database):
    """Makes a follow-up of village 1, tells of it and delivers that."""

    def make(**given):
        with database.transaction() as db:
            project = db.get_one(Project, town.project_id)
            row = a_follow_up(db, Staff(project, worker, 0, 0, 0), village_code=CODES[0], **given)
            follow_up_changed(db, project, row, MORNING)
            deliver_inbox(db, MORNING, with_mail=False)
            return row.id

    return make


def end(town, database, row_id):
    with database.transaction() as db:
        row = db.get_one(FollowUp, row_id)
        row.ended, row.state = True, "done_on_time"
        follow_up_changed(db, db.get_one(Project, town.project_id), row, MORNING)


def unread_in_the_bar(browser):
    page = browser.see("/inbox").get_data(as_text=True)
    bell = page.partition('class="button plain bell"')[2].partition("</a>")[0]
    return bell.partition('<span class="count">')[2].partition("<")[0]


def test_an_empty_inbox_says_what_would_be_here(worker, browse):
    assert "有访视到期或超期时，会出现在这里" in text_of(browse("wang").see("/inbox"))


def test_a_notice_is_shown_with_its_day_and_leads_to_its_reason(tell, browse, database):
    tell(state="overdue", overdue_from=TODAY - timedelta(days=3))
    page = browse("wang").see("/inbox")
    assert "上门访视：超期 4 天。" in text_of(page)
    with database.reading() as db:
        key = db.scalar(select(FollowUp.visit_key))
    assert f'href="/follow-ups/{key}?project=' in page.get_data(as_text=True)
    assert "Visit: 4 days over." in text_of(browse("wang", "en").see("/inbox"))


def test_cht_core_11161_a_notice_opens_the_visit_that_it_is_about_and_that_stands_on_today_s_list(
    tell, town, browse, database
):
    with database.transaction() as db:
        hers = a_woman(db, town.project_id).uuid
    row_id = tell(subject=hers, state="overdue", opens_on=TODAY - timedelta(days=30), overdue_from=TODAY)
    wang = browse("wang")
    [href] = re.findall(r'href="(/follow-ups/[^"]+)"', wang.see("/inbox").get_data(as_text=True))
    with database.reading() as db:
        assert href.startswith(f"/follow-ups/{db.get_one(FollowUp, row_id).visit_key}?project=")
    assert "ODK Collect" in text_of(wang.see(href))
    assert f'href="{href.partition("?")[0]}"' in wang.see("/m?state=overdue").get_data(as_text=True)


def test_the_unread_are_counted_until_they_are_marked_as_read(tell, browse):
    tell()
    tell()
    wang = browse("wang")
    assert unread_in_the_bar(wang) == "2"
    assert wang.send("/inbox/read").status_code == 303
    assert unread_in_the_bar(wang) == ""
    assert "全部标为已读" not in text_of(wang.see("/inbox?again=1"))


def test_a_notice_that_waits_for_the_end_of_quiet_hours_is_not_shown(tell, browse, database):
    tell()
    with database.transaction() as db:
        db.execute(update(Notification).values(state="waiting", sent_at=None))
    wang = browse("wang")
    assert unread_in_the_bar(wang) == ""
    assert "没有通知" in text_of(wang.see("/inbox"))


def test_a_taken_back_notice_is_crossed_out_and_not_counted(tell, browse, town, database):
    end(town, database, tell(state="overdue"))
    wang = browse("wang")
    page = wang.see("/inbox").get_data(as_text=True)
    assert "<s>上门访视</s>" in page
    assert "已了结，提醒已收回" in page
    assert "/follow-ups/" not in page.partition('<ul class="notices')[2].partition("</ul>")[0]
    assert unread_in_the_bar(wang) == ""


def test_nobody_sees_what_another_was_told(tell, browse):
    tell(state="overdue")
    assert "没有通知" in text_of(browse("rita").see("/inbox"))
    wang = browse("wang")
    browse("rita").send("/inbox/read")
    assert unread_in_the_bar(wang) == "1"


def test_who_has_no_role_any_more_does_not_read_on(tell, browse, worker, database):
    tell(state="overdue")
    with database.transaction() as db:
        db.query(Assignment).where(Assignment.actor_id == worker).delete()
        db.query(VillageScope).where(VillageScope.actor_id == worker).delete()
    assert "没有通知" in text_of(browse("wang").see("/inbox"))


def test_the_lead_hears_the_code_and_the_class_and_gets_no_link(tell, browse):
    tell(state="overdue", severity="critical")
    page = browse("lea").see("/inbox")
    assert "上门访视：紧急，请今天跟进。" in text_of(page)
    assert "/follow-ups/" not in page.get_data(as_text=True).partition('<ul class="notices')[2].partition("</ul>")[0]


def test_the_inbox_asks_as_many_questions_for_sixty_notices_as_for_one(tell, browse, count_queries):
    tell()
    wang = browse("wang")
    wang.see("/inbox")
    with count_queries() as few:
        wang.see("/inbox")
    for _ in range(59):
        tell()
    with count_queries() as many:
        page = wang.see("/inbox")
    assert len(many) == len(few)
    assert "第 1–50 条，共 60 条" in text_of(page)


def test_an_inbox_is_for_people_only(town, browse):
    assert browse().see("/inbox").status_code == 303
    assert browse().see("/me/notices").status_code == 303


def test_marking_as_read_needs_the_page_s_token(tell, browse):
    tell()
    wang = browse("wang")
    wang.csrf = "0" * 64
    assert wang.send("/inbox/read").status_code == 403
    assert wang.send("/me/notices", {"digest_at": "09:00"}).status_code == 403


WISHES = {"digest_at": "07:15", "quiet_from": "20:00", "quiet_until": "06:30", "by_email": "1", "summaries_only": "1"}


def wishes_in(database, actor_id):
    with database.reading() as db:
        row = db.get(NotificationWish, actor_id)
        return row and (
            row.by_email,
            row.summaries_only,
            row.digest_at,
            row.quiet_from,
            row.quiet_until,
            row.quiet_noon,
        )


def test_the_hours_and_the_mail_are_the_person_s_own_choice(worker, browse, database):
    wang = browse("wang")
    assert 'value="08:30"' in wang.see("/me/notices").get_data(as_text=True)
    assert wang.send("/me/notices", WISHES).status_code == 303
    assert wishes_in(database, worker) == (True, True, time(7, 15), time(20), time(6, 30), False)
    page = wang.see("/me/notices").get_data(as_text=True)
    assert 'value="07:15"' in page
    wang.send("/me/notices", {**WISHES, "by_email": "", "summaries_only": "", "quiet_noon": "1"})
    assert wishes_in(database, worker) == (False, False, time(7, 15), time(20), time(6, 30), True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest_at": ""},
        {"digest_at": "25:00"},
        {"quiet_from": "noon"},
        {"quiet_from": "14:00", "quiet_until": "12:00", "quiet_noon": "1"},
    ],
)
def test_hours_that_cannot_be_are_refused_and_nothing_is_stored(worker, browse, database, wrong):
    answer = browse("wang").send("/me/notices", {**WISHES, **wrong})
    assert answer.status_code == 400
    assert wishes_in(database, worker) is None


def test_without_a_mail_server_the_page_says_so(worker, browse):
    assert "这台服务器还不发邮件" in text_of(browse("wang").see("/me/notices"))


def test_the_language_that_somebody_reads_is_the_one_of_the_mails(worker, browse, database):
    browse("wang").send("/language", {"lang": "en"})
    with database.reading() as db:
        assert db.scalar(select(User.language).where(User.actor_id == worker)) == "en"


@pytest.mark.parametrize(("is_trainer", "shown"), [(True, "是谁： 赵秀兰"), (False, "是谁： —")])
def test_a_trainer_reads_whom_to_help_and_who_is_none_any_more_does_not(
    worker, town, browse, database, is_trainer, shown
):
    with database.transaction() as db:
        dataset, key = a_dataset(db, town.project_id, "workers", []), str(uuid4())
        db.add(Entity(dataset_id=dataset.id, uuid=key, label="赵秀兰", data_json="{}", created_at=MORNING))
        if is_trainer:
            db.add(Assignment(actor_id=worker, role_id=roles.TRAINER, project_id=town.project_id))
        plain_notices.tell(db, town.project_id, {worker}, plain_notices.COACHING, f"coaching:{key}:2026-03-02", MORNING)
        deliver_inbox(db, MORNING, with_mail=False)
    assert shown in text_of(browse("wang").see("/inbox"))


def silent_phone(town, worker, database, **given):
    """A red follow-up of village 1 whose worker's phone has been silent since before it opened; all that is told of it."""
    with database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        village = db.scalars(select(Village.id).where(Village.code == CODES[0])).one()
        phone = a_carried_phone(db, project, worker, village)
        db.get_one(AppUser, phone).last_used_at = datetime.fromisoformat("2026-02-20T18:00+08:00")
        lead = db.scalars(select(User.actor_id).where(User.email == "lea@example.test")).one()
        row = a_follow_up(db, Staff(project, worker, 0, 0, lead), village_code=CODES[0], state="overdue", **given)
        follow_up_changed(db, project, row, MORNING)
        for now in (MORNING, MORNING + timedelta(days=2)):
            settle_syncs(db, now)
            deliver_inbox(db, now, with_mail=False)


def test_of_a_silent_phone_its_carrier_and_the_lead_read_what_to_do_and_the_lead_which_it_is(
    town, worker, database, browse
):
    silent_phone(town, worker, database, severity="red")
    words = text_of(browse("wang").see("/inbox"))
    assert "请在有网络的地方打开 Collect，让它同步一次" in words
    lead = text_of(browse("lea").see("/inbox"))
    assert "请先问问是没有网络还是手机坏了" in lead and "村1，从 2月20日 18:00 起" in lead
    assert "wang" not in lead, "a phone is asked about, nobody is counted"
    assert "村1, since 20 Feb 18:00" in text_of(browse("lea", "en").see("/inbox"))


def test_a_critical_word_says_that_the_phone_has_not_synchronised(town, worker, database, browse):
    silent_phone(town, worker, database, severity="critical")
    assert "紧急，请今天跟进。 访视员的手机从 2月20日 起没有同步，请打电话问问。" in text_of(
        browse("wang").see("/inbox")
    )


def test_many_words_about_phones_take_no_more_questions_than_one(town, worker, database, browse, count_queries):
    silent_phone(town, worker, database, severity="critical")
    asked = []
    for more in (0, 12):
        with database.transaction() as db:
            project = db.get_one(Project, town.project_id)
            for _ in range(more):
                row = a_follow_up(db, Staff(project, worker, 0, 0, 0), village_code=CODES[0], severity="critical")
                follow_up_changed(db, project, row, MORNING)
            deliver_inbox(db, MORNING, with_mail=False)
        wang = browse("wang")
        wang.see("/inbox")
        with count_queries() as statements:
            assert text_of(wang.see("/inbox")).count("没有同步") == more + 1
        asked.append(len(statements))
    assert asked[0] == asked[1]


def key_of(database):
    with database.reading() as db:
        return db.scalar(select(FollowUp.visit_key))


def test_who_has_a_critical_one_says_so_and_everybody_sees_it(tell, browse, database):
    tell(state="overdue", severity="critical")
    wang, lea = browse("wang"), browse("lea")
    assert "我知道了，我来" in text_of(wang.see("/inbox"))
    assert "我知道了，我来" in text_of(lea.see("/inbox"))
    assert wang.send("/inbox/take", {"visit": key_of(database), "next": "/inbox"}).location == "/inbox"
    for page in (wang.see("/inbox"), lea.see("/inbox")):
        assert "wang已接下" in text_of(page)
        assert "我知道了，我来" not in text_of(page)


def test_today_s_page_has_what_is_critical_on_top_until_somebody_has_it(tell, browse, database):
    tell(state="overdue", severity="critical")
    wang = browse("wang")
    assert "还没有人接下" in text_of(wang.see("/m"))
    assert wang.send("/inbox/take", {"visit": key_of(database), "next": "/m"}).location == "/m"
    assert "还没有人接下" not in text_of(wang.see("/m"))


def test_who_was_not_told_cannot_take_it(tell, browse, database):
    tell(state="overdue", severity="critical")
    assert browse("rita").send("/inbox/take", {"visit": key_of(database)}).status_code == 404
    assert browse("lea").send("/inbox/take", {"visit": "x"}).status_code == 404


def test_what_is_overdue_needs_nobody_to_take_it(tell, browse):
    tell(state="overdue", severity="red")
    assert "我知道了，我来" not in text_of(browse("wang").see("/inbox"))
