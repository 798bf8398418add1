"""A woman's course: for her care team, as far as she agreed, in the order of its days; each look is written down."""

import re
import uuid
from datetime import date

import pytest

from server.access.pseudonyms import pseudonym
from server.models import Audit, ContraceptionEpisode, Pregnancy
from server.web.pages.timeline_words import PURPOSES, consent_said
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import DAY, HEALTH, TODAY, CareTown, a_follow_up, a_woman, an_event, main_of


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def make(town, **more):
    with town.database.transaction() as db:
        return f"/people/{a_woman(db, town.project_id, **more).uuid}"


def course(town, **more):
    """A woman with a visit that was made, one that is due and one that will be; the address of her page."""
    record = town.record()
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, **more)
        event = an_event(db, woman, record)
        done = {"state": "done_on_time", "ended": True, "answered_on": event.visit_date, "answered_by": event.event}
        a_follow_up(db, woman, rule="ANC1", left=-15, **done)
        a_follow_up(db, woman, rule="ANC3", left=60, opens_on=TODAY + 30 * DAY, due_on=TODAY + 40 * DAY)
        a_follow_up(db, woman, rule="ANC2", left=-4, severity="red")
        weeks = TODAY - 150 * DAY
        hers = {"project_id": town.project_id, "woman_uuid": woman.uuid}
        db.add(Pregnancy(uuid="p1", registered_on=weeks, ga_anchor=weeks, status="ongoing", **hers))
        db.add(ContraceptionEpisode(uuid="c1", method="dmpa", wants_follow_up=True, **hers))
        return f"/people/{woman.uuid}", record


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"action": "register", "consent_service": "yes", "consent_stats": "no"}, "同意：{0}。 不同意或撤回：{4}。"),
        ({"action": "withdraw", "withdraw_scope": "reminder stats"}, "不同意或撤回：{1}、{4}。"),
        ({"action": "withdraw", "withdraw_scope": "service"}, "不同意或撤回：{0}、{1}、{2}、{3}、{4}。"),
        ({"action": "withdraw", "withdraw_scope": ""}, "不同意或撤回：{0}、{1}、{2}、{3}、{4}。"),
        (
            {"action": "renew", "consent_service": "no", "consent_stats": "yes"},
            "不同意或撤回：{0}、{1}、{2}、{3}、{4}。",
        ),
        ({"action": "register", "present_self": "no", "consent_service": "yes", "consent_stats": "yes"}, ""),
    ],
)
def test_a_record_of_consent_says_what_it_counts_for(paged, data, said):
    with paged.test_request_context(headers={"Accept-Language": "zh"}):
        assert consent_said(data) == said.format(*(str(label) for _name, label in PURPOSES))


def test_what_happened_and_what_comes_stand_around_today(town, browse):
    path, _record = course(town)
    words = text_of(browse("wang").see(path))
    order = [
        "2月10日（周二） 已访视",
        "第 1 次约定的访视 已完成",
        "今天 3月2日（周一）",
        "建议 2月6日（周五） 第 2 次约定的访视 超期 4 天",
        "第 3 次约定的访视 4月1日起",
    ]
    places = [words.index(one) for one in order]
    assert places == sorted(places)


def test_a_village_worker_reads_that_there_was_a_visit_and_nothing_of_it(town, browse):
    path, record = course(town)
    for language in ("zh_Hans", "en"):
        page = main_of(browse("wang", language).see(path))
        assert HEALTH.findall(page) == [] and "bleeding" not in page
        assert f"/review/{record}" not in page


def test_a_clinician_reads_weeks_methods_and_the_way_to_the_record(town, browse):
    path, record = course(town)
    page = browse("lin").see(path)
    words = text_of(page)
    assert (
        "孕周 21 周 + 3 天" in words and "预产期（约） 7月10日" in words and "三个月避孕针" in words and "ANC2" in words
    )
    assert f'href="/review/{record}"' in page.get_data(as_text=True)
    assert page.get_data(as_text=True).count("data-mask") == 3


def test_each_follow_up_leads_to_its_why(town, browse):
    path, _record = course(town)
    wang = browse("wang")
    links = re.findall(r'href="(/follow-ups/[^"]{36})"', main_of(wang.see(path)))
    assert len(links) == 3 and {wang.see(link).status_code for link in links} == {200}


def test_without_her_yes_to_sharing_a_clinician_reads_days_only(town, browse):
    path, _record = course(town, consent_share_clinic=False)
    page = browse("lin").see(path)
    assert HEALTH.findall(main_of(page)) == [] and "她没有同意与卫生院共享" in text_of(page)


def test_consent_is_shown_purpose_by_purpose_with_its_end(town, browse):
    given = {"consent_until": date(2026, 12, 31), "consent_reminder": False, "consent_stats": False}
    words = text_of(browse("wang").see(make(town, **given)))
    assert "为随访保存信息 同意，到 12月31日（周四）" in words
    assert "给她发提醒 不同意" in words and "与卫生院医生共享 同意" in words and "不记名统计 不同意" in words


@pytest.mark.parametrize(
    "given",
    [
        {"consent_service": False},
        {"consent_until": TODAY - DAY},
        {"withdrawn_on": TODAY - DAY},
    ],
)
def test_without_valid_consent_nothing_of_hers_is_shown(town, browse, given):
    path, record = course(town, **given)
    for name in ("wang", "lin"):
        page = browse(name).see(path)
        words = text_of(page)
        assert "她没有同意，或者已经不同意了" in words and "这里不再有任何提醒" in words
        assert (
            "约定的访视" not in words
            and "已访视" not in words
            and f"/review/{record}" not in page.get_data(as_text=True)
        )
        assert HEALTH.findall(main_of(page)) == []


def test_the_last_day_of_consent_still_counts_and_a_consent_taken_back_is_dated(town, browse):
    path, _record = course(town, consent_until=TODAY)
    assert "已访视" in text_of(browse("wang").see(path))
    assert "她在 3月1日（周日）撤回了同意" in text_of(browse("wang").see(make(town, withdrawn_on=TODAY - DAY)))


def test_what_was_planned_and_is_no_longer_needed_is_not_counted_up(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        gone = {"state": "superseded", "ended": True, "cause": "pregnancy_ended"}
        a_follow_up(db, woman, rule="ANC3", left=60, opens_on=TODAY + DAY, **gone)
        a_follow_up(db, woman, rule="ANC2", left=3, **gone)
        path = f"/people/{woman.uuid}"
    words = text_of(browse("wang").see(path))
    assert "第 3 次" not in words and "第 2 次约定的访视 不再需要" in words


def test_an_ended_pregnancy_is_named_to_a_clinician_without_its_weeks(town, browse):
    path, _record = course(town)
    with town.database.transaction() as db:
        one = db.query(Pregnancy).one()
        one.status, one.ended_on = "ended", TODAY - DAY
    words = text_of(browse("lin").see(path))
    assert "孕期已结束 · 3月1日（周日）" in words and "孕周" not in words.split("她的经过")[0]


def test_only_who_cares_in_her_village_opens_it_and_nobody_learns_that_she_is_known(town, browse):
    own, other, nobody = make(town), make(town, village=2), f"/people/{uuid.uuid4()}"
    assert [browse("wang").see(path).status_code for path in (own, other, nobody)] == [200, 404, 404]
    assert [browse(name).see(own).status_code for name in ("lin", "nia", "lea", "rita", "ada")] == [
        200,
        404,
        403,
        403,
        403,
    ]
    assert browse().see(own).status_code == 303
    assert browse("wang").see("/people/W-0231").status_code == 404


def test_every_look_is_one_row_in_the_audit_and_a_refused_one_none(town, browse):
    own, other = make(town), make(town, village=2)
    wang = browse("wang")
    for path in (own, other, own):
        wang.see(path)
    with town.database.reading() as db:
        found = db.query(Audit).filter_by(action="person.read").all()
        assert [one.actor_id for one in found] == [town.actor_id(db, "wang")] * 2
    about = pseudonym(town.project_id, own.rpartition("/")[2]).hex()
    assert found[0].details == {"as": "village_worker", "way": "own", "about": about}
    assert found[0].project_id == town.project_id


def test_addresses_and_titles_tell_nothing(town, browse):
    path, _record = course(town)
    page = browse("lin").see(path).get_data(as_text=True)
    assert re.search("<title>([^<]*)</title>", page)[1] == "W-0231 王* · 访视"


def test_a_clinician_reads_a_lunar_last_period_beside_the_solar_one(town, browse):
    record = town.record()
    told = '{"lmp_known": "approx", "lmp_calendar": "lunar", "lmp_lunar": "闰六月初三", "lmp_date": "2025-07-27"}'
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        event = an_event(db, woman, record, "pregnancy_registration")
        event.episode, event.data_json = "p1", told
        hers = {"project_id": town.project_id, "woman_uuid": woman.uuid, "registered_on": TODAY}
        db.add(Pregnancy(uuid="p1", ga_anchor=date(2025, 7, 27), status="ongoing", **hers))
        path = f"/people/{woman.uuid}"
    words = text_of(browse("lin").see(path))
    assert "末次月经第一天 2025年7月27日（周日） · 农历二〇二五年闰六月初三 她的原话 闰六月初三" in words
    assert "预产期（约） 5月3日（周日） · 农历二〇二六年三月十七" in words
    assert "农历" not in text_of(browse("wang").see(path)) and "请核对" not in words
