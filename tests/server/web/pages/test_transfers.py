"""Her transfers on pages: the key is shown once, the file is sealed, the receipt is typed or sent, her no holds at once."""

import re
from io import BytesIO

import pytest
from sqlalchemy import update

from server.models import Audit, FollowUp, Reading, TransferPackage, Village, Woman
from server.registry.packages import open_package, seal_package
from tests.server.registry.caring import VILLAGE, a_uuid
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.registered import ELSEWHERE, Registered
from tests.server.web.pages.women import main_of

ITEMS = "next_dates anc_summary"
PLACE = {"place_zh": "城东卫生院", "place_en": "East clinic", "dest_county": "440785"}


class Leaving(Registered):
    """She asked for a transfer of her next dates and her checks."""

    def __init__(self, *made):
        super().__init__(*made)
        self.woman, self.transfer = self.add("W-0231", "王小燕"), a_uuid()
        self.pregnancy(self.woman, a_uuid())
        self.leave(self.woman, self.transfer, items=ITEMS, **PLACE)
        self.page = f"/people/{self.woman}/transfers"
        self.lin = self.browse("lin")

    def make(self, items=ITEMS):
        """The key and the file, as lin gets them."""
        self.lin.see(self.page)
        made = self.lin.send(f"{self.page}/{self.transfer}/package", {"item": items.split()})
        assert made.status_code == 200, text_of(made)
        return key_in(made), self.lin.see(f"{self.page}/{self.transfer}/package").data

    def move_away(self):
        """The same town as another one finds it, with a woman who registered there by herself."""
        with self.database.transaction() as db:
            db.execute(update(Village).where(Village.code == VILLAGE).values(code="440785201001"))
            db.execute(update(TransferPackage).values(name_sha256=None))
        self.come = self.add("W-0900", "王小燕", village="440785201001")
        return f"/people/{self.come}/brought"

    def bring(self, key, content, **more):
        self.lin.see(f"/people/{self.come}/brought")
        sent = {"step": "look", "key": key, "file": (BytesIO(content), "x.fangshi")}
        return self.lin.send(f"/people/{self.come}/brought", sent | more)

    def keep(self, looked, **more):
        page = looked.get_data(as_text=True)
        hidden = dict(re.findall(r'type="hidden" name="(carried|key)" value="([^"]*)"', page))
        return self.lin.send(f"/people/{self.come}/brought", {"step": "keep", "agrees": "yes"} | hidden | more)


def key_in(page):
    digits = re.search(r'class="key-digits"[^>]*>(.*?)</p>', page.get_data(as_text=True), re.S)
    return "".join(re.findall(r"<span>(\w+)</span>", digits[1]))


@pytest.fixture
def care(paged, database, project_id, clock):
    return Leaving(paged, database, project_id, clock)


def test_her_page_says_what_she_chose_and_to_whom(care):
    words = text_of(care.lin.see(care.page))
    for said in ("还没有做资料包", "下次服务的日期", "产检摘要", "城东卫生院"):
        assert said in words
    assert "避孕方法卡" not in words
    english = text_of(care.browse("lin", "en").see(care.page))
    for said in ("Asked for, no package yet", "Summary of antenatal checks", "East clinic"):
        assert said in english


def test_the_key_is_on_one_answer_and_the_file_says_nothing_without_it(care):
    key, file = care.make()
    assert open_package(file, key).told["items"].keys() == set(ITEMS.split())
    for path in (care.page, "/people/transfers", f"/people/{care.woman}"):
        page = care.lin.see(path).get_data(as_text=True)
        assert key not in page and key[:4] + " " + key[4:8] not in page
    assert "<svg" in main_of(care.lin.send(f"{care.page}/{care.transfer}/package", {"item": ["next_dates"]}))
    actions = [one for one in care.rows(Audit) if one.action.startswith("transfer.")]
    assert [one.action for one in actions] == ["transfer.send", "transfer.send"]
    assert key not in str([one.details for one in actions])
    assert {"person.read"} <= {one.action for one in care.rows(Reading)}


def test_what_is_made_is_never_more_than_she_chose(care):
    care.lin.see(care.page)
    refused = care.lin.send(f"{care.page}/{care.transfer}/package", {"item": ["contact"]})
    assert refused.status_code == 400 and care.rows(TransferPackage) == []
    assert care.lin.send(f"{care.page}/{care.transfer}/package", {}).status_code == 400


@pytest.mark.parametrize("way", ["typed", "file"])
def test_from_one_town_to_the_other_and_back(care, way):
    key, file = care.make()
    care.move_away()
    looked = care.bring(key, file)
    words = text_of(looked)
    assert "W-0231" in words and "下次服务的日期" in words and "约定" in words
    assert [one.direction for one in care.rows(TransferPackage)] == ["out"], "nothing is kept yet"

    assert care.keep(looked, agrees="").status_code == 400
    kept = care.keep(looked)
    assert kept.status_code == 303
    page = care.lin.see(kept.location)
    assert "末次" in text_of(page) or "预产期" in text_of(page)
    receipt = key_in(page)
    given = care.lin.see(f"{kept.location}/receipt")
    assert receipt in given.get_data(as_text=True) and "W-0" not in given.get_data(as_text=True)
    again = care.keep(looked)  # pressed twice, or the answer was lost: it is kept, and the page leads there
    assert "已经接收过" in text_of(again) and "什么都没有留下" not in text_of(again)
    assert f'href="{kept.location}"' in main_of(again)

    sent = {"receipt": receipt.lower()} if way == "typed" else {"file": (BytesIO(given.data), "receipt.txt")}
    done = care.lin.send(f"{care.page}/{care.transfer}/receipt", sent)
    assert (done.status_code, done.location) == (303, care.page)
    (asked,) = [one for one in care.rows(FollowUp) if one.rule == "MIG-TR-P"]
    assert asked.state == "done_on_time" and care.lin.see(f"/follow-ups/{asked.visit_key}").status_code == 200
    assert "对方确认" in text_of(care.lin.see(f"/people/{care.woman}"))
    assert "对方确认" not in text_of(care.browse("wang").see(f"/people/{care.woman}"))
    assert "对方确认" in text_of(care.lin.see(care.page))


def test_a_package_is_pasted_as_the_text_of_its_qr_code(care):
    care.lin.see(care.page)
    made = care.lin.send(f"{care.page}/{care.transfer}/package", {"item": ["next_dates"]})
    text = re.search(r'id="package-text"[^>]*>([^<]*)<', made.get_data(as_text=True))[1]
    care.move_away()
    sent = {"step": "look", "key": key_in(made), "carried": text[:40] + "\r\n " + text[40:]}
    care.lin.see(f"/people/{care.come}/brought")
    assert "W-0231" in text_of(care.lin.send(f"/people/{care.come}/brought", sent))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        ("key", "打不开"),
        ("slip", "有一位不对"),
        ("short", "32 位数字"),
        ("bytes", "坏了"),
        ("other", "不是"),
        ("late", "30 天"),
        ("nothing", "文件"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_clear_word_and_nothing_is_kept(care, spoil, word):
    key, file = care.make()
    other, _file = care.make() if spoil == "key" else (key, file)
    care.move_away()
    if spoil == "late":
        care.clock.forward(days=31)
        care.lin = care.browse("lin")
    sent = {
        "key": (other, file),
        "slip": (key[:-1] + str((int(key[-1]) + 1) % 10), file),
        "short": ("123", file),
        "bytes": (key, file[:70] + bytes([file[70] ^ 1]) + file[71:]),
        "other": (key, b"%PDF-1.7"),
        "late": (key, file),
        "nothing": (key, b""),
    }[spoil]
    refused = care.bring(*sent, **({"file": ""} if spoil == "nothing" else {}))
    assert 400 <= refused.status_code < 500
    assert word in text_of(refused) and "什么都没有留下" in text_of(refused)
    assert "W-0231" not in main_of(refused)
    assert [one.direction for one in care.rows(TransferPackage) if one.direction == "in"] == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_that_no_page_can_reckon_with_is_refused_with_a_word(care, day):
    there = {"code": "W-1", "from": "x", "place": {"zh": "", "en": "", "county": ""}, "made_on": "2026-03-02"}
    sealed = seal_package(there | {"items": {"anc_summary": [{"ga_anchor": day}]}})
    care.move_away()
    refused = care.bring(sealed.key, sealed.file)
    assert refused.status_code == 409 and "什么都没有留下" in text_of(refused)


def test_who_does_not_agree_here_is_asked_for_nothing(care):
    key, file = care.make()
    care.move_away()
    care.withdraw(care.come, "2026-02-28", scope="share_clinic")
    page = care.lin.see(f"/people/{care.come}/brought")
    assert 'name="key"' not in main_of(page) and "什么都不转，也不打开" in text_of(page)
    refused = care.bring(key, file)
    assert refused.status_code == 409 and "W-0231" not in main_of(refused)


def test_she_takes_it_back_and_the_toast_undoes_it(care):
    care.make()
    care.lin.see(care.page)
    done = care.lin.send(f"{care.page}/{care.transfer}/cancel")
    assert done.status_code == 303
    page = care.lin.see(care.page)
    undo = re.search(r'action="(/people/[0-9a-f-]+/packages/\d+/undo)"', page.get_data(as_text=True))
    assert "什么都不转了" in text_of(page) and "她不转了" in text_of(page)
    assert care.lin.see(f"{care.page}/{care.transfer}/package").status_code == 404
    assert care.lin.send(undo[1]).status_code == 303
    assert "还没有做资料包" in text_of(care.lin.see(care.page))
    assert care.lin.send(undo[1]).status_code == 404


def test_others_are_not_shown_a_thing(care):
    care.make()
    for name in ("wang",):
        browser = care.browse(name)
        for path in (
            "/people/transfers",
            care.page,
            f"{care.page}/{care.transfer}/package",
            f"/people/{care.woman}/brought",
        ):
            assert browser.see(path).status_code == 403
    care.hire("far", 103, ELSEWHERE)
    far = care.browse("far")
    assert far.see(care.page).status_code == far.see(f"{care.page}/{care.transfer}/package").status_code == 404
    assert "W-0231" not in text_of(far.see("/people/transfers"))
    with care.database.transaction() as db:
        db.execute(update(Woman).values(consent_share_clinic=False))
    assert "城东卫生院" not in text_of(care.lin.see(care.page))
    assert care.lin.see(f"{care.page}/{care.transfer}/package").status_code == 404
    assert "W-0231" not in text_of(care.lin.see("/people/transfers"))


def test_the_list_says_whose_and_how_it_stands_and_asks_as_much_for_any_number(care, count_queries):
    words = text_of(care.lin.see("/people/transfers"))
    assert "W-0231 王*" in words and "还没有做资料包" in words and "城东卫生院" not in words
    with count_queries() as few:
        care.lin.see("/people/transfers")
    for number in range(3):
        care.leave(care.add(f"W-050{number}", "李小"), a_uuid(), items="next_dates")
    with count_queries() as many:
        assert text_of(care.lin.see("/people/transfers")).count("还没有做资料包") == 4
    assert len(many) == len(few)


def test_the_copy_of_her_data_says_what_became_of_packages_and_what_she_brought(care):
    key, file = care.make()
    care.move_away()
    care.keep(care.bring(key, file))
    care.hire("dora", 107, None)
    dora = care.browse("dora")
    for code, words in (("W-0231", ("转接服务", "以前能打开")), ("W-0900", ("从禾川镇带来", "预产期"))):
        dora.see("/rights")
        wish = dora.send("/rights", {"code": code, "kind": "export"}).location
        page = text_of(dora.see(f"{wish}/data"))
        assert [word for word in words if word not in page] == []
