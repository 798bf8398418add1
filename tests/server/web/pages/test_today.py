"""Today's list: the right order, one card a home, own villages only, and no word that tells why."""

import html
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from server.models import Project
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import (
    DAY,
    HEALTH,
    TODAY,
    CareTown,
    a_follow_up,
    a_home,
    a_woman,
    main_of,
    phone_last_spoke,
)


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def labels(answer):
    return re.findall(r'<span class="who">([^<]*)</span>', answer.get_data(as_text=True))


def test_overdue_comes_first_then_due_then_what_can_be_done(town, browse):
    with town.database.transaction() as db:
        for name, left, due in (("W-0003 张*", 30, 5), ("W-0001 王*", -4, -20), ("W-0002 李*", 3, -9)):
            a_follow_up(db, a_woman(db, town.project_id, name), left=left, due_on=TODAY + due * DAY)
        a_follow_up(db, a_woman(db, town.project_id, "W-0004 赵*"), left=60, opens_on=TODAY + DAY)
    page = browse("wang").see("/m")
    assert labels(page) == ["W-0001 王*", "W-0002 李*", "W-0003 张*"]
    words = text_of(page)
    assert "村1 先去 · 3 户 · 3 件" in words and words.index("还剩 3 天") < words.index("不急，顺路可以去")
    assert "先去" in words and "超期 4 天" in words and "还剩 3 天" in words and "还剩 30 天" in words
    assert "3 全部 1 超期 1 到期 1 可以去了" in words


@pytest.mark.parametrize(
    ("left", "words"), [(1, "还剩 1 天"), (0, "今天最后一天"), (-1, "超期 1 天"), (-400, "超期 400 天")]
)
def test_days_are_counted_from_the_last_day_and_its_grace(town, browse, left, words):
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id), left=left)
    assert words in text_of(browse("wang").see("/m"))


def test_cht_core_5776_what_is_open_can_be_done_from_its_first_day_and_both_days_stand_there(town, browse):
    with town.database.transaction() as db:
        row = a_follow_up(db, a_woman(db, town.project_id), left=40, opens_on=TODAY, due_on=TODAY + 20 * DAY)
        a_follow_up(db, a_woman(db, town.project_id, "W-0002 李*"), left=40, opens_on=TODAY + DAY)
    wang = browse("wang")
    page = wang.see("/m")
    assert labels(page) == ["W-0231 王*"] and "建议 3月22日 · 最晚 4月11日（周六）" in text_of(page)
    why = text_of(wang.see(f"/follow-ups/{row.visit_key}"))
    assert "ODK Collect" in why and "最晚 4月11日" in why and "建议 3月22日" in why


def test_fhircore_1511_what_is_overdue_can_still_be_opened_and_done(town, browse):
    with town.database.transaction() as db:
        row = a_follow_up(db, a_woman(db, town.project_id), left=-400, severity="red")
    wang = browse("wang")
    page = wang.see("/m?state=overdue")
    assert labels(page) == ["W-0231 王*"] and f'href="/follow-ups/{row.visit_key}"' in page.get_data(as_text=True)
    assert "ODK Collect" in text_of(wang.see(f"/follow-ups/{row.visit_key}"))


def test_cht_core_10042_a_card_tells_which_of_its_visits_is_done_already(town, browse):
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        a_follow_up(db, a_woman(db, town.project_id, home=home), left=4)
        done = {"state": "done_on_time", "ended": True, "answered_on": TODAY - 2 * DAY}
        a_follow_up(db, a_woman(db, town.project_id, "W-0388 李*", home=home), **done)
    page = browse("wang").see("/m")
    assert labels(page) == ["W-0231 王*"] and "二社 014 1 件" in text_of(page)
    assert "已完成 W-0388 李* 2月28日（周六）" in text_of(page)


def test_grace_is_not_late_yet(town, browse):
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id), left=-2, overdue_from=TODAY + DAY)
    words = text_of(browse("wang").see("/m"))
    assert "今天最后一天" in words and "超期 2 天" not in words


def test_the_day_is_shanghai_s_whatever_the_daily_step_has_done(town, browse, clock):
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id), left=0)
    wang = browse("wang")
    clock.set(datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    assert "今天最后一天" in text_of(wang.see("/m"))
    clock.set(datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert "超期 1 天" in text_of(wang.see("/m"))


def test_what_waits_in_one_home_stands_on_one_card_where_the_most_urgent_belongs(town, browse):
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        a_follow_up(db, a_woman(db, town.project_id, "W-0388 李*", home=home), left=4)
        a_follow_up(db, a_woman(db, town.project_id, "W-0100 陈*"), left=-1)
        a_follow_up(db, a_woman(db, town.project_id, "W-0231 王*", home=home), left=-4, severity="red")
        a_follow_up(db, home, rule="HH-V", left=50, due_on=TODAY + 20 * DAY, opens_on=TODAY)
    page = browse("wang").see("/m").get_data(as_text=True)
    (card,) = [one.split("</article>")[0] for one in page.split("<article ") if "二社 014" in one]
    assert "3 件" in card
    assert re.findall(r'class="who">([^<]*)<', card) == ["W-0231 王*", "W-0388 李*", "本户走访"]
    assert page.count("<article ") == 2 and page.index("村1 · 二社") < page.index("W-0100")


def test_a_woman_who_did_not_agree_to_her_place_stands_without_a_home(town, browse):
    with town.database.transaction() as db:
        a_home(db, town.project_id)
        a_follow_up(db, a_woman(db, town.project_id))
    words = text_of(browse("wang").see("/m"))
    assert "W-0231 王*" in words and "二社" not in words


@pytest.mark.parametrize(("rule", "name"), [("PN1-C", "wang"), ("PL1", "lin")])
def test_where_nobody_is_to_go_to_her_home_no_door_leads_to_her(town, browse, rule, name):
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        woman = a_woman(db, town.project_id, home=home)
        a_follow_up(db, woman, rule=rule, left=3)
        a_follow_up(db, home, rule="HH-V", left=9)
    words = text_of(browse(name).see("/m"))
    assert "二社 014 1 件 电话 014 本户走访" in words and "村1 1 户 · 1 件" in words


def test_nothing_of_other_villages_is_on_the_page(town, browse):
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id, "W-0001 王*", village=1))
        a_follow_up(db, a_woman(db, town.project_id, "W-0002 李*", village=2))
    wang, lin, nia = browse("wang"), browse("lin"), browse("nia")
    for path in ("/m", "/m?village=519901201002", "/m?state=due", "/follow-ups/list?village=519901201002"):
        assert "W-0002" not in (page := wang.see(path).get_data(as_text=True)) and "村2" not in page
    assert labels(lin.see("/m")) == ["W-0001 王*", "W-0002 李*"]
    assert labels(lin.see("/m?village=519901201002")) == ["W-0002 李*"]
    assert labels(nia.see("/m")) == [] and "还没有把村分给您" in text_of(nia.see("/m"))


def test_what_has_ended_or_stands_inside_another_is_not_listed(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        first = a_follow_up(db, woman)
        a_follow_up(db, woman, inside=first.key)
        a_follow_up(db, woman, state="done_on_time", ended=True, answered_on=TODAY)
        a_follow_up(db, woman, state="superseded", ended=True, cause="pregnancy_ended")
    assert len(labels(browse("wang").see("/m"))) == 1


def test_lists_hold_no_word_of_health_in_either_language(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, home=a_home(db, town.project_id))
        for rule in ("ANC2", "INJ-DMPA", "REF-U", "IUD-1", "ANC-D"):
            a_follow_up(db, woman, rule=rule, severity="critical", left=-1)
    for language in ("zh_Hans", "en"):
        wang = browse("wang", language)
        for path in ("/m", "/follow-ups", "/follow-ups?by=worker", "/follow-ups/list"):
            assert HEALTH.findall(main_of(wang.see(path))) == [], path


@pytest.mark.parametrize("name", ["ada", "rita", "vera", "lea"])
def test_who_cares_for_nobody_has_no_list(town, browse, name):
    browser = browse(name)
    assert browser.see("/m").status_code == 403
    assert browser.see("/follow-ups/list").status_code == 403
    assert 'href="/m"' not in browser.see("/me").get_data(as_text=True)


def test_nobody_is_sent_to_sign_in_and_without_a_project_there_is_no_list(town, browse):
    assert browse().see("/m").location == "/sign-in?next=%2Fm"
    assert browse("otto").see("/m").status_code == 404


def test_a_plain_project_has_no_follow_ups(town, browse):
    with town.database.transaction() as db:
        db.get_one(Project, town.project_id).kind = "plain"
    assert browse("wang").see("/m").status_code in (403, 404)


def test_the_worker_s_first_page_is_today_and_an_empty_one_says_when_the_next_is(town, browse):
    wang = browse("wang")
    assert wang.see("/").location == "/m"
    assert "今天没有要去的户" in text_of(wang.see("/m"))
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id), left=60, opens_on=TODAY + 3 * DAY)
    assert "下一个从 3月5日（周四）起可以去" in text_of(wang.see("/m"))


def test_a_filter_that_nothing_fits_does_not_say_that_nobody_waits(town, browse):
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id))
    wang = browse("wang")
    for path in ("/m?state=overdue", "/follow-ups/list?state=overdue"):
        words = text_of(wang.see(path))
        assert "没有符合这个筛选的" in words and "今天没有要去的户" not in words, path
        assert "看全部" in words, path


def test_without_a_network_whoever_is_on_the_way_reads_that_work_goes_on(town, browse):
    words = text_of(browse("wang").see("/m"))
    assert "没有网络，照常填表。 您看到的是 3月2日（周一）的。" in words and "这行字消失以后再改" not in words
    assert "这行字消失以后再改" in text_of(browse("rita").see("/review"))


def test_a_long_list_comes_in_pages_and_takes_no_more_questions_to_the_database(town, browse):
    wang = browse("wang")
    numbers = []
    for many in (3, 57):
        with town.database.transaction() as db:
            for number in range(many):
                woman = a_woman(db, town.project_id, f"W-{number:04} 王*", home=a_home(db, town.project_id))
                a_follow_up(db, woman)
        asked: list[str] = []
        listen = lambda *args, asked=asked: asked.append(args[2])  # noqa: E731 - taken off again below
        event.listen(town.database.engine, "before_cursor_execute", listen)
        page = wang.see("/m")
        event.remove(town.database.engine, "before_cursor_execute", listen)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 25  # two of them write down who looked
    assert len(labels(page)) == 50 and "第 1–50 户，共 60 户" in text_of(page)
    assert len(labels(wang.see("/m?page=2"))) == 10
    assert labels(wang.see("/m?page=9")) == []


@pytest.mark.parametrize("query", ["state=x", "village=x", "page=x", "page=-1", "worker=x", "worker=99"])
def test_a_filter_that_is_none_leaves_a_page(town, browse, query):
    for path in ("/m", "/follow-ups", "/follow-ups/list"):
        assert browse("wang").see(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize("name", ["wang", "lin"])
def test_no_page_of_the_care_team_links_to_one_that_it_may_not_open(town, browse, name):
    town.record()
    town.fill(TODAY)
    browser = browse(name)
    seen, waiting = set(), ["/"]
    while waiting:
        path = html.unescape(waiting.pop())
        if path in seen or path == "/sign-in":
            continue
        seen.add(path)
        answer = browser.see(path)
        assert answer.status_code in (200, 303), path
        page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""  # files lead nowhere
        links = re.findall(r'<a [^>]*href="(/[^"#]*)"', page)
        waiting += [*links, *([answer.location] if answer.location else [])]
    assert len([path for path in seen if path.startswith(("/follow-ups", "/people"))]) > 8


def test_what_is_perhaps_done_is_grey_and_what_is_critical_is_not(town, browse, database):
    phone_last_spoke(town, "2026-01-20T18:00")
    with database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id, "W-0001 王*"), left=-4)
        a_follow_up(db, a_woman(db, town.project_id, "W-0002 李*"), left=-4, severity="critical")
    page = browse("wang").see("/m")
    words = text_of(page)
    assert "W-0001 王* 也许已做，等同步 超期 4 天" in words
    assert "W-0002 李* 紧急 超期 4 天" in words
    assert 'class="late perhaps"' in page.get_data(as_text=True)
    assert "也许已做，等同步，超期 4 天" in text_of(browse("wang").see("/follow-ups/list"))
    assert "Perhaps done, awaiting sync" in text_of(browse("wang", "en").see("/m"))


@pytest.mark.parametrize("spoke", ["2026-03-02T08:00", None])
def test_once_a_phone_has_synchronised_or_where_there_is_none_nothing_is_grey(town, browse, database, spoke):
    phone_last_spoke(town, spoke)
    with database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id), left=-4)
    assert "也许已做" not in text_of(browse("wang").see("/m"))


def test_many_that_are_perhaps_done_take_no_more_questions_than_one(town, browse, database, count_queries):
    phone_last_spoke(town, "2026-01-20T18:00")
    asked = []
    for number in (1, 30):
        with database.transaction() as db:
            for one in range(number):
                a_follow_up(db, a_woman(db, town.project_id, f"W-{number}{one:02} 王*"), left=-4)
        for path in ("/m", "/follow-ups/list", "/follow-ups"):
            browse("lin").see(path)
            lin = browse("lin")
            with count_queries() as statements:
                assert "也许已做" in text_of(lin.see(path))
            asked.append(len(statements))
    assert asked[:3] == asked[3:]
