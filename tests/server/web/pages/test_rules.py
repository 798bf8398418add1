"""The pages of rules: who reads, changes and signs them, from a list to a moved visit."""

import html
import re

import pytest

from server.followups.recalculate import recalculate
from server.followups.rule_runs import advance_oldest
from server.followups.town_rules import FIRST_OF_A_TOWN
from server.models import Audit, FollowUp, Project, RuleRun, RuleSignature
from tests.conftest import MORNING
from tests.server.followups.told import registered
from tests.server.web.pages.conftest import make_project, text_of
from tests.server.web.pages.women import TODAY, CareTown, a_follow_up, a_woman

LATER = ("due: { ga_anchor: 126 }", "due: { ga_anchor: 133 }")


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.get_data(as_text=True))[1]


def text_in_box(page):
    return html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page.get_data(as_text=True), re.DOTALL)[1])


def expecting(town):
    """A woman with a registered pregnancy, and what follows from it today."""
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        woman = a_woman(db, town.project_id)
        registered(db, project, "2026-01-05", "2025-11-10", subject=woman.uuid)
        recalculate(db, project, "women", woman.uuid, TODAY, MORNING)


def work(town):
    """What the timetable does once a minute."""
    while True:
        with town.database.transaction() as db:
            if not advance_oldest(db, MORNING):
                return


def test_everybody_of_the_care_team_reads_the_rules_and_what_is_not_signed(town, browse):
    for name in ("wang", "lin", "ada"):
        words = text_of(browse(name).see("/rules"))
        assert "第 2 次约定的访视" in words and "ANC2" in words and "还没签字" in words and "[A]" in words
        assert "国内临床指南" in words and "CN-clinic" not in words and "CN5" not in words
    words = text_of(browse("wang").see("/rules/ANC2"))
    assert "孕周起算日 + 112 天" in words and "本镇还没有医生签过这一版" in words
    assert "国家基本公共卫生服务规范" in words and "读过原文" in words
    assert "产前随访" in words and "antenatal_check" not in words
    english = text_of(browse("wang", "en").see("/rules/ANC2"))
    assert "the day that weeks are counted from + 112 days" in english and "she gave birth" in english


def test_a_list_asks_as_few_questions_for_all_rules_as_for_one(town, browse, count_queries):
    who = browse("lin")
    who.see("/rules")
    with count_queries() as asked:
        assert who.see("/rules").status_code == 200
    assert len(asked) < 30


def test_a_rule_is_edited_tried_published_and_its_open_visits_are_moved(town, browse):
    expecting(town)
    ada = browse("ada")
    ada.see("/rules/ANC2")
    assert ada.send("/rules/ANC2/draft").location == "/rules/ANC2/draft"
    text = text_in_box(ada.see("/rules/ANC2/draft"))
    assert f"version: {FIRST_OF_A_TOWN}" in text
    refused = ada.send("/rules/ANC2/draft/text", {"text": text.replace("grace: 0", "grace: no")})
    assert refused.status_code == 400
    line = text.split("\n").index("  grace: 0") + 1
    assert (
        f"第 {line} 行" in text_of(refused) and "window.grace" in text_of(refused) and "grace: no" in text_of(refused)
    )
    assert "什么都没有存" in text_of(refused) and "grace: no" in text_in_box(refused)
    assert ada.send("/rules/ANC2/draft/text", {"text": text.replace(*LATER)}).status_code == 303
    words = text_of(ada.see("/rules/ANC2/draft"))
    assert "建议日" in words and "孕周起算日 + 126 天" in words and "孕周起算日 + 133 天" in words
    place = f"/rules/ANC2/try/{FIRST_OF_A_TOWN}"
    assert "还没有试算" in text_of(ada.see(place))
    assert ada.send("/rules/ANC2/draft/publish").status_code == 409
    ada.send(place)
    assert "已算 0，共 1" in text_of(ada.see(place))
    work(town)
    words = text_of(ada.see(place))
    assert "按村" in words and "每周有多少访视要做" in words and "发布这一版" in words
    assert ada.send("/rules/ANC2/draft/publish").status_code == 303
    words = text_of(ada.see("/rules/ANC2"))
    assert "本镇第 1 版" in words and "还没做的访视仍按原来的版本" in words
    ada.send("/rules/ANC2/move/preview")
    assert ada.send("/rules/ANC2/move/confirm").status_code == 409
    work(town)
    assert "把还没做的访视转过来" in text_of(ada.see("/rules/ANC2/move"))
    assert ada.send("/rules/ANC2/move/confirm").status_code == 303
    work(town)
    assert "没有要转的" in text_of(ada.see("/rules/ANC2/move"))


def test_the_page_that_shows_the_progress_does_the_work_batch_by_batch(town, browse):
    with town.database.transaction() as db:
        a_woman(db, town.project_id)
    ada = browse("ada")
    ada.see("/rules/ANC2")
    ada.send("/rules/ANC2/try/1")
    with town.database.reading() as db:
        run = db.query(RuleRun).one().id
    page = ada.send(f"/rules/runs/{run}/more", **{"HX-Request": "true"})
    assert "已算 1，共 1" in text_of(page) and "HX-Refresh" not in page.headers
    assert ada.send(f"/rules/runs/{run}/more", **{"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert ada.send(f"/rules/runs/{run}/more").location == "/rules/ANC2/try/1"
    assert ada.send("/rules/runs/999999999/more").status_code == 404


def test_numbers_of_few_people_are_hidden_and_a_worker_s_are_for_the_care_team(town, browse):
    with town.database.transaction() as db:
        for _ in range(3):
            a_follow_up(db, a_woman(db, town.project_id), left=10)
    ada = browse("ada")
    ada.see("/rules/ANC2")
    ada.send("/rules/ANC2/try/1")
    work(town)
    page = ada.see("/rules/ANC2/try/1").get_data(as_text=True)
    assert "人少" in page and not re.search(r'class="num"[^>]*>\s*[1-4]\s*<', page)
    assert "按人员" not in text_of(ada.see("/rules/ANC2/try/1"))


def test_a_clinician_signs_the_very_words_that_she_read(town, browse):
    lin = browse("lin")
    page = lin.see("/rules/ANC2")
    fields = {"version": hidden(page, "version"), "content_hash": hidden(page, "content_hash")}
    assert lin.send("/rules/ANC2/sign", {**fields, "content_hash": "0" * 64}).status_code == 409
    assert lin.send("/rules/ANC2/sign", fields).status_code == 303
    assert lin.send("/rules/ANC2/sign", fields).status_code == 303
    assert "本镇还没有医生签过" not in text_of(lin.see("/rules/ANC2"))
    with town.database.reading() as db:
        (row,) = db.query(RuleSignature).all()
        assert (row.rule, row.version, row.content_hash) == ("ANC2", 1, fields["content_hash"])
    with town.database.transaction() as db:
        path = f"/follow-ups/{a_follow_up(db, a_woman(db, town.project_id)).visit_key}"
    assert "lin 于" in text_of(browse("wang").see(path))
    assert lin.send(f"/rules/signatures/{row.id}/withdraw").status_code == 303
    words = text_of(lin.see("/rules/ANC2"))
    assert "本镇还没有医生签过这一版" in words and "收回" in words
    assert "还没签字" in text_of(browse("wang").see(path))
    assert lin.send(f"/rules/signatures/{row.id}/withdraw").status_code == 404
    with town.database.reading() as db:
        acts = [one.action for one in db.query(Audit).filter(Audit.action.like("rule.%")).order_by(Audit.id)]
    assert acts == ["rule.sign", "rule.sign.withdraw"]


@pytest.mark.parametrize("name", ["wang", "ada", "rita"])
def test_nobody_but_a_clinician_signs(town, browse, name):
    who = browse(name)
    who.see("/me")
    assert who.send("/rules/ANC2/sign", {"version": "1", "content_hash": "0" * 64}).status_code == 403


@pytest.mark.parametrize("name", ["wang", "lin"])
def test_nobody_but_who_leads_the_town_changes_or_switches(town, browse, name):
    who = browse(name)
    who.see("/me")
    for path in ("/rules/ANC2/draft", "/rules/ANC2/switch", "/rules/ANC2/move/preview", "/rules/ANC2/try/1"):
        assert who.send(path, {"enabled": "no"}).status_code == 403, path


def test_what_is_open_ends_with_a_rule_that_is_switched_off_and_comes_back_with_it(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        a_follow_up(db, woman, left=10)
        a_follow_up(db, woman, rule="ANC1", state="done_on_time", ended=True)
    ada = browse("ada")
    ada.see("/rules/ANC2")
    for rule in ("ANC1", "ANC2"):
        assert ada.send(f"/rules/{rule}/switch", {"enabled": "no"}).status_code == 303
    assert "关着" in text_of(ada.see("/rules/ANC2"))
    work(town)
    with town.database.reading() as db:
        found = {row.rule: (row.state, row.cause) for row in db.query(FollowUp)}
    assert found == {"ANC1": ("done_on_time", None), "ANC2": ("superseded", "switched_off")}
    assert ada.send("/rules/ANC2/switch", {"enabled": "maybe"}).status_code == 400
    assert ada.send("/rules/ANC2/switch", {"enabled": "yes"}).status_code == 303


def test_a_rule_that_needs_a_consent_that_nobody_is_asked_for_has_no_switch_and_says_why(town, browse):
    ada = browse("ada")
    for language, words in (("zh_Hans", "开不了：它要先有她对这项照护的单独同意"), ("en", "no form asks for that yet")):
        page = browse("ada", language).see("/rules/PAC-1")
        assert words in text_of(page) and "/rules/PAC-1/switch" not in page.get_data(as_text=True)
    ada.see("/rules/PAC-1")
    refused = ada.send("/rules/PAC-1/switch", {"enabled": "yes"})
    assert refused.status_code == 409 and "这条规则开不了" in text_of(refused)


def test_a_rule_in_the_place_of_which_another_stands_says_so(town, browse):
    ada = browse("ada")
    assert "IUD-CN 代替" not in text_of(ada.see("/rules"))
    assert ada.send("/rules/IUD-CN/switch", {"enabled": "yes"}).status_code == 303
    for path in ("/rules", "/rules/IUD-1"):
        assert "由 IUD-CN 代替" in text_of(ada.see(path))
    assert "IUD-CN stands in its place" in text_of(browse("wang", "en").see("/rules/IUD-1"))


def test_what_there_is_not_is_not_found(town, browse):
    ada = browse("ada")
    for path in ("/rules/NONE", "/rules/ANC2?version=7", "/rules/ANC2/draft", "/rules/ANC2/move", "/rules/ANC2/try/7"):
        assert ada.see(path).status_code == 404, path


def test_a_plain_project_has_no_rules(town, browse):
    ada = browse("ada")
    ada.see("/admin")
    assert ada.see(f"/rules?project={make_project(ada)}").status_code == 403
