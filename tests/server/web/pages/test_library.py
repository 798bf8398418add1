"""The wizard: which forms that come with Fangshi, the lists they need, and giving them to the phones."""

import re

from tests.client import Client
from tests.server.web.pages.conftest import a_file, text_of
from tests.server.web.pages.test_library_lists import list_on_phone, manifest_of, was_of

FEEDBACK = "form=feedback"


def sent_on(page) -> list[str]:
    """The forms that a page would send on, or that are ticked."""
    return re.findall(r'name="form" value="(\w+)"', page.get_data(as_text=True))


def test_a_town_picks_forms_fills_their_lists_and_publishes(town, browse):
    lea = browse("lea")
    assert 'href="/library"' in lea.see("/forms").get_data(as_text=True)
    first = lea.see("/library")
    assert len(sent_on(first)) == 13 and "要用的名单：医疗机构、热线、提醒界线" in text_of(first)
    assert "要靠这些表单，一起选上：孕期登记、自愿登记与知情同意" in text_of(first)

    second = lea.see("/library/lists?form=feedback&form=supplies&form=nothing")
    words = text_of(second)
    assert "一起选上了（别的表单要靠它们）：家庭走访、自愿登记与知情同意、避孕服务随访" in words
    assert "发放点 还要填" in words and "转接去的地方" not in words and "2 个村" in words

    page = f"/library/lists/hotlines?{FEEDBACK}"
    rows = {"name": ["helpline", "police"], "label": ["热线", "派出所"], "phone": ["12356", "0825-5550110"]}
    saved = lea.send(page, {"was": was_of(lea.see(page)), **rows, "form": "feedback"})
    assert saved.location == f"/library/lists?project={town.project_id}&form=feedback"

    third = lea.see(f"/library/publish?{FEEDBACK}")
    assert "1 张表单要发布" in text_of(third) and "还没有填，最好在发布以前填好： 医疗机构" in text_of(third)
    assert lea.send("/library/publish", {"form": sent_on(third)}).location == "/forms"
    assert list_on_phone(town, "feedback")[2] == ["police", "派出所", "0825-5550110"]
    again = text_of(lea.see(f"/library/publish?{FEEDBACK}"))
    assert "没有要变的" in again and "满意度与意见 在手机上" in again

    before = manifest_of(town, "feedback")["hotlines.csv"][0]
    page, rows["phone"] = "/library/lists/hotlines", ["12356", "110"]
    assert lea.send(page, {"was": was_of(lea.see(page)), **rows}).location == page
    assert manifest_of(town, "feedback")["hotlines.csv"][0] != before
    assert list_on_phone(town, "feedback")[2][2] == "110"


def test_a_list_put_beside_a_form_of_ours_by_hand_is_looked_at_as_well(town, browse, database):
    lea = browse("lea")
    assert lea.send("/library/publish", {"form": ["feedback"]}).status_code == 303
    of_form = f"/projects/{town.project_id}/forms/feedback"
    with database.reading() as db:
        from server.models import User

        number = db.query(User.actor_id).where(User.email == "lea@example.test").scalar()
    rest = Client.signed_in(town.app, database, number)
    assert rest.post(f"{of_form}/draft?ignoreWarnings=true").status_code == 200
    for content, status in (
        (b"name,label,phone\nhelpline,a,=1\n", 400),
        (b"name,label,phone\npolice,a,1\nhelpline,b,2\n", 303),
    ):
        lea.send("/forms/feedback/draft/files", {"files": a_file(content, "hotlines.csv")})
        answer = lea.send("/forms/feedback/publish", {"version": "own"})
        assert answer.status_code == status, text_of(answer)
    assert "police" in lea.see("/library/lists/hotlines/file").get_data(as_text=True)


def test_without_a_choice_nothing_is_published(town, browse):
    lea = browse("lea")
    assert "还没有选表单" in text_of(lea.see("/library/publish?form=nothing"))
    answer = lea.send("/library/publish", {"form": "nothing"})
    assert answer.status_code == 400 and "还没有选表单" in text_of(answer)


def test_the_wizard_has_no_chinese_on_english_pages_but_what_the_town_wrote(town, browse):
    lea = browse("lea", "en")
    towns = re.compile(r"禾川镇|中文|村\d|心理援助热线|报警电话")
    for path in (
        "/library",
        "/library/lists?form=supplies",
        "/library/lists/thresholds",
        "/library/publish?form=supplies",
    ):
        words = towns.sub("", text_of(lea.see(path)))
        assert re.findall(r"[\u4e00-\u9fff、]+", words) == [], path
