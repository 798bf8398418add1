"""Two registrations on a page: compared by who cares for both, put together with undo, or remembered as two people."""

import re

import pytest

from server.models import Audit, PersonMerge, PersonPair, Reading, Woman
from server.registry.restriction import restrict
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.registered import ELSEWHERE, Registered
from tests.server.web.pages.women import HEALTH, main_of

PHONE = "13800000001"


@pytest.fixture
def care(paged, database, project_id, clock):
    return Registered(paged, database, project_id, clock)


@pytest.fixture
def pair(care):
    """Two registrations of 王小燕 with one phone; the address of their pair."""
    women = care.add("W-0231", "王小燕", phone_safe=PHONE), care.add("W-0388", "王晓艳", phone_safe=PHONE)
    care.pregnancy(women[0], "00000000-0000-4000-8000-000000000001")
    care.compare()
    (row,) = care.rows(PersonPair)
    return f"/people/duplicates/{row.id}", women


def test_the_list_says_who_and_what_they_share_and_nothing_else(care, pair):
    path, _women = pair
    for name in ("lin", "wang"):
        page = care.browse(name).see("/people/duplicates")
        words = text_of(page)
        assert "W-0231 王* · W-0388 王*" in words
        assert "电话相同、称呼读音相近" in words
        assert path in page.get_data(as_text=True)
        assert not HEALTH.findall(main_of(page))
        assert PHONE not in main_of(page) and "王小燕" not in main_of(page)


def test_side_by_side_is_covered_until_somebody_asks_which_is_written_down(care, pair):
    path, _women = pair
    lin = care.browse("lin")
    page = lin.see(path)
    assert "王小燕" not in main_of(page) and PHONE not in main_of(page) and not HEALTH.findall(main_of(page))
    assert text_of(page).count("•••") == 6
    shown = lin.send(path)
    assert shown.status_code == 200
    assert "王小燕" in main_of(shown) and "王晓艳" in main_of(shown) and PHONE in main_of(shown)
    (noted,) = [one for one in care.rows(Audit) if one.action == "field.reveal"]
    assert noted.details == {"fields": ["display_name", "door_code", "phone_safe"]}
    assert len({one.about for one in care.rows(Reading) if one.action == "person.read"}) == 2


def test_the_same_person_is_put_together_and_taken_apart_by_the_toast(care, pair):
    path, women = pair
    lin = care.browse("lin")
    lin.see(path)
    done = lin.send(f"{path}/same", {"keep": women[0]})
    assert (done.status_code, done.location) == (303, "/people/duplicates")
    assert [row.uuid for row in care.rows(Woman)] == [women[0]]
    page = lin.see("/people/duplicates")
    undo = re.search(r'action="(/people/merges/\d+/undo)"', page.get_data(as_text=True))
    assert "现在算一个人" in text_of(page) and undo
    assert lin.see(f"/people/{women[1]}").location == f"/people/{women[0]}"
    assert "和 W-0388 王* 合为一人" in text_of(lin.see(f"/people/{women[0]}"))
    assert lin.send(undo[1]).status_code == 303
    assert {row.uuid for row in care.rows(Woman)} == set(women)
    assert lin.send(undo[1]).status_code == 404
    done = [
        one.action
        for one in care.rows(Audit)
        if one.action.startswith("person.") and one.action not in ("person.read",)
    ]
    assert done == ["person.merge", "person.part"]


def test_two_different_people_are_remembered_and_asked_about_again_only_when_somebody_wishes(care, pair):
    path, women = pair
    wang = care.browse("wang")
    wang.see(path)
    assert wang.send(f"{path}/different").status_code == 303
    care.renew(women[0], "2026-02-20", "2027-02-20", keeps="1", display_name="王小燕", phone_safe=PHONE)
    care.compare()
    assert "没有看出谁登记了两次" in text_of(wang.see("/people/duplicates"))
    assert "W-0231 王* · W-0388 王*" in text_of(wang.see("/people/duplicates?state=different"))
    assert "有人认定是两个人" in text_of(wang.see(path))
    assert wang.send(f"{path}/open").status_code == 303
    assert "W-0231" in main_of(wang.see("/people/duplicates"))


def test_a_pair_is_for_who_cares_for_both(care):
    care.add("W-0231", "王小燕", phone_safe=PHONE)
    other = care.add("W-0388", "王小燕", village=ELSEWHERE, phone_safe=PHONE, visit_date="2026-02-05")
    care.compare()
    (row,) = care.rows(PersonPair)
    lin, wang = care.browse("lin"), care.browse("wang")
    assert lin.see(f"/people/duplicates/{row.id}").status_code == 200
    assert "W-0231" not in main_of(wang.see("/people/duplicates"))
    for path in ("", "/same", "/different", "/open"):
        assert wang.send(f"/people/duplicates/{row.id}{path}", {"keep": other}).status_code == 404
    lin.see("/people/duplicates")
    assert lin.send(f"/people/duplicates/{row.id}/same", {"keep": other}).status_code == 303
    (merge,) = care.rows(PersonMerge)
    assert merge.kept_uuid == other
    assert wang.send(f"/people/merges/{merge.id}/undo").status_code == 404


@pytest.mark.parametrize("how", ["withdrawn", "removed", "kept unused", "sharing ended"])
def test_who_withdrew_was_removed_or_is_kept_unused_is_compared_with_nobody(care, pair, cast, clock, how):
    path, women = pair
    lin = care.browse("lin")
    if how == "kept unused":
        with care.database.transaction() as db:
            restrict(db, care.project_id, women[1], cast["bob"], clock.now())
    elif how == "sharing ended":
        care.withdraw(women[1], "2026-03-01", scope="share_clinic")
    else:
        care.withdraw(women[1], "2026-03-01", erase="erase" if how == "removed" else "keep_minimal")
    assert lin.see(path).status_code == 404
    assert "W-0388" not in main_of(lin.see("/people/duplicates"))
    assert lin.send(f"{path}/same", {"keep": women[0]}).status_code == 404
    if how in ("withdrawn", "removed"):
        assert care.rows(PersonPair) == []  # at once, not when the timetable looks next


def test_what_cannot_be_put_together_says_why_and_changes_nothing(care, pair, cast, clock):
    path, women = pair
    from server.registry.rights_desk import open_request

    with care.database.transaction() as db:
        open_request(db, care.project_id, "export", women[1], cast["bob"], clock.now())
    lin = care.browse("lin")
    lin.see(path)
    answer = lin.send(f"{path}/same", {"keep": women[0]})
    assert answer.status_code == 409
    assert "还没有答复" in text_of(answer)
    assert len(care.rows(Woman)) == 2
    assert lin.send(f"{path}/same", {"keep": "x"}).status_code == 400


def test_what_cannot_be_taken_apart_any_more_says_why_above_the_list(care, pair):
    path, women = pair
    lin = care.browse("lin")
    lin.see(path)
    lin.send(f"{path}/same", {"keep": women[0]})
    (merge,) = care.rows(PersonMerge)
    lin.see("/people/duplicates")
    care.clock.forward(days=31)
    answer = care.browse("lin").send(f"/people/merges/{merge.id}/undo")
    assert answer.status_code == 409
    assert "已经过了 30 天" in text_of(answer) and "有人先改了" not in text_of(answer)
    assert "可能登记了两次" in text_of(answer)
