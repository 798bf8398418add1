"""The register of lots: the town's lead adds, counts and ends them, the trainer may look, and nobody else has it."""

import pytest
from sqlalchemy import func, select

from server.models import Audit, Project, SupplyCount, SupplyLot
from tests.conftest import MORNING
from tests.server.web.pages.conftest import HTML, text_of
from tests.server.web.pages.test_office import OfficeTown
from tests.server.web.pages.women import main_of

PAGE = "/office/supplies"
LOT = {
    "item": "coc",
    "number": "B7",
    "expires_on": "2026-05-15",  # 74 days after the tests' Monday, 2 March 2026
    "received_on": "2026-02-02",
    "quantity": "40",
    "village": "",
}


@pytest.fixture
def town(paged, database):
    return OfficeTown(paged, database)


@pytest.fixture
def lea(town, browse):
    lea = browse("lea")
    lea.see(PAGE)
    return lea


def lots(town):
    with town.database.reading() as db:
        return list(db.scalars(select(SupplyLot).order_by(SupplyLot.id)))


def told(town):
    with town.database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action.startswith("office.update")).order_by(Audit.id))
        return [(one.action, one.details) for one in rows]


def test_a_lot_is_added_counted_ended_and_taken_back(town, lea):
    assert "还没有登记" in text_of(lea.see(PAGE))
    assert lea.send(PAGE, LOT).status_code == 303
    (lot,) = lots(town)
    words = text_of(lea.see(PAGE))
    assert "短效口服避孕药 B7" in words and "5月15日（周五）" in words and "先发这一批" in words
    assert "40 盒" in words and "还没数过" in words and "本月还有 1 批没有清点" in words
    assert lea.send(f"{PAGE}/{lot.id}/count", {"quantity": "31"}).status_code == 303
    words = text_of(lea.see(PAGE))
    assert "31 盒" in words and "3月2日（周一）数过" in words and "没有清点" not in words
    assert lea.send(f"{PAGE}/{lot.id}/end", {"how": "returned"}).status_code == 303
    assert "退回了" in text_of(lea.see(PAGE)) and "先发这一批" not in text_of(lea.see(PAGE))
    assert lea.send(f"{PAGE}/{lot.id}/undo").status_code == 303
    assert "31 盒" in text_of(lea.see(PAGE))
    expected = ("lot", "count", "lot_end", "undo")
    assert told(town) == [(f"office.update.{one}", {"lot": lot.id, "item": "coc"}) for one in expected]


def test_a_lot_counted_down_to_nothing_waits_for_nothing_more(town, lea):
    lea.send(PAGE, {**LOT, "expires_on": "2026-03-15"})
    (lot,) = lots(town)
    assert "30 天内到期的不再发" in text_of(lea.see(PAGE)) and "1 批要看一看" in text_of(lea.see("/office"))
    lea.send(f"{PAGE}/{lot.id}/count", {"quantity": "0"})
    assert "30 天内到期的不再发" not in text_of(lea.see(PAGE)) and "批要看一看" not in text_of(lea.see("/office"))


def test_the_last_count_of_a_day_holds(town, lea):
    lea.send(PAGE, LOT)
    (lot,) = lots(town)
    for number in ("31", "30"):
        lea.send(f"{PAGE}/{lot.id}/count", {"quantity": number})
    assert "30 盒" in text_of(lea.see(PAGE))


@pytest.mark.parametrize(
    "changed",
    [
        {"item": "leaflet"},
        {"item": ""},
        {"number": ""},
        {"number": "x" * 41},
        {"expires_on": ""},
        {"expires_on": "2026-02-30"},
        {"expires_on": "2026-02-02"},  # the day it came
        {"received_on": "2026-03-03"},  # to come
        {"quantity": "0"},
        {"quantity": "many"},
        {"quantity": "100001"},
        {"village": "999"},
    ],
)
def test_what_no_package_says_is_refused_and_what_was_typed_stays(town, lea, changed):
    answer = lea.send(PAGE, {**LOT, **changed})
    assert answer.status_code == 400 and lots(town) == []
    if "number" not in changed:
        assert 'value="B7"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(("way", "sent"), [("count", {"quantity": "-1"}), ("count", {}), ("end", {"how": "sold"})])
def test_a_count_that_cannot_be_and_an_end_that_is_none_change_nothing(town, lea, way, sent):
    lea.send(PAGE, LOT)
    (lot,) = lots(town)
    assert lea.send(f"{PAGE}/{lot.id}/{way}", sent).status_code == 400
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(SupplyCount)) == 0
    assert lots(town)[0].ended_on is None


def test_what_has_ended_is_counted_by_nobody_and_what_stands_is_not_taken_back(town, lea):
    lea.send(PAGE, LOT)
    (lot,) = lots(town)
    assert lea.send(f"{PAGE}/{lot.id}/undo").status_code == 404
    lea.send(f"{PAGE}/{lot.id}/end", {"how": "used"})
    assert lea.send(f"{PAGE}/{lot.id}/count", {"quantity": "1"}).status_code == 404
    assert lea.send(f"{PAGE}/{lot.id}/end", {"how": "used"}).status_code == 404


def test_the_trainer_looks_and_changes_nothing(town, lea, browse):
    lea.send(PAGE, LOT)
    (lot,) = lots(town)
    tess = browse("tess")
    assert "短效口服避孕药 B7" in text_of(tess.see(PAGE)) and "<form" not in main_of(tess.see(PAGE))
    assert tess.send(PAGE, LOT).status_code == 403
    for way, sent in (("count", {"quantity": "1"}), ("end", {"how": "used"}), ("undo", {})):
        assert tess.send(f"{PAGE}/{lot.id}/{way}", sent).status_code == 403


@pytest.mark.parametrize("who", ["ada", "wang", "lin", "rita"])
def test_nobody_else_has_it(town, browse, who):
    other = browse(who)
    assert other.client.get(PAGE, headers=HTML).status_code == 403
    assert other.send(PAGE, LOT).status_code == 403


def test_another_town_s_lot_is_none(town, lea):
    lea.send(PAGE, LOT)
    (lot,) = lots(town)
    with town.database.transaction() as db:
        other = Project(name="柳河镇", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        db.get_one(SupplyLot, lot.id).project_id = other.id
    assert lea.send(f"{PAGE}/{lot.id}/count", {"quantity": "1"}).status_code == 404
    assert "B7" not in text_of(lea.see(PAGE))


def test_the_office_is_told_how_many_lots_wait(town, lea):
    lea.send(PAGE, LOT)
    assert "在库药具 1 批要看一看" in text_of(lea.see("/office"))
    (lot,) = lots(town)
    lea.send(f"{PAGE}/{lot.id}/count", {"quantity": "40"})
    assert "1 批要看一看" in text_of(lea.see("/office")), "it expires within ninety days"
    lea.send(f"{PAGE}/{lot.id}/end", {"how": "used"})
    assert "批要看一看" not in text_of(lea.see("/office"))


def test_many_lots_ask_the_database_as_often_as_one(town, lea, count_queries):
    def add(number):
        lea.send(PAGE, {**LOT, "number": number})
        lea.send(f"{PAGE}/{lots(town)[-1].id}/count", {"quantity": "3"})

    add("A1")
    lea.see(PAGE)
    with count_queries() as one:
        lea.see(PAGE)
    for number in ("A2", "A3", "A4"):
        add(number)
    lea.see(PAGE)
    with count_queries() as many:
        lea.see(PAGE)
    assert len(many) == len(one)
