"""What she agreed to in which words, taking it back on one screen, whom to ask anew, and the words themselves."""

from datetime import date

import pytest
from sqlalchemy import select

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.followups.overdue import overdue_in_villages
from server.models import Audit, Consent, ConsentText, Notification, Project, Tombstone, Withdrawal, Woman
from server.registry.consent_texts import SHIPPED, hash_of
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.test_board import cells
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_woman, main_of

PURPOSES = ("service", "reminder", "share_clinic", "location", "stats")
REMINDER = hash_of(*SHIPPED["reminder"])


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def make(town, label="W-0231 王*", until=TODAY + 300 * DAY, village=1, **words):
    """A woman with rows of what she agreed to: everything but statistics."""
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, label, village, consent_until=until)
        for purpose in PURPOSES:
            row = {"project_id": town.project_id, "woman_uuid": woman.uuid, "said_on": TODAY - 20 * DAY}
            given = purpose != "stats"
            row |= {"text_version": 1, "text_sha256": hash_of(*SHIPPED[purpose])} if given else {}
            db.add(
                Consent(purpose=purpose, given=given, until=until if given else None, **row, **words.get(purpose, {}))
            )
        return woman.uuid


def officer(town, name="dora"):
    """The data protection officer, for the whole town."""
    with town.database.transaction() as db:
        ada = town.actor_id(db, "ada")
        user = create_user(db, f"{name}@example.test", PASSWORD, name, ada, MORNING)
        by, project = Caller(actor_id=ada, type="user"), db.get_one(Project, town.project_id)
        assign(db, by, roles.BY_SYSTEM["dpo"], user.actor_id, MORNING, project, None)
        set_villages(db, by, project, user.actor_id, None, MORNING)
    return name


def rows(town, model):
    with town.database.reading() as db:
        return list(db.scalars(select(model)))


def test_each_purpose_tells_since_when_until_when_and_in_which_words(town, browse):
    page = browse("wang").see(f"/people/{make(town)}/consent")
    words = text_of(page)
    assert "同意收到提醒" not in words and "2月10日（周二）说的 · 有效到 12月27日（周日）" in words
    assert words.count("她听到的说法：第 1 版") == 4
    assert SHIPPED["reminder"][0] in words and SHIPPED["stats"][0] not in words
    english = text_of(browse("wang", "en").see(f"/people/{make(town)}/consent"))
    assert SHIPPED["reminder"][1] in english and "The words she heard: version 1" in english


def test_she_takes_one_thing_back_with_one_press(town, browse):
    uuid, wang = make(town), browse("wang")
    page = main_of(wang.see(f"/people/{uuid}/consent"))
    assert page.count('name="purpose"') == 4 and 'value="stats"' not in page
    assert 'name="reason"' not in page and "<textarea" not in page, "nobody asks why"
    answer = wang.send(f"/people/{uuid}/consent", {"purpose": ["reminder"]})
    assert (answer.status_code, answer.location) == (303, f"/people/{uuid}/consent")
    (row,) = rows(town, Withdrawal)
    assert (row.purposes, row.taken_on, row.woman_uuid) == ("reminder", TODAY, uuid)
    assert "照她的意思办好了" in text_of(wang.see(answer.location))


def test_with_everything_she_says_what_becomes_of_what_is_kept(town, browse):
    uuid, wang = make(town), browse("wang")
    wang.see(f"/people/{uuid}/consent")
    answer = wang.send(f"/people/{uuid}/consent", {"purpose": ["service", "reminder"]})
    assert answer.status_code == 400 and "已有的资料怎么办" in text_of(answer)
    assert 'value="service" checked' in main_of(answer), "what was ticked stays ticked"
    assert rows(town, Withdrawal) == []
    answer = wang.send(f"/people/{uuid}/consent", {"purpose": ["service"], "what": "keep_minimal"})
    assert (answer.status_code, answer.location) == (303, "/consents")
    assert "照她的意思办好了" in text_of(wang.see("/consents"))
    (woman,) = rows(town, Woman)
    assert (woman.consent_service, woman.label) == (False, "")
    for path in (f"/people/{uuid}/consent", f"/people/{uuid}"):
        assert "W-0231" not in text_of(wang.see(path)), path


def test_erasing_leaves_a_hash_and_the_next_page_says_so(town, browse):
    uuid, wang = make(town), browse("wang")
    wang.see(f"/people/{uuid}/consent")
    answer = wang.send(f"/people/{uuid}/consent", {"purpose": ["service"], "what": "erase"})
    assert (answer.status_code, answer.location) == (303, "/consents")
    assert "已经删除" in text_of(wang.see("/consents"))
    assert rows(town, Woman) == rows(town, Withdrawal) == rows(town, Consent) == []
    assert len(rows(town, Tombstone)) == 1
    assert wang.see(f"/people/{uuid}/consent").status_code == 404


def test_her_other_workers_are_told_that_somebody_left_and_not_who(town, browse):
    uuid, lin = make(town), browse("lin")
    lin.see(f"/people/{uuid}/consent")
    lin.send(f"/people/{uuid}/consent", {"purpose": ["service"], "what": "keep_minimal"})
    (told,) = rows(town, Notification)
    assert (told.kind, told.follow_up_id) == ("withdrawn", None) and uuid not in told.occasion
    with town.database.transaction() as db:
        assert told.recipient_id == town.actor_id(db, "wang")
        db.get_one(Notification, told.id).state, db.get_one(Notification, told.id).sent_at = "sent", MORNING
    for language, words in (("zh_Hans", "名单里不再有她"), ("en", "has left your lists")):
        inbox = text_of(browse("wang", language).see("/inbox"))
        assert words in inbox and "W-0231" not in inbox


def test_a_wish_that_names_nothing_or_what_nobody_asks_for_is_refused(town, browse):
    uuid, wang = make(town), browse("wang")
    wang.see(f"/people/{uuid}/consent")
    for fields in ({}, {"purpose": ["everything"]}, {"purpose": ["service"], "what": "sell"}):
        assert wang.send(f"/people/{uuid}/consent", fields).status_code == 400, fields
    assert rows(town, Withdrawal) == []


def test_who_may_see_it_and_take_it_back(town, browse):
    uuid = make(town)
    officer(town)
    statuses = {name: browse(name).see(f"/people/{uuid}/consent").status_code for name in ("wang", "lin", "dora")}
    assert statuses == {"wang": 200, "lin": 200, "dora": 200}
    assert {name: browse(name).see(f"/people/{uuid}/consent").status_code for name in ("rita", "ada")} == {
        "rita": 403,
        "ada": 403,
    }
    far = make(town, "W-0555 周*", village=2)
    assert browse("wang").see(f"/people/{far}/consent").status_code == 404
    assert browse("wang").send(f"/people/{far}/consent", {"purpose": ["reminder"]}).status_code == 404
    dora = browse("dora")
    dora.see(f"/people/{far}/consent")
    assert dora.send(f"/people/{far}/consent", {"purpose": ["location"]}).status_code == 303
    assert [row.woman_uuid for row in rows(town, Withdrawal)] == [far]


def test_the_list_has_whose_consent_ends_and_nobody_who_said_no(town, browse):
    make(town, "W-0001 早*", TODAY - DAY)
    make(town, "W-0002 近*", TODAY + 29 * DAY)
    make(town, "W-0003 远*", TODAY + 30 * DAY)
    with town.database.transaction() as db:
        gone = {"consent_service": False, "consent_until": TODAY - DAY, "withdrawn_on": TODAY}
        a_woman(db, town.project_id, "W-0004 否*", **gone)
    make(town, "W-0005 外*", TODAY - DAY, village=2)
    words = text_of(browse("wang").see("/consents"))
    assert [name for name in ("W-0001", "W-0002", "W-0003", "W-0004", "W-0005") if name in words] == [
        "W-0001",
        "W-0002",
    ]
    assert words.index("W-0001") < words.index("W-0002") and "已到期" in words
    assert browse("rita").see("/consents").status_code == 403


def test_new_words_are_a_new_version_and_ask_anew_only_who_agreed_to_the_old_ones(town, browse):
    uuid = make(town)
    officer(town)
    dora = browse("dora")
    dora.see("/consents/texts")
    answer = dora.send("/consents/texts/stats", {"zh": "新的统计说法", "en": "New words of statistics"})
    assert answer.status_code == 303
    answer = dora.send("/consents/texts/reminder", {"zh": "新的\n提醒说法", "en": "New words"})
    assert answer.status_code == 303
    newest = [row for row in rows(town, ConsentText) if row.version == 2]
    assert {(row.purpose, row.zh) for row in newest} == {("stats", "新的统计说法"), ("reminder", "新的 提醒说法")}
    assert {row.sha256 for row in newest} == {
        hash_of("新的统计说法", "New words of statistics"),
        hash_of("新的 提醒说法", "New words"),
    }
    listed = text_of(browse("wang").see("/consents"))
    assert "W-0231" in listed and "给她发提醒" in listed
    assert "不记名统计" not in listed, "who said no to statistics is not asked again by a list"
    hers = text_of(browse("wang").see(f"/people/{uuid}/consent"))
    assert "现在有了新的说法" in hers and SHIPPED["reminder"][0] in hers, "what she heard stays what she heard"
    assert "新的 提醒说法" not in hers


def test_the_same_words_again_are_no_new_version_and_workers_hear_of_new_ones_once_a_day(town, browse):
    officer(town)
    dora = browse("dora")
    dora.see("/consents/texts")
    zh, en = SHIPPED["service"]
    assert dora.send("/consents/texts/service", {"zh": zh, "en": en}).status_code == 303
    assert {row.version for row in rows(town, ConsentText)} == {1}
    assert rows(town, Notification) == []
    for number in (1, 2):
        dora.send("/consents/texts/service", {"zh": f"说法{number}", "en": f"Words {number}"})
    told = rows(town, Notification)
    assert {one.kind for one in told} == {"text_changed"} and len(told) == len({one.recipient_id for one in told}) == 2
    assert "以前的 2 版" in text_of(dora.see("/consents/texts"))
    with town.database.reading() as db:
        audited = db.scalars(select(Audit.details).where(Audit.action == "consent_text.publish")).all()
    assert {(one["purpose"], one["version"]) for one in audited if one["version"] > 1} == {
        ("service", 2),
        ("service", 3),
    }


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("service", {"zh": "", "en": "x"}, 400),
        ("service", {"zh": "字" * 1501, "en": "x"}, 400),
        ("service", {"zh": "有\x00零", "en": "x"}, 400),
        ("other", {"zh": "x", "en": "x"}, 404),
    ],
)
def test_words_that_cannot_be_read_out_are_refused(town, browse, name, fields, status):
    officer(town)
    dora = browse("dora")
    dora.see("/consents/texts")
    assert dora.send(f"/consents/texts/{name}", fields).status_code == status
    assert [row for row in rows(town, ConsentText) if row.version > 1] == []


def test_a_village_worker_reads_the_words_and_publishes_none(town, browse):
    wang = browse("wang")
    assert "发布新的说法" not in text_of(wang.see("/consents/texts"))
    assert wang.send("/consents/texts/service", {"zh": "x", "en": "x"}).status_code == 403


def test_the_list_of_many_asks_the_database_as_often_as_that_of_few(town, browse, count_queries):
    wang = browse("wang")
    make(town, "W-0001 王*", TODAY)
    wang.see("/consents")
    with count_queries() as few:
        wang.see("/consents")
    for number in range(2, 12):
        make(town, f"W-00{number:02} 王*", TODAY)
    with count_queries() as many:
        wang.see("/consents")
    assert len(many) == len(few)


def test_an_alert_about_her_that_was_taken_back_no_longer_tells_her_code(town, browse):
    uuid, wang = make(town), browse("wang")
    with town.database.transaction() as db:
        row = a_follow_up(db, db.scalars(select(Woman)).one())
        told = {"project_id": town.project_id, "recipient_id": town.actor_id(db, "wang"), "channel": "inbox"}
        told |= {"occasion": f"{row.key}:due", "kind": "due", "follow_up_id": row.id, "state": "sent"}
        db.add(Notification(**told, not_before=MORNING, sent_at=MORNING, created_at=MORNING, tries=0))
    assert "W-0231" in text_of(wang.see("/inbox"))
    wang.see(f"/people/{uuid}/consent")
    wang.send(f"/people/{uuid}/consent", {"purpose": ["service"], "what": "keep_minimal"})
    inbox = text_of(wang.see("/inbox"))
    assert "W-0231" not in inbox and "已了结" in inbox


def test_a_day_is_a_day_in_shanghai_on_the_page(town, browse, clock):
    make(town, until=date(2026, 3, 2))
    assert "有效到" in text_of(browse("wang").see("/consents"))
    clock.forward(hours=15)
    assert "已到期" in text_of(browse("wang").see("/consents"))


def test_who_does_not_agree_to_statistics_is_in_no_number_of_the_town_and_still_in_her_workers_list(town, browse):
    with town.database.transaction() as db:
        for number in range(12):
            a_woman(db, town.project_id, f"W-2{number:03} 李*", village=2)
        for number in range(24):
            agrees = {"consent_stats": number < 18}
            woman = a_woman(db, town.project_id, f"W-1{number:03} 王*", **agrees)
            if number % 3 == 0:
                a_follow_up(db, woman, left=-3)
    town_reads = cells(browse("lea").see("/follow-ups"))
    assert town_reads["村1"][0] == town_reads["合计"][0] == "6"
    assert cells(browse("lin").see("/follow-ups"))["村1"][0] == "8", "who visits them sees whom to visit"
    with town.database.reading() as db:
        late = overdue_in_villages(db, town.project_id, TODAY)[CODES[0]]
    assert (late.tasks, late.late, late.people) == (6, 6, 6)
