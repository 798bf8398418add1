"""Why a visit is due: the sum for everybody who goes, the clinical words for clinicians, and a trace of every look."""

import re

import orjson
import pytest
from sqlalchemy import update

from server.models import SET_ASIDE, Audit, CareEvent, Form
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import (
    DAY,
    HEALTH,
    TODAY,
    CareTown,
    a_follow_up,
    a_home,
    a_woman,
    an_event,
    main_of,
    phone_last_spoke,
)


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def make(town, **more):
    """A follow-up of a woman of village 1; the address of its page."""
    woman = {name: more.pop(name) for name in ("village", "consent_share_clinic") if name in more}
    with town.database.transaction() as db:
        return f"/follow-ups/{a_follow_up(db, a_woman(db, town.project_id, **woman), **more).visit_key}"


def reads(town):
    with town.database.reading() as db:
        return db.query(Audit).filter_by(action="followup.read").order_by(Audit.id).all()


def test_the_sum_leads_from_her_record_to_the_last_day(town, browse):
    words = text_of(browse("wang").see(make(town, left=10)))
    assert "记录里的起算日 2025年10月17日" in words
    assert "最早：2025年10月17日 + 112 天 = 2月6日" in words
    assert "建议日：2025年10月17日 + 126 天 = 2月20日" in words
    assert "最后一天：2025年10月17日 + 146 天 = 3月12日" in words
    assert (
        "规则第 1 版" in words
        and "还没签字" in words
        and "[A] 2 条 · 读过原文" in words
        and "[C] 1 条 · 要请医生确认" in words
    )
    assert "还剩 10 天" in words and "第 2 次约定的访视" in words


def test_a_village_worker_reads_neutral_words_and_the_form_s_name_is_covered(town, browse):
    path = make(town, severity="red", left=-2, form_id="x")
    for language in ("zh_Hans", "en"):
        assert HEALTH.findall(main_of(browse("wang", language).see(path))) == []
    page = browse("wang").see(path).get_data(as_text=True)
    assert re.search(r'<details class="form-name" data-mask>', page), "closed until she opens it"


def test_a_clinician_reads_where_it_comes_from(town, browse):
    words = text_of(browse("lin").see(make(town)))
    assert "孕周从这天算起" in words and "预产期（约）" in words and "按 B 超" in words
    assert "ANC2" in words and "国家基本公共卫生服务规范" in words and "20 周" in words


def test_without_her_yes_to_sharing_a_clinician_reads_what_everybody_reads(town, browse):
    page = main_of(browse("lin").see(make(town, consent_share_clinic=False, form_id="x")))
    assert HEALTH.findall(page) == []


def test_the_advice_of_a_step_is_for_clinicians(town, browse):
    signs = [
        {"what": what, "fact": fact, "on": on, "days": days, "gives": gives, "counts": True}
        for what, fact, on, days, gives in (
            ("closes_on", "reported_on", "2026-02-27", 1, "2026-02-28"),
            ("severity.critical", "close", "2026-02-28", 1, "2026-03-01"),
        )
    ]
    path = make(town, rule="ANC-D", severity="critical", left=-2, why_json=orjson.dumps(signs).decode())
    assert "超过一天还没有医生看过" in text_of(browse("lin").see(path))
    words = text_of(browse("wang").see(path))
    assert "超过一天" not in words and "紧急，超期 2 天" in words and "3月1日起标为“紧急”" in words


def test_one_that_is_red_by_two_steps_is_marked_from_the_first_on(town, browse):
    steps = [
        {"what": "severity.red", "fact": "close", "on": "2026-01-25", "days": days, "gives": gives, "counts": True}
        for days, gives in ((15, "2026-02-09"), (29, "2026-02-23"))
    ]
    path = make(town, rule="INJ-DMPA", severity="red", left=-36, why_json=orjson.dumps(steps).decode())
    words = text_of(browse("wang").see(path))
    assert "2月9日起标为" in words and "2月23日起标为" not in words


def test_a_day_off_moves_the_proposal_earlier_and_says_so(town, browse):
    words = text_of(browse("wang").see(make(town, due_on=TODAY + 6 * DAY, proposed_on=TODAY + 4 * DAY)))
    assert "3月8日（周日）休息，建议改到 3月6日（周五）" in words and "只会提前，不会推后" in words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"because": "weekend"}, "3月8日（周日）休息（周末），建议改到 3月6日（周五）。 只会提前，不会推后"),
        ({"because": "national_day+mid_autumn"}, "休息（国庆节、中秋节），建议改到"),
        ({"because": "a festival of old"}, "休息（a festival of old），建议改到"),
        ({"because": "weekend", "provisional": True}, "那一年的放假通知还不知道，暂时只按周末算"),
    ],
)
def test_the_cause_of_a_shift_is_named_and_what_is_provisional(town, browse, step, words):
    kept = {
        "what": "proposed_on",
        "fact": "due_on",
        "on": "2026-03-08",
        "days": -2,
        "gives": "2026-03-06",
        "counts": True,
    }
    why = orjson.dumps([{**kept, **step}]).decode()
    path = make(town, due_on=TODAY + 6 * DAY, proposed_on=TODAY + 4 * DAY, why_json=why)
    page = browse("wang").see(path)
    assert words in text_of(page) and 'href="/calendar?year=2026"' in page.get_data(as_text=True)


def test_a_day_off_that_stays_says_why(town, browse):
    kept = {
        "what": "proposed_on",
        "fact": "due_on",
        "on": "2026-03-08",
        "days": 0,
        "gives": "2026-03-08",
        "counts": True,
    }
    why = orjson.dumps([{**kept, "because": "weekend"}]).decode()
    words = text_of(browse("wang").see(make(town, due_on=TODAY + 6 * DAY, why_json=why)))
    assert "3月8日（周日）休息（周末），建议日不变。 期限里没有可以改到的工作日。" in words


def lunar_period(town, method="lmp", **answers):
    """A follow-up counted from a last period that she told as 闰六月初三; the address of its page."""
    record = town.record()
    told = {
        "lmp_known": "exact",
        "lmp_calendar": "lunar",
        "lmp_lunar": "闰六月初三",
        "lmp_date": "2025-07-27",
        **answers,
    }
    sums = [{"what": "ga_anchor", "fact": f"edd.{method}", "on": "2026-05-03", "days": -280, "gives": "2025-07-27"}]
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        event = an_event(db, woman, record, "pregnancy_registration")
        event.episode, event.data_json = "p1", orjson.dumps(told).decode()
        row = a_follow_up(db, woman, episode="p1", why_json=orjson.dumps([{**sums[0], "counts": True}]).decode())
        return f"/follow-ups/{row.visit_key}"


def test_a_clinician_reads_a_lunar_last_period_beside_the_solar_one(town, browse):
    path = lunar_period(town)
    words = text_of(browse("lin").see(path))
    assert "末次月经第一天：2025年7月27日（周日） · 农历二〇二五年闰六月初三 她的原话：闰六月初三" in words
    assert "请再问问她" not in words
    english = text_of(browse("lin", "en").see(path))
    assert "The last period: Sun 27 Jul 2025 · lunar 2025, leap month 6, day 3 She said: 闰六月初三" in english
    assert "农历" not in text_of(browse("wang").see(path))


@pytest.mark.parametrize(
    ("method", "answers", "shown", "problem"),
    [
        ("lmp", {"lmp_lunar": "六月初三"}, True, "和阳历对不上"),
        ("lmp", {"lmp_lunar": "闰四月初三"}, True, "没有这一天"),
        ("lmp", {"lmp_lunar": "记不清"}, True, ""),
        ("lmp", {"lmp_calendar": "solar"}, False, ""),
        ("lmp", {"lmp_date": "2025-07"}, False, ""),
        ("ultrasound", {}, False, ""),
    ],
)
def test_what_was_told_in_the_lunar_calendar_and_does_not_fit_is_to_be_looked_at(
    town, browse, method, answers, shown, problem
):
    words = text_of(browse("lin").see(lunar_period(town, method, **answers)))
    assert ("农历" in words) is shown
    assert problem in words and ("请再问问她" in words) is bool(problem)


def test_of_several_days_the_latest_counts_and_the_other_is_shown(town, browse):
    sums = [
        {"what": "due_on", "fact": "ga_anchor", "on": "2025-12-01", "days": 84, "gives": "2026-02-23", "counts": False},
        {
            "what": "due_on",
            "fact": "registered_on",
            "on": "2026-03-01",
            "days": 3,
            "gives": "2026-03-04",
            "counts": True,
        },
        {
            "what": "opens_on",
            "fact": "supply_until",
            "on": "2026-03-22",
            "days": -21,
            "gives": "2026-03-01",
            "counts": True,
        },
        {
            "what": "closes_on",
            "fact": "injected_on",
            "on": "2026-03-09",
            "days": 0,
            "gives": "2026-03-09",
            "counts": True,
        },
    ]
    words = text_of(browse("wang").see(make(town, why_json=orjson.dumps(sums).decode())))
    assert "建议日：3月1日 + 3 天 = 3月4日" in words and "没有用到的： 建议日：2025年12月1日 + 84 天 = 2月23日" in words
    assert "3月22日 − 21 天 = 3月1日" in words and "最后一天：就是 3月9日" in words


def test_one_that_was_answered_shows_by_what_and_asks_for_nothing(town, browse):
    path = make(town, state="done_late", ended=True, answered_on=TODAY - DAY, left=-5)
    words = text_of(browse("wang").see(path))
    assert "已补做" in words and "填写空表表格" not in words and "超期" not in words


def test_a_rule_version_that_is_no_longer_here_still_shows_its_sums(town, browse):
    words = text_of(browse("wang").see(make(town, rule_version=99)))
    assert "这一版规则已经不在这里了" in words and "+ 146 天" in words


def test_a_household_s_visit_is_explained_and_is_not_a_look_at_a_person(town, browse):
    with town.database.transaction() as db:
        row = a_follow_up(db, a_home(db, town.project_id), rule="HH-V")
        path = f"/follow-ups/{row.visit_key}"
    words = text_of(browse("wang").see(path))
    assert "014 二社" in words and "家庭走访" in words and "她的经过" not in words
    assert reads(town) == []


def counted_from(town, form_id="antenatal_check", village=1, **more):
    """A follow-up of a woman that counts from a record of hers; the addresses of its page and of the record's correction."""
    record = town.record(village=village)
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, village=village, **more)
        event = an_event(db, woman, record, form_id).event
        row = a_follow_up(db, woman, anchor_event=event)
        return f"/follow-ups/{row.visit_key}", f"/review/{record}/edit"


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "这不对"), ("en", "This is wrong")])
def test_who_may_correct_the_record_that_it_counts_from_is_led_there(town, browse, language, words):
    path, record = counted_from(town)
    lin = browse("lin", language)
    page = lin.see(path)
    assert words in text_of(page) and f'href="{record}"' in main_of(page)
    assert lin.see(record).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("zh_Hans", "或请镇上办公室更正"), ("en", "or ask your town office; this page")]
)
def test_who_may_not_correct_it_reads_whom_to_ask(town, browse, language, words):
    path, record = counted_from(town)
    page = browse("wang", language).see(path)
    assert words in text_of(page) and record not in main_of(page)
    assert not {"这不对", "This is wrong"} & {*text_of(page).split()}


def test_without_her_yes_to_sharing_her_record_is_not_opened_from_there(town, browse):
    path, record = counted_from(town, consent_share_clinic=False)
    page = browse("lin").see(path)
    assert "或请镇上办公室更正" in text_of(page) and record not in main_of(page)


def test_what_is_anothers_own_word_or_set_aside_is_not_opened_from_there(town, browse):
    path, record = counted_from(town)
    with town.database.transaction() as db:
        db.execute(update(Form).where(Form.xml_form_id == "visit").values(state="closed"))
    page = browse("lin").see(path)
    assert "或请镇上办公室更正" in text_of(page) and record not in main_of(page)
    with town.database.transaction() as db:
        db.execute(update(CareEvent).values(subject_list=SET_ASIDE))
    assert "这里不对？请问镇上办公室" in text_of(browse("lin").see(path))


@pytest.mark.parametrize("name", ["wang", "lin"])
def test_what_counts_from_no_record_leads_to_none(town, browse, name):
    page = browse(name).see(make(town))
    assert (
        "这里不对？请问镇上办公室" in text_of(page)
        and "/review/" not in main_of(page)
        and "这不对" not in text_of(page)
    )


def test_the_record_of_a_home_is_corrected_by_who_may(town, browse):
    record = town.record()
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        event = an_event(db, a_woman(db, town.project_id, home=home), record, "household_visit")
        event.subject_list, event.subject = "households", home.uuid
        path = f"/follow-ups/{a_follow_up(db, home, rule='HH-V', anchor_event=event.event).visit_key}"
    assert f'href="/review/{record}/edit"' in main_of(browse("lin").see(path))
    assert "/review/" not in main_of(browse("wang").see(path))


def test_the_way_to_the_record_costs_who_may_not_go_it_one_question(town, browse, count_queries):
    path, _ = counted_from(town)
    other = make(town)
    wang = browse("wang")
    wang.see(path)
    with count_queries() as asked:
        wang.see(path)
    with count_queries() as without:
        wang.see(other)
    assert len(asked) == len(without)


def test_only_who_cares_in_her_village_reads_it_and_nobody_learns_that_it_exists(town, browse):
    own, other = make(town), make(town, village=2)
    nowhere = "/follow-ups/00000000-0000-4000-8000-000000000000"
    assert [browse("wang").see(path).status_code for path in (own, other, nowhere)] == [200, 404, 404]
    assert (
        text_of(browse("wang").see(other)).split("404.1")[0] == text_of(browse("wang").see(nowhere)).split("404.1")[0]
    )
    assert [browse(name).see(own).status_code for name in ("lin", "nia", "lea", "rita", "ada")] == [
        200,
        404,
        403,
        403,
        403,
    ]
    assert browse().see(own).status_code == 303
    assert browse("wang").see("/follow-ups/x").status_code == 404


def test_without_valid_consent_her_own_page_says_so_and_an_erased_woman_is_not_found(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, withdrawn_on=TODAY)
        path, hers = f"/follow-ups/{a_follow_up(db, woman).visit_key}", f"/people/{woman.uuid}"
    for name in ("wang", "lin"):
        answer = browse(name).see(path)
        assert answer.status_code == 303 and answer.location == hers
    with town.database.transaction() as db:
        db.delete(db.merge(woman))
    assert browse("lin").see(path).status_code == 404
    assert reads(town) == []


def test_every_look_is_written_down_with_who_and_which_and_no_more(town, browse):
    path = make(town)
    browse("wang").see(path)
    browse("lin").see(path)
    browse("lea").see(path)
    with town.database.reading() as db:
        who = {town.actor_id(db, name): name for name in ("wang", "lin")}
    found = reads(town)
    assert [who[one.actor_id] for one in found] == ["wang", "lin"]
    assert {one.project_id for one in found} == {town.project_id}
    assert set(found[0].details) == {"followUpId", "about", "as", "way"}
    assert found[0].details["as"] == "village_worker"


@pytest.mark.parametrize(
    ("opens", "due", "left"), [(-5, 0, 60), (0, 0, 0), (-300, -290, -280), (5, 6, 7), (-1, 30, 400)]
)
def test_the_line_of_days_fits_whatever_the_days_are(town, browse, opens, due, left):
    path = make(town, opens_on=TODAY + opens * DAY, due_on=TODAY + due * DAY, left=left)
    page = browse("wang").see(path).get_data(as_text=True)
    places = [float(x) for x in re.findall(r'd="M(\d+) 38v26"', page)]
    assert len(places) == 2 and all(0 < place < 400 for place in places)


@pytest.mark.parametrize(("severity", "asks"), [("red", True), ("critical", False)])
def test_the_page_says_since_when_the_phone_has_not_synchronised(town, browse, severity, asks):
    phone_last_spoke(town, "2026-01-20T18:00")
    words = text_of(browse("wang").see(make(town, left=-4, severity=severity)))
    assert "访视员的手机从 1月20日 18:00 起没有同步" in words
    assert ("先问手机，再说访视" in words) == asks == ("也许已做，等同步" in words)
